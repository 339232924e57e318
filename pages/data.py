"""Data: choose it or bring your own, look at single samples, and see what is kept for checking."""

import streamlit as st

from lib.figures.data import frame_of_sample, sample_figure, split_figure
from lib.narrate.data import data_sentence, numbers_hint, sample_sentence, split_sentence
from lib.ui.data import load_data
from lib.ui.frame import frame
from lib.ui.session import session
from lib.ui.steady import steady_chart
from lib.ui.text import hint, plain, say
from lib.ui.theme import current_palette
from lib.ui.upload import uploader

dataset = load_data(frame("Data")).dataset
palette = current_palette()

st.markdown(f"# {plain(data_sentence(dataset))}")

wide, narrow = st.columns([3, 2])
with wide.container(border=True, height="stretch"):
    st.markdown("### One sample, step by step")
    sample = st.slider("Sample", 1, len(dataset.x), key=f"any_sample_{len(dataset.x)}") - 1
    sentence = sample_sentence(dataset, sample)
    steady_chart(sample_figure(dataset, sample, palette), sentence, "chart_sample")
    say(sentence)
with narrow.container(border=True, height="stretch"):
    st.markdown("### What is kept for checking")
    sentence = split_sentence(dataset)
    steady_chart(split_figure(dataset, palette), sentence, "chart_split")
    say(sentence)

wide, narrow = st.columns([3, 2])
with wide.container(border=True, height="stretch"):
    st.markdown(f"### The numbers of {plain(dataset.sample_name(sample))}")
    st.dataframe(frame_of_sample(dataset, sample), height=min(320, 36 * (dataset.shape[1] + 1) + 2))
    hint(numbers_hint(dataset))
with narrow.container(border=True, height="stretch"):
    st.markdown("### Bring your own")
    uploader()
    table = session().upload.table
    for note in dataset.notes:
        if not (table and note in table.notes):  # the uploader says these
            hint(note)
    if dataset.source:
        hint(f"Source: {dataset.source}")
