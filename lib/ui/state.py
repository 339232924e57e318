"""The session's experiment: read from the URL once, owned by the widgets, written back to the URL.

Every setting's widget has the setting's URL key as its key. The record in `st.session_state` is
the truth, since Streamlit forgets a widget's value when its page is left. Streamlit's own
`bind="query-params"` would put labels into the URL instead of stable names, and loses values that
came from a link as soon as the person moves to another page.
"""

from __future__ import annotations

import time

import streamlit as st

from lib.experiment import SETTINGS, Experiment, from_query, to_query

Query = dict[str, list[str]]

SETTLE_SECONDS = 1.0
"""How long the browser's address may lag behind what was written to it."""


def _normal(query: dict[str, str | list[str]]) -> Query:
    return {key: [value] if isinstance(value, str) else value for key, value in query.items()}


def _address() -> Query:
    return {key: st.query_params.get_all(key) for key in st.query_params}


def begin(page: str) -> Experiment:
    """The experiment as this script run of `page` finds it; call before any widget of the sidebar.

    The address is read when the session starts, and again when it changes without us: the
    browser's Back button, or a link of another experiment opened in this tab. On another page
    the widgets are new ones, and are set to what the person had.
    """
    state = st.session_state
    address = _address()
    if "experiment" not in state:
        adopt(from_query(address))
        state["run"] = address["run"][-1] if "run" in address else None
        state["written"], state["written_at"] = address, time.monotonic()
    elif address != state["written"] and time.monotonic() - state["written_at"] > SETTLE_SECONDS:
        adopt(from_query(address))
        state["written"] = address
    elif page != state["page"]:
        adopt(state["experiment"])
    state["page"] = page
    return state["experiment"]


def adopt(experiment: Experiment) -> None:
    """Make this the session's experiment, and set every widget to it."""
    st.session_state["experiment"] = experiment
    for key in SETTINGS:
        st.session_state[key] = experiment.get(key)


def seed_widget(key: str) -> None:
    """Give a widget that is about to be drawn its value, where Streamlit has forgotten it."""
    if key not in st.session_state:
        st.session_state[key] = st.session_state["experiment"].get(key)


def drawn() -> Experiment:
    """The experiment as the widgets that were drawn so far say."""
    state = st.session_state
    values = {key: state[key] for key in SETTINGS if key in state}
    for key in ("inputs", "targets"):
        values[key] = tuple(values.get(key, ()))
    return state["experiment"].set(**values)


def finish() -> Experiment:
    """The experiment as the widgets now say; call after the last widget of the sidebar."""
    st.session_state["experiment"] = drawn()
    write_address()
    return st.session_state["experiment"]


def query() -> Query:
    """What the address must say for a link to open this experiment and this run."""
    query = _normal(to_query(st.session_state["experiment"]))
    if st.session_state.get("run"):
        query["run"] = [st.session_state["run"]]
    return query


def write_address() -> None:
    """Bring the browser's address up to date, where it isn't."""
    wanted = query()
    if wanted != st.session_state["written"]:
        st.query_params.from_dict(wanted)
        st.session_state["written"], st.session_state["written_at"] = wanted, time.monotonic()
