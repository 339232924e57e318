"""Limit how much freed memory glibc keeps for the page process."""

import ctypes
from contextlib import suppress


def limit_arenas() -> None:
    """Make later threads share one arena: a few live objects keep a whole arena from being freed.

    Freed blocks of 128 kB or more return to the system. By default, this limit grows to 32 MB.
    """
    with suppress(AttributeError):  # if the C library isn't glibc
        libc = ctypes.CDLL(None)
        libc.mallopt(-8, 1)  # M_ARENA_MAX (malloc.h)
        libc.mallopt(-3, 2**17)  # M_MMAP_THRESHOLD
