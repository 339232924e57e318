"""Questions to Keras that the Cell page asks by itself, one at a time for each place of the page.

For another sample, layer or mode a question is asked at once, and nothing is shown meanwhile. While
a run trains, the last answer stays until the next one comes, so that figures never blink, and the
page says of which epoch it is. Answers about recorded models are recorded.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from lib.charts import NO_ANSWER, STARTING, WAITING, questions_sentence
from lib.recurrence import batch, initial_model_weights, initial_weights
from lib.training import AnswerFuture, recorded_answer
from lib.ui import clock, runs
from lib.ui.cell.chosen import Chosen
from lib.ui.fragment import fragment
from lib.ui.session import Asked, LayerWeights, session
from lib.ui.text import plain, say_steadily

EVERY_SECONDS = 3.0
"""Least seconds between two questions about the same choice while a run trains."""
WAITING_SECONDS, POLL_SECONDS = 0.3, 1.0
"""Seconds between two checks for an answer, and for a new epoch of a run that trains."""
MEASURED, AVERAGED = 8, 16
"""Samples on which differences are measured, and over which gradients are averaged."""
PADDING = 3
"""Steps of zeros at the end, to see what they do."""


def measured(chosen: Chosen) -> np.ndarray:
    """The samples that differences are measured on, (N, T, F), the shown one first."""
    others = chosen.dataset.shown[chosen.dataset.shown != chosen.sample]
    return chosen.dataset.x[[chosen.sample, *others[: MEASURED - 1]]]


def backward(chosen: Chosen) -> LayerWeights:
    """Fresh weights of a layer that reads backwards what the chosen one reads."""
    model, width = chosen.experiment.model, chosen.layer_pass.x.shape[1]
    return _fresh(model.cell, width, model.units, chosen.experiment.seed)


@lru_cache(maxsize=8)  # a page run draws them, and those of many units take a while
def _fresh(cell: str, width: int, units: int, seed: int) -> LayerWeights:
    return tuple(initial_weights(cell, width, units, np.random.default_rng([seed, 3])))


@dataclass(frozen=True, slots=True)
class Question:
    """The question of a place."""

    place: str
    name: str
    """A key of `lib.training.answers.ANSWERS`."""
    words: str
    about: tuple[str, ...]
    """Attributes of `Chosen` that it depends on, besides the model."""

    def arguments(self, chosen: Chosen) -> dict[str, Any]:
        """What Keras needs besides the cell to answer the question of the place."""
        place, dataset, experiment = self.place, chosen.dataset, chosen.experiment
        about: dict[str, Any]
        if place in ("modes", "breakings", "padding"):  # about the layers up to the chosen one
            about = {"weights": chosen.upward(chosen.weights)}
            if place == "modes":
                return {**about, "layers": chosen.layer + 1, "x": measured(chosen), "sample": 0}
            if place == "breakings":
                about |= {"backward": backward(chosen), "padding": PADDING}
                return {**about, "x": measured(chosen)}
            batches = {end: batch(chosen.features, end == "end")[0] for end in ("end", "start")}
            return {**about, "batches": batches, "loss": chosen.loss}
        about = {
            "layers": experiment.model.layers,
            "weights": chosen.weights,
        }  # about the whole model
        if place == "reach":
            samples = dataset.shown[:AVERAGED]
            about |= {"y": dataset.y[samples], "loss": chosen.loss, "layer": chosen.layer}
            return {**about, "x": dataset.x[samples]}
        if place == "both ways":
            other = experiment.set(head="none", seed=(experiment.seed + 1) % 10_000)
            weights = initial_model_weights(other, dataset.shape[2], dataset.targets)
            about |= {"backward": tuple(weights)}
        return {**about, "x": chosen.features}


PLACES = {
    question.place: question
    for question in (
        Question("modes", "modes", "are the modes one computation?", ("sample", "layer")),
        Question("breakings", "breakings", "what breaks it?", ("sample", "layer")),
        Question("reach", "reach", "how far back does each loss reach?", ("layer", "loss")),
        Question("one way", "influence", "which inputs move which outputs?", ("sample",)),
        Question(
            "both ways", "influence", "which do if the layers are Bidirectional?", ("sample",)
        ),
        Question("padding", "padding", "what does padding do?", ("sample", "layer", "loss")),
    )
}
"""Where an answer is shown → its question."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The state of a question."""

    answered: Asked | None
    """None until there is an answer about the choice."""
    pending: AnswerFuture | None
    """The question under way."""
    waiting: bool
    """Whether an answer is expected soon."""
    about: str
    """The question in words."""

    @property
    def error(self) -> str:
        """A sentence where Keras could not answer."""
        return f"{(self.answered and self.answered.answer.exception()) or ''}"

    @property
    def values(self) -> dict[str, Any] | None:
        """What Keras has answered."""
        return self.answered.answer.result() if self.answered and not self.error else None

    @property
    def instead(self) -> str:
        """What stands where a value would, while there is none."""
        waiting = WAITING if runs.client().worker_ready else STARTING
        return NO_ANSWER if self.error else waiting

    @property
    def ahead(self) -> int:
        """How many questions, of any page, are answered before this one."""
        return runs.client().ahead(self.pending) if self.pending else 0


def ask(place: str, chosen: Chosen) -> Reply:
    """Ask the question of a place, unless its answer is here or under way; returns its state."""
    question, asked = PLACES[place], session().cell.asked.setdefault(place, [])
    model, seed = chosen.experiment.model, chosen.experiment.seed  # not what training changes
    of_model = model, seed, chosen.dataset, chosen.run_id, chosen.mode
    choice = *of_model, *(getattr(chosen, name) for name in question.about)
    if asked and asked[-1].choice != choice and asked[-1].answer.cancel():
        asked.pop()  # nobody waits for it any more
    if asked and asked[-1].answer.done():
        del asked[:-1]
    done = [each for each in asked[:1] if each.answer.done()]
    answered = next((each for each in done if each.choice == choice), None)
    is_new = answered is not None and answered.weights is chosen.weights
    follows = answered is not None and chosen.polling
    is_due = not follows or clock.now() - asked[-1].time >= EVERY_SECONDS
    if not is_new and asked == done and is_due:
        answer = _answer(question, chosen)
        asked.append(Asked(choice, chosen.weights, chosen.epoch, answer, clock.now()))
        if answer.done():
            return Reply(asked[-1], None, False, question.words)
    pending = None if asked == done else asked[-1].answer
    return Reply(answered, pending, not is_new and not follows, question.words)


def _answer(question: Question, chosen: Chosen) -> AnswerFuture:
    """A future of Keras's answer, which has a recorded answer at once."""
    arguments = question.arguments(chosen)
    known = recorded_answer(chosen.dataset.name, question.place, arguments)
    if known is None:
        return runs.client().ask(question.name, cell=chosen.experiment.model.cell, **arguments)
    answer: AnswerFuture = Future()
    answer.set_result(known)
    return answer


def keras_progress(replies: Sequence[Reply], chosen: Chosen) -> str:
    """How far Keras is with the page's questions, and of which epoch its answers are."""
    waiting = sorted((reply for reply in replies if reply.waiting), key=lambda reply: reply.ahead)
    done, total = len(replies) - len(waiting), len(replies)
    about, ahead = (waiting[0].about, waiting[0].ahead) if waiting else ("", 0)
    failed = sum(bool(reply.error) for reply in replies)
    ready, again = runs.client().worker_ready, chosen.polling
    if failed and (why := runs.client().unavailable):
        return why
    far = questions_sentence(done, total, about, ahead, ready=ready, failed=failed, again=again)
    known = [reply.answered for reply in replies if reply.answered and not reply.error]
    if all(answered.weights is chosen.weights for answered in known):
        return far
    epochs = [f"{epoch:,}" for epoch in sorted({answered.epoch for answered in known})]
    return f"{far} Figures as of epoch {' to '.join(dict.fromkeys((epochs[0], epochs[-1])))}."


def say_progress(replies: Sequence[Reply], chosen: Chosen) -> None:
    """Draw the progress, in the space of its longest wording."""
    total, longest = len(replies), max((reply.about for reply in replies), key=len)
    waiting = questions_sentence(0, total, longest, 88, ready=True)
    again = questions_sentence(total, total, "", 0, ready=True, again=True)
    older = f"{again} Figures as of epoch 8,888 to 8,888."
    say_steadily(keras_progress(replies, chosen), max(waiting, older, key=len), gray=True)


def watch(chosen: Chosen, replies: Sequence[Reply]) -> None:
    """Show errors; rerun the page when Keras has answered or a run has moved on."""
    errors = {reply.error for reply in replies} - {"", runs.client().unavailable}
    for error in sorted(errors):
        st.error(plain(error), icon=":material/error:")
    if errors:
        st.button("Ask Keras again", icon=":material/replay:", on_click=_forget_errors)
    waiting = any(reply.waiting for reply in replies)
    seconds = WAITING_SECONDS if waiting else POLL_SECONDS if chosen.polling else None
    drawn, sentence = _run_state(), keras_progress(replies, chosen)

    def look() -> None:
        answered = any(reply.pending is not None and reply.pending.done() for reply in replies)
        if answered or (_run_state(), keras_progress(replies, chosen)) != (drawn, sentence):
            st.rerun()

    fragment(look, run_every=seconds)()


def _run_state() -> tuple[object, ...] | None:
    """What the page shows of the session's run, which isn't how its worker is."""
    if (current := runs.current_run()) is None:
        return None
    run, snapshot = current
    return run, snapshot.status, snapshot.epoch, snapshot.seeds


def _forget_errors() -> None:
    """Forget failed questions, so that they are asked again."""
    places = session().cell.asked
    for name, asked in [*places.items()]:
        if asked[0].answer.done() and asked[0].answer.exception():
            del places[name]
