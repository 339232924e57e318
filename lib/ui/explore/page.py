"""Explore: the main job on one page. Set it up, see the shapes, train, compare the two modes."""

import streamlit as st

from lib.charts import setup_sentence
from lib.ui.browser import current_palette
from lib.ui.data import load_data
from lib.ui.explore.charts import EARLIER
from lib.ui.explore.live import live
from lib.ui.explore.replay import REPLAY
from lib.ui.explore.skill import KEYS, skill_card
from lib.ui.explore.take import take_card
from lib.ui.frame import frame
from lib.ui.text import plain
from lib.ui.views import draw_strip


def explore() -> None:
    """Draw the page."""
    loaded = load_data(frame("Explore", (EARLIER.name, REPLAY.name, *KEYS)))
    experiment, dataset = loaded.experiment, loaded.dataset
    palette = current_palette()

    st.markdown(f"# {plain(setup_sentence(experiment, dataset))}")
    draw_strip(loaded, palette)

    live(loaded, palette)
    skill_card(loaded, palette)
    take_card(loaded)
