"""How the page process returns memory to the system."""

import gc
import platform
import subprocess
import sys
import weakref

import pytest

from lib.ui.served import free_memory

THREADS = """
import ctypes
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import app  # this import limits the heap to one arena

barrier = Barrier(8)

def allocate(_):
    barrier.wait()
    return [bytes(5000) for _ in range(100)]

with ThreadPoolExecutor(8) as pool:
    kept = [*pool.map(allocate, range(8))]
ctypes.CDLL(None).malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="reads the statistics of glibc")
def test_threads_share_one_heap():
    """Threads that allocate after the import of the app use one arena of glibc."""
    script = [sys.executable, "-c", THREADS]
    done = subprocess.run(script, capture_output=True, check=True, text=True)
    assert done.stderr.count("Arena ") == 1


def test_an_idle_server_also_collects_frozen_objects():
    """A usual collection skips frozen objects: collecting all objects would stop every session."""
    garbage = type("Garbage", (), {})  # a class refers to itself, so only a collection frees it
    reference = weakref.ref(garbage)
    try:
        gc.freeze()
        del garbage
        gc.collect()
        assert reference() is not None
        free_memory()
        assert reference() is None
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
