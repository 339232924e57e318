"""What of a run a script comes to again: how long it trains, and the figures that were shown.

The figures are those of the last judgement: of a run that still goes, or diverged, its newest epoch
may lie after it. Without a run there are none, and the script trains as long as was asked for.
"""

from dataclasses import dataclass

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.run import ModeResult, Snapshot
from lib.toml import beside

_NOTES = beside(__file__)["notes"]
FIGURES = {"last_step_mse": "final_mse", "loss": "final_loss"}
"""What is compared, by its name in a script's JSON → the same of a `ModeResult`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as a script has to know it."""

    epochs: int
    note: str
    """One sentence of less than a line: how the run ended, or that there is none."""
    figures: dict[str, dict[str, float]]
    """`FIGURES` by mode, medians over the seeds; empty where there are none."""
    first: dict[str, list[float]]
    """Losses of its first epochs by mode, ten at most, medians over the seeds; empty as above."""
    keeps: bool
    """Whether the weights of each model's best epoch are back, by `EarlyStopping`."""
    patience: int
    going: bool = False
    """Whether some models have those of their last epoch all the same, since the run isn't over."""


def shown_of(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None) -> Shown:
    """What is known of the experiment's run, of which this snapshot is on the screen."""
    training = experiment.training
    keeps = training.keep != "last" and dataset.has_validation
    patience = training.patience if training.keep == "stop" else training.epochs
    results = [] if snapshot is None else [r for seed in snapshot.seeds for r in seed.values()]
    judged = max((int(r.checked_epochs[-1]) for r in results if len(r.checked_epochs)), default=0)
    if snapshot is None or not judged:
        status, epochs = "none", training.epochs
        if snapshot is not None and snapshot.status.over:  # one epoch more shows what happened
            status, epochs = snapshot.status, min(epochs, snapshot.epoch + 1)
        note = _NOTES[status].format(judged=0, epochs=f"{training.epochs:,}")
        return Shown(epochs, note, {}, {}, keeps, patience)
    known = {
        name: {
            mode: float(np.median([_figure(seed[mode], name, judged) for seed in snapshot.seeds]))
            for mode in experiment.model.modes
        }
        for name in FIGURES
    }
    kept = [result.kept_epoch is not None for result in results]
    note = _NOTES[snapshot.status].format(judged=f"{judged:,}", epochs=f"{training.epochs:,}")
    figures = {name: of for name, of in known.items() if np.isfinite([*of.values()]).all()}
    first = {
        mode: _first_losses([seed[mode] for seed in snapshot.seeds], min(10, judged))
        for mode in snapshot.results
    }
    first = first if figures and all(first.values()) else {}
    return Shown(judged, note, figures, first, any(kept), patience, any(kept) and not all(kept))


def _first_losses(results: list[ModeResult], most: int) -> list[float]:
    """Medians of the first epochs, so many at most, as far as none of them was thinned out."""
    known = [dict(zip(r.loss_epochs.tolist(), r.loss, strict=True)) for r in results]
    losses: list[float] = []
    while len(losses) < most and all(len(losses) + 1 in of for of in known):
        losses.append(float(np.median([of[len(losses) + 1] for of in known])))
    return losses


def _figure(result: ModeResult, name: str, judged: int) -> float:
    """A figure of the weights; of a loss not a number where that of their epoch was thinned out."""
    if name == "loss" and result.kept_epoch is None:
        return float(dict(zip(result.loss_epochs, result.loss, strict=True)).get(judged, np.nan))
    return float(getattr(result, FIGURES[name]))
