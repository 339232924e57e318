"""What the charts show: a run, else one from a file or a recording, else the untrained model.

And after which epoch: the newest while a run trains; once it rests, a slider goes back over the
epochs of which weights are kept (`TrainingClient.checkpoints`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from lib.charts import Traces
from lib.data import Dataset, remembered
from lib.experiment import Experiment
from lib.recurrence import forward
from lib.results import (
    BEST,
    Run,
    RunAt,
    SeedWeights,
    SkillTable,
    Status,
    as_of,
    skill_of_seeds,
    untrained,
    without_answers,
)
from lib.training import recorded
from lib.ui import runs
from lib.ui.linked import Linked, linked_slider
from lib.ui.session import once, session

if TYPE_CHECKING:
    from lib.export import Kept


@dataclass(frozen=True, slots=True, eq=False)
class ShownRun(RunAt):
    """Figures with results, and where they are from."""

    run: Run | None = None
    is_recorded: bool = False
    kept: Kept | None = None  # the file that it is from

    @property
    def polling(self) -> bool:
        """Whether a run changes the figures."""
        return self.run is not None and self.snapshot.status.active


untrained_models = remembered(lambda dataset, experiment: untrained(experiment, dataset))


def worth_of(run: Run, weights: SeedWeights) -> SkillTable | None:
    """The errors of a table's run and baselines, for a browser that may not see the rows."""
    whole = runs.client().get(run.id) or run
    has_table = whole.dataset.origin is not None
    return skill_of_seeds(whole.experiment, whole.dataset, weights) if has_table else None


def shown_run(experiment: Experiment, dataset: Dataset) -> ShownRun:
    """What to show to this session now."""
    run, snapshot = runs.current_run() or (None, None)
    # A run that couldn't begin, because nothing can be trained on this server, isn't shown.
    has_begun = snapshot and (snapshot.results or snapshot.status is not Status.FAILED)
    if run and snapshot and (has_begun or not runs.client().unavailable):
        if not snapshot.results:  # before its first epoch those of the untrained models
            whole = runs.client().get(run.id) or run
            start = untrained_models(whole.dataset, whole.experiment)
            if not runs.may_see_rows(run):
                start = without_answers(start)
            samples, others = start.samples, start.others
            snapshot = replace(snapshot, samples=samples, results=start.results, others=others)
        return ShownRun(run.experiment, run.dataset, snapshot, run)
    kept, table = session().kept, session().upload.table
    if kept and kept.experiment == experiment and kept.table in (None, table):
        return ShownRun(experiment, dataset, kept.snapshot, kept=kept)
    if earlier := recorded(experiment):
        return ShownRun(experiment, dataset, earlier, is_recorded=True)
    return ShownRun(experiment, dataset, untrained_models(dataset, experiment))


def fitting_run(experiment: Experiment, dataset: Dataset) -> ShownRun:
    """What the charts show if it is of this model and these data, else the untrained model."""
    shown = shown_run(experiment, dataset)
    if shown.dataset is dataset and shown.experiment.model == experiment.model:
        return shown
    return ShownRun(experiment, dataset, untrained_models(dataset, experiment))


def pick_answers(shown: RunAt, *, labels: bool = True) -> tuple[int, int]:
    """Draw pickers of a sample and a target, narrow without `labels`; returns both indices."""
    dataset, targets = shown.dataset, shown.dataset.target_names
    names = [dataset.sample_name(index, short=True) for index in shown.snapshot.samples]
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


def picked_answers(shown: RunAt) -> tuple[int, int]:
    """The indices of the picked sample and target."""
    target = st.session_state.get(f"target_{shown.dataset.targets}", 0)
    return _sample_index(len(shown.snapshot.samples)), target


def _sample_index(count: int) -> int:
    """Which of `count` shown samples is picked, 0 to count-1."""
    return st.session_state.setdefault(f"sample_{count}", 0) if count > 1 else 0


def strip_values(shown: ShownRun) -> tuple[int, Traces]:
    """What shades the shape strip: a sample's index, and all states of both models for it."""
    samples = shown.dataset.shown
    sample = int(samples[_sample_index(len(samples))])
    if shown.polling or not shown.dataset.has_rows:  # the strip is drawn with the page alone
        return sample, {}
    x, models = shown.dataset.x[sample : sample + 1], shown.snapshot.weights[0]
    return sample, {mode: forward(shown.experiment, each, x) for mode, each in models.items()}


class Epochs:
    """The epochs of a run of which weights are known, and which is shown; for one drawing."""

    def __init__(self, shown: ShownRun) -> None:
        self.shown = shown
        self.weights = _weights(shown)
        """By epoch, increasing; not those of the best epochs, with which a model may end."""
        texts = [f"{epoch}" for epoch in self.weights] + [BEST] * shown.snapshot.keeps_best
        # An earlier epoch is evaluated on the samples anew, which takes their rows.
        if shown.polling or not shown.dataset.has_rows:
            texts = texts[-1:]
        key = f"epoch_{shown.snapshot.run_id}_{max(self.weights)}"
        self.choice = Linked("epoch", texts, len(texts) - 1, key)
        is_newest = self.choice.index == self.choice.default
        self.picked = None if is_newest else int(texts[self.choice.index])
        """The epoch that a person went back to; None for the newest."""
        self.about = shown.run, shown.polling or shown.snapshot.status, self.picked
        """What the page runs again for: another run, its beginning or end, a picked epoch."""

    def draw(self, *, wide: bool = False) -> None:
        """Draw the slider, where there is a choice."""
        labels = [text if text == BEST else f"{int(text):,}" for text in self.choice.texts]
        linked_slider("After epoch", labels, self.choice, wide=wide)

    @property
    def then(self) -> ShownRun:
        """The run as it was after the picked epoch."""
        shown, epoch, snapshot = self.shown, self.picked, self.shown.snapshot
        if epoch is None:
            return shown
        weights = self.weights[epoch]
        then = once("earlier", (snapshot, epoch), lambda: as_of(shown, epoch, weights))
        return replace(shown, snapshot=then)


def _weights(shown: ShownRun) -> dict[int, SeedWeights]:
    """Weights of all modes by epoch: the initial ones, a run's checkpoints, and the newest."""
    run, snapshot = shown.run, shown.snapshot
    # While it trains nobody can go back to them.
    start = () if shown.polling else untrained_models(shown.dataset, shown.experiment).weights
    past = snapshot.past if run is None else runs.client().checkpoints(run)
    known = {0: start, **{epoch: each for epoch, each in past if snapshot.has_all(each)}}
    results = [result for seed in snapshot.seeds for result in seed.values()]
    checked = [int(epoch) for result in results for epoch in result.checked_epochs[-1:]]
    if snapshot.has_all(snapshot.weights) and checked and not snapshot.keeps_best:
        known[max(checked)] = snapshot.weights
    return dict(sorted(known.items()))
