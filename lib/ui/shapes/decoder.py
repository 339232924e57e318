"""Read an error: paste a message and see its cause, the fix, and a correct example."""

import re

import streamlit as st

from lib import shapes
from lib.charts import SCALES, Palette, shapes_picture
from lib.shapes import Explanation, Shape
from lib.ui import address
from lib.ui.linked import bound, pills
from lib.ui.session import session
from lib.ui.shapes.shown_stack import set_stack
from lib.ui.text import card, hint, plain, press

KEY = "error"  # in the address: which example is shown. What a person pastes never goes there
LONGEST = 600  # the longest text shown about a message, in characters
SURE = {
    "certain": "Certain: the message says so.",
    "likely": "Likely: the message leaves open why it came to this.",
    "possible": "Possible: the message says little, or isn't the last error of the text.",
}
"""Confidence of an explanation → what is said of it."""


def decoder(palette: Palette) -> None:
    """Draw the explanation beside the message; below, its shapes and a checklist."""
    example = address.page_value(KEY)
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
            _explained(explanation, text)
        else:
            st.markdown("The checklist below finds most causes.")
    with right.container(border=True, height="stretch"):
        control = bound("error_text", text, _pasted)
        st.text_area("Paste a message, or a whole traceback", height=200, **control)
        hint("It is read in this page’s process, and kept nowhere. Or look at one of these:")
        picked = next((name for name, words in shapes.EXAMPLES.items() if words == text), None)
        names = {name: name for name in shapes.EXAMPLES}
        pills("Examples", names, picked, "error_example", _picked)
    left, right = st.columns(2)
    with left, card("The shapes in the message", height="stretch"):
        if found := _shapes_in(text):
            st.html(shapes_picture(found, palette))
            hint(f"Drawn as samples, timesteps (purple), features (brown). {SCALES}")
        else:
            hint("None of 2 to 4 axes.")
    with right, card("Check the shapes, in this order", height="stretch"):
        st.markdown("\n".join(f"{i}. {plain(line)}" for i, line in enumerate(shapes.CHECKLIST, 1)))


def _explained(explanation: Explanation, text: str) -> None:
    """Draw the cause and the fix; of several meanings, each with its condition."""
    first, *others = explanation.meanings
    st.markdown(f"### {'What it says' if others else 'Cause'}")
    st.markdown(plain((explanation.happened if others else explanation.cause)[:LONGEST]))
    hint(SURE[explanation.confidence])
    if explanation.check:
        hint("Which of those below it was, this line tells:")
        st.code(explanation.check, language="python", wrap_lines=True)
    if others:
        st.markdown("### What mends it, the likeliest first")
    for number, meaning in enumerate(explanation.meanings if others else (), 1):
        condition = plain(meaning.condition[:LONGEST])
        st.markdown(f"**{number} · If {condition}:** {plain(meaning.fix)}")
        st.code(meaning.code[:LONGEST], language="python", wrap_lines=True)
    if not others:
        st.markdown(f"### What mends it\n{plain(first.fix[:LONGEST])}")
        st.code(first.code[:LONGEST], language="python", wrap_lines=True)
    if shapes.described_stack(text):
        press("Open this stack", "stacks", "open_stack", _open)


def _shapes_in(message: str) -> list[Shape]:
    """The first three shapes of 2 to 4 axes in a text, each once."""
    size = r"(?:None|\?|[0-9]{1,7})"
    texts = re.findall(rf"[(\[]({size}(?:, ?{size}){{1,3}})[)\]]", shapes.ends(message))
    return [shape for shape in dict.fromkeys(map(shapes.sizes, texts)) if 0 not in shape][:3]


def _open() -> None:
    """Trace the stack that the message describes; the pasted text stays out of the address."""
    set_stack(shapes.from_text(shapes.described_stack(session().shapes.message or "")))
    address.set_page_value("part", "stack")


def _pasted(text: str) -> None:
    session().shapes.message = shapes.ends(text)
    address.set_page_value(KEY, "")


def _picked(name: str) -> None:
    session().shapes.message = shapes.EXAMPLES[name]
    address.set_page_value(KEY, "" if name == next(iter(shapes.EXAMPLES)) else name)
