"""One card for a frame elsewhere: `/?embed=true&card=loss&data=parity`, in a post or on a slide.

The card is a view by its name, and all else in the link is as the view's own page has it; or it is
one of the gallery's, with its own settings. `embed` is Streamlit's own: it takes the header away.
"""

from pathlib import PurePath
from urllib.parse import urlencode

import streamlit as st

from lib.story import GALLERY
from lib.text import joined
from lib.ui import address
from lib.ui.browser import PICTURED, current_palette
from lib.ui.data import load_data
from lib.ui.frame import PAGES, complaints, screen
from lib.ui.settings import settled_experiment
from lib.ui.text import plain
from lib.ui.views import VIEWS, draw

KEY = "card"


def embed() -> None:
    """Draw the card that the address names, as high as its frame, and a link to all of it."""
    asked = st.query_params[KEY]
    scene = None if asked in VIEWS else GALLERY.get(asked)
    name = scene.shows if scene else asked
    view = VIEWS.get(name)
    screen(view.page if view else "Explore", (KEY, *address.PICTURE_KEYS), [*PICTURED, "embed"])
    if view is None:
        words = f"There is no card {name[:24]!r}. There are {joined([*VIEWS, *GALLERY])}."
        st.error(f"{plain(words)} [Open Unrolled](./)", icon=":material/error:")
        return
    if scene:
        address.put(scene.query)
    settled = settled_experiment()
    address.finish()
    complaints()
    if scene:
        st.markdown(f"**{plain(scene.title)}**")
    with st.container(key="embedded"):
        draw(name, load_data(settled), current_palette())
    there = {key: texts for key, texts in address.query().items() if key != KEY}
    there |= {"part": [view.part]} if view.part else {}
    path, _ = PAGES[view.page]
    full = f"./{'' if path == 'app.py' else PurePath(path).stem}?{urlencode(there, doseq=True)}"
    with st.container(key="embedded_link"):
        st.markdown(f":small[[Unrolled: open in full]({full})]", width="content")
