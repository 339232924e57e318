"""Gallery: what return_sequences does, in cards to open, good and instructively bad."""

import streamlit as st

from lib.story import GALLERY
from lib.ui.frame import PAGES, frame
from lib.ui.text import card, plain

frame("Gallery", (), own=lambda: None)

st.markdown("# What return_sequences does")
for scene in GALLERY.values():
    with card(plain(scene.title)):
        st.markdown(scene.text)
        path, icon = PAGES[scene.page]
        st.page_link(path, label="Open", icon=icon, query_params=scene.query)
