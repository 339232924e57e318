"""How the page process takes memory from the system, where glibc does that."""

import ctypes
from contextlib import suppress


def limit_arenas() -> None:
    """Let later threads share one arena: with one each, a few objects would keep whole arenas.

    Blocks of 128 kB and more go back to the system at once; glibc's limit can grow to 32 MB.
    """
    with suppress(AttributeError):  # another C library
        libc = ctypes.CDLL(None)
        libc.mallopt(-8, 1)  # M_ARENA_MAX (malloc.h)
        libc.mallopt(-3, 2**17)  # M_MMAP_THRESHOLD
