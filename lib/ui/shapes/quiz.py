"""Predict first: a question on an output shape, answered by a click or a key."""

import re
from functools import partial

import streamlit as st

from lib.charts import SCALES, Palette, stack
from lib.shapes import Question, code_lines, question
from lib.ui import address
from lib.ui.session import session
from lib.ui.shapes.shown_stack import set_stack
from lib.ui.text import card, hint, plain, press, say, takeaway

KEY = "quiz"  # in the address: the question's seed
MOST = 9999


def quiz(palette: Palette) -> None:
    """Draw a question; after the answer, the stack with all its tensors."""
    text = address.page_value(KEY)  # which counts from 1
    number = min(max(int(text), 1), MOST) - 1 if re.fullmatch("[0-9]{1,6}", text) else 0
    puzzle = question(number)
    answer, _ = session().shapes.answers.get(number, (None, False))
    st.markdown("# What shape comes out?")
    left, right = st.columns([3, 2])
    with left, card(f"Question {number + 1}", height="stretch"):
        st.code("\n".join(code_lines(puzzle.steps)), language="python", wrap_lines=True)
    with right.container(border=True, height="stretch", key="quiz_options"):
        _options(number, puzzle, answer)
    with st.container(border=True, key="quiz_answer"):
        steps = puzzle.steps[:1] if answer is None else puzzle.steps
        if answer is None:
            hint(f"The input. Say aloud what comes out, then press 1 to 4. {SCALES}")
        else:
            wanted, given = puzzle.options[puzzle.right], puzzle.options[answer]
            if given != wanted:
                say(f"✗ {given.text}: {given.why}")
            takeaway(f"✓ {wanted.text}: {wanted.why}", f"{stack.stack_sentence(steps)} {SCALES}")
        st.html(stack.stack_picture(steps, palette))
        if answer is not None:

            def trace() -> None:
                set_stack(tuple(step.layer for step in puzzle.steps))
                address.set_page_value("part", "")

            press("Trace this stack", "view_in_ar", "quiz_trace", trace)


def _options(number: int, puzzle: Question, answer: int | None) -> None:
    verdict = "Your answer"
    if answer is not None:
        is_right, wanted = answer == puzzle.right, puzzle.options[puzzle.right].text
        told = plain(f"{wanted[0].lower()}{wanted[1:]}")
        verdict = ":green[✓ Right]" if is_right else f":red[✗ The right answer: {told}]"
    st.markdown(f"### {verdict}")
    for place, option in enumerate(puzzle.options):
        is_right, is_answered, sign = place == puzzle.right, answer is not None, ""
        if is_answered:
            sign = " ✓" if is_right else " ✗" if place == answer else ""
        st.button(
            f"{plain(option.text)}{sign}",
            key=f"option_{place}",
            width="stretch",
            disabled=is_answered and not is_right,
            on_click=_answer,
            args=(number, place, is_right),
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        after = partial(address.set_page_value, KEY, f"{(number + 1) % MOST + 1}")
        press("Next question", "arrow_forward", "quiz_next", after)
        if rights := [right for _, right in session().shapes.answers.values()]:
            hint(f"{sum(rights)} of {len(rights)} right.")


def _answer(number: int, place: int, right: bool) -> None:
    session().shapes.answers.setdefault(number, (place, right))
