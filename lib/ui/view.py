"""What the charts show: a run, else a recording, else the model before training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from lib.datasets.dataset import Dataset
from lib.experiment import Experiment
from lib.preview import untrained
from lib.training.messages import Run, Snapshot
from lib.training.recorded import recorded
from lib.ui import training


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Figures, with the experiment and the data that they belong to."""

    experiment: Experiment
    dataset: Dataset
    snapshot: Snapshot
    """Always with results."""
    run: Run | None = None
    is_recorded: bool = False

    @property
    def polling(self) -> bool:
        """Whether the figures change without anybody doing anything."""
        return self.run is not None and self.snapshot.status.active


_untrained = lru_cache(maxsize=64)(untrained)


def view(experiment: Experiment, dataset: Dataset) -> View:
    """What to show to this session now."""
    if found := training.current():
        run, snapshot = found
        if not snapshot.results:
            start = _untrained(run.experiment, run.dataset)
            snapshot = replace(snapshot, samples=start.samples, results=start.results)
        return View(run.experiment, run.dataset, snapshot, run)
    if snapshot := recorded(experiment):
        return View(experiment, dataset, snapshot, is_recorded=True)
    return View(experiment, dataset, _untrained(experiment, dataset))
