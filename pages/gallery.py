"""Gallery: what return_sequences does, in cards to open, good and instructively bad."""

import streamlit as st

from lib.story import GALLERY
from lib.ui import address, stage
from lib.ui.browser import current_palette
from lib.ui.frame import frame
from lib.ui.gallery import KEY, all_cards, one_card
from lib.ui.session import session
from lib.ui.strangers import leave_foreign_run
from lib.ui.streamlit_private.script import is_history_navigation
from lib.ui.text import plain


def _enter() -> None:
    if scene := GALLERY.get(address.page_value(KEY)):
        leave_foreign_run()
        stage.enter(scene)
    else:
        address.put({})  # all cards have no settings


record = session().address
was_here = record.page == "Gallery"
settled = frame("Gallery", (KEY,), own=_enter)
if was_here and record.opened and len(record.ours) == 1 and not is_history_navigation():
    # A link to the page that it stands on leaves the browser's address as it is (Streamlit 1.67).
    st.query_params.from_dict(record.ours[0])
asked = address.page_value(KEY)
if asked in GALLERY:
    one_card(GALLERY[asked], settled, current_palette())
    st.stop()

st.markdown("# What return_sequences does")
if asked:
    st.warning(f"No card is called {plain(asked[:24])}. These are all.", icon=":material/info:")
st.markdown(
    ":small[Each card opens its picture, trained already. :blue[Blue] is sequence mode, :orange"
    "[orange] last-step mode, :gray[dotted] a guess, :green[dashed green] the best possible.]"
)
all_cards(current_palette())
