"""Which epoch of a run all pictures are about: its newest, or an earlier one that a person goes to.

Weights are kept of some epochs (`TrainingClient.checkpoints`). While a run trains its newest are
shown; once it rests, a slider goes back over what was kept. The epoch stands in the link of every
page, and is forgotten where training goes on: see `lib.ui.runs.forget_epoch`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lib.preview import as_of
from lib.replay import BEST
from lib.run import SeedWeights
from lib.ui import runs
from lib.ui.linked import Linked, linked_slider
from lib.ui.session import once
from lib.ui.shown import ShownRun, initial_weights


@dataclass(frozen=True, slots=True, eq=False)
class Epochs:
    """The epochs of a run of which weights are known, and which of them is looked at."""

    shown: ShownRun
    """The run as it is now."""
    weights: dict[int, SeedWeights]
    """By epoch, increasing. Not those of the best epochs, where each model has them back."""
    choice: Linked | None
    """None where there is nothing to choose from: it trains, or one epoch alone is known."""

    @classmethod
    def of(cls, shown: ShownRun) -> Epochs:
        """Look them up, once for each time that a run is drawn: another tab may let it go on."""
        weights = _weights(shown)
        texts = [f"{epoch}" for epoch in weights] + [BEST] * shown.snapshot.keeps_best
        key, last = f"epoch_{shown.snapshot.run_id}_{max(weights)}", len(texts) - 1
        choice = Linked("epoch", texts, last, key) if last and not shown.polling else None
        return cls(shown, weights, choice)

    @property
    def picked(self) -> int | None:
        """The epoch that a person went back to; None for the newest there is."""
        choice = self.choice
        if choice is None or choice.index == choice.default:
            return None
        return int(choice.texts[choice.index])

    def draw(self, *, wide: bool = False) -> None:
        """Draw the slider, where there is a choice."""
        if self.choice is not None:
            labels = [text if text == BEST else f"{int(text):,}" for text in self.choice.texts]
            linked_slider("After epoch", labels, self.choice, wide=wide)

    @property
    def then(self) -> ShownRun:
        """The run as it was after the epoch that was picked."""
        shown, epoch, snapshot = self.shown, self.picked, self.shown.snapshot
        if epoch is None:
            return shown
        run = shown.experiment, shown.dataset, snapshot
        weights = self.weights[epoch]
        then = once("earlier", (snapshot, epoch), lambda: as_of(*run, epoch, weights))
        return replace(shown, snapshot=then)


def _weights(shown: ShownRun) -> dict[int, SeedWeights]:
    """Weights by epoch: the initial ones, what a run has left on its way, and the newest.

    Epochs of which one of the modes isn't known are left out, but for the newest.
    """
    seeds, run = shown.snapshot.seeds, shown.run
    each = zip(shown.experiment.each_seed, seeds, strict=False)
    start: SeedWeights = ()
    if not shown.polling:  # else nobody can go back to them
        start = tuple(dict.fromkeys(s, initial_weights(e, shown.dataset)) for e, s in each)
    past = shown.snapshot.past if run is None else runs.client().checkpoints(run)
    known = {0: start}
    known |= {epoch: models for epoch, models in past if _is_whole(models, seeds)}
    checked = [int(e) for seed in seeds for r in seed.values() for e in r.checked_epochs[-1:]]
    newest = shown.snapshot.weights
    if _is_whole(newest, seeds) and checked and not shown.snapshot.keeps_best:
        known[max(checked)] = newest
    return dict(sorted(known.items()))


def _is_whole(weights: SeedWeights, seeds: Sequence[Mapping[str, object]]) -> bool:
    """Whether there are weights of each seed's models."""
    return all(seed.keys() <= models.keys() for seed, models in zip(seeds, weights, strict=False))
