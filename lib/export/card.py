"""A card: what a page server tells others of a run that it has started, so that they can show it.

A card has an upload's rows, for the browser that started the run; pages hide them from all others
(`lib.ui.runs.may_see_rows`). It is checked as a stranger's file is: whoever has the cluster's token
can leave one.
"""

from dataclasses import dataclass

from lib.data import Dataset, Table, make_settled_dataset
from lib.experiment import Experiment, validate
from lib.export.table_record import TableRecord, record_of, table_of
from lib.training import decode, encode

MOST_BYTES = 8_000_000  # limit of an upload's rows: a run on more is shown by its own server alone


@dataclass(frozen=True, slots=True)
class _Card:
    experiment: Experiment
    browser: str | None
    name: str
    rows: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A card that was read: the run's experiment, its data, who started it, and its name."""

    experiment: Experiment
    dataset: Dataset
    table: Table | None
    browser: str | None
    name: str


def card_of(experiment: Experiment, table: Table | None, browser: str | None, name: str) -> bytes:
    """Write a card; empty where an upload has too many rows."""
    rows = b""
    if experiment.data.name == "upload" and table is not None:
        rows = encode(record_of(table))
        if len(rows) > MOST_BYTES:
            return b""
    return encode(_Card(experiment, browser, name, rows))


def read_card(card: bytes) -> Shown:
    """Read a card. Raises ValueError for bytes that are none."""
    found, table = decode(card, _Card), None
    try:
        validate(found.experiment)
        if found.rows:
            table = table_of(decode(found.rows, TableRecord))
        dataset = make_settled_dataset(found.experiment, table)
    except Exception as error:  # a stranger's rows may raise anything
        raise ValueError(f"not a run's card: {error}") from None
    return Shown(found.experiment, dataset, table, found.browser, found.name)
