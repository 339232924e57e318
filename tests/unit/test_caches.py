"""Caches tied to an object's lifetime, and a dict that keeps its newest entries."""

import gc
import weakref

import pytest

from lib.data import TooShortError
from lib.data.caches import cached_with_object, keep_newest


def test_a_dict_keeps_its_newest_entries():
    """Setting an entry again makes it the newest."""
    known = {}
    for place, key in enumerate("abac"):
        keep_newest(known, key, place, 2)
    assert known == {"a": 2, "c": 3}


class Thing:
    """An object to cache results for."""


def test_a_result_is_computed_once_and_goes_with_what_it_is_about():
    """Results and errors are cached, and freed with the object."""
    asked = []

    @cached_with_object
    def times(_, count):
        asked.append(count)
        if not count:
            raise TooShortError("too short", {"T": 2})
        return [count]

    thing = Thing()
    assert [times(thing, 2), times(thing, 2), times(thing, 3)] == [[2], [2], [3]]
    for _ in range(2):
        with pytest.raises(TooShortError, match="too short") as refused:
            times(thing, 0)
        assert refused.value.fix == {"T": 2}
    assert asked == [2, 3, 0]
    gone = weakref.ref(thing)
    del thing, refused
    gc.collect()
    assert gone() is None
