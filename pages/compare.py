"""Compare: this browser's runs and a link's runs, in one list and in shared charts."""

import streamlit as st

from lib.export import runs_csv
from lib.ui.browser import current_palette, save_button
from lib.ui.compare import KEY, listed, settle_picks, side_by_side
from lib.ui.frame import frame

frame("Compare", (KEY,))
if not settle_picks():
    st.rerun()  # the frame then shows which runs are gone

side_by_side(current_palette())
save_button("Download all runs as CSV", lambda: runs_csv(listed()), "runs.csv", "text/csv")
