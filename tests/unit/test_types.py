"""The user can read numbers as categories."""

import numpy as np
import pandas as pd

from lib.data import Table
from lib.data.tables.table import retyped


def test_numbers_become_categories_named_by_their_texts():
    """A whole number's text has no decimal point; missing values stay missing."""
    gaps = Table("t", pd.DataFrame({"a": [1.0, np.nan, 2.5], "b": [1.0, 2.0, 3.0]}))
    table = retyped(gaps, ("a:category",))
    assert table.categories == ("a",)
    assert table.frame["a"].isna().tolist() == [False, True, False]
    assert table.frame["a"].dropna().tolist() == ["1", "2.5"]


def test_other_kinds_and_unknown_columns_change_nothing():
    """They may be in a link, which anyone can write."""
    table = Table("t", pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0]}))
    assert retyped(table, ("a:bogus", "b", "c:category")).frame.equals(table.frame)
