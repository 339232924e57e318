"""Tables with a row a year and a column for each month or quarter → a row a month or quarter."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from lib.dataset import Mended
from lib.english import MONTHS, counted, listed
from lib.tables.table import Table

VALUE = "value"
"""What the one column is called then."""
_WORDS = {
    "month": [rf"{name}[a-z]*\.?|m?0?{k}" for k, name in enumerate(MONTHS, 1)],
    "quarter": [rf"q(uarter )?{k}|{k}\. ?quarter" for k in range(1, 5)],
}
"""What columns are called, by the step from one to the next."""


def is_wide(table: Table) -> bool:
    """Whether a table has a row a year and a column for each month, or for each quarter."""
    return _columns(table)[0] != ""


def _columns(table: Table) -> tuple[str, list[str]]:
    """The step from one column to the next, "" where the table isn't wide, and the columns."""
    if table.step == "year":
        for step, words in _WORDS.items():
            names = [
                [n for n in table.numbers if re.fullmatch(word, n.strip(), re.IGNORECASE)]
                for word in words
            ]
            if all(len(each) == 1 for each in names):
                return step, [name for [name] in names]
    return "", []


def unrolled(table: Table) -> Table:
    """The table as one series (of each of its own series), with a row a month or a quarter.

    A table that isn't wide is returned as it is. What is missing before the first value and after
    the last is no row.
    """
    import pandas as pd  # noqa: PLC0415  see lib/tables/table.py

    step, columns = _columns(table)
    if not step:
        return table
    width, years = len(columns), pd.DatetimeIndex(table.times).year  # type: ignore[arg-type]
    values = table.frame[columns].to_numpy(np.float64).ravel()
    months = np.repeat(np.asarray(years - 1970) * 12, width)
    months += np.tile(np.arange(width) * (12 // width), len(table.frame))
    frame = pd.DataFrame({VALUE: values})
    if table.series:
        frame[table.series] = table.frame[table.series].repeat(width).array
    known = np.flatnonzero(~np.isnan(values))
    kept = slice(known[0], known[-1] + 1) if len(known) else slice(None)
    others = [n for n in table.frame.columns if n not in (*columns, table.series)]
    frame = frame[kept].reset_index(drop=True)
    note = f"{width} columns were unrolled into one, {counted(len(frame), step)} long"
    note += f"; left out: {listed(map(str, others))}." if others else "."
    [label, *_] = [name for what, name, _ in reversed(table.mended) if what == "times"] or [""]
    mended: Mended = ("unroll", VALUE, (label, table.series, *columns))
    return replace(
        table,
        frame=frame,
        times=pd.DatetimeIndex(months.astype("M8[M]")[kept].astype("M8[s]")),
        step=step,
        notes=(*table.notes, note),
        inputs=(),
        targets=(),
        units={},
        mended=(*table.mended, mended),
    )
