"""From the sidebar's experiment to its dataset, made once for everyone who asks for the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import streamlit as st

from lib.dataset import Dataset
from lib.datasets import make_dataset, settle
from lib.experiment import Experiment, ExperimentError, ModelSettings, TrainingSettings
from lib.training.limits import check
from lib.ui import runs
from lib.ui.text import plain
from lib.ui.upload import in_words
from lib.windows import Table, TooShortError


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """What the page is about."""

    experiment: Experiment
    """Settled: as the data allows it."""
    dataset: Dataset
    trainable: bool = True
    """False where what the sidebar asks for can't be had, so that this is something else, or where
    it can be seen and not trained."""


# A handful, since a dataset may take 24 MB, and sliders ask for many that nobody comes back to.
_made = lru_cache(maxsize=8)(make_dataset)


def load(experiment: Experiment, table: Table | None) -> Loaded:
    """The settled experiment and its dataset.

    Where the choice can't be served (an upload without a file, more timesteps than rows) the
    person is told why, and sees the last one that could be. What is too large to be trained is
    said before anybody presses Train.
    """
    place = st.empty()  # always, so that a warning that comes or goes moves no block below it
    run = runs.current_run()
    if run and run.experiment.data.name == experiment.data.name == "upload" and table is None:
        # Somebody else's upload, watched.
        return Loaded(run.experiment, run.dataset, trainable=False)
    try:
        settled = settle(experiment, table)
        same = run is not None and runs.is_run_of(run, settled, table)
        loaded = Loaded(settled, run.dataset if same and run else _dataset(settled, table))
    except ExperimentError as error:
        last: Loaded = st.session_state.get("last_good") or _default()
        words = f"{error}"
        shown = last.dataset.title
        cure = error.cure if isinstance(error, TooShortError) else {}
        if cure:  # then it may be the same table, which isn't what is in doubt
            shown += f" with {last.dataset.shape[1]} timesteps"
        with place.container():
            st.warning(
                plain(f"{words[:1].upper()}{words[1:]} Until then you see {shown}."),
                icon=":material/info:",
            )
            if cure:
                st.button(
                    f"Use {in_words(cure)}",
                    key="use_cure",
                    on_click=st.session_state.update,
                    args=(dict(cure),),
                )
        return replace(last, trainable=False)
    st.session_state["last_good"] = loaded
    try:
        check(settled, loaded.dataset)
    except ExperimentError as error:
        place.warning(plain(f"This can't be trained: {error}."), icon=":material/info:")
        return replace(loaded, trainable=False)
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
