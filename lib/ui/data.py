"""From the sidebar's experiment to its dataset, made once for everyone who asks for the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import streamlit as st

from lib.datasets import make_dataset, settle
from lib.datasets.dataset import Dataset
from lib.experiment import Experiment, ExperimentError, ModelSettings, TrainingSettings
from lib.ui import training
from lib.ui.words import plain
from lib.windows import Table


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """What the page is about."""

    experiment: Experiment
    """Settled: as the data allows it."""
    dataset: Dataset
    trainable: bool = True
    """False where this isn't what the sidebar asks for, since that can't be had."""


# A handful, since a dataset may take 24 MB, and sliders ask for many that nobody comes back to.
_made = lru_cache(maxsize=8)(make_dataset)


def load(experiment: Experiment, table: Table | None) -> Loaded:
    """The settled experiment and its dataset.

    Where the choice can't be served (an upload without a file, more timesteps than rows) the
    person is told why, and sees the last one that could be.
    """
    place = st.empty()  # always, so that a warning that comes or goes moves no block below it
    run = training.current_run()
    if run and run.experiment.data.name == experiment.data.name == "upload" and table is None:
        # Somebody else's upload, watched.
        return Loaded(run.experiment, run.dataset, trainable=False)
    try:
        settled = settle(experiment, table)
        same = run is not None and training.is_run_of(run, settled, table)
        loaded = Loaded(settled, run.dataset if same and run else _dataset(settled, table))
    except ExperimentError as error:
        last: Loaded = st.session_state.get("last_good") or _default()
        words = f"{error}"
        place.warning(
            plain(f"{words[:1].upper()}{words[1:]} Until then you see {last.dataset.title}."),
            icon=":material/info:",
        )
        return replace(last, trainable=False)
    st.session_state["last_good"] = loaded
    return loaded


def _default() -> Loaded:
    settled = settle(Experiment())
    return Loaded(settled, _dataset(settled, None))


def _dataset(experiment: Experiment, table: Table | None) -> Dataset:
    # Only the cell and the head can change what a dataset says: the floor of the worked example.
    model = ModelSettings(cell=experiment.model.cell, head=experiment.model.head)
    key = Experiment(experiment.data, model, TrainingSettings(), experiment.seed)
    if table is None or experiment.data.name != "upload":
        return _made(key)
    cached = st.session_state.get("upload_dataset")
    if cached is None or cached[0] != key or cached[1] is not table:
        cached = (key, table, make_dataset(key, table))
        st.session_state["upload_dataset"] = cached
    return cached[2]
