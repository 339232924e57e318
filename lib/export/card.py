"""What one page server tells the others of a run that it has started, so that they can show it.

Data that can be made anew aren't in a card; an upload's rows are, as in a kept file. These are for
the server, which needs them for the browser that started the run, and hides them from all others
(`lib.ui.runs.may_see_rows`). A card is taken as a stranger's file is, since whoever has the
cluster's token can leave one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lib.data import Dataset, make_settled_dataset
from lib.experiment import Experiment, validate
from lib.training import decode, encode

if TYPE_CHECKING:  # it brings pandas along
    from lib.data import Table

MOST_BYTES = 8_000_000
"""Of the rows of an upload: a run on more is shown by its own server alone."""


@dataclass(frozen=True, slots=True)
class _Card:
    experiment: Experiment
    browser: str | None
    name: str
    rows: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a card says: what was trained on what, who started it, and what they call it."""

    experiment: Experiment
    dataset: Dataset
    table: "Table | None"
    browser: str | None
    name: str


def card_of(experiment: Experiment, table: "Table | None", browser: str | None, name: str) -> bytes:
    """The bytes of a card; none where its rows are too many."""
    rows = b""
    if experiment.data.name == "upload" and table is not None:
        from lib.export.kept.rows import rows_of  # noqa: PLC0415  brings pandas along

        rows = encode(rows_of(table))
        if len(rows) > MOST_BYTES:
            return b""
    return encode(_Card(experiment, browser, name, rows))


def read_card(card: bytes) -> Shown:
    """What a card says. Raises ValueError for bytes that are none."""
    found, table = decode(card, _Card), None
    try:
        validate(found.experiment)
        if found.rows:
            from lib.export.kept.rows import Rows, table_of  # noqa: PLC0415  brings pandas along

            table = table_of(decode(found.rows, Rows))
        dataset = make_settled_dataset(found.experiment, table)
    except Exception as error:  # rows of a stranger's may raise anything
        raise ValueError(f"not a run's card: {error}") from None
    return Shown(found.experiment, dataset, table, found.browser, found.name)
