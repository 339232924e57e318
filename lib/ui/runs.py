"""The way from a page to the worker: one client for the server, one current run for a session.

A run's id stands in the address, so that a reload finds the run again and a link shows it to
others while it lasts. Only the browser that started a run may steer it; others watch.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.run import Run, Snapshot
from lib.training import worker_count
from lib.training.pool import TrainingPool
from lib.ui import address
from lib.ui.browser import browser_id
from lib.windows import Table

WORKER_DELAY = 4.0
"""Seconds. Importing TensorFlow keeps a processor busy for some seconds, which the first page of
a cold server needs more: with it beside, that page took twice as long to be painted."""


GONE = (
    "The link's run is gone: runs last a few hours, and not beyond a restart. Its settings are in "
    "the link; Train starts a new run."
)


@dataclass(frozen=True, slots=True, eq=False)
class Owner:
    """Who started a run, and the upload that it was cut from."""

    browser: str | None
    table: Table | None


@st.cache_resource(show_spinner=False)
def client() -> TrainingPool:
    """The server's training clients. Workers start when the first page has been painted."""
    return TrainingPool(worker_count.count(), delay=WORKER_DELAY)


def prepare(experiment: Experiment, dataset: Dataset) -> None:
    """Compile what a session opens with, while the person still looks at it.

    Only that: every compiled program stays in the worker's memory, and sliders ask for many.
    """
    if not st.session_state.get("prepared"):
        st.session_state["prepared"] = True
        client().prepare(experiment, dataset)


@st.cache_resource(show_spinner=False)
def _owners() -> dict[str, Owner]:
    return {}


def current() -> tuple[Run, Snapshot] | None:
    """This session's run and the newest there is to show of it.

    A run that is gone, with a server or with time, is forgotten, so that links don't name it. If it
    came from a link, that is said.
    """
    run_id = st.session_state["run"]
    run = client().get(run_id) if run_id else None
    if run is None:
        st.session_state["run"] = None
        if run_id and run_id not in st.session_state.get("started", ()):
            st.session_state["complaints"].append(GONE)
    snapshot = client().latest(run) if run else None
    return (run, snapshot) if run and snapshot else None


def _own(run_id: str) -> Owner | None:
    """The owner of a run, if that is this session or another one of this browser."""
    owner = _owners().get(run_id)
    if owner is None:
        return None
    here = run_id in st.session_state.get("started", ())
    return owner if here or (owner.browser and owner.browser == browser_id()) else None


def current_run() -> Run | None:
    """This session's run."""
    found = current()
    return found[0] if found else None


def may_steer(run: Run) -> bool:
    """Whether this browser started the run."""
    return _own(run.id) is not None


def is_run_of(run: Run, experiment: Experiment, table: Table | None) -> bool:
    """Whether a run was started with just these settings, and on this upload if on any."""
    if run.experiment != experiment:
        return False
    owner = _own(run.id)
    return experiment.data.name != "upload" or (owner is not None and owner.table is table)


def table_of_run() -> Table | None:
    """The upload behind this session's run, for the browser that made it: survives a reload."""
    owner = _own(st.session_state.get("run") or "")
    return owner.table if owner else None


def train(experiment: Experiment, dataset: Dataset, *, paused: bool = False) -> Run:
    """Start a run and make it the session's; the one before it is stopped."""
    _stop_current()
    browser = browser_id()
    run = client().start(experiment, dataset, paused=paused, owner=browser)
    table = st.session_state.get("table") if experiment.data.name == "upload" else None
    _owners()[run.id] = Owner(browser, table)
    st.session_state["started"] = {*st.session_state.get("started", ()), run.id}
    for known in list(_owners()):
        if client().get(known) is None:
            _owners().pop(known, None)
    st.session_state["run"] = run.id
    address.write_address()
    return run


def leave() -> None:
    """Stop this session's run, where it is this browser's, and forget it."""
    _stop_current()
    st.session_state["run"] = None
    address.write_address()


def _stop_current() -> None:
    found = current()
    if found and may_steer(found[0]) and not found[1].status.over:
        client().stop(found[0])
