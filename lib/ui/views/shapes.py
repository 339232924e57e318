"""Shapes: of both models, of a stack, and which mode is needed when."""

from functools import partial

import streamlit as st

from lib import charts
from lib.charts import Palette
from lib.shapes import broken, fixes, read_text, to_text, trace
from lib.story import find
from lib.ui import address
from lib.ui.advice import TABLE
from lib.ui.session import Loaded, session
from lib.ui.shown import Epochs, fitting_run, strip_values
from lib.ui.stage import traced_stack
from lib.ui.text import plain, press, takeaway


def strip(loaded: Loaded, palette: Palette) -> None:
    """Draw every tensor of both models, with one sample's values as shades."""
    experiment, dataset = loaded.experiment, loaded.dataset
    with st.container(border=True, key="strip"):
        sample, traces = strip_values(Epochs.of(fitting_run(experiment, dataset)).then)
        st.html(charts.shape_strip(experiment, dataset, palette, traces=traces, sample=sample))


def stack(_: Loaded, palette: Palette) -> None:
    """Draw a stack, and buttons that fix it if it breaks."""
    steps = traced_stack()
    with st.container(border=True, key="stack"):
        title = charts.stack.stack_title(steps)
        scene = find(session().stage.scene)
        first = read_text(scene.query.get("stack", [""])[-1])[0] if scene else ()
        is_mended = broken(trace(first)) is not None and broken(steps) is None
        takeaway(f"Mended: {title[:1].lower()}{title[1:]}" if is_mended else title)
        st.html(charts.stack.stack_picture(steps, palette))
        for number, fix in enumerate(fixes(steps)):
            mend = partial(address.set_page_value, "stack", to_text(fix.stack))
            press(plain(fix.words), "build", f"fix_{number}", mend, wrap=True)


def advice(_: Loaded, __: Palette) -> None:
    """Draw the table of usual cases."""
    with st.container(border=True):
        st.html(TABLE)


DRAW = {"strip": strip, "stack": stack, "advice": advice}
