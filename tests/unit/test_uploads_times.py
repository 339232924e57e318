"""A column of dates labels the rows of an uploaded table, and tells the step between them."""

from calendar import month_name

import numpy as np
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
        ("week", lambda i: f"{DAYS[0] + pd.Timedelta(weeks=i):%Y-%m-%d}", "2024-01-01", "week"),
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


@pytest.mark.parametrize(
    ("number", "note"),
    [(lambda i: 9 - i, "newest row came first"), (lambda i: 7 * i % 10, "put in order of date")],
)
def test_rows_are_put_in_order_of_their_dates(number, note):
    """Each day is there once, so the order is certain; banks export the newest row first."""
    table = read(lines("date,a", lambda i: f"2024-01-{10 + number(i)},{number(i)}"))
    assert table.frame["a"].tolist() == list(range(10))
    assert table.times.is_monotonic_increasing
    assert note in notes_of(table)


@pytest.mark.parametrize("word", ["", "pause"])
def test_a_row_without_a_date_keeps_its_place_but_at_the_ends(word):
    """It is labelled as such, and the file's order is trusted."""
    words = {0: "unit", 9: word, 30: "mean"}
    table = read(lines("date,a", lambda i: f"{words.get(i, f'2024-01-{i + 1:02}')},{i}", 31))
    assert table.frame["a"].tolist() == list(range(1, 30))
    assert table.times[8] == "no date"


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


@pytest.mark.parametrize(
    ("head", "line", "first", "last", "step"),
    [
        ("year,quarter", lambda i: f"{2000 + i // 4},{i % 4 + 1}", "2000-01", "2002-04", "quarter"),
        ("Year,Qtr", lambda i: f"{2000 + i // 4},Q{i % 4 + 1}", "2000-01", "2002-04", "quarter"),
        ("YEAR,month", lambda i: f"{2000 + i // 12},{i % 12 + 1}", "2000-01", "2000-10", "month"),
        ("year,month", lambda i: f"2024,{month_name[i + 1]}", "2024-01", "2024-10", "month"),
        ("year,month,day", lambda i: f"2024,2,{25 + i}" if i < 5 else f"2024,3,{i - 4}",
         "2024-02-25", "2024-03-05", "day"),
        ("year,month,day,hour", lambda i: f"2024,2,{1 + i // 5},{i % 5 + 19}",
         "2024-02-01 19:00", "2024-02-02 23:00", "hour"),
        ("date,hour", lambda i: f"2024-02-{1 + i // 24:02},{i % 24}", "2024-02-01", "2024-02-01 09",
         "hour"),
        ("date,Time", lambda i: f"02.01.2024,{i:02}:30", "2024-01-02 00:30", "2024-01-02 09:30",
         "hour"),
    ],
)  # fmt: skip
def test_parts_of_a_date_in_columns_of_their_own_label_the_rows(head, line, first, last, step):
    """A year with its quarter, month, day and hour; a date with the hour or the time of day."""
    table = read(lines(f"{head},a", lambda i: f"{line(i)},{i}"))
    assert table.numbers == ("a",)
    assert (table.times[0], table.times[-1]) == (pd.Timestamp(first), pd.Timestamp(last))
    names = head.split(",")
    said = f"{', '.join(names[:-1])} and {names[-1]} label the rows."
    assert said in table.notes
    assert table.step == step
    assert table.label.columns.tolist() == names


def test_a_date_goes_before_its_own_parts():
    """The parts are numbers then, as calendars have them."""
    table = read(lines("year,month,date,a", lambda i: f"2024,1,2024-01-{i + 1:02},{i}"))
    assert table.numbers == ("year", "month", "a")
    assert list(table.times) == list(DAYS[:10])
    table = read(lines("date,hour,a", lambda i: f"2024-01-01,{i + 20},{i}"))
    assert "date labels the rows." in table.notes  # hours go to 24


@pytest.mark.parametrize(
    ("days", "note"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 9, 10, 13], "3 days are missing between rows, 2 in a row at most"),
        ([1, 2, 3, 4, 5, 6, 7, 9, 10, 11], "1 day is missing between rows."),
        ([1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16], "No row is on a weekend"),
        ([1, 2, 3, 4, 5, 8, 9, 11, 12, 15, 16], "1 day is missing between rows"),
    ],
)
def test_gaps_between_dates_are_counted(days, note):
    """How many steps are missing, and the longest gap; weekends aren't (2024-01-01: Monday)."""
    table = read(lines("date,a", lambda i: f"2024-01-{days[i]:02},{i}", len(days)))
    assert note in notes_of(table)
    assert table.step == "day"


def test_gaps_of_months_are_counted_by_the_calendar():
    """February is no shorter a step than March."""
    months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12]
    table = read(lines("date,a", lambda i: f"2023-{months[i]:02}-01,{i}"))
    assert "2 months are missing between rows, 2 in a row at most" in notes_of(table)


def test_uneven_steps_are_said():
    """Each row is a step all the same; nothing is filled in."""
    minutes = [0, 1, 7, 9, 30, 31, 44, 50, 58, 59]
    table = read(lines("time,a", lambda i: f"2024-01-01 00:{minutes[i]:02},{i}"))
    assert table.step == "row"
    assert "Rows are spaced unevenly: mostly 6 minutes, 1 minute to 21 minutes." in notes_of(table)
    hours = np.cumsum([0, 24.01, 30, 18, 24.01, 29, 19, 24.01, 26, 22])
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(hours, "h").round("s")
    notes = notes_of(read(lines("time,a", lambda i: f"{times[i]},{i}")))
    assert "mostly 1 day," in notes


def test_rows_that_stand_twice_are_left_out_where_they_have_times():
    """All alike, that is; without times the same row may well come again."""
    text = lines("date,a", lambda i: f"2024-01-{10 + i // 2},{i // 2}", 20)
    table = read(text)
    assert table.frame["a"].tolist() == list(range(10))
    assert "10 rows that repeat another one left out." in table.notes
    assert len(read(lines("b,a", lambda _: "1,2")).frame) == 10


def test_two_values_for_one_time_are_averaged_later_and_that_is_said():
    """As where the clock goes back in autumn, and no column says why."""
    hours = [0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    table = read(lines("time,a", lambda i: f"2024-10-27 {hours[i]:02}:00,{i}.5", 12))
    assert table.series == ""
    assert "no column tells series apart: rows of one time are averaged" in notes_of(table)
    assert table.step == "hour"
