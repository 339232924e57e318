"""One click trains a model on the right target and one on a mistaken one, and shows the cost."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from lib.doctor.damage import LOSS, MISTAKES, Damage, mistake_of
from lib.doctor.question import TargetQuestion
from lib.figures.palette import Palette
from lib.figures.target import damage_loss_figure, damage_predictions_figure
from lib.narrate.target import damage_told
from lib.training.questions import AnswerFuture
from lib.training.recorded import recorded_damage
from lib.ui import runs
from lib.ui.fragment import following_fragment
from lib.ui.session import session
from lib.ui.steady import steady_chart
from lib.ui.text import hint, plain, press, takeaway

POLL_SECONDS = 0.3
PICK = "shapes_mistake"
Answers = Mapping[str, AnswerFuture]
"""By mistake what the worker says of it, once it has trained both."""


def damage_card(question: TargetQuestion, palette: Palette) -> None:
    """The mistake that fits the question best; a recorded training until the person trains it."""
    page = session().shapes
    fitting = mistake_of(question.output, question.target)
    if fitting and (PICK not in st.session_state or page.damage_question != question):
        st.session_state[PICK] = fitting
    page.damage_question = question
    draw = partial(_panel, palette, fitting if question.loss == LOSS else None)
    following_fragment(lambda: page.training_both, draw, _is_training, POLL_SECONDS)


def _is_training(answers: Answers) -> bool:
    return not all(answer.done() for answer in answers.values())


def _panel(palette: Palette, asked_about: str | None, answers: Answers) -> None:
    """`asked_about` is the mistake that the question describes; None where it is none of these."""
    waiting = _is_training(answers)
    case = st.session_state[PICK] = st.session_state.get(PICK) or next(iter(MISTAKES))
    st.pills(
        "Mistake",
        list(MISTAKES),
        format_func=lambda name: MISTAKES[name].title,
        key=PICK,
        required=True,
        label_visibility="collapsed",
    )
    if case != asked_about:
        hint(f"Not the case asked about: this is {MISTAKES[case].title}, with mean squared error.")
    answer = answers[case] if case in answers and answers[case].done() else None
    problem = answer and answer.exception()
    damage = Damage(**answer.result()) if answer and not problem else recorded_damage(case)
    with st.container(horizontal=True, vertical_alignment="center"):
        press("Train both", "play_arrow", "train_both", partial(_ask, case), disabled=waiting)
        if waiting:
            st.markdown(":blue-badge[training] :small[Two models, 40 epochs each: up to a minute.]")
        else:
            is_live = answer and not problem
            st.markdown(":green-badge[trained just now]" if is_live else ":gray-badge[recorded]")
    if problem:
        st.error(plain(f"{problem}"), icon=":material/error:")
    left, right = st.columns(2)
    words, sentence = damage_told(MISTAKES[case], damage)
    with left:
        steady_chart(damage_loss_figure(damage, palette), sentence, "damage_loss")
        hint("What both trainings report: nothing raises.")
    with right:
        steady_chart(damage_predictions_figure(damage, palette), sentence, "damage_predictions")
        hint("What both models say, against what is true.")
    takeaway(words, sentence)


def _ask(case: str) -> None:
    session().shapes.training_both[case] = runs.client().ask("target_damage", case=case)
