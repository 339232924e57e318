"""Several series in one table: they are found, and stay apart."""

import itertools

import numpy as np
import pandas as pd
import pytest

from lib.data.uploads import columns as reading
from lib.data.uploads import read_upload
from tests.unit.uploaded import lines, notes_of, read

DAYS = [f"{day:%Y-%m-%d}" for day in pd.date_range("2024-01-01", periods=30)]
RNG = np.random.default_rng(0)


def panel(columns, keys, values=1):
    """A file with a row for each day of each of `keys`, sorted by day; last come random values."""
    head = ",".join(["date", *columns, *(f"v{k}" for k in range(values))])
    rows = [
        ",".join([day, *map(str, key), *(f"{RNG.normal():.3f}" for _ in range(values))])
        for day in DAYS
        for key in keys
    ]
    return head, rows


def text(head, rows):
    """The file's text."""
    return "\n".join([head, *rows])


@pytest.mark.parametrize("order", ["by date", "by store", "at random"])
@pytest.mark.parametrize("keys", [[("north",), ("south",), ("west",)], [(1,), (2,), (3,)]])
def test_series_are_found_in_any_order_of_the_rows(order, keys):
    """Names or numbers; the rows stay as they are, and the step is that within a series."""
    head, rows = panel(["store"], keys)
    if order == "by store":
        rows.sort(key=lambda row: row.split(",")[1])
    elif order == "at random":
        rows = [rows[i] for i in np.random.default_rng(1).permutation(len(rows))]
    table = read(text(head, rows))
    assert table.series == "store"
    assert table.step == "day"
    assert table.frame["v0"].tolist() == [float(row.split(",")[-1]) for row in rows]
    assert [f"{time:%Y-%m-%d}" for time in table.times] == [row[:10] for row in rows]
    assert "date repeats, as there are 3 series, told apart by store." in table.notes


def test_names_that_say_so_are_preferred_to_what_also_tells_series_apart():
    """A code that each store has, too, and that comes first."""
    head, rows = panel(["rank", "shop_id"], [(i, 10 + i) for i in range(4)])
    assert read(text(head, rows)).series == "shop_id"


def test_a_column_of_any_name_will_do_where_every_pair_has_a_row():
    """But not whole numbers that just happen to differ on each day."""
    head, rows = panel(["kind"], [("x",), ("y",)])
    assert read(text(head, rows)).series == "kind"
    sold = [f"{day},{3 * i % 50},{i}.5" for i, day in enumerate(DAYS * 2)]
    table = read(text("date,sold,v", sold))
    assert table.series == ""
    assert "no column tells series apart" in notes_of(table)


def test_the_hour_that_comes_twice_in_autumn_makes_no_series():
    """A flag for summer time tells the two apart, and is no series all the same."""
    hours = [f"2024-10-{d} {h:02}:00" for d in (26, 27, 28) for h in range(24)]
    hours.insert(27, hours[26])
    rows = [f"{hour},{int(i < 27)},{i}.5" for i, hour in enumerate(hours)]
    assert read(text("time,summer,v", rows)).series == ""


def test_two_columns_together_may_tell_series_apart():
    """As stores and items do in a shop's sales: a column of both is made."""
    keys = list(itertools.product([1, 2], ["a", "b", "c"]))
    head, rows = panel(["store", "item"], keys)
    table = read(text(head, rows))
    assert table.series == "store, item"
    assert table.frame["store, item"].tolist()[:3] == ["1, a", "1, b", "1, c"]
    assert "6 series, told apart by store and item" in notes_of(table)


def test_years_may_repeat_where_a_column_tells_series_apart():
    """Countries by year; without one a year is a number, as of a model."""
    rows = [f"{name},{2000 + i},{i}.5" for name in ("Chad", "Peru") for i in range(12)]
    table = read(text("country,year,v", rows))
    assert (table.series, table.step) == ("country", "year")
    assert read(lines("year,v", lambda i: f"{2000 + i % 3},{i}")).times is None


def test_few_of_many_columns_of_years_are_tried(monkeypatch):
    """For each all others are looked at, which would take minutes for a thousand."""
    tried = []
    monkeypatch.setattr(reading, "series_columns", lambda *about: tried.append(about) or [])
    names = ",".join(f"year{k}" for k in range(30))
    content = lines(names, lambda i: ",".join(str(2000 + (i + k) % 5) for k in range(30)), 20)
    assert read_upload("a.csv", content.encode()).times is None
    assert len(tried) == reading.MOST_YEARS


def test_gaps_are_counted_within_each_series():
    """A shop that opens later has none."""
    head, rows = panel(["store"], [(1,), (2,)])
    rows = [row for i, row in enumerate(rows) if i > 20 or i % 2]  # store 1 begins later
    assert "missing" not in notes_of(read(text(head, rows)))
    del rows[40:42]
    said = notes_of(read(text(head, rows)))
    assert "2 days are missing between rows, 1 in a row at most" in said


def test_names_of_series_may_be_many():
    """More than categories can be: 1,001 sensors."""
    rows = [f"{day},s{i},{i % 7}.5" for day in DAYS[:4] for i in range(1001)]
    table = read(text("date,sensor,v", rows))
    assert table.series == "sensor"
    assert table.frame["sensor"].nunique() == 1001


@pytest.mark.parametrize(
    ("head", "line", "series"),
    [
        ("id,x,y", lambda i: f"{i // 10},{i}.5,{i % 3}", "id"),
        ("unit,cycle,x", lambda i: f"{i // 13},{i % 13},{i % 7}.5", "unit"),
        ("sensorID,x", lambda i: f"{'abcd'[i % 4]},{i}", "sensorID"),
        ("id,x", lambda i: f"{i},{i % 7}", ""),
        ("x,y", lambda i: f"{i // 10},{i}", ""),
        ("item,x", lambda i: f"{i * i % 11},{i}", ""),
        ("store,x", lambda i: f"{i // 20 if i < 39 else 0},{i}", ""),
    ],
)
def test_without_dates_only_the_name_of_a_series_and_whole_blocks_of_it_count(head, line, series):
    """Blocks one after the other, or as many rows each; not just any repeated number."""
    table = read(lines(head, line, 40))
    assert table.series == series
    assert ("told apart by" in notes_of(table)) is bool(series)


def test_series_in_two_parts_of_a_date():
    """Regions by year and quarter."""
    rows = [
        f"{name},{2000 + i // 4},{i % 4 + 1},{i}.5"
        for name in ("north", "south")
        for i in range(16)
    ]
    table = read_upload("regions.csv", text("region,year,quarter,v", rows).encode())
    assert (table.series, table.step) == ("region", "quarter")
    assert table.numbers == ("v",)
