"""Which epoch of a run all pictures are about: its newest, or an earlier one that a person goes to.

Weights are kept of some epochs (`TrainingClient.checkpoints`). While a run trains its newest are
shown; once it rests, a slider goes back over what was kept. The epoch stands in the link of every
page, and is picked for one run: the next is shown as it is now.
"""

from __future__ import annotations

from dataclasses import replace

from lib.preview import as_of
from lib.run import ModelWeights
from lib.ui import address, runs
from lib.ui.linked import Linked, linked_slider
from lib.ui.session import session
from lib.ui.shown import ShownRun, initial_weights


def weights_by_epoch(shown: ShownRun) -> dict[int, ModelWeights]:
    """Weights by epoch: the initial ones, what a run has left on its way, and the newest.

    Epochs of which one of the modes isn't known are left out, but for the newest.
    """
    results, run = shown.snapshot.results, shown.run
    start = initial_weights(shown.experiment, shown.dataset)
    known = {0: dict.fromkeys(results, start)}
    past = shown.snapshot.past if run is None else runs.client().checkpoints(run)
    known |= {epoch: models for epoch, models in past if results.keys() <= models.keys()}
    newest = {m: result.weights for m, result in results.items() if result.weights is not None}
    checked = next(iter(results.values())).checked_epochs
    if len(newest) == len(results) and len(checked):
        known[int(checked[-1])] = newest
    return dict(sorted(known.items()))


def pick_epoch(shown: ShownRun, *, wide: bool = False) -> None:
    """Draw the slider over the epochs, where the run rests and weights of several were kept."""
    choice = _choice(shown)
    if choice is not None:
        labels = [f"{int(text):,}" for text in choice.texts]
        linked_slider("After epoch", labels, choice, wide=wide)


def picked_epoch(shown: ShownRun) -> int | None:
    """The epoch that a person went back to; None for the newest there is."""
    choice = _choice(shown)
    if choice is None or choice.index == choice.default:
        return None
    return int(choice.texts[choice.index])


def at_picked_epoch(shown: ShownRun) -> ShownRun:
    """The run as it was after the epoch that was picked."""
    epoch = picked_epoch(shown)
    if epoch is None:
        return shown
    snapshot, record = shown.snapshot, session().charts
    if record.earlier is None or record.earlier[:2] != (snapshot, epoch):
        weights = weights_by_epoch(shown)[epoch]
        then = as_of(shown.experiment, shown.dataset, snapshot, epoch, weights)
        record.earlier = snapshot, epoch, then
    return replace(shown, snapshot=record.earlier[2])


def _choice(shown: ShownRun) -> Linked | None:
    """The epochs to pick from; None where there is no choice."""
    _drop_epoch_of_other_run(shown.snapshot.run_id)
    if shown.polling or len(known := weights_by_epoch(shown)) < 2:
        return None
    key = f"epoch_{shown.snapshot.run_id}_{max(known)}"
    return Linked("epoch", [f"{epoch}" for epoch in known], len(known) - 1, key)


def _drop_epoch_of_other_run(run_id: str) -> None:
    """An epoch is picked for one run; the next is shown as it is now."""
    record = session().run
    epoch, of_run = record.epoch_choice or ("", run_id)
    if epoch == address.page_value("epoch") and of_run != run_id:
        address.set_page_value("epoch", "")
        address.write_address()
    record.epoch_choice = address.page_value("epoch"), run_id
