"""How the page process gives memory back to the system. Only where the C library is glibc."""

import ctypes
import gc
from contextlib import suppress

ARENA_MAX, MMAP_THRESHOLD = -8, -3
"""Numbers of glibc's parameters (malloc.h)."""


def keep_little() -> None:
    """Set the heap up before threads start: one that already has an arena keeps it.

    One arena for all threads: in many, a few objects that stay keep the rest from the system.
    Python's lock lets threads allocate one after the other anyway. Blocks of 128 kB or more return
    with their last user, and cost 0.05 ms more. Without a fixed threshold glibc raises it to 32 MB.
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
