"""Questions to Keras, asked by the page itself, never more than one for each place at a time.

An answer belongs to what a person has chosen: another sample, layer or mode is asked for at once,
and nothing is shown meanwhile. But while a run moves the weights on, the last answer stays until
the next one comes, so that figures never blink, and says of which epoch it is. What Keras answered
about recorded models is recorded, too.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
import streamlit as st

from lib.charts import NO_ANSWER, STARTING, WAITING, questions_sentence
from lib.recurrence import batch, initial_model_weights, initial_weights
from lib.training import AnswerFuture, recorded_answer
from lib.ui import clock, runs
from lib.ui.cell.chosen import Chosen
from lib.ui.fragment import fragment
from lib.ui.session import LayerWeights, session
from lib.ui.text import plain, say_steadily

EVERY_SECONDS = 3.0
"""Between two questions about the same choice, at the least, while a run trains."""
WAITING_SECONDS, POLL_SECONDS = 0.3, 1.0
"""Between two looks whether the page is up to date: for an answer, and for a run that trains."""
MEASURED, AVERAGED = 8, 16
"""On so many samples differences are measured, and over so many gradients are means."""
PADDING = 3
"""Steps of zeros at the end, to see what they do."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question to Keras for a place of the Cell page."""

    choice: tuple[Any, ...]
    """What a person has chosen; numbers are compared by value, data by identity."""
    weights: LayerWeights
    epoch: int
    """Of the weights."""
    answer: AnswerFuture
    time: float
    """When it was asked, in seconds of `lib.ui.clock`."""


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


def _modes(chosen: Chosen) -> dict[str, Any]:
    weights = chosen.upward(chosen.weights)
    return {"layers": chosen.layer + 1, "weights": weights, "x": measured(chosen), "sample": 0}


def _breakings(chosen: Chosen) -> dict[str, Any]:
    about = {"x": measured(chosen), "backward": backward(chosen), "padding": PADDING}
    return {"weights": chosen.upward(chosen.weights), **about}


def _reach(chosen: Chosen) -> dict[str, Any]:
    dataset, samples = chosen.dataset, chosen.dataset.shown[:AVERAGED]
    about = {"y": dataset.y[samples], "loss": chosen.loss, "layer": chosen.layer}
    return {**_one_way(chosen), "x": dataset.x[samples], **about}


def _one_way(chosen: Chosen) -> dict[str, Any]:
    layers = chosen.experiment.model.layers
    return {"layers": layers, "weights": chosen.weights, "x": chosen.features}


def _both_ways(chosen: Chosen) -> dict[str, Any]:
    """The same with a second layer that reads backwards."""
    dataset, experiment = chosen.dataset, chosen.experiment
    other = experiment.set(head="none", seed=(experiment.seed + 1) % 10_000)
    backward = tuple(initial_model_weights(other, dataset.shape[2], dataset.targets))
    return {**_one_way(chosen), "backward": backward}


def _padding(chosen: Chosen) -> dict[str, Any]:
    batches = {end: batch(chosen.features, end == "end")[0] for end in ("end", "start")}
    return {"weights": chosen.upward(chosen.weights), "batches": batches, "loss": chosen.loss}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for a place."""

    name: str
    """A key of `lib.training.answers.ANSWERS`."""
    words: str
    about: tuple[str, ...]
    """What of `Chosen` it is about, besides the model."""
    arguments: Callable[[Chosen], dict[str, Any]]
    """For Keras, besides the cell; made when it is asked."""


ONE = ("sample", "layer")
PLACES = {
    "modes": Question("modes", "are the modes one computation?", ONE, _modes),
    "breakings": Question("breakings", "what breaks it?", ONE, _breakings),
    "reach": Question("reach", "how far back does each loss reach?", ("layer", "loss"), _reach),
    "one way": Question("influence", "which inputs move which outputs?", ("sample",), _one_way),
    "both ways": Question(
        "influence", "which do if the layers are Bidirectional?", ("sample",), _both_ways
    ),
    "padding": Question("padding", "what does padding do?", (*ONE, "loss"), _padding),
}
"""Where an answer is shown → its question."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is known of a question now."""

    answered: Asked | None
    """None until there is an answer about what is chosen."""
    pending: AnswerFuture | None
    """The question that is under way."""
    waiting: bool
    """Whether an answer is to be expected soon."""
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
    """Ask for `place`, a key of PLACES, unless the answer is here or under way; what is known."""
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
        answer = _answer(place, chosen)
        asked.append(Asked(choice, chosen.weights, chosen.epoch, answer, clock.now()))
        if answer.done():
            return Reply(asked[-1], None, False, question.words)
    pending = None if asked == done else asked[-1].answer
    return Reply(answered, pending, not is_new and not follows, question.words)


def _answer(place: str, chosen: Chosen) -> AnswerFuture:
    """What will hold Keras's answer; it does at once where that is recorded."""
    question = PLACES[place]
    arguments = question.arguments(chosen)
    known = recorded_answer(chosen.dataset.name, place, arguments)
    if known is None:
        return runs.client().ask(question.name, cell=chosen.experiment.model.cell, **arguments)
    answer: AnswerFuture = Future()
    answer.set_result(known)
    return answer


def keras_progress(replies: Sequence[Reply], chosen: Chosen) -> str:
    """How far Keras is with the page's questions now, and of when its answers are."""
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
    """Say it, in the room of the longest that may have to be said."""
    total, longest = len(replies), max((reply.about for reply in replies), key=len)
    waiting = questions_sentence(0, total, longest, 88, ready=True)
    again = questions_sentence(total, total, "", 0, ready=True, again=True)
    older = f"{again} Figures as of epoch 8,888 to 8,888."
    say_steadily(keras_progress(replies, chosen), max(waiting, older, key=len), gray=True)


def watch(chosen: Chosen, replies: Sequence[Reply]) -> None:
    """Draw the page anew when Keras has answered or a run has moved on; and say what went wrong."""
    why = runs.client().unavailable  # `say_progress` says that
    errors = {reply.error for reply in replies} - {"", why}
    for error in sorted(errors):
        st.error(plain(error), icon=":material/error:")
    if errors:
        st.button("Ask Keras again", icon=":material/replay:", on_click=_forget_errors)
    waiting = any(reply.waiting for reply in replies)
    seconds = WAITING_SECONDS if waiting else POLL_SECONDS if chosen.polling else None
    now = partial(keras_progress, replies, chosen)
    fragment(_look, run_every=seconds)(_drawn_of_run(), replies, now(), now)


def _drawn_of_run() -> tuple[object, ...] | None:
    """What the page draws of the session's run; not how its worker is, which it doesn't say."""
    if (current := runs.current_run()) is None:
        return None
    run, snapshot = current
    return run, snapshot.status, snapshot.epoch, snapshot.seeds


def _look(drawn: object, replies: Sequence[Reply], sentence: str, now: Callable[[], str]) -> None:
    """Run the page again when Keras has answered or the run has moved on since it was drawn."""
    answered = any(reply.pending is not None and reply.pending.done() for reply in replies)
    if _drawn_of_run() != drawn or answered or now() != sentence:
        st.rerun()


def _forget_errors() -> None:
    """Ask again where there was no answer."""
    places = session().cell.asked
    for name, asked in [*places.items()]:
        if asked[0].answer.done() and asked[0].answer.exception():
            del places[name]
