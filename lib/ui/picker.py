"""All data of a kind, each with a line that says what it shows: a click picks one."""

from __future__ import annotations

import streamlit as st

from lib.datasets import DATASETS, GROUPS
from lib.ui.address import change, picking
from lib.ui.session import session
from lib.ui.text import plain


def picker(group: str) -> None:
    """The data of a group, a key of `GROUPS`; none is marked where the chosen one isn't there."""
    specs = [spec for spec in DATASETS.values() if spec.group == group]
    names = [spec.name for spec in specs]
    chosen, key = session().address.experiment.data.name, f"pick_{group}"
    st.session_state[key] = chosen if chosen in names else None
    st.radio(
        GROUPS[group],
        names,
        index=names.index(chosen) if chosen in names else None,
        format_func=lambda name: DATASETS[name].title,
        captions=[plain(spec.shows) for spec in specs],
        key=key,
        on_change=lambda: change(picking(st.session_state[key])),
    )
