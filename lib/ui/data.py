"""From the sidebar's experiment to its dataset, made once for everyone who asks for the same."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from lib.datasets import make_dataset, settle
from lib.datasets.dataset import Dataset
from lib.experiment import Experiment, ExperimentError, ModelSettings, TrainingSettings
from lib.ui.words import plain
from lib.windows import Table

# Only the cell and the head can change what a dataset says (the floor of the raw worked example).
_made = lru_cache(maxsize=32)(make_dataset)


def load(experiment: Experiment, table: Table | None) -> tuple[Experiment, Dataset]:
    """The settled experiment and its dataset.

    Where the choice can't be served (an upload without a file, more timesteps than rows) the
    person is told why, and gets the last one that could be.
    """
    try:
        settled = settle(experiment, table)
        dataset = _dataset(settled, table)
    except ExperimentError as error:
        settled, dataset = st.session_state.get("last_good") or _default()
        st.warning(
            plain(f"{error} Until then you see {dataset.title}."), icon=":material/upload_file:"
        )
        return settled, dataset
    st.session_state["last_good"] = settled, dataset
    return settled, dataset


def _default() -> tuple[Experiment, Dataset]:
    settled = settle(Experiment())
    return settled, _dataset(settled, None)


def _dataset(experiment: Experiment, table: Table | None) -> Dataset:
    model = ModelSettings(cell=experiment.model.cell, head=experiment.model.head)
    key = Experiment(experiment.data, model, TrainingSettings(), experiment.seed)
    if table is None or experiment.data.name != "upload":
        return _made(key)
    cached = st.session_state.get("upload_dataset")
    if cached is None or cached[0] != key or cached[1] is not table:
        cached = (key, table, make_dataset(key, table))
        st.session_state["upload_dataset"] = cached
    return cached[2]
