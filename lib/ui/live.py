"""A run as it goes: the buttons, the progress, and every chart with its sentence.

All of it is one fragment. While figures change it draws itself anew four times a second, and
when they stop it asks for a last full run of the page, which ends the polling.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lib import narrate
from lib.datasets.dataset import Dataset
from lib.experiment import Experiment
from lib.figures import CONFIG
from lib.figures.loss import loss_figure
from lib.figures.palette import Palette
from lib.figures.predictions import predictions_figure
from lib.figures.step_error import step_error_figure
from lib.preview import untrained
from lib.training.messages import Run, Snapshot, Status
from lib.training.recorded import recorded
from lib.ui import training

POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the charts show: figures, and the experiment and data that these belong to."""

    experiment: Experiment
    dataset: Dataset
    snapshot: Snapshot
    run: Run | None = None
    is_recorded: bool = False


def view(experiment: Experiment, dataset: Dataset) -> View:
    """This session's run; before there is one, a recording; without one, the untrained model."""
    if found := training.current():
        run, snapshot = found
        if snapshot.results is None:
            start = untrained(run.experiment, run.dataset)
            snapshot = replace_results(snapshot, start)
        return View(run.experiment, run.dataset, snapshot, run)
    if snapshot := recorded(experiment):
        return View(experiment, dataset, snapshot, is_recorded=True)
    return View(experiment, dataset, untrained(experiment, dataset))


def live(experiment: Experiment, dataset: Dataset, palette: Palette) -> None:
    """Draw the run, and keep it up to date while it changes."""
    found = training.current()
    polling = found is not None and found[1].status.active
    st.fragment(_panel, run_every=POLL_SECONDS if polling else None)(
        experiment, dataset, palette, polling
    )


def _panel(experiment: Experiment, dataset: Dataset, palette: Palette, polling: bool) -> None:
    shown = view(experiment, dataset)
    _controls(experiment, dataset, shown)
    _notices(experiment, shown)
    _charts(shown, palette)
    if polling != (shown.run is not None and shown.snapshot.status.active):
        st.rerun()
