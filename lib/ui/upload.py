"""A person's own file: a table, or a kept run to be opened.

The parsed `Table` stays in the session until another one replaces it. A small CSV is read at once,
all else in a process of its own while the page goes on. A file that can't be read gets a sentence,
and the earlier table stays. A table too short for the settings lowers them, and a note says so.
"""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from lib.data import (
    DATASETS,
    Table,
    TooShortError,
    UploadError,
    WindowError,
    begins_as,
    calendar_names,
    prepared,
    read_upload,
    settle,
)
from lib.experiment import NO_SERIES, SETTINGS, ExperimentError
from lib.text import counted
from lib.ui import runs
from lib.ui.address import change, fitting, leave_scenes
from lib.ui.data import dataset_of, in_words
from lib.ui.fragment import fragment
from lib.ui.incoming import take
from lib.ui.kept_runs import note_kept
from lib.ui.linked import bound
from lib.ui.session import session
from lib.ui.text import closable, hint, plain

AT_ONCE = 300_000
"""A CSV of fewer bytes is read in the page's process: another process takes longer to start."""
KEPT = 10_000_000  # a workbook of fewer bytes is kept, so that another sheet can be chosen
POLL_SECONDS = 0.4


def uploader() -> None:
    """Draw the file widget, and below it the last file's progress, size, sheets and sharing."""
    st.file_uploader(
        "Your file",
        key="upload_file",
        on_change=partial(_given, "upload_file"),
        help="CSV, Parquet, Excel (.xlsx, .xls, .ods) or NumPy (.npy, .npz), up to 100 MB. A row "
        "per timestep below a header, or arrays (N, T, F); or a kept run (.unrolled). The file "
        "isn't kept: a temporary one holds it until it is read. A link to a run shows that run's "
        "figures to whoever opens it while it lasts, and the file's rows only if you share them.",
    )
    came_of_file()
    if table := session().upload.table:
        if (workbook := session().upload.workbook) and len(table.sheets) > 1:
            control = bound("upload_sheet", table.sheet, partial(_begin, *workbook))
            st.selectbox("Sheet", table.sheets, table.sheets.index(table.sheet), **control)
        size = [counted(len(table.frame), "row"), counted(len(table.numbers), "number column")]
        size += [counted(len(table.categories), "text column")] if table.categories else []
        hint(" ".join([f"{table.name}: {', '.join(size)}.", *table.notes]))
    run_id = session().run_id or ""
    if (shares := runs.shares_rows(run_id)) is not None:  # a run of this browser's on an upload
        label = "Let people with this run's link see the file's rows"
        control = bound("share_rows", shares, partial(runs.share_rows, run_id))
        st.toggle(label, shares, **control)


def opener() -> None:
    """The file widget of pages without `uploader`."""
    words = "Or drop it anywhere on the page: a kept run (.unrolled), or a table as your data."
    act = partial(_given, "open_file")
    st.file_uploader("Open a kept run", key="open_file", on_change=act, help=words)


def was_opened() -> bool:
    """Whether a file was given to `opener` that is open or being read."""
    return bool(st.session_state.get("open_file")) and not session().upload.error


def came_of_file() -> None:
    """Draw the progress of the file that is being read."""
    if session().upload.reading:
        fragment(_progress, run_every=POLL_SECONDS)()


def refusal() -> None:
    """Say why the last file isn't open, until that is closed."""
    record = session().upload

    def forget() -> None:
        record.error = ""

    if record.error:
        closable(plain(record.error), "error_of_file", "error", forget)


def _given(key: str) -> None:
    """Read the file that was just given; removing one stops reading, and changes nothing."""
    if key not in st.session_state:  # dropped, where another run of the page has overtaken this one
        return
    record, file = session().upload, st.session_state[key]
    if file is None:
        _stop()
        record.error, record.workbook = "", None
    elif given := take(file):  # else its bytes were taken before
        record.workbook = None
        leave_scenes()
        _begin(*given)


def _begin(name: str, content: bytes, sheet: str = "") -> None:
    """Read a file, at once or in a process of its own."""
    from lib.data import Reading  # noqa: PLC0415
    from lib.export import is_kept  # noqa: PLC0415  bring pandas along

    record = session().upload
    _stop()
    record.error = ""
    if is_kept(name, content):
        _open(name, content)
        return
    try:
        kind = begins_as(content)  # no more is done here: a ZIP file's list may be long
        if kind in ("workbook", "zip") and len(content) < KEPT:
            record.workbook = name, content
        if kind == "text" and len(content) < AT_ONCE:
            _settle(read_upload(name, content))
        else:
            record.reading = Reading(name, content, sheet)
    except UploadError as error:
        record.error = f"{error}{_stays()}"


def _progress() -> None:
    """Say which file is being read; have the page run again once it is."""
    reading = session().upload.reading
    if reading is None or reading.over.is_set():
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        hint(f"Reading {reading.name} …")
        st.button("Stop", key="stop_reading", icon=":material/close:", on_click=_stop)


def _stop() -> None:
    """Stop reading a file."""
    record = session().upload
    if record.reading:
        record.reading.stop()
    record.reading = None


def take_file() -> None:
    """Take over a table or an error from the reading process, before any widget is drawn."""
    record = session().upload
    reading = record.reading
    if reading is None or not reading.over.is_set():
        return
    record.reading = None
    if reading.table is not None:
        if len(reading.table.sheets) < 2:
            record.workbook = None
        _settle(reading.table)
    elif reading.error:
        record.error = f"{reading.error}{_stays()}"


def _open(name: str, content: bytes) -> None:
    """Show a kept run, or say why it can't be opened. For callbacks."""
    from lib.export import KeptError, open_kept  # noqa: PLC0415  as above

    record = session().upload
    try:
        kept = open_kept(name, content, record.table)
    except KeptError as error:
        record.error = f"{name} isn't open. {error}{_stays()}"
        return
    runs.leave()
    change({key: kept.experiment.get(key) for key in SETTINGS})
    note_kept(kept)
    session().kept, record.table = kept, kept.table or record.table


def _settle(new: Table) -> None:
    """Make a table the data, or say why it can't be."""
    record, changes = session().upload, _changes(new)
    while True:
        try:
            dataset_of(settle(session().address.experiment.set(**changes), new), new)
            break
        except ExperimentError as error:
            cure = error.cure if isinstance(error, TooShortError) else {}
            if cure.items() <= changes.items():  # none, or it was no help
                record.error = f"{new.name} can't be used: {error}{_stays()}"
                return
            changes |= cure
            new = replace(new, notes=(f"Set to {in_words(cure)}: {error}", *new.notes))
    change(changes)
    record.table = new


def _stays() -> str:
    table = session().upload.table
    return f" Your earlier file, {table.name}, stays." if table else ""


def _changes(new: Table) -> dict[str, Any]:
    """The settings that suit a table that becomes the data, without those that a person has set."""
    now, old = session().address.experiment.data, session().upload.table
    if now.name == "upload":
        changes = fitting(old.settings if old else {}, new.settings)
    else:
        suits = {**DATASETS["upload"].suggested, **new.settings}
        changes = {"data": "upload", **fitting(DATASETS[now.name].suggested, suits)}
    there = {*new.frame.columns, *new.labels, *calendar_names(new), NO_SERIES, ""}
    try:
        there |= {*prepared(new, now).frame.columns}
    except WindowError:  # or no file with such columns could ever become the data
        changes["types"] = ()
    named = {*now.inputs, *now.targets, now.series, *(e.rpartition(":")[0] for e in now.types)}
    if now.name != "upload" or not named <= there:
        changes |= {key: SETTINGS[key].default for key in ("inputs", "targets", "types", "id")}
    return changes
