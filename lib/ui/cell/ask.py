"""Requests to Keras for the Cell page. A place is a spot on the page that shows one result.

A new sample, layer or mode sends a request at once and clears the old result. While a run trains,
the page shows the last result with its epoch. Each place has at most one pending request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from lib.charts import NO_ANSWER, STARTING, WAITING
from lib.recurrence import initial_model_weights, initial_weights
from lib.results import mode_values
from lib.text import counted
from lib.training import AnswerFuture, recorded_answer
from lib.ui import clock, runs
from lib.ui.cell.chosen import Chosen
from lib.ui.session import LayerWeights, session
from lib.ui.widgets import plain, press, rerun_when

EVERY_SECONDS = 3.0  # least seconds between two requests for the same choice while a run trains
WAITING_SECONDS = 0.3  # pause between two checks for a result
POLL_SECONDS = 1.0  # pause between two checks for a new epoch
MEASURED = 8  # number of samples to measure differences with
AVERAGED = 16  # number of samples to average gradients over
PADDING = 3  # steps of zeros that the padding examples append
PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "modes": ("modes", ("sample", "layer")),
    "breakings": ("breakings", ("sample", "layer")),
    "reach": ("reach", ("layer",)),
    "one way": ("influence", ("sample",)),
    "both ways": ("influence", ("sample",)),
    "streaming": ("streaming", ("sample", "layer")),
}
"""By place: the request, and which fields of `Chosen`, besides the model, change its result."""


def measured(chosen: Chosen) -> np.ndarray:
    """Return the samples for measuring differences, (N, T, F), the shown sample first."""
    others = chosen.shown[chosen.shown != chosen.sample]
    return chosen.dataset.x[[chosen.sample, *others[: MEASURED - 1]]]


def backward(chosen: Chosen) -> LayerWeights:
    """Return initial weights for a backward layer with the chosen layer's input."""
    model, width = chosen.experiment.model, chosen.layer_pass.x.shape[1]
    rng = np.random.default_rng([chosen.experiment.seed, 3])
    return tuple(initial_weights(model.cell, width, model.units, rng))


def arguments(place: str, chosen: Chosen) -> dict[str, Any]:
    """Return the arguments of a place's request, except the cell."""
    dataset, experiment = chosen.dataset, chosen.experiment
    up_to_layer = {"weights": chosen.upward(chosen.weights), "x": measured(chosen)}
    of_model = {"weights": chosen.weights, "x": dataset.x[chosen.sample]}
    match place:
        case "modes":
            return up_to_layer | {"sample": 0}
        case "breakings":
            return up_to_layer | {"backward": backward(chosen), "padding": PADDING}
        case "streaming":
            return up_to_layer | {"x": measured(chosen)[[0, -1]]}  # twice the only sample
        case "reach":
            averaged = chosen.shown[:AVERAGED]
            of_loss = {"loss": experiment.training.loss, "layer": chosen.layer}
            y = dataset.y[averaged]
            if dataset.has_labels:  # if steps are padded, last-step mode has other targets
                y = np.stack([y, mode_values(dataset, dataset.y, "last")[averaged]])
            return of_model | of_loss | {"x": dataset.x[averaged], "y": y}
        case "both ways":
            untrained = experiment.set(head="none", seed=(experiment.seed + 1) % 10_000)
            fresh = initial_model_weights(untrained, dataset.shape[2], dataset.targets)
            return of_model | {"backward": tuple(fresh)}
    return of_model


class Request(NamedTuple):
    """A request about the weights of an epoch."""

    weights: LayerWeights
    epoch: int
    future: AnswerFuture
    sent: float  # seconds of `lib.ui.clock`


@dataclass(slots=True, eq=False)
class Reply:
    """The last finished and the pending request of a place, for one sample, layer and mode."""

    choice: tuple[object, ...]  # compares numbers by value, data by identity
    finished: Request | None = None
    pending: Request | None = None
    waiting: bool = True  # whether the place stays empty until the pending result arrives

    @property
    def error(self) -> str:
        """Keras's error message, or ""."""
        return f"{(self.finished and self.finished.future.exception()) or ''}"

    @property
    def values(self) -> dict[str, Any] | None:
        """Keras's result, or None."""
        return self.finished.future.result() if self.finished and not self.error else None

    @property
    def instead(self) -> str:
        """The text to show while `values` is None."""
        waiting = WAITING if runs.client().pool.ready else STARTING
        return NO_ANSWER if self.error else waiting


def ask(place: str, chosen: Chosen) -> Reply:
    """Send a place's request unless its result is known or pending; return the place's reply."""
    replies, (question, names) = session().cell.replies, PLACES[place]
    experiment = chosen.experiment  # the loss is the only training setting that matters here
    of_model = experiment.model, experiment.seed, experiment.training.loss, chosen.mode
    choice = *of_model, chosen.dataset, chosen.run_id, *(getattr(chosen, name) for name in names)
    reply: Reply | None = replies.get(place)
    if reply is None or reply.choice != choice:
        if reply and reply.pending:
            reply.pending.future.cancel()
        reply = replies[place] = Reply(choice)
    if reply.pending and reply.pending.future.done():
        reply.finished, reply.pending = reply.pending, None
    now, finished = clock.now(), reply.finished
    is_old = finished is None or finished.weights is not chosen.weights
    follows_run = finished is not None and chosen.polling
    is_due = finished is None or not chosen.polling or now - finished.sent >= EVERY_SECONDS
    if is_old and is_due and reply.pending is None:
        args = arguments(place, chosen)
        recorded = recorded_answer(chosen.dataset.name, place, args)
        if recorded is None:
            future = runs.client().ask(question, cell=experiment.model.cell, **args)
        else:
            future = AnswerFuture()
            future.set_result(recorded)
        request = Request(chosen.weights, chosen.epoch, future, now)
        if future.done():
            reply.finished, is_old = request, False
        else:
            reply.pending = request
    reply.waiting = is_old and not follows_run
    return reply


def keras_progress(replies: Sequence[Reply], chosen: Chosen) -> str:
    """Return the progress of Keras's checks, and the results' epoch if it isn't the newest."""
    pool = runs.client().pool
    done = sum(not reply.waiting for reply in replies)
    failed = sum(bool(reply.error) for reply in replies)
    if failed and pool.unavailable:
        return pool.unavailable
    text = "Checked against Keras."
    if done < len(replies):
        text = f"Keras runs check {done + 1} of {len(replies)} …" if pool.ready else STARTING
    elif failed:
        text = f"Keras failed in {failed} of {counted(len(replies), 'check')}: see the error below."
    known = [reply.finished for reply in replies if reply.finished and not reply.error]
    old = [request.epoch for request in known if request.weights is not chosen.weights]
    return f"{text} Results from epoch {min(old):,}." if old else text


def watch(chosen: Chosen, replies: Sequence[Reply]) -> None:
    """Show errors. Rerun the page when Keras returns a result or a run trains an epoch."""
    errors = {reply.error for reply in replies} - {"", runs.client().pool.unavailable}
    for error in sorted(errors):
        st.error(plain(error), icon=":material/error:")
    if errors:
        press("Run the checks again", "replay", "ask_again", session().cell.replies.clear)

    def state() -> tuple[object, ...]:
        run, now = runs.current_run() or (None, None)
        of_run = (run, now.status, now.epoch, now.seeds) if now else None
        return of_run, keras_progress(replies, chosen)

    drawn = state()

    def has_changed() -> bool:
        is_finished = any(each.pending and each.pending.future.done() for each in replies)
        return is_finished or state() != drawn

    seconds = POLL_SECONDS if chosen.polling else None
    if any(reply.waiting for reply in replies):
        seconds = WAITING_SECONDS
    rerun_when(has_changed, seconds)
