"""Runs for pages: the server's training client, a session's run, and each run's owner.

The address has a run's id: a reload finds the run again, and a link shows it to others. Only the
browser that started a run may control it. Other browsers don't see a run on an upload, unless the
owner shares the run.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

import streamlit as st

from lib.data import Dataset, Table
from lib.experiment import Experiment
from lib.results import Run, Snapshot
from lib.training import TrainingClient, machine
from lib.ui import address
from lib.ui.browser import browser_id
from lib.ui.session import session
from lib.ui.widgets import Linked

WORKER_DELAY = 4.0  # seconds until workers start: importing TensorFlow slows the first page down
FIRST_POINT_SECONDS = 0.15  # longest wait for the first epoch of a compiled program
# A run's pace, by name in the address: label, and seconds for all epochs (None: full speed).
PACES = {"slow": ("Slow", 24.0), "normal": ("Normal", 8.0), "fast": ("Fastest", None)}
PACE = Linked("pace", tuple(PACES), 1, "run_pace")

GONE = (
    "This link's run is gone{}: the server keeps runs for a few hours and loses them when it "
    "restarts. You see the link's settings without the run. Press Train to start a new run."
)
NEWEST = {"epoch": ""}  # page values that show the newest epoch


@dataclass(slots=True, eq=False)
class RunRecord:
    """A server's record of a run besides its results: the owner, the upload, and the name."""

    browser: str | None
    table: Table | None
    name: str = ""  # the run's name in lists
    is_listed: bool = True  # False once the owner has removed it from the list
    is_shared: bool = False  # whether users with the link see a run on an upload


NO_OWNER = RunRecord(None, None, is_listed=False)
_RECORDS: dict[str, RunRecord] = {}  # by run id, for all sessions of this server


@cache  # Streamlit's own cache takes as long as drawing a small element
@st.cache_resource(show_spinner=False)
def client() -> TrainingClient:
    """Return the client of this server's workers, which start once the first page is drawn."""
    return TrainingClient(delay=WORKER_DELAY, workers=machine.worker_count())


def refresh_run() -> None:
    """Forget the session's run if it is gone."""
    state, run_id = session(), session().subject.run_id
    if run_id and client().get(run_id) is None:
        state.subject.run_id = None
        if run_id not in state.started:
            state.address.complaints.append(GONE.format(or_elsewhere()))


def look_at(run_id: str | None) -> tuple[Run, Snapshot] | None:
    """Return a run and its newest snapshot; None if unknown, or if its owner doesn't share it."""
    run = client().get(run_id or "")
    snapshot = client().latest(run) if run else None
    if run is None or snapshot is None:
        return None
    record, is_upload = _RECORDS.get(run.id, NO_OWNER), run.experiment.data.name == "upload"
    is_hidden = is_upload and not (record.is_shared or is_mine(run.id, record))
    return None if is_hidden else (run, snapshot)


def current_run() -> tuple[Run, Snapshot] | None:
    """Return this session's run, as `look_at` does."""
    return look_at(session().subject.run_id)


def open_run() -> tuple[Run, Snapshot] | None:
    """Return this session's run if it isn't over and this browser started it, else None."""
    current = current_run()
    is_open = current and record_if_mine(current[0].id) and not current[1].status.over
    return current if is_open else None


def is_mine(item_id: str, record: RunRecord) -> bool:
    """Return whether this session or its browser started the run or sweep with this id."""
    is_of_session = item_id in session().started
    return is_of_session or (record.browser is not None and record.browser == browser_id())


def record_if_mine(run_id: str | None) -> RunRecord | None:
    """Return the record of a run, to read or change, if this browser started the run."""
    record = _RECORDS.get(run_id or "")
    return record if record and is_mine(run_id or "", record) else None


def own_runs() -> list[str]:
    """Return the ids of this browser's listed runs, oldest first."""
    mine = {run_id: record_if_mine(run_id) for run_id in list(_RECORDS) if client().get(run_id)}
    return [run_id for run_id, record in mine.items() if record and record.is_listed]


def table_of_run() -> Table | None:
    """Return the upload of this session's run if the browser may see it."""
    current = current_run()
    return _RECORDS.get(current[0].id, NO_OWNER).table if current else None


def adopt(run_id: str, record: RunRecord) -> None:
    """Register a sweep's run with a copy of the sweep's record."""
    if client().get(run_id) is not None:
        _RECORDS.setdefault(run_id, replace(record))


def train(experiment: Experiment, dataset: Dataset, *, paused: bool = False) -> Run:
    """Start a run and make it the session's run. Stop the session's previous run."""
    if found := open_run():
        client().stop(found[0])
    state, browser = session(), browser_id()
    _, seconds = PACES[PACE.texts[PACE.index]]
    table = state.upload.table if experiment.data.name == "upload" else None
    names = [_RECORDS[run_id].name.removeprefix("Run ") for run_id in own_runs()]
    number = max((int(text) for text in names if text.isdecimal()), default=0) + 1
    record = RunRecord(browser, table, f"Run {number}")
    run = client().start(experiment, dataset, paused, browser or "", seconds)
    _RECORDS[run.id] = record
    state.started.add(run.id)
    for known in list(_RECORDS):  # a copy: other sessions add runs at the same time
        if client().get(known) is None:
            _RECORDS.pop(known, None)
    state.subject.run_id = run.id
    address.set_page_values(NEWEST)
    if not paused:  # wait, since the first point arrives in milliseconds
        with suppress(TimeoutError):
            client().wait(run, FIRST_POINT_SECONDS, lambda snapshot: snapshot.epoch > 0)
    return run


def forget_run() -> None:
    """Forget this session's run, and stop it if this browser started it."""
    if found := open_run():
        client().stop(found[0])
    session().subject.run_id = None
    address.set_page_values(NEWEST)


def or_elsewhere() -> str:
    """Return words to append to "is gone" or "is over" if another page server may have the item."""
    return ", or it is on another page server" if client().pool.cluster else ""


def follow_pace() -> None:
    """Set this session's run to the chosen pace if this browser started the run."""
    if found := open_run():
        client().set_pace(found[0], PACES[PACE.texts[PACE.index]][1])
