"""How the page process gives memory back."""

import gc
import platform
import subprocess
import sys
import weakref

import pytest

from lib.ui.served import rest

THREADS = """
import ctypes
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import app  # as the server does

together = Barrier(8)

def allocate(_):
    together.wait()
    return [bytes(5000) for _ in range(100)]

with ThreadPoolExecutor(8) as pool:
    kept = [*pool.map(allocate, range(8))]
ctypes.CDLL(None).malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="asks glibc")
def test_threads_share_one_heap():
    """From the import of the app on: a thread that has a heap of its own by then keeps it."""
    script = [sys.executable, "-c", THREADS]
    done = subprocess.run(script, capture_output=True, check=True, text=True)
    assert done.stderr.count("Arena ") == 1


def test_an_idle_server_also_collects_frozen_objects():
    """A collection of all objects stops every visitor."""
    made = type("Made", (), {})  # a class refers to itself
    still = weakref.ref(made)
    try:
        gc.freeze()
        del made
        gc.collect()
        assert still() is not None
        rest()
        assert still() is None
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
