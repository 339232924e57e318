"""Explore: the main job on one page. Set it up, see the shapes, train, compare the two modes."""

import streamlit as st
from lib.export import keras_script

from lib import narrate
from lib.figures.strip import shape_strip
from lib.ui.data import load
from lib.ui.frame import frame
from lib.ui.live import live
from lib.ui.theme import current_palette
from lib.ui.upload import table
from lib.ui.view import strip_values

experiment, dataset = load(frame("Explore"), table())
palette = current_palette()

st.markdown(f"# {narrate.setup_sentence(experiment, dataset)}")
with st.container(border=True, key="strip"):
    sample, traces = strip_values(experiment, dataset)
    st.html(shape_strip(experiment, dataset, palette, traces, sample))
    st.caption(narrate.strip_sentence(experiment, dataset))

live(experiment, dataset, palette)

with st.expander("The experiment as Keras code", icon=":material/code:", expanded=True):
    st.code(keras_script(experiment, dataset), language="python", height=420)
