"""Uploads: a table, or a saved run (.unrolled).

Streamlit (1.67) keeps an uploaded file in memory until its session ends. Here an upload waits until
there is memory for it, and the page then frees it. If a table is too short, T is lowered.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib import data
from lib.experiment import NO_SERIES, SETTINGS, ExperimentError
from lib.results import memory_of
from lib.text import counted
from lib.ui import address, runs
from lib.ui.browser import browser_id
from lib.ui.fragment import fragment
from lib.ui.session import session
from lib.ui.shown import dataset_of
from lib.ui.widgets import bound, hint

if TYPE_CHECKING:  # lib.export imports pandas
    from lib.export import Kept

AT_ONCE = 300_000  # bytes: a smaller CSV is read at once, since starting a process takes longer
POLL_SECONDS = 0.4
_KEPT: dict[str, Kept] = {}  # each browser's last opened run, without rows, for reloads
MOST_KEPT, MOST_KEPT_BYTES = 8, 1_200_000  # the most runs in `_KEPT`, and the most bytes per run
UPLOADS = re.compile(r"/_stcore/upload_file/[^/]+/([^/]+)$")  # an upload's path, with its id (1.67)
# Bytes of uploaded files in memory that no page has taken; a single file may be larger.
SERVER_BYTES = max(data.MAX_BYTES, min(4 * data.MAX_BYTES, data.total_memory() // 6))
UNTAKEN_SECONDS = 60.0  # a file that no page takes is dropped after this time
_HELD = dict[str, tuple[int, Callable[[], object]]]()
"""Uploaded files that no page has taken: id → size in bytes, and a function that drops the file."""


def uploader() -> None:
    """Draw the file widget, and below it the file's progress, size and sharing."""
    st.file_uploader(
        "Your file",
        key="upload_file",
        on_change=partial(_file_changed, "upload_file"),
        help="CSV, Parquet, Excel (.xlsx, .xls, .ods) or NumPy (.npy, .npz), up to 100 MB. A table "
        "has a header and one row per timestep; an array has the shape (N, T, F). You can also "
        "open a saved run (.unrolled). The server doesn't store the file. Others with a run's link "
        "see the run only if you share it.",
    )
    progress()
    if table := session().upload.table:
        rows, columns = table.frame.shape
        size = f"{counted(rows, 'row')}, {counted(columns, 'column')}"
        hint(" ".join([f"{table.name}: {size}.", *table.notes]))
    record = runs.record_if_mine(session().subject.run_id)
    if record and record.table is not None:
        control = bound("share_run", record.is_shared, partial(setattr, record, "is_shared"))
        st.toggle("Share this run and the file's rows by its link", record.is_shared, **control)


def opener() -> None:
    """Draw the file widget for pages without `uploader`."""
    text = "A saved run (.unrolled), or a table. You can also drop the file anywhere on the page."
    act = partial(_file_changed, "open_file")
    st.file_uploader("Open a saved run", key="open_file", on_change=act, help=text)


def progress() -> None:
    """Draw the progress of reading a file, with a stop button."""
    record = session().upload

    def look() -> None:
        reading = record.reading
        if reading is None or reading.over.is_set():
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            hint(f"Reading {reading.name} …")
            st.button("Stop", key="stop_reading", icon=":material/close:", on_click=_stop)

    if record.reading:
        fragment(look, run_every=POLL_SECONDS)


def _stop() -> None:
    record = session().upload
    if record.reading:
        record.reading.stop()
    record.reading, record.error = None, ""


def _refuse(why: object) -> None:
    record = session().upload
    previous = f" Your previous file, {record.table.name}, is still in use." if record.table else ""
    record.error = f"{why}{previous}"


def _file_changed(key: str) -> None:
    """Read a file widget's new file, or stop reading a file that was removed."""
    if key not in st.session_state:  # an overlapping script run has dropped the widget
        return
    file = st.session_state[key]
    if file is None:
        _stop()
    elif named_content := take(file):
        address.leave_scenes()
        _begin(*named_content)


def _begin(name: str, content: bytes) -> None:
    """Open a saved run, or read a table at once or in a process. For use in callbacks."""
    from lib.export import KeptError, is_kept, open_kept  # noqa: PLC0415  imports pandas

    record = session().upload
    _stop()
    try:
        if is_kept(name, content):
            kept = open_kept(name, content, record.table)
            runs.forget_run()
            address.change({key: kept.experiment.get(key) for key in SETTINGS})
            note_kept(kept)
            record.table = kept.table or record.table
            return
        if data.begins_as(content) == "text" and len(content) < AT_ONCE:
            _use_table(data.read_upload(name, content))
        else:
            record.reading = data.Reading(name, content)
    except (KeptError, data.UploadError) as error:
        _refuse(f"{name} couldn't be opened. {error}")


def take_file() -> None:
    """Use the table or the error of the process that reads a file. Call it before any widget."""
    record = session().upload
    reading = record.reading
    if reading is None or not reading.over.is_set():
        return
    record.reading = None
    if reading.table is not None:
        _use_table(reading.table)
    elif reading.error:
        _refuse(reading.error)


def note_kept(kept: Kept | None) -> None:
    """Show a saved run, and store it for reloads; None removes it."""
    session().kept = kept
    browser = browser_id() or ""
    _KEPT.pop(browser, None)
    size = memory_of(kept.snapshot) + kept.dataset.nbytes if kept else 0
    if browser and kept and kept.table is None and size < MOST_KEPT_BYTES:
        data.keep_newest(_KEPT, browser, kept, MOST_KEPT)


def kept_before() -> Kept | None:
    """Return the saved run that this browser opened last, also in an earlier session."""
    return _KEPT.get(browser_id() or "")


def _use_table(new: data.Table) -> None:
    """Use a new table. Lower T if the table is too short. Show why the table can't be used."""
    changes = _changes(new)
    try:
        dataset_of(data.settle(session().subject.experiment.set(**changes), new), new)
    except ExperimentError as error:
        most = error.timesteps if isinstance(error, data.WindowError) else 0
        if not most:
            _refuse(f"{new.name} can't be used: {error}")
            return
        changes["T"] = most
        new = replace(new, notes=(f"Set to T = {most}: {error}", *new.notes))
    address.change(changes)
    session().upload.table = new


def _changes(new: data.Table) -> dict[str, Any]:
    """Return the settings to change for a new table, except those that the user has set."""
    now, old = session().subject.experiment.data, session().upload.table
    if now.name == "upload":
        changes = address.fitting(old.settings if old else {}, new.settings)
    else:
        wanted = {**data.DATASETS["upload"].suggested, **new.settings}
        changes = {"data": "upload", **address.fitting(data.DATASETS[now.name].suggested, wanted)}
    known = {*new.frame.columns, *data.calendar_names(new), NO_SERIES, ""}
    named = {*now.inputs, *now.targets, now.series, *(e.rpartition(":")[0] for e in now.types)}
    if now.name != "upload" or not named <= known:  # the new table has other columns
        changes |= {key: SETTINGS[key].default for key in ("inputs", "targets", "types", "id")}
    return changes


def take(file: Any) -> tuple[str, bytes] | None:
    """Return an uploaded file's name and bytes, and free its memory; None if already taken."""
    if not hasattr(file, "getvalue"):  # Streamlit's placeholder for a dropped file
        return None
    content = file.getvalue()
    if held := _HELD.get(file.file_id):
        _, drop = held
        drop()
        file.truncate(0)  # the session keeps the widget's value until its next script run
    return file.name, content


def hold_uploads(app: ASGIApp, most: int = SERVER_BYTES) -> ASGIApp:
    """Return middleware that delays the end of an upload until there is memory for it."""

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        is_put = scope["type"] == "http" and scope["method"] == "PUT"
        path = UPLOADS.search(scope["path"]) if is_put else None
        if path is None:
            await app(scope, receive, send)
            return
        file_id, size, loop = path[1], 0, asyncio.get_running_loop()

        async def ignore(_: Message) -> None:
            pass

        async def delete() -> None:
            await app({**scope, "method": "DELETE"}, receive, ignore)

        def drop() -> None:  # may be called from any thread
            if _HELD.pop(file_id, None):
                asyncio.run_coroutine_threadsafe(delete(), loop)

        async def receive_when_free() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if message["type"] == "http.request" and not message.get("more_body"):
                # Iterate over a copy: script threads take files at the same time.
                while _HELD and size + sum(each for each, _ in _HELD.copy().values()) > most:
                    await asyncio.sleep(0.1)
                _HELD[file_id] = size, drop
                loop.call_later(UNTAKEN_SECONDS, drop)
            return message

        await app(scope, receive_when_free, send)

    return respond
