"""A column of dates labels the rows of an uploaded table and gives their step."""

import pandas as pd
import pytest

from tests.unit.uploaded import lines, notes_of, read

DAYS = pd.date_range("2024-01-01", periods=20)


@pytest.mark.parametrize(
    "form",
    [
        *("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d %b %Y"),
        *("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S UTC", "%d.%m.%y %H:%M", "%m/%d/%y %I:%M %p"),
        *("%d.%m.%Y, %H:%M:%S", "%m/%d/%Y, %I:%M:%S %p"),  # the formats of browsers
    ],
)
def test_a_column_of_dates_labels_the_rows(form):
    """A number above 12 must be the day, and so decides the order of day and month."""
    table = read(lines("when,a", lambda i: f'"{DAYS[i].strftime(form)}",{i}', 20))
    assert table.numbers == ("a",)
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
        ("when", lambda i: f"{2024 + i // 4}-Q{i % 4 + 1}", "2024-01-01", "quarter"),
        ("week", lambda i: f"{DAYS[0] + pd.Timedelta(weeks=i):%Y-%m-%d}", "2024-01-01", "week"),
        # Each part of the date has its own column.
        ("year,month", lambda i: f"2024,{i + 1}", "2024-01-01", "month"),
        ("YEAR,month,day", lambda i: f"2024,2,{20 + i}", "2024-02-20", "day"),
        ("year,month,day,hour", lambda i: f"2024,2,{1 + i // 5},{i % 5 + 19}",
         "2024-02-01 19:00", "hour"),
        ("date,hour", lambda i: f"2024-02-{1 + i // 24:02},{i % 24}", "2024-02-01", "hour"),
        ("date,Time", lambda i: f"02.01.2024,{i:02}:30", "2024-01-02 00:30", "hour"),
    ],
)  # fmt: skip
def test_times_are_read_in_many_forms(head, stamp, first, step):
    """Years, numbers, Unix seconds and columns of date parts are read with their step."""
    table = read(lines(f"{head},a", lambda i: f"{stamp(i)},{i}"))
    assert table.numbers == ("a",)
    assert table.times[0] == pd.Timestamp(first)
    assert table.times.is_monotonic_increasing
    assert table.step == step


@pytest.mark.parametrize(
    ("head", "line", "numbers"),
    [
        ("price,a", lambda i: f"{1990 + i},{i}", ("price", "a")),  # a price of 1990 is a price
        ("year,month,date,a", lambda i: f"2024,1,2024-01-{i + 1:02},{i}", ("year", "month", "a")),
        ("date,hour,a", lambda i: f"2024-01-01,{i + 20},{i}", ("hour", "a")),  # hours above 24
    ],
)
def test_numbers_that_only_look_like_times_stay_numbers(head, line, numbers):
    """A time column needs a typical name; a full date is preferred to parts of a date."""
    assert read(lines(head, line)).numbers == numbers


@pytest.mark.parametrize(
    ("stamp", "last", "note"),
    [
        # In local time, the clock would jump when summer time begins.
        (lambda i: f"2024-03-31T0{i}:00:00+0{1 + (i > 1)}:00", "2024-03-31 07:00", "in UTC"),
        # If day and month could be swapped, the reading with even steps is used.
        (lambda i: f"01/{i + 1:02d}/2024", "2024-10-01", "the day before the month"),
        (lambda i: f"2024-01-{19 - i}", "2024-01-19", "Rows sorted by when"),
        (lambda i: f"2024-01-{10 + 7 * i % 10}", "2024-01-19", "Rows sorted by when"),
        (lambda i: f"2024-01-{min(i, 8) + 10}", "2024-01-18", "no column identifies series"),
    ],
)
def test_notes_say_how_times_were_read_and_whether_rows_were_sorted(stamp, last, note):
    """Times increase after reading."""
    table = read(lines("when,a", lambda i: f"{stamp(i)},{i}.5"))
    assert table.times[-1] == pd.Timestamp(last)
    assert table.times.is_monotonic_increasing
    assert note in notes_of(table)


@pytest.mark.parametrize("day", ["2024-01-{0:02}", "{0}.1.2024", "202401{0:02}", "{0} Jan 2024"])
@pytest.mark.parametrize("word", ["Total", "Sum 2024", ""])
def test_a_row_with_a_total_is_removed(day, word):
    """A note counts the rows that have a text, or nothing, instead of a date."""
    rows = [f"{day.format(i + 1)},{i}" for i in range(20)]
    table = read("\n".join(["date,a", *rows[:9], f"{word},9", *rows[9:], f"{word},190"]))
    assert table.frame["a"].tolist() == list(range(20))
    assert table.step == "day"
    assert f"2 rows without a date removed{': ' * bool(word)}" in notes_of(table)


@pytest.mark.parametrize(
    ("times", "note", "step"),
    [
        (DAYS.delete([7, 10, 11]), "The longest gap is 2 days", "day"),
        (DAYS[DAYS.day_of_week < 5], "Weekdays only", "day"),
        # Months of different length are equal steps.
        (pd.date_range("2023-01-01", periods=12, freq="MS").delete([9, 10]),
         "2 months are missing", "month"),
        (DAYS[0] + pd.to_timedelta([0, 1, 7, 9, 30, 31, 44, 50, 58, 59], "min"),
         "times are uneven. Each row", "row"),
    ],
)  # fmt: skip
def test_notes_describe_gaps_and_uneven_steps(times, note, step):
    """Notes count missing steps and the longest gap; weekends aren't gaps."""
    table = read(lines("date,a", lambda i: f"{times[i]:%Y-%m-%d %H:%M:%S},{i}", len(times)))
    assert note in notes_of(table)
    assert table.step == step


def test_duplicate_rows_are_removed_if_they_have_times():
    """In a table without times, equal rows are kept."""
    table = read(lines("date,a", lambda i: f"2024-01-{10 + i // 2},{i // 2}", 20))
    assert table.frame["a"].tolist() == list(range(10))
    assert "10 duplicate rows removed" in notes_of(table)
    assert len(read(lines("b,a", lambda _: "1,2")).frame) == 10
