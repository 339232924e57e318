"""A dict that remembers only so many: the newest."""

from contextlib import suppress
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


def remember(known: dict[Key, Value], key: Key, value: Value, most: int) -> list[tuple[Key, Value]]:
    """Have this be the newest of a dict, of which `most` stay. Returns what went, the oldest first.

    Other threads may do the same meanwhile.
    """
    known.pop(key, None)
    known[key] = value
    if len(known) <= most:
        return []
    gone = []
    for each in [*known][:-most]:
        with suppress(KeyError):  # another thread was first
            gone.append((each, known.pop(each)))
    return gone
