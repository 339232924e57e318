"""How the page process takes memory from the system, with glibc."""

import ctypes
from contextlib import suppress


def limit_arenas() -> None:
    """Make later threads share one arena. In separate arenas, a few objects keep a whole arena.

    Free blocks of 128 kB and more return to the system at once; glibc's limit can grow to 32 MB.
    """
    with suppress(AttributeError):  # another C library
        libc = ctypes.CDLL(None)
        libc.mallopt(-8, 1)  # M_ARENA_MAX (malloc.h)
        libc.mallopt(-3, 2**17)  # M_MMAP_THRESHOLD
