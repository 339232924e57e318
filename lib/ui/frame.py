"""What every page calls first: the page's settings, the menu, and the shared sidebar."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import streamlit as st

from lib.data import DATASETS
from lib.text import beside
from lib.ui import address, runs
from lib.ui.address import change, picking
from lib.ui.advice import advice
from lib.ui.kept_runs import kept_before
from lib.ui.keys import MENU
from lib.ui.linked import bound
from lib.ui.listener import listener
from lib.ui.load import turn
from lib.ui.session import session
from lib.ui.settings import (
    Settled,
    columns,
    controls,
    has_columns,
    mode_control,
    settle_widgets,
)
from lib.ui.strangers import foreign_upload
from lib.ui.style import PICTURED, style
from lib.ui.text import closable, hint, plain
from lib.ui.upload import (
    came_of_file,
    opener,
    refusal,
    take_file,
    uploader,
    was_opened,
)

PAGES: dict[str, list[str]] = beside(__file__)
"""Menu label → the page's file and icon."""

_ICON = Path(__file__).with_name("favicon.png").read_bytes()
FAVICON = f"data:image/png;base64,{b64encode(_ICON).decode('ascii')}"
"""The icon itself. Browsers would fetch an icon's name from elsewhere, and a file is gone for a
moment where a run of a page is cut short: then it was asked for in vain."""

MORE = "more"
"""The group of settings that is drawn once somebody unfolds it, and the Streamlit key of that."""
TAGLINE = "every timestep, or just the last?"


def screen(page: str, own_keys: Sequence[str] = (), shows: Sequence[str] = ()) -> None:
    """What comes before anything is drawn on `page`, which may have nothing but itself to show.

    It `shows` pictures of these other pages.
    """
    st.set_page_config(
        page_title="Unrolled" if page == "Explore" else f"{page} · Unrolled",
        page_icon=FAVICON,
        layout="wide",
        menu_items={"About": f"**Unrolled**: {TAGLINE} `?` shows a page's keys."},
    )
    style(page, *shows)
    listener(page)
    is_new = not session().address.page
    address.begin(page, own_keys)
    runs.refresh_run()
    if is_new:
        session().kept = kept_before()
    if session().upload.table is None:  # a reload finds the upload through its run
        session().upload.table = runs.table_of_run()


def frame(
    page: str, own_keys: Sequence[str] = (), own: Callable[[], object] | None = None
) -> Settled:
    """Draw the frame of `page`, a key of PAGES, and return the experiment of its sidebar.

    `own_keys` are the page's own keys in the address: see `lib.ui.address`. A page that sets the
    experiment by itself does so with `own`, and has no controls in its sidebar. The menu is drawn
    last, into its place at the top: its links carry the settings that this very run changed.

    All of it is done in turn with other sessions, except what takes long: making a large file the
    data, and reading its columns as the settings say.
    """
    take_file()
    with turn(first=True):
        screen(page, own_keys, PICTURED if own else ())
        if session().upload.table is None:
            return _frame(page, own)
    settle_widgets()  # reads the columns, and the next call finds the cached result
    with turn(first=True):
        return _frame(page, own)


def _frame(page: str, own: Callable[[], object] | None) -> Settled:
    if own and was_opened():
        st.switch_page("app.py", query_params=address.query("Explore"))
    with st.sidebar:
        with st.container(gap="xxsmall"):
            with st.container(horizontal=True, horizontal_alignment="distribute", key="heading"):
                st.markdown("### Unrolled", width="content")
                icon, there = ":material/present_to_all:", address.query("Present")
                st.page_link("pages/present.py", label="Present", icon=icon, query_params=there)
            hint(TAGLINE)
            menu = st.container(key=MENU, gap="xxsmall")
        if own:
            own()
            settled = settle_widgets()
        else:
            settled = sidebar(with_table=page != "Data")
        is_shown = page == "Data" or settled.experiment.data.name == "upload"
        with st.container(key="open_place"):
            if not is_shown:
                opener()
        with st.container(key="about_keys"):
            hint("Press ? for all keys.")
    address.finish()
    complaints()
    with st.container(key="came_of_file"):
        refusal()
        if not is_shown:
            came_of_file()
    for label, (path, icon) in PAGES.items():
        menu.page_link(path, label=label, icon=icon, query_params=address.query(label))
    with menu:
        advice()
    return settled


def complaints() -> None:
    """What of the link couldn't be taken, which another page has none of, or is looked for."""
    runs.show_lookup()
    said = session().address.complaints
    closable("  \n".join(map(plain, said)), "complaints", "link_off", said.clear)


def sidebar(*, with_table: bool) -> Settled:
    """Draw all controls, and settle what they say.

    The Data page has room for those of a table itself, and asks for a sidebar without them.
    """
    with st.container(gap="xsmall"):
        mode_control()
        _data()
        settled = settle_widgets()
        controls("sizes", settled)
    if with_table and has_columns(settled):
        yours = settled.experiment.data.name == "upload"
        foreign = yours and foreign_upload()
        label = "Your table: file, columns …" if yours else "Table: columns, steps ahead"
        with st.expander(label, expanded=yours):
            if yours:
                uploader()
            if foreign:
                hint("This is another person's run. The settings apply to a file of your own.")
            else:
                columns(settled)
    if has_columns(settled):
        settled = replace(settled, below=st.container())
    label = "More: cell, optimizer, seed …"
    more = st.expander(label, key=MORE, on_change="rerun")
    if more.open:  # a third of the sidebar, which would be sent with each run of a page
        with more:
            controls(MORE, settled)
    return settled


def _data() -> None:
    labels = {name: spec.label for name, spec in DATASETS.items()}
    names, now = list(DATASETS), session().address.experiment.data.name
    control = bound("data", now, lambda name: change(picking(name)))
    st.selectbox("Data", names, names.index(now), labels.__getitem__, **control)
    hint(DATASETS[now].shows)
