"""The process that reads one file: it comes in by stdin, a table or a sentence goes to stdout."""

import pickle
import resource
import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from lib.data.tables.table import Table, UploadError
from lib.data.uploads.upload import FIX, read_upload


def main() -> None:
    """Read the file that comes in, and send its table, or why there is none."""
    name, content, sheet, memory = pickle.load(sys.stdin.buffer)  # noqa: S301 - from `Reading`
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    answer: Table | str
    try:
        table = read_upload(name, content, sheet)
        answer = replace(table, frame=table.frame.apply(shortened))
    except (UploadError, MemoryError) as error:
        answer, cause = f"{error}", error.__context__ or error
        if isinstance(cause, MemoryError) or "out of memory" in f"{cause}":
            left = f"the {memory / 1e6:,.0f} MB that are left for it"
            answer = f"{name} couldn't be read: that takes more memory than {left}. {FIX}"
    pickle.dump(answer, sys.stdout.buffer, protocol=5)


def shortened(column: pd.Series) -> pd.Series:
    """Return decimals with 32 bits, if that moves none by a millionth of their deviation."""
    if column.dtype != np.float64:
        return column
    with np.errstate(over="ignore"):
        short = column.astype(np.float32)
    moved = (short - column).abs().max()
    whole = (column.dropna() % 1 == 0).all()
    return short if moved <= (0 if whole else 1e-6 * column.std()) else column


if __name__ == "__main__":
    main()
