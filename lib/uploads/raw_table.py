"""All entries of a file on their way to a `Table`: `RawTable`, and rows and columns of nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from lib.dataset import Mended
from lib.english import counted


@dataclass(slots=True, eq=False)
class RawTable:
    """A file's entries, and what was done to them so far."""

    entries: pd.DataFrame
    """Numbers, texts, or dates, as far as the file or pandas tells them apart."""
    reading: dict[str, Any]
    """What a script must tell pandas to read them alike: see `lib.tables.table.Table`."""
    notes: list[str] = field(default_factory=list)
    """A sentence for each thing that a person should know."""
    mended: list[Mended] = field(default_factory=list)
    decimal_commas: bool = False
    cells: str = ""
    """A sentence on how its cells were told apart, where that may be wrong."""
    known: dict[str, Any] = field(default_factory=dict)
    """What else is known of the `Table`: sheets, series, columns to start from, settings."""

    def drop_rows(self, empty: pd.Series) -> None:
        """Leave out rows (R,) bool in which there is nothing."""
        self.notes.append(f"{counted(int(empty.sum()), 'empty row')} left out.")
        self.mended.append(("empty rows", "", ()))
        self.entries = self.entries[~empty].reset_index(drop=True)

    def drop_row_numbers(self) -> None:
        """Leave out the nameless index that pandas writes to its files."""
        name = self.entries.columns[0]
        first = self.entries[name]
        nameless = name in ("column 1", "Unnamed: 0") and len(self.entries.columns) > 1
        if nameless and pd.api.types.is_numeric_dtype(first) and (first.diff()[1:] == 1).all():
            self.notes.append("The first column has no name and counts the rows: it is left out.")
            self.entries = self.entries.drop(columns=name)
