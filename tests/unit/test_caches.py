"""Caches tied to an object's lifetime, and a dict that keeps its newest entries."""

import gc
import weakref

from lib.data.caches import cached_with_object, keep_newest


def test_a_dict_keeps_its_newest_entries():
    """Setting an entry again makes it the newest."""
    known = {}
    for place, key in enumerate("abac"):
        keep_newest(known, key, place, 2)
    assert known == {"a": 2, "c": 3}


class Thing:
    """An object whose results are cached."""


def test_results_are_cached_until_their_object_is_freed():
    """The cache doesn't keep the object alive."""
    computed = []

    @cached_with_object
    def compute(_, count):
        computed.append(count)
        return [count]

    thing = Thing()
    assert [compute(thing, 2), compute(thing, 2), compute(thing, 3)] == [[2], [2], [3]]
    assert computed == [2, 3]
    reference = weakref.ref(thing)
    del thing
    gc.collect()
    assert reference() is None
