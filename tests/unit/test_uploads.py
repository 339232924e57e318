"""CSV files become tables, with notes on values that could be read in several ways."""

import numpy as np
import pandas as pd
import pytest

from lib.data import default_columns
from tests.unit.uploaded import PLAIN, lines, notes_of, read

NAN = float("nan")


def test_a_plain_file_is_read_without_a_warning():
    """A plain file has no note."""
    table = read(PLAIN)
    assert (table.name, table.times) == ("file.csv", None)
    assert table.frame.dtypes.to_dict() == {"a": np.float64, "b": np.float64}
    assert table.frame["b"].tolist() == [i / 4 for i in range(10)]
    assert table.notes == ()


@pytest.mark.parametrize(
    ("head", "cell", "value"),
    [
        ("a;b", "0,5;0,25", 0.25),
        ("a;b", "0,5;1.234,5", 1234.5),  # if commas are decimal, points separate thousands
        ("a;b", "0,5;1.234", 1234),
        ("a;b", "0,5;1.5", 1.5),  # here the point can't separate thousands
        ("a;b", "0,5;1\u202f234,5", 1234.5),  # French
        ("a;b", "0.5;1'234.5", 1234.5),  # Swiss
        ("a,b", '0.5,"1,234"', 1234),
        ("a,b", '0.5,"1,5"', 1.5),
        ("a;b", "0.5;1,234", 1234),  # the first column has a decimal point
        ("a;b", "5;1,234", 1.234),  # semicolons suggest decimal commas
        ("a,b", "0.5,\u22121.5", -1.5),  # a typographic minus
        ("a,b", "0.5,12%", 12),
        ("a,b", "0.5,-$12.50", -12.5),
        ("a,b", "0.5,(12.50)", -12.5),  # accountants write negative numbers in brackets
        ("a;b", "0,5;(1.234,50 €)", -1234.5),
        ("a,b", "0.5,1.234.567", 1234567),  # two points can only separate thousands
    ],
)
def test_commas_and_points_in_numbers_are_read_in_context(head, cell, value):
    """The other entries of the column and the file decide what a comma or a point means."""
    assert read(lines(head, lambda _: cell)).frame["b"].tolist() == [value] * 10


@pytest.mark.parametrize(
    ("text", "column", "values", "note"),
    [
        ("a;b\n" + 6 * "1;0,5\n", "b", 6 * [0.5], "read as decimal commas"),
        ("a,b\n" + 6 * '1,"1,200"\n', "b", 6 * [1200], "in b were read with commas as thousands"),
        # The comma in 0,987 can't separate thousands, so the comma in 1,234 is decimal, too.
        ("a,b\n" + 3 * '1,"0,987"\n2,"1,234"\n', "b", 3 * [0.987, 1.234], "with decimal commas"),
        ("a,b\n" + 3 * "True,1\nfalse,2\n", "a", 3 * [1, 0], "1 for true and 0 for false"),
        ("a,b,c\n" + 6 * "1,2,3\n" + "4,5\n", "c", [*6 * [3], NAN], "Missing values: 1 in c"),
        ("a,b\n" + 9 * "1,2\n" + "1,calm\n", "b", [*9 * [2], NAN], "isn't a number .*: 'calm'"),
        ("a,b\n" + 6 * "1,2\n" + "3,1e200\n", "b", [*6 * [2], NAN], "isn't a number .*'1e.200'"),
        ("a,b\n" + 6 * "1,inf\n", "b", None, "or of other dates, ignored: b"),
        ("a,a,a (2)\n" + 6 * "1,2,3\n", "a (3)", 6 * [2], "Duplicate names numbered: a .3."),
        # Spreadsheets also export empty cells around the table.
        (",,,\na,b,\n" + 6 * "2,3,\n" + ",,\n,,\n", "b", 6 * [3], "2 empty rows removed"),
    ],
)  # fmt: skip
def test_a_note_describes_each_doubtful_reading(text, column, values, note):
    """Ambiguous values are read as expected, with a note. If `values` is None, b is ignored."""
    table = read(text)
    assert pd.Series(table.notes).str.contains(note).any(), table.notes
    if values is None:
        assert column not in table.frame
    else:
        np.testing.assert_array_equal(table.frame[column], values)


@pytest.mark.parametrize(
    ("text", "columns", "first"),
    [
        # Names and texts may contain other delimiters.
        ("wind; gusts,b\n" + 6 * "1,x|y\n", ["wind; gusts", "b"], [1, "x|y"]),
        ('a, "wind, m/s", c\n' + 6 * "1, 2, 3\n", ["a", "wind, m/s", "c"], [1, 2, 3]),
        ('"wind\n(m/s)",b\n' + 6 * '1,"a, b\nc"\n', ["wind (m/s)", "b"], [1, "a, b\nc"]),
        ("sep=;\r\n" + "a;b\n" + 6 * "1;2\n", ["a", "b"], [1, 2]),
    ],
)  # fmt: skip
def test_delimiters_and_quotes_are_recognized(text, columns, first):
    """Quoted texts may contain delimiters, and Excel's line `sep=;` isn't a header."""
    frame = read(text).frame
    assert frame.columns.tolist() == columns
    assert frame.loc[0].tolist() == first


def test_text_columns_are_kept_as_categories():
    """Missing texts aren't a category; a column with over 1,000 different texts is ignored."""
    table = read(lines("a,kind", lambda i: f"{i},{'' if i == 3 else 'rain' if i % 2 else 'sun'}"))
    assert (table.numbers, table.categories) == (("a",), ("kind",))
    assert table.frame["kind"].cat.categories.tolist() == ["rain", "sun"]
    assert table.frame["kind"].isna().tolist() == [i == 3 for i in range(10)]
    table = read(lines("a,b,c", lambda i: f"{i},x{i},y{i % 1000}", 1001))
    assert table.categories == ("c",)
    assert "1,000 different texts" in notes_of(table)


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "NaN", "null", "-", "?", "."])
def test_usual_marks_are_read_as_missing_values(mark):
    """Cells with a usual mark are missing, and a note counts them by column."""
    table = read(lines("a,b", lambda i: f"{i},{mark if i % 2 else i}"))
    assert int(table.frame["b"].isna().sum()) == 5
    assert "Missing values: 5 in b." in notes_of(table)


@pytest.mark.parametrize(
    ("first", "line"),
    [
        ("5.1,3.5,setosa", lambda i: f"{i}.5,{i},{'setosa' if i % 2 else 'virginica'}"),
        ("2024-01-09,9,-0.5", lambda i: f"2024-01-{10 + i},{i},-{i}.5"),
        ("1 Jan 2024,rain,3", lambda i: f"{i + 2} Jan 2024,sun,{i}"),
        ("x,−3.5 €", lambda i: f"{'xyz'[i % 3]},{i}.5 €"),
    ],
)
def test_a_first_line_with_values_is_data(first, line):
    """This holds even if the line has texts, too."""
    table = read(lines(first, line))
    assert len(table.frame) == 11
    assert all(name.startswith("column ") for name in table.frame.columns)
    assert "The first line holds values" in notes_of(table)


@pytest.mark.parametrize(
    ("first", "line", "names"),
    [
        ("country,1990,1995,2000", lambda i: f"Peru,{i}.5,{i}.5,{i}.5", ["1990", "1995", "2000"]),
        ("when,0.1,0.9", lambda i: f"2024-01-{i + 1},{i}.5,{i}.5", ["0.1", "0.9"]),
        (",0,1", lambda i: f"{i},{i}.5,{i * i}", ["0", "1"]),  # written by pandas, with an index
        ("0,1,2", lambda i: f"{i}.5,1,2", ["0", "1", "2"]),  # written by pandas, without an index
        (",when,a", lambda i: f"{i},2024-01-{20 - i},{i * i}", ["a"]),  # the index isn't an input
        # Pandas read a file with an index, and wrote it again.
        ("Unnamed: 0,when,a", lambda i: f"{i},2024-01-{20 - i},{i * i}", ["a"]),
    ],
)
def test_numbers_can_be_names_and_an_index_of_pandas_is_not_an_input(first, line, names):
    """A first line of years, or of pandas's column numbers, holds names."""
    table = read(lines(first, line))
    inputs, _ = default_columns(table)
    assert list(inputs) == names
    assert len(table.frame) == 10
