"""Rows of settings that have all pairs of values: `tests/agreement/covering.py`."""

from tests.agreement.covering import covering


def test_rows_are_added_until_they_have_each_pair_of_values():
    """Given rows stay first. Three settings with two values each need at most six rows."""
    rows = covering([("a", 1, "x")], ["ab", (1, 2), "xy"])
    assert rows[0] == ("a", 1, "x")
    assert {row[:2] for row in rows} == {("a", 1), ("a", 2), ("b", 1), ("b", 2)}
    assert {row[1:] for row in rows} == {(1, "x"), (1, "y"), (2, "x"), (2, "y")}
    assert len(rows) <= 6
