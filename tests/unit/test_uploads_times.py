"""A column of dates labels the rows of an uploaded table, and tells the step between them."""

import pandas as pd
import pytest

from tests.unit.uploaded import lines, notes_of, read

DAYS = pd.date_range("2024-01-01", periods=20)


@pytest.mark.parametrize(
    "form",
    [
        *("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d %b %Y"),
        *("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S UTC", "%d.%m.%y %H:%M", "%m/%d/%y %I:%M %p"),
        *("%d.%m.%Y, %H:%M:%S", "%m/%d/%Y, %I:%M:%S %p"),  # as browsers write it
    ],
)
def test_a_column_of_dates_labels_the_rows(form):
    """Day and month are told apart by the 13th and later, at the latest."""
    table = read(lines("when,a", lambda i: f'"{DAYS[i].strftime(form)}",{i}', 20))
    assert table.frame.columns.tolist() == ["a"]
    assert table.times.equals(DAYS)
    assert table.step == "day"


@pytest.mark.parametrize(
    ("head", "stamp", "first", "step"),
    [
        ("year", lambda i: 1990 + i, "1990-01-01", "year"),
        ("date", lambda i: 20240101 + i, "2024-01-01", "day"),
        ("timestamp", lambda i: 1704067200 + 3600 * i, "2024-01-01", "hour"),
        ("time_ms", lambda i: 1704067200000 + 60000 * i, "2024-01-01", "minute"),
        ("when", lambda i: f"2024-01-01 00:{i:02d}", "2024-01-01", "minute"),
        ("month", lambda i: f"2024-{i + 1:02d}", "2024-01-01", "month"),
        ("when", lambda i: f"{2024 + i // 4}Q{i % 4 + 1}", "2024-01-01", "quarter"),
        ("when", lambda i: f"{2024 + i // 4}-Q{i % 4 + 1}", "2024-01-01", "quarter"),
        (
            "week",
            lambda i: (
                f"2024-01-{1 + 7 * i % 28:02d}"
                if i < 4
                else f"2024-02-{7 * i - 27:02d}"
                if i < 8
                else f"2024-03-{7 * i - 55:02d}"
            ),
            "2024-01-01",
            "week",
        ),
    ],
)
def test_times_come_in_many_forms(head, stamp, first, step):
    """Years, days as numbers, Unix seconds, minutes, months: the step between them is named."""
    table = read(lines(f"{head},a", lambda i: f"{stamp(i)},{i}"))
    assert table.times[0] == pd.Timestamp(first)
    assert table.step == step


def test_times_with_a_zone_are_in_utc_and_that_is_said():
    """Else the clock would jump where summer time begins."""
    table = read(lines("when,a", lambda i: f"2024-03-31T0{i}:00:00+0{1 + (i > 1)}:00,{i}"))
    assert table.times[0] == pd.Timestamp("2024-03-31 00:00") - pd.Timedelta(hours=1)
    assert "when labels the rows, in UTC." in table.notes


def test_where_day_and_month_could_be_swapped_the_even_steps_win_and_that_is_said():
    """The first of each month, not ten days of January."""
    table = read(lines("when,a", lambda i: f"01/{i + 1:02d}/2024,{i}"))
    assert table.times[-1] == pd.Timestamp("2024-10-01")
    assert table.step == "month"
    assert "the day before the month" in notes_of(table)


def test_numbers_that_only_look_like_years_stay_numbers():
    """A price of 1990 is a price: the column's name has to speak of time."""
    assert read(lines("price,a", lambda i: f"{1990 + i},{i}")).times is None


def test_newest_first_is_turned_round():
    """As banks and brokers export it."""
    table = read(lines("date,a", lambda i: f"2024-01-{20 - i},{i}"))
    assert table.frame["a"].tolist() == list(range(9, -1, -1))
    assert table.times.is_monotonic_increasing
    assert "newest row came first" in notes_of(table)


def test_rows_in_disorder_are_put_in_order():
    """Each day is there once, so the order is certain."""
    table = read(lines("date,a", lambda i: f"2024-01-{10 + 7 * i % 10},{7 * i % 10}"))
    assert table.frame["a"].tolist() == list(range(10))
    assert "put in order of date" in notes_of(table)


def test_several_series_in_one_table_stay_as_they_are_with_a_warning():
    """Sorting would shuffle them into each other."""
    table = read(lines("date,a", lambda i: f"2024-01-{10 + i % 5},{i}"))
    assert table.frame["a"].tolist() == list(range(10))
    assert "goes back and forth" in notes_of(table)


def test_a_row_without_a_date_keeps_its_place():
    """It is labelled as such, and the file's order is trusted."""
    table = read(lines("date,a", lambda i: f"{'' if i == 4 else f'2024-01-{10 + i}'},{i}", 20))
    assert table.frame["a"].tolist() == list(range(20))
    assert table.times[4] == "no date"


@pytest.mark.parametrize(
    "day", ["2024-01-{0:02}", "{0}.1.2024", "202401{0:02}", "{0} Jan 2024"], ids=str
)
@pytest.mark.parametrize("word", ["Total", "Sum 2024", ""])
def test_a_total_below_the_days_is_no_day(day, word):
    """It is left out, and said; the dates stay."""
    table = read(lines("date,a", lambda i: f"{day.format(i + 1)},{i}", 20) + f"{word},190\n")
    assert table.frame["a"].tolist() == list(range(20))
    assert table.step == "day"
    assert f"1 row without a date at the table's ends left out{': ' * bool(word)}" in notes_of(
        table
    )


def test_rows_between_the_days_that_are_none_keep_their_place_and_those_around_do_not():
    """Of words above, between and below, those at the ends go."""
    words = {0: "unit", 9: "pause", 30: "mean"}
    table = read(lines("date,a", lambda i: f"{words.get(i, f'2024-01-{i + 1:02}')},{i}", 31))
    assert table.frame["a"].tolist() == list(range(1, 30))
    assert table.times[8] == "no date"
