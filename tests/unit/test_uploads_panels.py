"""Several series in one table are detected and separated."""

import itertools

import numpy as np
import pandas as pd
import pytest

from tests.unit.uploaded import lines, notes_of, read

DAYS = [f"{day:%Y-%m-%d}" for day in pd.date_range("2024-01-01", periods=30)]


def panel(head, keys):
    """Return a file's header and rows: each day for each of `keys`, with a random value."""
    rng = np.random.default_rng(0)
    rows = [",".join([day, *map(str, k), f"{rng.normal():.3f}"]) for day in DAYS for k in keys]
    return f"date,{head},v", rows


@pytest.mark.parametrize("order", ["by date", "by store", "at random"])
@pytest.mark.parametrize("keys", [[("north",), ("south",), ("west",)], [(1,), (2,), (3,)]])
def test_series_are_found_in_any_order_of_the_rows(order, keys):
    """Rows keep their order; the step is that between two rows of a series."""
    head, rows = panel("store", keys)
    if order == "by store":
        rows.sort(key=lambda row: row.split(",")[1])
    elif order == "at random":
        rows = [rows[i] for i in np.random.default_rng(1).permutation(len(rows))]
    table = read("\n".join([head, *rows]))
    assert (table.series, table.step) == ("store", "day")
    assert table.frame["v"].tolist() == [float(row.split(",")[-1]) for row in rows]
    assert [f"{time:%Y-%m-%d}" for time in table.times] == [row[:10] for row in rows]
    assert "there are 3 series, identified by store." in notes_of(table)


@pytest.mark.parametrize(
    ("head", "keys", "series", "first"),
    [
        # A column with a typical name is preferred to other columns that identify series.
        ("rank,shop_id", [(i, 10 + i) for i in range(4)], "shop_id", 10),
        # A column of any name identifies series if every pair of time and series has a row.
        ("kind", [("x",), ("y",)], "kind", "x"),
        # If two columns together identify series, a column combines them.
        ("store,item", list(itertools.product([1, 2], ["a", "b", "c"])), "store, item", "1, a"),
        # There may be more series than a column may have categories.
        ("sensor", [(f"s{i}",) for i in range(1001)], "sensor", "s0"),
    ],
)
def test_columns_that_identify_series_are_found(head, keys, series, first):
    """Each series has one row per time."""
    head, rows = panel(head, keys)
    table = read("\n".join([head, *rows]))
    assert table.series == series
    assert table.frame[series].nunique() == len(keys)
    assert table.frame[series][0] == first


def test_columns_that_differ_between_equal_times_by_chance_are_not_series():
    """Whole numbers that aren't ids, and a summer-time flag, don't identify series."""
    rows = [f"{day},{3 * i % 50},{i}.5" for i, day in enumerate(DAYS * 2)]
    table = read("\n".join(["date,sold,v", *rows]))
    assert table.series == ""
    assert "no column identifies series" in notes_of(table)
    hours = [f"2024-10-{d} {h:02}:00" for d in (26, 27, 28) for h in range(24)]
    hours.insert(27, hours[26])
    rows = [f"{hour},{int(i < 27)},{i}.5" for i, hour in enumerate(hours)]
    assert read("\n".join(["time,summer,v", *rows])).series == ""


@pytest.mark.parametrize(
    ("head", "line", "step"),
    [
        ("year", lambda i: f"{2000 + i}", "year"),
        ("year,month", lambda i: f"{2000 + i // 12},{i % 12 + 1}", "month"),
    ],
)
def test_years_and_parts_of_dates_may_repeat_if_a_column_identifies_series(head, line, step):
    """Years that repeat without series are numbers."""
    rows = [f"{name},{line(i)},{i}.5" for name in ("Chad", "Peru") for i in range(16)]
    table = read("\n".join([f"country,{head},v", *rows]))
    assert (table.series, table.step, table.numbers) == ("country", step, ("v",))
    assert read(lines("year,v", lambda i: f"{2000 + i % 3},{i}")).times is None


def test_gaps_are_counted_within_each_series():
    """A series that starts later than another doesn't have a gap."""
    head, rows = panel("store", [(1,), (2,)])
    rows = [row for i, row in enumerate(rows) if i > 20 or i % 2]  # store 1 begins later
    assert "missing" not in notes_of(read("\n".join([head, *rows])))
    del rows[40:42]
    assert "2 days are missing between rows" in notes_of(read("\n".join([head, *rows])))


@pytest.mark.parametrize(
    ("head", "line", "series"),
    [
        ("id,x,y", lambda i: f"{i // 10},{i}.5,{i % 3}", "id"),
        ("unit,cycle,x", lambda i: f"{i // 13},{i % 13},{i % 7}.5", "unit"),
        ("sensorID,x", lambda i: f"{'abcd'[i // 10]},{i}", "sensorID"),
        ("id,x", lambda i: f"{i},{i % 7}", ""),
        ("x,y", lambda i: f"{i // 10},{i}", ""),
        ("item,x", lambda i: f"{i * i % 11},{i}", ""),
        ("store,x", lambda i: f"{i // 20 if i < 39 else 0},{i}", ""),
    ],
)
def test_without_dates_a_series_column_needs_a_typical_name_and_blocks(head, line, series):
    """Each series is one block of rows."""
    table = read(lines(head, line, 40))
    assert table.series == series
    assert ("identified by" in notes_of(table)) is bool(series)
