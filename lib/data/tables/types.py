"""Read number columns of a table again, as categories."""

from dataclasses import replace
from functools import partial

from lib.data.caches import cached_with_object
from lib.data.tables.order import as_texts
from lib.data.tables.table import Table, default_columns


@partial(cached_with_object, size=1)  # only one result, since a table may have a million rows
def retyped(table: Table, types: tuple[str, ...]) -> Table:
    """Return the table with some numbers as categories: `types` are texts such as "store:category".

    Other texts change nothing. Raises WindowError if no column is left to predict.
    """
    names = [name for name in table.numbers if f"{name}:category" in types]
    frame = table.frame.assign(**{name: as_texts(table.frame[name]) for name in names})
    inputs = tuple(name for name in table.inputs if name not in names)
    targets = tuple(name for name in table.targets if name not in names)
    made = replace(table, frame=frame, inputs=inputs, targets=targets)
    default_columns(made)
    return made
