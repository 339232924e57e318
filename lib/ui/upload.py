"""A person's own CSV. The parsed `Table` stays in the session until another one takes its place.

A file that can't be read gets a sentence, and the earlier table stays. A table too short for the
settings is kept aside; a button offers settings it is long enough for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.datasets import make_dataset
from lib.english import counted, joined
from lib.experiment import ExperimentError
from lib.tables import Table, TooShortError
from lib.ui.address import change, drawn, picking
from lib.ui.session import session
from lib.ui.text import hint, plain


def uploader() -> None:
    """The file widget, and below it what came of the last file."""
    record = session().upload
    st.file_uploader(
        "Your CSV",
        key="upload_file",
        on_change=_read,
        help="A header line, then one row per timestep, in order of time. Up to 50 MB. "
        "It is read in memory and never stored; a link to a run shows that run's figures to "
        "whoever opens it while it lasts.",
    )
    if record.error:
        st.error(plain(record.error), icon=":material/error:")
    if record.waiting:
        _offer(record.waiting)
    if table := record.table:
        rows, columns = table.frame.shape
        size = f"{counted(rows, 'row')}, {counted(columns, 'number column')}"
        hint(" ".join([f"{table.name}: {size}.", *table.notes]))


def _read() -> None:
    """Take the file that was just given, and show it; taking a file away changes nothing."""
    from lib.uploads import UploadError, read_upload  # noqa: PLC0415  brings pandas along

    record, file = session().upload, st.session_state["upload_file"]
    record.error, record.waiting = "", None
    if file is None:
        return
    try:
        new = read_upload(file.name, file.getvalue())
        _try(new)
    except TooShortError:
        record.waiting = new
    except (UploadError, ExperimentError) as error:
        record.error = f"{error}{_stays()}"
    else:
        _take(new)


def _stays() -> str:
    table = session().upload.table
    return f" Your earlier file, {table.name}, stays." if table else ""


def _try(new: Table) -> None:
    """Raise ExperimentError unless a table can be the data as it is set."""
    make_dataset(drawn().set(**_changes(new)), new)


def _changes(new: Table) -> dict[str, Any]:
    """What has to be set when a table becomes the data, by key."""
    data = drawn().data
    if data.name != "upload":
        return picking("upload")
    fits = {*data.inputs, *data.targets} <= set(new.frame.columns)
    return {} if fits else {"inputs": (), "targets": ()}


def _take(new: Table, **settings: int) -> None:
    """Make a table the data, with these settings. For callbacks."""
    change({**_changes(new), **settings})
    session().upload.table, session().upload.waiting = new, None


def _offer(waiting: Table) -> None:
    """Why a file that was read isn't the data, and a button that makes it so, where one can."""
    cure, label = {}, "Use it"
    try:
        _try(waiting)
        st.info(plain(f"{waiting.name} fits these settings."), icon=":material/info:")
    except ExperimentError as error:
        words = f"{waiting.name} can't be used yet: {error}{_stays()}"
        st.error(plain(words), icon=":material/error:")
        cure = dict(error.cure) if isinstance(error, TooShortError) else {}
        if not cure:
            return
        label += f" with {in_words(cure)}"
    st.button(label, key="use_upload", on_click=_take, args=(waiting,), kwargs=cure)


def in_words(cure: Mapping[str, int]) -> str:
    """Settings that the rows would do for: "T = 14 and a horizon of 1"."""
    names = {"T": "T =", "horizon": "a horizon of"}
    return joined([f"{names[key]} {value}" for key, value in cure.items()])
