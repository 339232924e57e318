"""The frame of every page: the page's configuration, the menu, and the shared sidebar."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from lib.charts import scenes
from lib.data import DATASETS
from lib.experiment import Experiment
from lib.text import beside
from lib.ui import address, runs
from lib.ui.browser import MENU, PICTURED, listener, style
from lib.ui.fragment import turn
from lib.ui.session import session
from lib.ui.settings import columns, controls, has_columns, settled_experiment
from lib.ui.upload import kept_before, opener, progress, take_file, uploader
from lib.ui.widgets import bound, closable, hint, plain

PAGES: dict[str, list[str]] = beside(__file__)  # menu label → the page's file and icon
_ICON = b64encode(Path(__file__).with_name("favicon.png").read_bytes()).decode("ascii")
FAVICON = f"data:image/png;base64,{_ICON}"  # Streamlit may lose an icon that is a file
MORE = "more"  # the group of settings that is drawn only when unfolded, and its widget key
TAGLINE = "every timestep, or just the last?"


def begin_page(page: str, own_keys: Sequence[str] = (), shows: Sequence[str] = ()) -> None:
    """Begin a script run of `page` before drawing. `shows` lists other pages whose CSS to add."""
    st.set_page_config(
        page_title="Unrolled" if page == "Explore" else f"{page} · Unrolled",
        page_icon=FAVICON,
        layout="wide",
        menu_items={"About": f"**Unrolled**: {TAGLINE} Press `?` for the page's keys."},
    )
    style(page, *shows)
    listener(page)
    state, is_new = session(), not session().address.page
    address.begin(page, own_keys)
    runs.refresh_run()
    if is_new:
        state.kept = kept_before()
    state.upload.below = None
    state.upload.table = state.upload.table or runs.table_of_run()  # after a reload or by a link


def frame(
    page: str, own_keys: Sequence[str] = (), own: Callable[[], object] | None = None
) -> Experiment:
    """Draw the frame of `page`, a key of PAGES, and return the experiment of its sidebar.

    `own_keys` are the page's own keys in the address. A page of scenes sets the experiment in
    `own`, and has no controls in its sidebar. Slow work runs outside of turns (`lib.ui.fragment`).
    """
    take_file()
    with turn(first=True):
        begin_page(page, own_keys, PICTURED if own else ())
    if session().upload.table is not None:
        settled_experiment()  # reads the columns; the next call uses the cached result
    with turn(first=True):
        if own:
            # The user has opened a file on this page: Explore shows it.
            if st.session_state.get("open_file") and not session().upload.error:
                st.switch_page("app.py", query_params=address.query("Explore"))
            own()
        settled = settled_experiment()
        has_uploader = page == "Data" or settled.data.name == "upload"
        with st.sidebar:
            with st.container(gap="xxsmall"):
                _menu()
            if not own:
                sidebar(settled, with_table=page != "Data")
            with st.container(key="open_place"):
                if not has_uploader:
                    opener()
            with st.container(key="about_keys"):
                hint("Press ? to see all keys.")
        address.finish()
        complaints()
        with st.container():
            upload = session().upload
            if upload.error:
                close = partial(setattr, upload, "error", "")
                closable(plain(upload.error), "error_of_file", "error", close)
            if not has_uploader:  # users may drop a file anywhere on the page
                progress()
    return settled


def _menu() -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", key="heading"):
        st.markdown("### Unrolled", width="content")
        icon, link = ":material/present_to_all:", address.query("Present")
        st.page_link("pages/present.py", label="Present", icon=icon, query_params=link)
    hint(TAGLINE)
    with st.container(key=MENU, gap="xxsmall"):
        for label, (path, icon) in PAGES.items():
            st.page_link(path, label=label, icon=icon, query_params=address.query(label))
        with st.popover(scenes.QUESTION, icon=":material/help:", type="tertiary", key="advice"):
            st.html(scenes.advice_table())


def complaints() -> None:
    """Show which parts of the link are invalid."""
    texts = session().address.complaints
    closable("  \n".join(map(plain, texts)), "complaints", "link_off", texts.clear)


def sidebar(settled: Experiment, *, with_table: bool) -> None:
    """Draw the controls; `with_table` adds the controls of a table's columns."""
    names, now = list(DATASETS), settled.data.name
    is_upload = now == "upload"
    with st.container(gap="xsmall"):
        controls("modes", settled)
        control = bound("data", now, lambda name: address.change(address.picking(name)))
        label_of = {name: f"{s.group} · {s.title}" for name, s in DATASETS.items()}.__getitem__
        st.selectbox("Data", names, names.index(now), label_of, **control)
        hint(DATASETS[now].shows)
        controls("sizes", settled)
    if with_table and has_columns(settled):
        label = "Your table: file, columns …" if is_upload else "Table: columns, steps ahead"
        with st.expander(label, expanded=is_upload):
            if is_upload:
                uploader()
            columns(settled)
    if has_columns(settled):
        session().upload.below = st.container()
    more = st.expander("More: pooling, cell, seed …", key=MORE, on_change="rerun")
    if more.open:  # if closed, don't send this third of the sidebar with each script run
        with more:
            controls(MORE, settled)
