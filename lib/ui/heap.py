"""How the page process takes memory from the system, where glibc does that."""

import ctypes
from contextlib import suppress


def limit_arenas() -> None:
    """Have threads that start from now on share one arena: a few objects keep the whole of each.

    Blocks from 128 kB on go back to the system, not from glibc's 32 MB on.
    """
    with suppress(AttributeError):  # another C library
        libc = ctypes.CDLL(None)
        libc.mallopt(-8, 1)  # M_ARENA_MAX (malloc.h)
        libc.mallopt(-3, 2**17)  # M_MMAP_THRESHOLD
