"""The process that reads an uploaded file: stdin has the file, stdout gets a table or an error."""

import pickle
import resource
import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from lib.data.tables.table import Table, UploadError
from lib.data.uploads.upload import FIX, read_upload


def main() -> None:
    """Read the file from stdin; write its table, or an error message, to stdout."""
    name, content, memory = pickle.load(sys.stdin.buffer)  # noqa: S301  from `Reading`
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    answer: Table | str
    try:
        table = read_upload(name, content)
        answer = replace(table, frame=table.frame.apply(shortened))
    except (UploadError, MemoryError) as error:
        answer, cause = f"{error}", error.__context__ or error
        if isinstance(cause, MemoryError) or "out of memory" in f"{cause}":
            limit = f"the {memory / 1e6:,.0f} MB available"
            answer = f"{name} couldn't be read: it needs more memory than {limit}. {FIX}"
    pickle.dump(answer, sys.stdout.buffer, protocol=5)


def shortened(column: pd.Series) -> pd.Series:
    """Return a float64 column as float32 if no value changes by over 1e-6 standard deviations."""
    if column.dtype != np.float64:
        return column
    with np.errstate(over="ignore"):
        short = column.astype(np.float32)
    change = (short - column).abs().max()
    is_whole = (column.dropna() % 1 == 0).all()  # whole numbers must stay exact
    return short if change <= (0 if is_whole else 1e-6 * column.std()) else column


if __name__ == "__main__":
    main()
