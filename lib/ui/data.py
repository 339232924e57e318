"""The dataset of the sidebar's experiment, or what is shown instead; and a download button."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import streamlit as st

from lib.charts import split
from lib.data import (
    FIRST,
    Dataset,
    Table,
    TooShortError,
    example_of_upload,
    make_settled_dataset,
    settle,
    share,
    suggested,
)
from lib.experiment import Experiment, ExperimentError, ModelSettings, TrainingSettings
from lib.export import arrays, data_name
from lib.text import capital, joined, sentence
from lib.training import check, with_seeds
from lib.ui import runs
from lib.ui.address import change, query
from lib.ui.browser import save_button
from lib.ui.runs import foreign_upload
from lib.ui.session import Loaded, once, session
from lib.ui.text import card, hint, plain

# A handful, since a dataset may take 24 MB, and sliders ask for many that nobody comes back to.
made_dataset = lru_cache(maxsize=max(2, int(8 * share())))(make_settled_dataset)


def dataset_of(settled: Experiment, table: Table | None) -> Dataset:
    """The dataset of a settled experiment; the session keeps the last one of a table."""
    key = Experiment(settled.data, ModelSettings(), TrainingSettings(), settled.seed)
    if table is None or settled.data.name != "upload":
        return made_dataset(key)
    return once("dataset", (key, table), lambda: make_settled_dataset(key, table))


def load_data(settled: Experiment) -> Loaded:
    """Return the sidebar's experiment and its dataset, and say what can't be made or trained."""
    place = st.container()  # always, so that a warning that comes or goes moves no block below it
    upload = session().upload
    if settled.data.name == "upload" and upload.table is None:
        with place:
            if foreign := foreign_upload():
                return Loaded(foreign.experiment, foreign.dataset, trainable=False)
            return _example(settled)
    run, _ = runs.current_run() or (None, None)
    try:
        if run and runs.is_run_of(run, with_seeds(settled, run.dataset), upload.table):
            loaded = Loaded(run.experiment, run.dataset)
        else:
            dataset = dataset_of(settled, upload.table)
            loaded = Loaded(with_seeds(settled, dataset), dataset)
    except ExperimentError as error:
        first = suggested(FIRST)
        last = upload.last_good or Loaded(first, dataset_of(first, None))
        shown = f"{last.dataset.title} with {last.dataset.shape[1]} timesteps"
        words = plain(f"{capital(str(error))} Until then you see {shown}.")
        place.warning(words, icon=":material/info:")
        if cure := error.cure if isinstance(error, TooShortError) else {}:
            label, changes = f"Use {in_words(cure)}", (dict(cure),)
            place.button(label, key="use_cure", on_click=change, args=changes)
        return replace(last, trainable=False)
    upload.last_good = loaded
    if every := split.thinned(loaded.dataset):
        with place:
            hint(every)
    try:
        check(settled, loaded.dataset)
    except ExperimentError as error:
        place.warning(plain(sentence(f"This can't be trained: {error}")), icon=":material/info:")
        return replace(loaded, trainable=False)
    return replace(loaded, trainable=not runs.client().unavailable)


def _example(settled: Experiment) -> Loaded:
    """An example in place of a file that isn't there yet, and a link to where it is given."""
    example = example_of_upload(settled)
    try:
        dataset = dataset_of(example, None)
    except ExperimentError:  # theirs may be longer than Seattle's
        example = settle(replace(settled, data=suggested(example.data.name).data))
        dataset = dataset_of(example, None)
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"No table is uploaded yet, so {dataset.title} stands in for it."
        st.warning(plain(words), icon=":material/info:", width="stretch")
        if session().address.page != "Data":
            icon, there = ":material/upload_file:", query("Data")
            st.page_link("pages/data.py", label="Upload yours", icon=icon, query_params=there)
    return Loaded(example, dataset, trainable=False)


def in_words(cure: Mapping[str, int]) -> str:
    """Settings for which a table has enough rows: "T = 14 and a horizon of 1"."""
    words = {"T": "T = {}", "horizon": "a horizon of {}", "period": "a season found in the rows"}
    return joined([words[key].format(value) for key, value in cure.items()])


def take_prepared(loaded: Loaded) -> None:
    """Draw a download button for the arrays, unless they are of somebody else's table."""
    dataset = loaded.dataset
    if dataset.name == "upload" and session().upload.table is None:
        return
    with card("Take it away", key="take_away"):
        name = f"{data_name(dataset)}.npz"
        save_button("The arrays", lambda: arrays(dataset), name, "application/octet-stream")
        loads = " Explore's scripts load this file." if dataset.origin else ""
        hint(f"x, y and their names, for NumPy's load.{loads}")
