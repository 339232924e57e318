"""Tables with a row per year and a column per month are unrolled: each month gets a row."""

import numpy as np
import pandas as pd
import pytest

from lib.data.tables.types import unrolled
from tests.unit.uploaded import lines, notes_of, read

SHORT = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
LONG = "January,February,March,April,May,June,July,August,September,October,November,December"


def months(year):
    """Return twelve values that encode their year and month."""
    return ",".join(f"{year}.{k:02}" for k in range(1, 13))


@pytest.mark.parametrize("names", [SHORT, LONG, ",".join(map(str, range(1, 13))), SHORT.upper()])
def test_twelve_columns_by_ten_years_become_120_months(names):
    """Months are in calendar order, even if the columns aren't."""
    rows = [["year", *names.split(",")]]
    rows += [[f"{1900 + i}", *months(1900 + i).split(",")] for i in range(10)]
    shuffled = "\n".join(",".join([row[0], *row[7:], *row[1:7]]) for row in rows)
    series = unrolled(read(shuffled))
    assert series.step == "month"
    expected = [float(f"{1900 + i}.{k:02}") for i in range(10) for k in range(1, 13)]
    assert series.frame["value"].tolist() == expected
    assert list(series.times) == list(pd.date_range("1900-01-01", periods=120, freq="MS"))
    assert "12 columns unrolled into one with 120 months" in notes_of(series)


def test_totals_are_left_out_and_the_last_year_may_be_incomplete():
    """Missing values at the end are dropped; other missing values stay."""
    text = lines(f"year,{SHORT},Annual", lambda i: f"{2000 + i},{months(2000 + i)},9")
    series = unrolled(read(text.replace("2009.11,2009.12,9", ",,").replace("2003.05", "")))
    assert np.flatnonzero(series.frame["value"].isna()).tolist() == [3 * 12 + 4]
    assert series.times[-1] == pd.Timestamp("2009-10-01")
    assert "Left out: Annual." in series.notes[-1]


def test_four_columns_become_quarters_within_each_series():
    """Quarters are three months apart."""
    rows = [f"{name},{2000 + i},1,2,3,{i}" for name in ("east", "west") for i in range(8)]
    series = unrolled(read("\n".join(["region,year,Q1,Q2,Q3,Q4", *rows])))
    assert (series.step, series.times[:4].month.tolist()) == ("quarter", [1, 4, 7, 10])
    assert series.frame["value"].tolist()[:4] == [1, 2, 3, 0]
    assert series.frame["region"].tolist() == ["east"] * 32 + ["west"] * 32


@pytest.mark.parametrize(
    ("head", "line"),
    [
        (f"{SHORT}", lambda i: months(2000 + i)),
        (f"year,{SHORT.replace('Dec', 'Winter')}", lambda i: f"{2000 + i},{months(2000 + i)}"),
        (f"year,{SHORT},1", lambda i: f"{2000 + i},{months(2000 + i)},5"),
    ],
)
def test_other_tables_are_unchanged(head, line):
    """They have no years, or not exactly one column per month."""
    table = read(lines(head, line))
    assert not table.wide_columns
    assert unrolled(table) is table
