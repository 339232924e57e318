"""A table → samples: its columns as numbers, its rows by series, and windows of them.

One step after the other, a module each: `table` is what came, `features` makes numbers of columns,
`series` puts rows in order, `cutting` says which rows become which sample of which part, `windows`
makes the `Dataset`. Nothing is read from files here (`lib.data.uploads`,
`lib.data.datasets.series`).
"""

from lib.data.tables.table import MAX_COLUMNS, Table, TooShortError, WindowError, default_columns

__all__ = ["MAX_COLUMNS", "Table", "TooShortError", "WindowError", "default_columns"]
