"""Any file becomes a table, or an error that helps the user to fix the file."""

import codecs

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.data import MAX_BYTES, UploadError, WindowError, default_columns, read_upload
from lib.data.tables.table import MAX_CELLS
from lib.data.tables.windows import make_windows
from lib.experiment import REGISTRIES, DataSettings
from tests.unit.uploaded import PLAIN, lines

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b"a,b\n", "needs a column of numbers"),
        (b"a,b\n1,2\n3,4\n", "has 2 rows, and at least 6 are needed"),
        (lines("a,b", lambda _: "x,y").encode(), r"has none\. Text columns: a, b\."),
        (lines("date", lambda i: f"2024-01-{10 + i}").encode(), "needs a column of numbers"),
        (PNG, "isn't a text file"),
        (b"PK\x03\x04" + b"\0" * 20, r"\.xlsx and \.npz are ZIP files"),
        (b"a,b\n1,2\n3,\0\n" * 9, "isn't a text file"),
        (PLAIN.encode() + b"1,2,3\n", "line 12 has 3 cells, but the first line has 2 cells"),
        (b"\n,\r\n" + PLAIN.encode() + b"1,2,3\n", "line 14 has 3 cells"),
        (lines("a,b", lambda i: f"{i},1,2").encode(), "match length of data"),
        (b"# made by\n" + PLAIN.encode(), "Remove lines above the header"),
        (PLAIN.encode() + b'1,"2\n', "EOF inside string .* close each quotation"),
        (b"1," * 40_000, "1,000 columns and .* transpose"),
        (b"a\n" + b"1\n" * (MAX_CELLS + 1), "and 20,000,000 cells are allowed"),
        (b" " * (MAX_BYTES + 1), "at most 100 MB are allowed"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_a_file_without_a_table_raises_an_error(content, message):
    """The error is short, says what is wrong, and doesn't depend on the file's name."""
    with pytest.raises(UploadError, match=message) as error:
        read_upload("photo.csv", content)
    assert str(error.value).endswith(".")
    assert len(str(error.value)) < 400


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    rows=st.lists(
        st.tuples(*[st.floats(-1e9, 1e9)] * 2, st.sampled_from(["", "NA", "-"])),
        min_size=6,
        max_size=30,
    ),
    layout=st.sampled_from([",.", ";.", "\t.", "|.", ";,", "\t,", "|,"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_numbers_are_read_as_they_were_written(rows, layout, encoding, newline):
    """Numbers with four decimals are equal after reading, in any layout and encoding."""
    delimiter, point = layout
    texts = [["Größe", "b", "c"]]
    texts += [[f"{a:.4f}", f"{b:.4f}", gap or "1.5"] for a, b, gap in rows]
    file = newline.join(delimiter.join(row).replace(".", point) for row in texts)
    frame = read_upload("f.csv", file.encode(encoding)).frame
    assert np.allclose(frame["Größe"], [round(a, 4) for a, _, _ in rows], rtol=1e-12)
    assert np.allclose(frame["b"], [round(b, 4) for _, b, _ in rows], rtol=1e-12)
    if "c" in frame:
        assert frame["c"].isna().tolist() == [bool(gap) for _, _, gap in rows]


def outcome(function, *args, **options):
    """Return the result of `function`, or None if it raises a domain error."""
    try:
        return function(*args, **options)
    except (UploadError, WindowError) as error:
        message = str(error)
    assert message.endswith(".")
    return None


@settings(
    derandomize=True, deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_become_windows_or_an_error_message(content):
    """Windows are finite, and no other error is raised."""
    table = outcome(read_upload, "any.csv", content)
    if table is None:
        return
    assert table.frame.columns.is_unique
    assert len(table.frame) >= 6
    assert table.times is None or len(table.times) == len(table.frame)
    for missing in REGISTRIES["missing"]:
        dataset = outcome(
            make_windows, table, *default_columns(table), DataSettings(timesteps=2, missing=missing)
        )
        if dataset is not None:
            assert np.isfinite(dataset.x).all()
            assert np.isfinite(dataset.y).all()
