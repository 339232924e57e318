"""The gallery's cards: all of them to choose from, and one alone with its picture at full size."""

import streamlit as st

from lib.figures.palette import Palette
from lib.figures.thumbnail import small_picture
from lib.story import GALLERY, Scene
from lib.story.cards import plot_of, told
from lib.ui.data import load_data
from lib.ui.frame import PAGES
from lib.ui.settings import Settled
from lib.ui.text import plain
from lib.ui.views import draw

KEY = "card"
"""In the address: the card that is alone."""


def all_cards(palette: Palette) -> None:
    """Every card, which opens what it is about wherever it is pressed."""
    with st.container(key="gallery"):
        for scene in map(told, GALLERY.values()):
            if scene.group:
                st.markdown(f"## {scene.group}")
            with st.container(border=True, key=f"card_{scene.id}", gap="xxsmall"):
                st.html(small_picture(plot_of(scene), scene.title, palette))
                _link(scene, plain(scene.title))
                st.markdown(f":small[{scene.text}]")


def one_card(scene: Scene, settled: Settled, palette: Palette) -> None:
    """A card alone: its claim, its picture as the pages have it, and the ways on."""
    scene = told(scene)
    st.markdown(f"# {plain(scene.title)}")
    st.markdown(scene.text)
    with st.container(horizontal=True, key="card_ways"):
        _link(scene, f"Open in {scene.page}")
        path, icon = PAGES["Gallery"]
        # A link that says nothing leaves the address of its own page as it is (Streamlit 1.67).
        st.page_link(path, label="All cards", icon=icon, query_params={KEY: ""})
    draw(scene.shows, load_data(settled), palette)


def _link(scene: Scene, label: str) -> None:
    path, icon = PAGES[scene.page]
    st.page_link(path, label=label, icon=icon, query_params=scene.query)
