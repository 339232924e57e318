"""Predict first: a question on an output shape, answered by a click or a key."""

import re
from functools import partial
from typing import Any

import streamlit as st

from lib.charts import SCALES, Palette, stack_picture, stack_sentence
from lib.shapes import code_lines, question
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
    puzzle, answers = question(number), session().shapes.answers
    answer, is_right = answers.get(number, (None, False))
    wanted, steps = puzzle.options[puzzle.right], puzzle.steps
    st.markdown("# What shape comes out?")
    left, right = st.columns([3, 2])
    with left, card(f"Question {number + 1}", height="stretch"):
        st.code("\n".join(code_lines(steps)), language="python", wrap_lines=True)
    with right.container(border=True, height="stretch", key="quiz_options"):
        verdict = "Your answer"
        if answer is not None:
            told = plain(f"{wanted.text[0].lower()}{wanted.text[1:]}")
            verdict = ":green[✓ Right]" if is_right else f":red[✗ The right answer: {told}]"
        st.markdown(f"### {verdict}")
        for place, option in enumerate(puzzle.options):
            label, right_one = plain(option.text), place == puzzle.right
            if answer is not None and (right_one or place == answer):
                label += " ✓" if right_one else " ✗"
            act: Any = partial(answers.setdefault, number, (place, right_one))
            off = answer is not None and not right_one
            st.button(label, f"option_{place}", width="stretch", disabled=off, on_click=act)
        with st.container(horizontal=True, vertical_alignment="center"):
            after = partial(address.set_page_value, KEY, f"{(number + 1) % MOST + 1}")
            press("Next question", "arrow_forward", "quiz_next", after)
            if answers:
                rights = sum(right for _, right in answers.values())
                hint(f"{rights} of {len(answers)} right.")
    with st.container(border=True, key="quiz_answer"):
        if answer is None:
            hint(f"The input. Say aloud what comes out, then press 1 to 4. {SCALES}")
            st.html(stack_picture(steps[:1], palette))
            return
        if not is_right:
            given = puzzle.options[answer]
            say(f"✗ {given.text}: {given.why}")
        takeaway(f"✓ {wanted.text}: {wanted.why}", f"{stack_sentence(steps)} {SCALES}")
        st.html(stack_picture(steps, palette))

        def trace() -> None:
            set_stack(tuple(step.layer for step in steps))
            address.set_page_value("part", "")

        press("Trace this stack", "view_in_ar", "quiz_trace", trace)
