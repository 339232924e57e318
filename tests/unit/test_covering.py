"""Rows of settings that tests try: `tests/agreement/covering.py`."""

from tests.agreement.covering import covering


def test_rows_are_added_until_each_pair_of_values_is_there():
    """The first rows stay; of two values and three settings four rows have all pairs."""
    rows = covering([("a", 1, "x")], ["ab", (1, 2), "xy"])
    assert rows[0] == ("a", 1, "x")
    assert {row[:2] for row in rows} == {("a", 1), ("a", 2), ("b", 1), ("b", 2)}
    assert {row[1:] for row in rows} == {(1, "x"), (1, "y"), (2, "x"), (2, "y")}
    assert len(rows) <= 6
