"""Cell: what happens inside a recurrent layer at every timestep, and why the modes are one."""

import streamlit as st

from lib.charts import cell
from lib.results import HIDDEN
from lib.ui.browser import current_palette
from lib.ui.cell import PARTS
from lib.ui.cell.ask import ask, keras_progress, watch
from lib.ui.cell.chosen import choose, follow_playhead
from lib.ui.data import load_data
from lib.ui.frame import frame
from lib.ui.linked import PART, open_part
from lib.ui.text import hint, plain, say_steadily

loaded = load_data(frame("Cell", (PART, "sample", "layer", "weights", "order", "step", "unit")))

st.markdown(f"# {plain(cell.cell_sentence(loaded.experiment, loaded.dataset))}")
if not loaded.dataset.has_rows:
    hint(HIDDEN)
    st.stop()
with st.container(horizontal=True, vertical_alignment="center"):
    part = open_part({name: title for name, (title, *_) in PARTS.items()}, "cell_part")
    about = st.container(width="content")
_, places, draw = PARTS[part]  # only the open part asks Keras
chosen = choose(loaded, about)
bar = st.container(key="cell_bar")  # stays in sight while pictures are scrolled
replies = [ask(place, chosen) for place in places]
if replies:
    say_steadily(keras_progress(replies, chosen), gray=True)
write = draw(chosen, replies, current_palette())
follow_playhead(bar, chosen.layer_pass, write)
watch(chosen, replies)
