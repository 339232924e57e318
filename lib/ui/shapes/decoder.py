"""Read an error: paste a message, and see its cause, what mends it, and a right example."""

import streamlit as st

from lib.errors import CHECKLIST, EXAMPLES, explain_error
from lib.errors.message import ends, readable, shapes_in
from lib.figures.palette import Palette
from lib.figures.target import shapes_picture
from lib.figures.tensor import SCALES
from lib.ui import address
from lib.ui.linked import bound, pills
from lib.ui.session import session
from lib.ui.text import card, hint, plain

KEY = "error"
"""In the address: which example is shown. What a person pastes never goes there."""
LONGEST = 600
"""Of what is said about a message, in characters."""


def decoder(palette: Palette) -> None:
    """The text on the left, what it means on the right; below, its shapes and what to check."""
    example = address.page_value(KEY)
    example = example if example in EXAMPLES else next(iter(EXAMPLES))
    page = session().shapes
    text = page.message = EXAMPLES[example] if page.message is None else page.message
    explanation = explain_error(text)
    unknown = "This message isn’t known here" if text.strip() else "Paste a message"
    st.markdown(f"# {'What this message means' if explanation else unknown}")
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        control = bound("error_text", text, _pasted)
        st.text_area("Paste a message, or a whole traceback", height=200, **control)
        hint("It is read in this page’s process, and kept nowhere. Or look at one of these:")
        picked = next((name for name, words in EXAMPLES.items() if words == text), None)
        pills("Examples", {name: name for name in EXAMPLES}, picked, "error_example", _picked)
    with right.container(border=True, height="stretch", key="explanation"):
        if explanation:
            for title, words in (("Cause", explanation.cause), ("What mends it", explanation.fix)):
                st.markdown(f"### {title}")
                st.markdown(plain(words[:LONGEST]))
            st.code(explanation.code[:LONGEST], language="python", wrap_lines=True)
        elif not text.strip():
            st.markdown("Its cause, and what mends it, will stand here.")
        else:
            st.markdown("### Cause")
            st.markdown(
                "None of the messages that this page knows is in the text. "
                "The checklist below finds most causes."
            )
    left, right = st.columns(2)
    with left, card("The shapes in the message", height="stretch"):
        if shapes := shapes_in(readable(text)):
            st.html(shapes_picture(shapes, palette))
            hint(
                "Drawn as (N, T, F): purple is time, brown are features. "
                f"The shape of a kernel means something else. {SCALES}"
            )
        else:
            hint("None of 2 to 4 axes.")
    with right, card("Check the shapes, in this order", height="stretch"):
        st.markdown("\n".join(f"{i}. {plain(line)}" for i, line in enumerate(CHECKLIST, 1)))


def _pasted(text: str) -> None:
    session().shapes.message = ends(text)
    address.set_page_value(KEY, "")


def _picked(name: str) -> None:
    session().shapes.message = EXAMPLES[name]
    address.set_page_value(KEY, "" if name == next(iter(EXAMPLES)) else name)
