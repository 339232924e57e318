"""A dict that remembers only the newest."""

from __future__ import annotations

from lib.data.newest import remember


def test_the_oldest_go_and_what_comes_again_is_new() -> None:
    """Those that went are returned."""
    known: dict[str, int] = {}
    for place, key in enumerate("abac"):
        gone = remember(known, key, place, 2)
    assert known == {"a": 2, "c": 3}
    assert gone == [("b", 1)]


def test_what_fits_stays() -> None:
    """Nothing went."""
    known = {"a": 1}
    assert remember(known, "b", 2, 2) == []
    assert known == {"a": 1, "b": 2}
