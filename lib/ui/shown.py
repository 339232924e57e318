"""What pages show: the sidebar's dataset, and a run, a recorded run or the untrained model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import streamlit as st

from lib import data, results
from lib.charts import split
from lib.experiment import Experiment, ExperimentError
from lib.text import capital, with_full_stop
from lib.training import limits, recorded, with_seeds
from lib.ui import address, runs
from lib.ui.fragment import following_fragment
from lib.ui.session import Loaded, once, session
from lib.ui.widgets import Linked, hint, plain

if TYPE_CHECKING:
    from lib.export import Kept

NOT_SHARED = "This run uses an uploaded file, and its owner hasn't shared the run."

# Keep few datasets: a dataset may take 24 MB, and moving a slider requests many datasets.
made_dataset = lru_cache(maxsize=max(2, int(8 * data.share())))(data.make_settled_dataset)


def dataset_of(settled: Experiment, table: data.Table | None) -> data.Dataset:
    """Return the dataset of a settled experiment, whose settings are within its data's limits."""
    key = settled.data_only
    if table is None or settled.data.name != "upload":
        return made_dataset(key)
    return once("dataset", (key, table), lambda: data.make_settled_dataset(key, table))


def load_data(settled: Experiment) -> Loaded:
    """Return the sidebar's experiment and dataset. Show why data can't be made or trained on."""
    place = st.container()  # drawn always, so that a warning moves no block below
    upload = session().upload
    if settled.data.name == "upload" and upload.table is None:
        with place:
            return _example(settled)
    run, _ = runs.current_run() or (None, None)
    try:
        has_table = settled.data.name != "upload" or runs.table_of_run() is upload.table
        if run and has_table and run.experiment == with_seeds(settled, run.dataset):
            loaded = Loaded(run.experiment, run.dataset)
        else:
            dataset = dataset_of(settled, upload.table)
            loaded = Loaded(with_seeds(settled, dataset), dataset)
    except ExperimentError as error:
        first = data.suggested(data.FIRST)
        last = upload.last_good or Loaded(first, dataset_of(first, None))
        shown = f"{last.dataset.title} with {last.dataset.shape[1]} timesteps"
        text = plain(f"{capital(str(error))} Until then, you see {shown}.")
        place.warning(text, icon=":material/info:")
        if isinstance(error, data.WindowError) and (most := error.timesteps):
            changes = ({"T": most},)
            place.button(f"Use T = {most}", key="use_cure", on_click=address.change, args=changes)
        return replace(last, obstacle="Train is off: see the note at the top of this page.")
    upload.last_good = loaded
    if note := split.thinned(loaded.dataset):
        with upload.below or place:
            hint(note)
    try:
        limits.check_trainable(settled, loaded.dataset)
    except ExperimentError as error:
        return replace(loaded, obstacle=with_full_stop(f"These settings can't be trained: {error}"))
    return replace(loaded, obstacle=runs.client().pool.unavailable)


def _example(settled: Experiment) -> Loaded:
    """Show an example in place of a missing file, with a link to the uploader."""
    example = data.example_of_upload(settled)
    try:
        dataset = dataset_of(example, None)
    except ExperimentError:  # the settings may need more rows than Seattle has
        example = data.settle(replace(settled, data=data.suggested(example.data.name).data))
        dataset = dataset_of(example, None)
    with st.container(horizontal=True, vertical_alignment="center"):
        is_hidden = session().subject.run_id and not runs.current_run()
        why = NOT_SHARED if is_hidden else "No table uploaded yet."
        text = f"{why} You see {dataset.title} instead."
        st.warning(plain(text), icon=":material/info:", width="stretch")
        if session().address.page != "Data":
            icon, link = ":material/upload_file:", address.query("Data")
            st.page_link("pages/data.py", label="Upload yours", icon=icon, query_params=link)
    return Loaded(example, dataset, "Upload a table to train on it.")


@dataclass(frozen=True, slots=True, eq=False)
class ShownRun(results.RunAt):
    """Results to show, with their source."""

    run: results.Run | None = None
    is_recorded: bool = False
    kept: Kept | None = None  # the file with the results

    @property
    def polling(self) -> bool:
        """Whether a run is changing the results."""
        return self.run is not None and self.snapshot.status.active


untrained_models = data.cached_with_object(
    lambda dataset, experiment: results.untrained(experiment, dataset)
)


def shown_run(experiment: Experiment, dataset: data.Dataset) -> ShownRun:
    """Return the session's run, else the saved run, a recorded run or the untrained model."""
    run, snapshot = runs.current_run() or (None, None)
    # Skip a run that couldn't start because this server can't train.
    has_begun = snapshot and (snapshot.results or snapshot.status is not results.Status.FAILED)
    if run and snapshot and (has_begun or not runs.client().pool.unavailable):
        if not snapshot.results:  # before the first epoch, show the untrained models
            start = untrained_models(run.dataset, run.experiment)
            samples, others = start.samples, start.others
            snapshot = replace(snapshot, samples=samples, results=start.results, others=others)
        return ShownRun(run.experiment, run.dataset, snapshot, run)
    kept, table = session().kept, session().upload.table
    if kept and kept.experiment == experiment and kept.table in (None, table):
        return ShownRun(experiment, dataset, kept.snapshot, kept=kept)
    if earlier := recorded(experiment):
        return ShownRun(experiment, dataset, earlier, is_recorded=True)
    return ShownRun(experiment, dataset, untrained_models(dataset, experiment))


def fitting_run(experiment: Experiment, dataset: data.Dataset) -> ShownRun:
    """Return the shown run if it has this model and these data, else the untrained model."""
    shown = shown_run(experiment, dataset)
    if shown.dataset is dataset and shown.experiment.model == experiment.model:
        return shown
    return ShownRun(experiment, dataset, untrained_models(dataset, experiment))


def draw_pickers(shown: results.RunAt, *, labels: bool = True) -> tuple[int, int]:
    """Draw pickers of a target and a sample, narrow if not `labels`. Return (sample, target)."""
    dataset = shown.dataset
    targets = () if dataset.has_labels else dataset.target_names  # K columns are one target
    names = [dataset.sample_name(index, short=True) for index in shown.snapshot.samples]
    sample_and_target(shown)  # sets the first sample as the default
    for label, control, texts, width in (
        ("Target", st.selectbox, targets, 150),
        ("Sample", st.select_slider, names, 200),
    ):
        if len(texts) > 1:
            options: Any = {} if labels else {"label_visibility": "collapsed", "width": width}
            options |= {"format_func": texts.__getitem__, "key": f"{label.lower()}_{len(texts)}"}
            control(label, range(len(texts)), **options)
    return sample_and_target(shown)


def sample_and_target(shown: results.RunAt) -> tuple[int, int]:
    """Return the index of the picked sample among the shown samples, and of the picked target."""
    state, count = st.session_state, len(shown.snapshot.samples)
    sample = state.setdefault(f"sample_{count}", 0) if count > 1 else 0
    return sample, state.get(f"target_{shown.dataset.targets}", 0)


class _EpochChoice(Linked):
    """The choice of the epoch nearest to the address's epoch, since a run thins out its epochs."""

    @property
    def index(self) -> int:
        """The index of the nearest epoch or, if the address has none, of the newest."""
        wanted, known = address.page_value(self.name), [*filter(str.isdecimal, self.texts)]
        if not (known and wanted.isdecimal()):
            return super().index
        return self.texts.index(min(known, key=lambda text: abs(int(text) - float(wanted))))


class Epochs:
    """The epochs with known weights, and the picked epoch, for one drawing."""

    def __init__(self, shown: ShownRun) -> None:
        self.shown = shown
        self.weights = _weights(shown)
        """Weights by epoch, ascending, without the weights that models kept from a best epoch."""
        texts = [f"{epoch}" for epoch in self.weights]
        texts += [results.BEST] if shown.snapshot.keeps_best else []
        key = f"epoch_{shown.snapshot.run_id}_{max(self.weights)}"
        self.choice = _EpochChoice("epoch", texts, len(texts) - 1, key)
        place = self.choice.index
        self.picked = None if place == self.choice.default else int(texts[place])  # None: newest
        self.page_state = shown.run, shown.polling or shown.snapshot.status, self.picked
        """The page reruns if the run, its status or the picked epoch changes."""

    @property
    def at_picked_epoch(self) -> ShownRun:
        """The run after the picked epoch."""
        shown, epoch, snapshot = self.shown, self.picked, self.shown.snapshot
        if epoch is None:
            return shown
        # While a run trains, its newer epochs don't change an earlier epoch.
        parts = (snapshot.run_id if shown.polling else snapshot), epoch
        earlier = once("earlier", parts, lambda: results.as_of(shown, epoch, self.weights[epoch]))
        return replace(shown, snapshot=earlier)


def follow_epochs(loaded: Loaded, draw: Callable[[Epochs], Callable[[Epochs], object]]) -> None:
    """Draw the shown run, and follow the run while it trains: see `following_fragment`."""
    following_fragment(
        lambda: Epochs(shown_run(loaded.experiment, loaded.dataset)),
        draw,
        lambda epochs: epochs.shown.polling,
        page_state=lambda epochs: (*epochs.page_state, session().subject.experiment),
    )


def _weights(shown: ShownRun) -> dict[int, results.SeedWeights]:
    """Return weights of all modes by epoch: the initial, checkpointed and newest weights."""
    run, snapshot = shown.run, shown.snapshot
    past = snapshot.past if run is None else runs.client().checkpoints(run)
    known = {epoch: each for epoch, each in past if snapshot.has_all(each)}
    trained = [result for seed in snapshot.seeds for result in seed.values()]
    checked = [int(epoch) for result in trained for epoch in result.checked_epochs[-1:]]
    if snapshot.has_all(snapshot.weights) and checked and not snapshot.keeps_best:
        known[max(checked)] = snapshot.weights
    # A training run with a large model sends no weights: use the initial weights.
    if not (known and shown.polling):
        known.setdefault(0, untrained_models(shown.dataset, shown.experiment).weights)
    return dict(sorted(known.items()))
