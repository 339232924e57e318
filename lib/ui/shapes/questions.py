"""Read an error: its cause, the fix, and a correct example. And predict an output shape first."""

import re
from functools import partial
from typing import Any

import streamlit as st

from lib import shapes
from lib.charts import SCALES, Palette, shapes_picture, stack_picture, stack_sentence
from lib.shapes import Explanation
from lib.ui import address
from lib.ui.linked import bound, pills
from lib.ui.session import session
from lib.ui.shapes.shown_stack import set_stack
from lib.ui.text import card, hint, plain, press, say, takeaway

ERROR_KEY = "error"  # in the address: which example is shown, and nothing that a person pastes
QUIZ_KEY = "quiz"  # in the address: the question's number
QUESTIONS = 9999
LONGEST = 600  # the longest text shown about a message, in characters
SURE = {
    "certain": "Certain: the message says so.",
    "likely": "Likely: the message leaves open why it came to this.",
    "possible": "Possible: the message says little, or isn't the last error of the text.",
}
"""Confidence of an explanation → what is said of it."""


def decoder(palette: Palette) -> None:
    """Draw the explanation beside the message; below, its shapes and a checklist."""
    example = address.page_value(ERROR_KEY)
    example = example if example in shapes.EXAMPLES else next(iter(shapes.EXAMPLES))
    page = session().shapes
    text = page.message = shapes.EXAMPLES[example] if page.message is None else page.message
    explanation = shapes.explain_error(text)
    unknown = "This message isn’t known here" if text.strip() else "Paste a message"
    st.markdown(f"# {'What this message means' if explanation else unknown}")
    left, right = st.columns(2)
    # On a narrow screen the left one comes first.
    with left.container(border=True, height="stretch", key="explanation"):
        if explanation:
            _explained(explanation)
            if shapes.described_stack(text):
                press("Open this stack", "stacks", "open_stack", _open)
        else:
            st.markdown("The checklist below finds most causes.")
    with right.container(border=True, height="stretch"):
        control = bound("error_text", text, _show)
        st.text_area("Paste a message, or a whole traceback", height=200, **control)
        hint("It is read in this page’s process, and kept nowhere. Or look at one of these:")
        labels = {message: name for name, message in shapes.EXAMPLES.items()}
        pills("Examples", labels, text if text in labels else None, "error_example", _show)
    size = r"(?:None|\?|[0-9]{1,7})"  # the first three shapes of 2 to 4 axes
    found = re.findall(rf"[(\[]({size}(?:, ?{size}){{1,3}})[)\]]", shapes.ends(text))
    drawn = [shape for shape in dict.fromkeys(map(shapes.sizes, found)) if 0 not in shape][:3]
    left, right = st.columns(2)
    with left, card("The shapes in the message", height="stretch"):
        if drawn:
            st.html(shapes_picture(drawn, palette))
            hint(f"Drawn as samples, timesteps (purple), features (brown). {SCALES}")
        else:
            hint("None of 2 to 4 axes.")
    with right, card("Check the shapes, in this order", height="stretch"):
        st.markdown("\n".join(f"{i}. {plain(line)}" for i, line in enumerate(shapes.CHECKLIST, 1)))


def _explained(explanation: Explanation) -> None:
    """Draw the cause and the fix; of several meanings, each with its condition."""
    several = len(explanation.meanings) > 1
    st.markdown(f"### {'What it says' if several else 'Cause'}")
    st.markdown(plain((explanation.happened if several else explanation.cause)[:LONGEST]))
    hint(SURE[explanation.confidence])
    if explanation.check:
        hint("Which of those below it was, this line tells:")
        st.code(explanation.check, language="python", wrap_lines=True)
    st.markdown(f"### What mends it{', the likeliest first' if several else ''}")
    for number, meaning in enumerate(explanation.meanings, 1):
        condition = f"**{number} · If {plain(meaning.condition[:LONGEST])}:** " if several else ""
        st.markdown(f"{condition}{plain(meaning.fix[:LONGEST])}")
        st.code(meaning.code[:LONGEST], language="python", wrap_lines=True)


def _open() -> None:
    """Trace the stack that the message describes; the pasted text stays out of the address."""
    set_stack(shapes.from_text(shapes.described_stack(session().shapes.message or "")))
    address.set_page_value("part", "stack")


def _show(message: str) -> None:
    session().shapes.message = shapes.ends(message)
    names = [name for name, example in shapes.EXAMPLES.items() if example == message]
    address.set_page_value(ERROR_KEY, names[0] if names else "")


def quiz(palette: Palette) -> None:
    """Draw a question; after the answer, the stack with all its tensors."""
    text = address.page_value(QUIZ_KEY)  # which counts from 1
    number = min(max(int(text), 1), QUESTIONS) - 1 if re.fullmatch("[0-9]{1,6}", text) else 0
    puzzle, answers = shapes.question(number), session().shapes.answers
    answer, is_right = answers.get(number, (None, False))
    wanted, steps = puzzle.options[puzzle.right], puzzle.steps
    st.markdown("# What shape comes out?")
    left, right = st.columns([3, 2])
    with left, card(f"Question {number + 1}", height="stretch"):
        st.code("\n".join(shapes.code_lines(steps)), language="python", wrap_lines=True)
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
            after = partial(address.set_page_value, QUIZ_KEY, f"{(number + 1) % QUESTIONS + 1}")
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
