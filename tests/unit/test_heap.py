"""How the page process gives memory back."""

from __future__ import annotations

import gc
import platform
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from lib.ui.heap import give_back, keep_little

THREADS = """
import ctypes, sys, threading
from lib.ui.heap import keep_little

keep_little()
together = threading.Barrier(8)

def allocate():
    together.wait()
    kept.append([bytes(5000) for _ in range(100)])
    together.wait()

kept = []
threads = [threading.Thread(target=allocate) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="asks glibc")
def test_threads_share_one_heap(tmp_path: Path) -> None:
    """Where each has its own, little of it goes back to the system."""
    told = tmp_path / "heaps.xml"
    subprocess.run([sys.executable, "-c", THREADS, str(told)], check=True)
    assert told.read_text().count("<heap nr=") == 1


def test_only_an_idle_server_collects_what_was_there_from_the_start() -> None:
    """A collection of all objects stops every visitor."""
    made = type("Made", (), {})  # a class refers to itself
    still = weakref.ref(made)
    try:
        keep_little()
        del made
        gc.collect()
        assert still() is not None
        give_back()
        assert still() is None
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
