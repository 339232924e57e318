"""How the page process gives memory back."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

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
