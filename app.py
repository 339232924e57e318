"""Explore: the main job on one page. Set it up, see the shapes, train, compare the two modes."""

import streamlit as st

from lib.ui.first_paint import ask_for_plotly, schedule_rest

if "present" in st.query_params:
    told = {key: st.query_params.get_all(key) for key in st.query_params if key != "present"}
    st.switch_page("pages/present.py", query_params=told)
if "card" in st.query_params:
    ask_for_plotly(st.empty())

    from lib.ui.embed import embed

    embed()
    st.stop()

ask_for_plotly()  # first, since a cold server needs 0.3 s for the imports

from lib.narrate.explore import setup_sentence
from lib.ui.browser import current_palette
from lib.ui.data import load_data
from lib.ui.explore.charts import EARLIER
from lib.ui.explore.live import live
from lib.ui.explore.replay import REPLAY
from lib.ui.explore.worth import KEYS, worth_card
from lib.ui.frame import frame
from lib.ui.text import plain
from lib.ui.views.shapes import strip

loaded = load_data(frame("Explore", (EARLIER.name, REPLAY.name, *KEYS)))
experiment, dataset = loaded.experiment, loaded.dataset
palette = current_palette()

st.markdown(f"# {plain(setup_sentence(experiment, dataset))}")
strip(loaded, palette)

whole = schedule_rest()
live(loaded, palette, whole=whole)
if not whole:
    st.stop()

worth_card(loaded, palette)

from lib.ui.explore.take import take_card  # what it brings along, nobody needs before

take_card(loaded)
