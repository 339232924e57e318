"""The user can change how a column is read: as numbers, categories, dates, or left out."""

import numpy as np
import pandas as pd
import pytest

from lib.data import Table, WindowError
from lib.data.tables.types import retyped
from tests.unit.uploaded import lines, notes_of, read

KINDS = ["sun", "rain", "fog"]
SHOPS = read(
    lines("date,store,sales,kind", lambda i: f"2024-01-{20 - i},{7 + i % 3},{i}.5,{KINDS[i % 3]}")
)


def test_numbers_become_categories_named_by_their_texts():
    """A whole number's text has no decimal point; missing values stay missing."""
    gaps = Table("t", pd.DataFrame({"a": [1.0, np.nan, 2.5], "b": [1.0, 2.0, 3.0]}))
    table = retyped(gaps, ("a:category",))
    assert table.categories == ("a",)
    assert table.frame["a"].isna().tolist() == [False, True, False]
    assert table.frame["a"].dropna().tolist() == ["1", "2.5"]
    assert retyped(gaps, ("b:number",)).frame["b"].equals(gaps.frame["b"])


def test_texts_become_numbers_or_missing_values():
    """Texts are parsed as in an upload, with a note on texts that aren't numbers."""
    table = read(lines("a,size", lambda i: f"{i},?!" if i % 2 else f"{i},1 {i}00 €"))
    assert table.categories == ("size",)
    table = retyped(table, ("size:number",))
    assert table.frame["size"][2] == 1200
    assert table.frame["size"].isna().sum() == 5
    assert "size: 5 cells that aren't numbers read as missing: '?!'" in notes_of(table)


def test_another_column_or_no_column_may_label_the_rows():
    """Rows are sorted by a new date column. Without dates, rows are numbered."""
    table = retyped(SHOPS, ("date:out",))
    assert (table.times, table.step, table.labels) == (None, "row", ())
    assert table.frame["sales"].tolist()[0] == 9.5
    assert "rows are no longer labeled by date." in " ".join(table.notes)
    text = lines("date,shipped,a", lambda i: f"2024-01-{i + 1:02},2024-03-{20 - i},{i}")
    table = retyped(read(text), ("shipped:date",))
    assert table.times[0] == pd.Timestamp("2024-03-11")
    assert table.frame["a"].tolist() == list(range(9, -1, -1))
    assert (table.labels, table.categories) == (("shipped",), ())


def test_a_panel_needs_repeated_dates_and_a_series_column():
    """Dates that repeat make a panel; without its series column, the table has no series."""
    table = read(lines("code,store,a", lambda i: f"{20240101 + i // 2},{i % 2},{i}.5", 20))
    assert table.times is None
    panel = retyped(table, ("code:date",))
    assert (panel.series, panel.step) == ("store", "day")
    assert "identified by store" in notes_of(panel)
    assert retyped(panel, ("store:category",)).series == "store"
    assert retyped(panel, ("store:out",)).series == ""


LONG = read(  # 1,500 different times
    lines("time,a", lambda i: f"2024-01-01 {i // 60 % 24:02}:{i % 60:02}:{i // 1440},{i}", 1500)
)


@pytest.mark.parametrize(
    ("table", "types", "message"),
    [
        (SHOPS, ("shop:number",), r"got 'shop:number'. Columns: \['date', 'store'"),
        (SHOPS, ("kind:number",), "no entry of kind is a number: sun, fog, rain"),
        (SHOPS, ("sales:out", "store:out", "kind:out"), "no column of .* can be the target"),
        (SHOPS, ("kind:date",), r"kind needs a date in each row, such as .*, got "),
        (SHOPS, ("kind:date", "store:date"), "one column can label the rows, got kind and store"),
        (LONG, ("a:category",), "1,500 different numbers, and at most 1,000"),
        (LONG, ("time:category",), "time labels rows. Read it as dates"),
    ],
)
def test_an_impossible_type_raises_an_error(table, types, message):
    """The error says what was received and what is possible."""
    with pytest.raises(WindowError, match=message) as error:
        retyped(table, types)
    assert str(error.value).endswith(".")
