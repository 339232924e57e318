"""Cell: what a recurrent layer computes at each timestep, and what each mode returns."""

import streamlit as st

from lib import charts
from lib.ui.address import CELL_KEYS
from lib.ui.browser import current_palette
from lib.ui.cell.parts import PARTS, draw_part
from lib.ui.cell.torch_file import draw_torch_file
from lib.ui.frame import frame
from lib.ui.shown import load_data
from lib.ui.widgets import PART, open_part, plain

loaded = load_data(frame("Cell", (PART, *CELL_KEYS)))

st.markdown(f"# {plain(charts.cell.cell_sentence(loaded.experiment, loaded.dataset))}")
controls = st.container(horizontal=True, key="cell_chosen")
with controls:
    opened = open_part({name: part.title for name, part in PARTS.items()}, "cell_part")
draw_part(PARTS[opened], loaded, current_palette(), controls)  # only the open part calls Keras
draw_torch_file(loaded)
