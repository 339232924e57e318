"""How the page process gives memory back to the system. Only where the C library is glibc."""

import ctypes
import gc
from contextlib import suppress

ARENA_MAX, MMAP_THRESHOLD = -8, -3  # numbers of glibc's parameters (malloc.h)


def keep_little() -> None:
    """Set the heap up so that it returns memory; before threads start, which keep their arena.

    In each of many arenas a few objects would keep all of it. Without a fixed threshold glibc would
    return blocks from 32 MB on only, not from 128 kB.
    """
    with suppress(OSError, AttributeError, TypeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(ARENA_MAX, 1)
        libc.mallopt(MMAP_THRESHOLD, 2**17)


def give_back() -> None:
    """Collect garbage, and return free pages. Takes a few tenths of a second: only when idle."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
