"""What the charts show: a run, else one from a file or a recording, else the untrained model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from lib.compared import Compared
from lib.dataset import Dataset
from lib.experiment import Experiment, ModelSettings
from lib.figures.strip import Traces
from lib.preview import untrained
from lib.recurrence import forward, initial_model_weights
from lib.run import Run, Snapshot
from lib.tables.table import remembered
from lib.training.recorded import recorded
from lib.ui import runs
from lib.ui.session import LayerWeights, session

if TYPE_CHECKING:
    from lib.kept import Kept


@dataclass(frozen=True, slots=True, eq=False)
class ShownRun:
    """Figures, with the experiment and the data that they belong to."""

    experiment: Experiment
    dataset: Dataset
    snapshot: Snapshot
    """Always with results."""
    run: Run | None = None
    is_recorded: bool = False
    kept: Kept | None = None
    """The file that it is from."""

    @property
    def polling(self) -> bool:
        """Whether the figures change without anybody doing anything."""
        return self.run is not None and self.snapshot.status.active


_untrained = remembered(lambda dataset, experiment: untrained(experiment, dataset))


def shown_run(experiment: Experiment, dataset: Dataset) -> ShownRun:
    """What to show to this session now."""
    if watched := runs.current_run():
        run, snapshot = watched
        if not snapshot.results:
            start = _untrained(run.dataset, run.experiment)
            snapshot = replace(
                snapshot, samples=start.samples, results=start.results, others=start.others
            )
        return ShownRun(run.experiment, run.dataset, snapshot, run)
    kept = session().kept
    if kept and kept.is_of(experiment, session().upload.table):
        return ShownRun(experiment, dataset, kept.snapshot, kept=kept)
    if earlier := recorded(experiment):
        return ShownRun(experiment, dataset, earlier, is_recorded=True)
    return ShownRun(experiment, dataset, _untrained(dataset, experiment))


def fitting_run(experiment: Experiment, dataset: Dataset) -> ShownRun:
    """What the charts show, where it is of this model and these data; else the untrained model."""
    shown = shown_run(experiment, dataset)
    if shown.dataset is dataset and shown.experiment.model == experiment.model:
        return shown
    return ShownRun(experiment, dataset, _untrained(dataset, experiment))


def initial_weights(experiment: Experiment, dataset: Dataset) -> LayerWeights:
    """What all models of an experiment start from."""
    return _initial(experiment.model, experiment.seed, dataset.shape[2], dataset.targets)


@lru_cache(maxsize=64)
def _initial(model: ModelSettings, seed: int, features: int, targets: int) -> LayerWeights:
    return tuple(initial_model_weights(Experiment(model=model, seed=seed), features, targets))


def pick_answers(shown: ShownRun | Compared, *, labels: bool = True) -> tuple[int, int]:
    """Draw what picks one of the shown samples and a target column, where there are several.

    Returns the places of both. Without `labels` the pickers are narrow.
    """
    dataset, targets = shown.dataset, shown.dataset.target_names
    names = [dataset.short_sample_name(index) for index in shown.snapshot.samples]
    _sample_index(len(names))
    for what, control, texts, width in (
        ("Target", st.selectbox, targets, 150),
        ("Sample", st.select_slider, names, 200),
    ):
        if len(texts) > 1:
            control(
                what,
                range(len(texts)),
                format_func=texts.__getitem__,
                key=f"{what.lower()}_{len(texts)}",
                label_visibility="visible" if labels else "collapsed",
                width="stretch" if labels else width,
            )
    return picked_answers(shown)


def picked_answers(shown: ShownRun | Compared) -> tuple[int, int]:
    """The places of both, as they were picked."""
    target = st.session_state.get(f"target_{shown.dataset.targets}", 0)
    return _sample_index(len(shown.snapshot.samples)), target


def _sample_index(count: int) -> int:
    """Which of `count` shown samples the person looks at, 0 to count-1."""
    return st.session_state.setdefault(f"sample_{count}", 0) if count > 1 else 0


def strip_values(shown: ShownRun) -> tuple[int, Traces]:
    """What shades the shape strip: a sample's index, and every state of both models for it.

    As they were when the page was drawn: at a run's start or end, or when a control was moved.
    """
    samples = shown.dataset.shown
    sample = int(samples[_sample_index(len(samples))])
    x = shown.dataset.x[sample : sample + 1]
    return sample, {
        mode: forward(shown.experiment, weights, x)
        for mode, weights in shown.snapshot.weights[0].items()
    }
