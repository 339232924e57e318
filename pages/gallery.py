"""Gallery: what `return_sequences` does, in cards with trained examples and mistakes."""

import streamlit as st

from lib.charts import caption, small_picture
from lib.story import GALLERY, GALLERY_TEXT, GALLERY_TITLE, plot_of
from lib.ui import address, stage
from lib.ui.browser import current_palette
from lib.ui.frame import PAGES, frame
from lib.ui.session import session
from lib.ui.shown import load_data
from lib.ui.streamlit_private import is_history_navigation
from lib.ui.views import draw
from lib.ui.widgets import hint, plain

KEY = "card"  # the open card, in the address


def enter() -> None:
    """Apply the open card's settings, or the default settings if all cards are shown."""
    if scene := GALLERY.get(address.page_value(KEY)):
        stage.enter(scene)
    else:
        address.put({})


def link(label: str, name: str, icon: str | None = None) -> None:
    """Draw a link to a card; the name "" opens all cards (Streamlit 1.67 needs a parameter)."""
    st.page_link(PAGES["Gallery"][0], label=label, icon=icon, query_params={KEY: name})


record = session().address
was_here = record.page == "Gallery"
settled = frame("Gallery", (KEY,), own=enter)
# A link or an address opened this page, and `frame` has written no other address.
was_link = record.opened and len(record.ours) == 1 and not is_history_navigation()
if was_here and was_link:
    # Streamlit (1.67) doesn't change the browser's address for a link to the open page.
    st.query_params.from_dict(record.ours[0])
card, names, palette = address.page_value(KEY), list(GALLERY), current_palette()
if card in GALLERY:
    scene, place = GALLERY[card], names.index(card)
    st.markdown(f"# {plain(scene.title)}")
    st.markdown(scene.text)
    with st.container(horizontal=True, key="ways_of_card"):
        path, icon = PAGES[scene.page]
        with st.container(key="way_on", width="content"):
            st.page_link(path, label=f"Open in {scene.page}", icon=icon, query_params=scene.query)
        link("Previous", names[place - 1], ":material/arrow_back:")
        link("Next", names[(place + 1) % len(names)], ":material/arrow_forward:")
        link("All cards", "", PAGES["Gallery"][1])
    with st.container(key="picture_of_card"):
        draw(scene.shows, load_data(settled), palette)
    st.stop()

st.markdown(f"# {plain(GALLERY_TITLE)}")
if card:
    st.warning(f"No card is called {plain(card[:24])}. Pick one below.", icon=":material/info:")
st.markdown(f":small[{GALLERY_TEXT}]")
with st.container(key="gallery"):
    for scene in GALLERY.values():
        if scene.group:
            st.markdown(f"## {scene.group}")
        with st.container(border=True, key=f"card_{scene.id}", gap="xxsmall"):
            if plot := plot_of(scene):
                st.html(small_picture(plot, scene.title, palette))
                hint(caption(scene.picture, plot))
            else:
                st.warning(f"Not recorded: run `python -m tests.record {scene.id}`.")
            link(plain(scene.title), scene.id)
            st.markdown(f":small[{scene.text}]")
