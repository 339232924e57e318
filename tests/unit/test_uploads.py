"""Files as people have them: each becomes the table they mean, and notes say what was doubtful."""

import math

import numpy as np
import pandas as pd
import pytest

from lib.data.uploads import read_upload
from tests.unit.uploaded import PLAIN, lines, notes_of, read


def test_a_plain_file_is_read_without_a_word():
    """Nothing was doubtful; all there is to note is that `a` counts the rows."""
    table = read(PLAIN)
    assert table.name == "file.csv"
    assert table.frame.columns.tolist() == ["a", "b"]
    assert table.frame.dtypes.tolist() == [np.float64, np.float64]
    assert table.frame["b"].tolist() == [i / 4 for i in range(10)]
    assert table.times is None
    (note,) = table.notes
    assert note.startswith("Row numbers are left out")
    assert note.endswith(": a.")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_usual_delimiter_and_line_end_is_found(delimiter, newline):
    """The same numbers come out of all twelve files."""
    assert read(PLAIN.replace(",", delimiter).replace("\n", newline)).frame.equals(
        read(PLAIN).frame
    )


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_any_usual_encoding_is_found(encoding):
    """With and without a byte order mark; an umlaut tells whether it worked."""
    table = read(lines("Größe,b", lambda i: f"{i},{i}"), encoding)
    assert table.frame.columns.tolist() == ["Größe", "b"]


def test_decimal_commas_are_told_from_delimiters():
    """1,25 behind semicolons is one and a quarter, and a note says so."""
    table = read(lines("a;b", lambda i: f"{i};{i},25"))
    assert table.frame["b"].tolist() == [i + 0.25 for i in range(10)]
    assert "Commas in numbers were read as decimal commas." in table.notes


@pytest.mark.parametrize(
    ("head", "cell", "value"),
    [
        ("a;b", "0,5;1.234,5", 1234.5),  # points are thousands where commas are decimal
        ("a;b", "0,5;1.234", 1234),
        ("a;b", "0,5;1.5", 1.5),  # … unless they can't be
        ("a;b", "0,5;1 234,5", 1234.5),
        ("a;b", "0,5;1\u202f234,5", 1234.5),  # French
        ("a;b", "0.5;1'234.5", 1234.5),  # Swiss
        ("a,b", '0.5,"1,234"', 1234),
        ("a,b", '0.5,"1,234,567.5"', 1234567.5),
        ("a,b", '0.5,"1,5"', 1.5),
        ("a\tb", "0.5\t1,234", 1234),
        ("a;b", "0.5;1,234", 1234),  # a decimal point elsewhere: so this is a thousand
        ("a;b", "5;1,234", 1.234),  # nothing else to go by: as the semicolon suggests
        ("a,b", "0.5,\u22121.5", -1.5),  # a typographic minus
        ("a,b", "0.5,12%", 12),
        ("a,b", "0.5,$12.50", 12.5),
        ("a,b", "0.5,-$12.50", -12.5),
        ("a,b", "0.5,(12.50)", -12.5),  # accountants' minus
        ("a;b", "0,5;(1.234,50 €)", -1234.5),
        ("a,b", "0.5,1.234.567", 1234567),  # more than one point: so they are thousands
        ("a;b", "1.234.567;1.234", 1234),  # … in all columns
        ("a,b", "0.5,1e3", 1000),
        ("a,b", "0.5,True", 1),
    ],
)
def test_numbers_are_read_as_they_are_meant(head, cell, value):
    """What a comma or point is depends on its column, and on the file around it."""
    assert read(lines(head, lambda _: cell)).frame["b"].tolist() == [value] * 10


def test_how_thousands_were_read_is_said():
    """If 1,234 was meant as 1.234, the person can see it here."""
    table = read(lines("a,b", lambda i: f'{i},"1,{i}00"'))
    assert "Numbers in b were read with commas as thousands separators." in table.notes


def test_a_single_decimal_comma_decides_for_its_column():
    """0,987 can be no thousand, so 1,234 is none either."""
    table = read(lines("a,b", lambda i: f'{i},"{i % 10},234"', 40))
    assert table.frame["b"].tolist() == [i % 10 + 0.234 for i in range(40)]
    assert "Numbers in b were read with decimal commas." in table.notes


def test_one_column_may_have_decimal_commas():
    """No delimiter is needed to tell them from delimiters: every line is a number."""
    table = read(lines("a", lambda i: f"{i},25" if i else "7"))
    assert table.frame["a"].tolist() == [7, *(i + 0.25 for i in range(1, 10))]
    assert "Commas in numbers were read as decimal commas." in table.notes


def test_other_delimiters_in_names_and_texts_are_no_delimiters():
    """They cut the first line in two, but not the others."""
    table = read(lines("wind; gusts,b", lambda i: f"{i},x|y"))
    assert table.frame.columns.tolist() == ["wind; gusts", "b"]


def test_a_quoted_cell_may_stand_behind_a_space():
    """As people write lists."""
    table = read(lines('a, "wind, m/s", c', lambda i: f"{i}, {2 * i}, {3 * i}"))
    assert table.frame.columns.tolist() == ["a", "wind, m/s", "c"]
    assert table.frame.loc[1].tolist() == [1, 2, 3]


def test_true_and_false_are_numbers_and_that_is_said() -> None:
    """A column of True and False is used, and the note says what became of it."""
    table = read_upload("flags.csv", b"rain,b\n" + b"True,1\nfalse,2\n" * 4)
    assert table.frame["rain"].tolist() == [1.0, 0.0] * 4
    assert "Numbers in rain were read with 1 for true and 0 for false." in table.notes


def test_short_lines_are_named() -> None:
    """What a line leaves out is missing, and the first such line stands in a note."""
    table = read_upload("short.csv", b"a,b,c\n" + b"1,2,3\n" * 6 + b"4,5\n")
    assert math.isnan(table.frame["c"].iloc[-1])
    note = "Some lines are short, such as the one with 4, 5: 2 of 3 cells."
    assert any(text.startswith(note) for text in table.notes)


def test_text_columns_are_kept_as_categories():
    """What is missing there is no category; numbers and texts are told apart."""
    table = read(lines("a,kind", lambda i: f"{i},{'' if i == 3 else 'rain' if i % 2 else 'sun'}"))
    assert (table.numbers, table.categories) == (("a",), ("kind",))
    assert table.frame["kind"].cat.categories.tolist() == ["rain", "sun"]
    assert table.frame["kind"].isna().tolist() == [i == 3 for i in range(10)]
    assert "1 value is missing: kind 1." in table.notes


def test_a_column_of_too_many_different_texts_is_left_out():
    """A thousand are kept, one more is said to be too many."""
    table = read(lines("a,b,c", lambda i: f"{i},x{i},y{i % 1000}", 1001))
    assert table.categories == ("c",)
    assert "Columns of more than 1,000 different texts are left out: b." in table.notes


def test_a_few_texts_among_numbers_are_missing_values():
    """One word doesn't cost the column, and it is quoted."""
    table = read(lines("a,wind", lambda i: f"{i},{'calm' if i == 3 else i}"))
    assert table.frame["wind"].isna().tolist() == [i == 3 for i in range(10)]
    assert "In wind 1 cell isn't a number, taken as missing: 'calm'." in table.notes
    assert "1 value is missing: wind 1." in table.notes


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "NaN", "null", "-", "?", "."])
def test_missing_values_are_known_by_their_usual_marks(mark):
    """Five of them are counted, by column."""
    table = read(lines("a,b", lambda i: f"{i},{mark if i % 2 else i}"))
    assert int(table.frame["b"].isna().sum()) == 5
    assert "5 values are missing: b 5." in table.notes


@pytest.mark.parametrize("line", ["NA,-", '"",""'])
def test_a_row_of_marks_is_a_timestep_that_nothing_is_known_of(line):
    """A line of nothing but delimiters is none: a spreadsheet wrote it."""
    table = read(lines("a,b", lambda i: line if i == 4 else f"{i},{i}"))
    assert len(table.frame) == 10
    assert np.isnan(table.frame["b"][4])
    assert len(read(lines("a,b", lambda i: "," if i == 4 else f"{i},{i}")).frame) == 9


def test_a_single_column_keeps_its_gaps():
    """Each is a timestep."""
    assert len(read(lines("a", lambda i: "NA" if i == 4 else f"{i}")).frame) == 10


@pytest.mark.parametrize("value", ["inf", "-Infinity", "1e400", "1e200"])
def test_infinities_are_taken_as_missing(value):
    """They, and numbers whose square overflows, would end any training."""
    table = read(lines("a,b", lambda i: f"{i},{value if i == 3 else i}"))
    assert table.frame["b"].isna().sum() == 1
    assert "1 value is infinite or beyond" in notes_of(table)


def test_a_column_of_nothing_but_infinities_is_empty():
    """Its rows would all have been dropped."""
    table = read(lines("a,b", lambda i: f"{i},inf"))
    assert table.frame.columns.tolist() == ["a"]
    assert "Empty columns are left out: b." in table.notes


def test_constant_and_empty_columns_are_named():
    """Constant ones stay, empty ones go."""
    table = read(lines("a,flat,none", lambda i: f"{i},5,"))
    assert table.frame.columns.tolist() == ["a", "flat"]
    assert "Constant columns say nothing: flat." in table.notes
    assert "Empty columns are left out: none." in table.notes


def test_names_that_stand_twice_are_numbered():
    """Nobody has to open a spreadsheet for that; the note says which."""
    table = read(lines("a,a,a (2)", lambda i: f"{i},{2 * i},{3 * i}"))
    assert table.frame.columns.tolist() == ["a", "a (3)", "a (2)"]
    assert table.frame.loc[1].tolist() == [1, 2, 3]
    assert "Names that stand twice were numbered: a (3)." in table.notes


@pytest.mark.parametrize(
    ("first", "line"),
    [
        ("5.1,3.5,setosa", lambda i: f"{i}.5,{i},{'setosa' if i % 2 else 'virginica'}"),
        ("2024-01-09,9,-0.5", lambda i: f"2024-01-{10 + i},{i},-{i}.5"),
        ("1 Jan 2024,rain,3", lambda i: f"{i + 2} Jan 2024,sun,{i}"),
        ("x,−3.5 €", lambda i: f"{'xyz'[i % 3]},{i}.5 €"),
        ("1,2,3", lambda i: f"{i},{i},{i}"),
        ("0,1,2", lambda i: f"{i + 1},{i + 2},{i + 3}"),
    ],
)
def test_values_in_the_first_line_are_data_also_beside_texts(first, line):
    """A text above texts may be a value as well; else the first sample would become a name."""
    table = read(lines(first, line))
    assert len(table.frame) == 11
    assert all(name.startswith("column ") for name in table.frame.columns)
    assert "The first line holds values, not names, so the columns are numbered." in table.notes


@pytest.mark.parametrize(
    ("first", "line", "names"),
    [
        ("country,1990,1995,2000", lambda i: f"Peru,{i},{i},{i}", ["1990", "1995", "2000"]),
        ("when,0.1,0.9", lambda i: f"2024-01-{i + 1},{i},{i}", ["0.1", "0.9"]),
        (",0,1", lambda i: f"{i},{i}.5,{i}", ["0", "1"]),  # pandas, of an array
        ("0,1,2", lambda i: f"{i}.5,{i},{i}", ["0", "1", "2"]),  # the same without its index
    ],
)
def test_names_may_be_numbers(first, line, names):
    """Years beside a name, whatever stands behind a name above values, or a count from nought."""
    table = read(lines(first, line))
    assert list(table.numbers) == names
    assert len(table.frame) == 10


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
def test_the_row_numbers_that_pandas_writes_are_no_column(name):
    """`to_csv` writes them under an empty name, `read_csv` and `to_csv` again under another."""
    newest_first = [f"2024-01-{20 - i}" for i in range(10)]
    frame = pd.DataFrame({"when": newest_first, "a": np.arange(10.0) ** 2})
    assert read(frame.to_csv(index_label=name)).frame.columns.tolist() == ["a"]


def test_names_over_several_lines_and_texts_with_delimiters_may_be_quoted():
    """A quoted line break or comma is part of its cell."""
    table = read(lines('"wind\n(m/s)",b', lambda i: f'{i},"one, two\nthree"'))
    assert table.frame.columns.tolist() == ["wind (m/s)", "b"]
    assert table.frame["b"].tolist() == ["one, two\nthree"] * 10


def test_empty_rows_and_columns_around_a_table_are_left_out():
    """Spreadsheets export what was once clicked on."""
    text = ",,,\n" + lines("date,a,b,", lambda i: f"2024-01-{10 + i},{i},{i},") + ",,,\n,,,\n"
    table = read(text)
    assert table.frame.columns.tolist() == ["a", "b"]
    assert len(table.frame) == 10
    assert "2 empty rows left out." in table.notes


def test_the_line_that_tells_excel_the_delimiter_is_no_header():
    """`sep=;`, as programs write it that export to Excel."""
    assert read("sep=;\r\n" + PLAIN.replace(",", ";")).frame.equals(read(PLAIN).frame)
