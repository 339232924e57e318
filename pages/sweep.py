"""Sweep: train with many values of a setting and several seeds; see where one mode is better."""

import streamlit as st

from lib import charts
from lib.results import measure_of
from lib.ui.address import page_value
from lib.ui.browser import current_palette
from lib.ui.frame import frame
from lib.ui.runs import or_elsewhere
from lib.ui.shown import load_data
from lib.ui.sweeps import GONE, KEYS, current_sweep, draw_form, draw_sweep
from lib.ui.widgets import plain

loaded = load_data(frame("Sweep", KEYS))
sweep = current_sweep()
point = sweep.runner.plan.points[0]
seeds, measure = point.experiment.seeds, measure_of(point.experiment)
title = charts.sweep.sweep_title(sweep.title, [*point.values], seeds, measure)
st.markdown(f"# {plain(title)}")
with st.container():
    if page_value("sweep") and not sweep.id:
        st.warning(GONE.format(or_elsewhere()), icon=":material/link_off:")
with st.container(border=True, key="sweep_form"):
    planned = draw_form(loaded)
draw_sweep(planned, loaded, current_palette())
