"""Cell: what happens inside a recurrent layer at every timestep, and why the modes are one."""

import streamlit as st

from lib.narrate.cell import cell_sentence
from lib.ui.cell.ask import ask, say_progress, watch
from lib.ui.cell.chosen import choose
from lib.ui.cell.parts import KEYS, PARTS
from lib.ui.cell.playhead import bar_at_hand, follow_playhead
from lib.ui.data import load_data
from lib.ui.frame import frame
from lib.ui.linked import open_part
from lib.ui.text import plain
from lib.ui.theme import current_palette

loaded = load_data(frame("Cell", KEYS))

st.markdown(f"# {plain(cell_sentence(loaded.experiment, loaded.dataset))}")
titles = {name: part.title for name, part in PARTS.items()}
with st.container(horizontal=True, vertical_alignment="center"):
    part = PARTS[open_part(titles, "cell_part")]
    about = st.container(width="content")
chosen = choose(loaded, about)
bar = bar_at_hand()
replies = [ask(place, chosen) for place in part.places]
if replies:
    say_progress(replies, chosen)
followers = part.draw(chosen, replies, current_palette())
follow_playhead(bar, chosen.layer_pass, followers)
watch(chosen, replies)
