"""Files as people have them: each becomes the table they mean, or a sentence that helps."""

import codecs
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.experiment import MISSING
from lib.uploads import UploadError, read_upload
from lib.uploads.limits import MAX_BYTES, MAX_ENTRIES, WIDEST
from lib.windows import WindowError, default_columns, make_windows


def read(text, encoding="utf-8"):
    """The table of a text."""
    return read_upload("file.csv", text.encode(encoding))


def lines(head, line, rows=10):
    """A file of a header (none if it is empty) and rows made by `line(i)`."""
    return "".join(
        f"{each}\n" for each in ([head] if head else []) + [line(i) for i in range(rows)]
    )


PLAIN = lines("a,b", lambda i: f"{i},{i / 4}")


def notes_of(table):
    """All notes as one text."""
    return " ".join(table.notes)


def test_a_plain_file_is_read_without_a_word():
    """Nothing was doubtful, so there is nothing to note."""
    table = read(PLAIN)
    assert table.name == "file.csv"
    assert table.frame.columns.tolist() == ["a", "b"]
    assert table.frame.dtypes.tolist() == [np.float64, np.float64]
    assert table.frame["b"].tolist() == [i / 4 for i in range(10)]
    assert table.times is None
    assert table.notes == ()


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


def test_a_single_column_is_a_table_too():
    """No delimiter is no mistake."""
    assert read(lines("a", str)).frame["a"].tolist() == list(range(10))


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
    assert table.frame.columns.tolist() == ["wind; gusts"]


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
    assert any(said.startswith(note) for said in table.notes)


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


def test_text_columns_are_left_out_with_a_note():
    """Only numbers can be inputs."""
    table = read(lines("a,kind", lambda i: f"{i},rain"))
    assert table.frame.columns.tolist() == ["a"]
    assert "Columns of text are left out: kind." in table.notes


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


def test_a_file_without_a_header_gets_numbered_columns():
    """Its first row is data, and is kept."""
    table = read(lines("", lambda i: f"2024-01-{10 + i},{i},-{i}.5"))
    assert table.frame.columns.tolist() == ["column 2", "column 3"]
    assert len(table.frame) == 10
    assert "holds values, not names" in notes_of(table)


@pytest.mark.parametrize(
    ("first", "line"),
    [
        ("5.1,3.5,setosa", lambda i: f"{i}.5,{i},{'setosa' if i % 2 else 'virginica'}"),
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
    assert table.frame.columns.tolist() == names
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
    assert table.frame.columns.tolist() == ["wind (m/s)"]
    assert len(table.frame) == 10


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


def test_a_short_row_misses_its_last_values():
    """As at the end of a file that is still being written."""
    table = read(lines("a,b", lambda i: f"{i}" if i == 4 else f"{i},{i}"))
    assert np.isnan(table.frame["b"][4])


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \r\n\n", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b'""', "is empty"),
        (b"a,b\n", r"header line \(a, b\) but no rows below"),
        (b"a,b", "no rows below"),
        (b"a,b\n1,2\n3,4\n", "has 2 rows and at least 6 are needed"),
        (lines("a,b", lambda _: "x,y").encode(), r"No column of numbers .* Texts: a, b\."),
        (lines("date", lambda i: f"2024-01-{10 + i}").encode(), "No column of numbers"),
        (PNG, "is a PNG image, whatever its name"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "is a JPEG image"),
        (b"PK\x03\x04" + b"\0" * 20, r"such as an Excel workbook"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\x93NUMPY\x01\0", "is a NumPy array"),
        (b"a,b\n1,2\n3,\0\n" * 9, "isn't text"),
        (bytes(range(1, 256)) * 9, "isn't text"),
        (codecs.BOM_UTF16_LE + b"a,b", "begins as UTF-16 text and at byte 4 is none"),
        (PLAIN.encode() + b"1,2,3\n", "Line 12 has 3 cells, but the first line has 2 cells"),
        (b"\n,\r\n" + PLAIN.encode() + b"1,2,3\n", "Line 14 has 3 cells"),
        (lines("a,b", lambda i: f"{i},1,2").encode(), "more cells than the first line"),
        (b"# made by\n" + PLAIN.encode(), "Leave out lines above the header"),
        (PLAIN.encode() + b'1,"2\n', "opened and never closed"),
        (b"1," * 40_000, "first line has more than 64 KB"),
        (b"a," * (WIDEST + 1) + b"\n1\n", "perhaps rows and columns are swapped"),
        (b"a\n" + b"1\n" * (MAX_ENTRIES + 1), "at most 20,000,000 cells are read"),
        (b" " * (MAX_BYTES + 1), "at most 50 MB are read"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_table_is_answered_with_what_is_wrong_and_what_to_do(content, message):
    """One short sentence or two, whatever the name of the file says."""
    with pytest.raises(UploadError, match=message) as refusal:
        read_upload("photo.csv", content)
    assert str(refusal.value).endswith(".")
    assert len(str(refusal.value)) < 400


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    rows=st.lists(
        st.tuples(*[st.floats(-1e9, 1e9)] * 2, st.sampled_from(["", "NA", "-"])),
        min_size=6,
        max_size=30,
    ),
    layout=st.sampled_from([",.", ";.", "\t.", "|.", ";,", "\t,", "|,"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_the_numbers_that_are_read_are_the_numbers_that_were_written(
    rows, layout, encoding, newline
):
    """In any layout and encoding, to the last of four decimals; what was left out is missing."""
    delimiter, point = layout
    texts = [["Größe", "b", "c"]]
    texts += [[f"{a:.4f}", f"{b:.4f}", gap or "1.5"] for a, b, gap in rows]
    file = newline.join(delimiter.join(row).replace(".", point) for row in texts)
    frame = read_upload("f.csv", file.encode(encoding)).frame
    assert np.allclose(frame["Größe"], [round(a, 4) for a, _, _ in rows], rtol=1e-12)
    assert np.allclose(frame["b"], [round(b, 4) for _, b, _ in rows], rtol=1e-12)
    if "c" in frame:
        assert frame["c"].isna().tolist() == [bool(gap) for _, _, gap in rows]


CELLS = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.text(max_size=6),
    st.sampled_from(
        ["", "1,5", "1.234,5", "1,234", "01/02/2024", "NA", "-", "inf", "True", '"', '"a,b"', "12%"]
    ),
)
FILES = st.builds(
    lambda rows, delimiter, newline, encoding: newline.join(delimiter.join(r) for r in rows).encode(
        encoding, errors="replace"
    ),
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=1, max_size=width), min_size=1, max_size=12)
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252"]),
)
COLUMNS = {
    "whole": lambda i: f"{i * 7 % 5}",
    "decimal": lambda i: f"{i * 7 % 5}.25",
    "comma": lambda i: f"{i * 7 % 5},25",
    "group": lambda i: f"{i % 9 + 1}.{100 + i}",
    "date": lambda i: f"2024-{i % 12 + 1:02d}-01",
    "year": lambda i: f"{1990 + i}",
    "huge": lambda i: f"1e{i * 37 % 600 - 300}",
    "gappy": lambda i: "" if i % 3 else f"{i}",
    "mixed": lambda i: "x" if i % 11 == 5 else f"{i}",
    "text": lambda i: f"word{i % 3}",
}
TABLES = st.builds(
    lambda kinds, rows, delimiter, header: "\n".join(
        [delimiter.join(kinds)] * header
        + [delimiter.join(COLUMNS[kind](i) for kind in kinds) for i in range(rows)]
    ).encode(),
    st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=4),
    st.integers(1, 30),
    st.sampled_from([",", ";", "\t", "|"]),
    st.booleans(),
)


def outcome(function, *args, **options):
    """What `function` returns, or None where it refuses in a sentence."""
    try:
        return function(*args, **options)
    except (UploadError, WindowError) as refusal:
        message = str(refusal)
    assert message.endswith(".")
    return None


@settings(
    derandomize=True, deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.one_of(st.binary(max_size=200), FILES, TABLES))
def test_any_bytes_make_a_table_of_windows_or_a_sentence(content):
    """No traceback, no warning, and no number that a model can't compute with."""
    table = outcome(read_upload, "any.csv", content)
    if table is None:
        return
    assert table.frame.columns.is_unique
    assert len(table.frame) >= 6
    assert table.times is None or len(table.times) == len(table.frame)
    for missing in MISSING:
        dataset = outcome(make_windows, table, *default_columns(table), 2, missing=missing)
        if dataset is not None:
            assert np.isfinite(dataset.x).all()
            assert np.isfinite(dataset.y).all()


def test_the_sizes_that_are_promised_are_those_that_are_kept():
    """The file widget's help and the README say 50 MB."""
    assert MAX_BYTES == 50 * 10**6
