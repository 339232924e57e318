"""The user can change how a column is read: as numbers or as categories."""

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


def test_other_kinds_and_unknown_columns_change_nothing():
    """They may be in a link, which anyone can write."""
    table = retyped(SHOPS, ("kind:bogus", "sales", "shop:number"))
    assert table.frame.equals(SHOPS.frame)


@pytest.mark.parametrize(
    ("table", "types", "message"),
    [
        (SHOPS, ("kind:number",), "no entry of kind is a number: sun, fog, rain"),
        (
            read(lines("a", lambda i: f"{i}.5", 1500)),
            ("a:category",),
            "1,500 different numbers, and at most 1,000",
        ),
    ],
)
def test_an_impossible_type_raises_an_error(table, types, message):
    """The error says what was received and what is possible."""
    with pytest.raises(WindowError, match=message) as error:
        retyped(table, types)
    assert str(error.value).endswith(".")
