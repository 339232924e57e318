"""Read an error: paste a message and see its cause, the fix, and a correct example."""

import re

import streamlit as st

from lib import shapes
from lib.charts import SCALES, Palette, shapes_picture
from lib.shapes import Explanation
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
    address.set_page_value(KEY, names[0] if names else "")
