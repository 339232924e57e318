"""Read columns of a table again, as another kind: numbers as categories, texts as numbers."""

from dataclasses import replace
from functools import partial

import pandas as pd

from lib.data.caches import cached_with_object
from lib.data.tables.order import as_texts
from lib.data.tables.table import MOST_TEXTS, Table, WindowError, default_columns
from lib.data.tables.texts import not_numbers_note, parse_numbers
from lib.text import listed


@partial(cached_with_object, size=1)  # only one result, since a table may have a million rows
def retyped(table: Table, types: tuple[str, ...]) -> Table:
    """Return the table with changed kinds of columns: `types` are texts such as "store:category".

    `KINDS` lists the kinds; other kinds and unknown columns change nothing. Texts that aren't
    numbers become NaN. Raises WindowError if a column can't be read as its new kind.
    """
    frame, notes = table.frame.copy(deep=False), list[str]()
    for name, _, kind in (each.rpartition(":") for each in types):
        if name in table.categories and kind == "number":
            frame[name] = _as_number(frame[name], notes)
        elif name in table.numbers and kind == "category":
            if (count := frame[name].nunique()) > MOST_TEXTS:
                raise WindowError(
                    f"{name} has {count:,} different numbers, and at most {MOST_TEXTS:,} "
                    f"categories are allowed. Keep {name} as numbers."
                )
            frame[name] = as_texts(frame[name])
    made = replace(table, frame=frame, notes=(*table.notes, *notes))
    inputs = tuple(name for name in table.inputs if name in made.numbers)
    targets = tuple(name for name in table.targets if name in made.numbers)
    made = replace(made, inputs=inputs, targets=targets)
    default_columns(made)  # raises an error if no column is left to predict
    return made


def _as_number(column: pd.Series, notes: list[str]) -> pd.Series:
    texts = column.astype("str").str.strip()
    values, reading, _ = parse_numbers(texts, decimal_commas=False)
    if values.isna().all():
        raise WindowError(
            f"no entry of {column.name} is a number: {listed(texts.dropna().unique())}. Keep "
            f"{column.name} as categories."
        )
    how = f" with {reading}" if reading else ""
    notes += [f"{column.name} read as numbers{how}.", *not_numbers_note(texts, values)]
    return values
