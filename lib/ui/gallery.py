"""The gallery: all cards to choose from, or one card with its picture at full size."""

import streamlit as st

from lib.charts import Palette, caption, small_picture
from lib.story import GALLERY, Scene, plot_of
from lib.ui.data import load_data
from lib.ui.frame import PAGES
from lib.ui.settings import Settled
from lib.ui.text import hint, plain
from lib.ui.views import draw

KEY = "card"
"""The open card's key in the address."""


def all_cards(palette: Palette) -> None:
    """Draw every card; a press on a card opens it."""
    with st.container(key="gallery"):
        for scene in GALLERY.values():
            if scene.group:
                st.markdown(f"## {scene.group}")
            with st.container(border=True, key=f"card_{scene.id}", gap="xxsmall"):
                plot = plot_of(scene)
                st.html(small_picture(plot, scene.title, palette))
                hint(caption(scene.picture, plot))
                _link(plain(scene.title), scene.id)
                st.markdown(f":small[{scene.text}]")


def one_card(scene: Scene, settled: Settled, palette: Palette) -> None:
    """Draw one card: its claim, its picture, and links."""
    names = list(GALLERY)
    place = names.index(scene.id)
    st.markdown(f"# {plain(scene.title)}")
    st.markdown(scene.text)
    with st.container(horizontal=True, key="ways_of_card"):
        path, icon = PAGES[scene.page]
        with st.container(key="way_on", width="content"):
            label = f"Open in {scene.page}"
            st.page_link(path, label=label, icon=icon, query_params=scene.query)
        _link("Previous", names[place - 1], ":material/arrow_back:")
        _link("Next", names[(place + 1) % len(names)], ":material/arrow_forward:")
        _link("All cards", "", PAGES["Gallery"][1])
    with st.container(key="picture_of_card"):
        draw(scene.shows, load_data(settled), palette)


def _link(label: str, name: str, icon: str | None = None) -> None:
    """Draw a link to a card; "" leads to all of them.

    A link without parameters leaves the address of its own page as it is (Streamlit 1.67).
    """
    path, _ = PAGES["Gallery"]
    st.page_link(path, label=label, icon=icon, query_params={KEY: name})
