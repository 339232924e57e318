"""Compare: this browser's runs, or a link's, in a list and in shared pictures."""

import streamlit as st

from lib.export import runs_csv
from lib.ui.browser import current_palette, save_button
from lib.ui.compare import KEY, listed, settle_picks, side_by_side
from lib.ui.frame import frame

frame("Compare", (KEY,))
if not settle_picks():
    st.rerun()  # since the frame says what was wrong with the link

side_by_side(current_palette())
save_button("All runs as CSV", lambda: runs_csv(listed()), "runs.csv", "text/csv")
