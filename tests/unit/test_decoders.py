"""Several threads that have decoders made of one class at the same time: a process on its own."""

import subprocess
import sys
from pathlib import Path

RACE = """
import dataclasses, sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from lib.export.archive import pack, unpack
from lib.training.messages import decode, encode

sys.setswitchinterval(1e-6)
fields = {f"b{j}": {f"a{i}": i for i in range(40)} for j in range(5)} | {"version": 1}
data = {decode: encode(fields), unpack: pack(fields)}
for _ in range(60):
    inner = dataclasses.make_dataclass("Inner", [(f"a{i}", int) for i in range(40)])
    outer = dataclasses.make_dataclass("Outer", [(f"b{j}", inner) for j in range(5)])
    start = Barrier(8)

    def work(read):
        start.wait()
        return read(data[read], outer).b4.a39

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, [decode, unpack] * 4)) == [39] * 8
"""
"""Each round has classes that no decoder was made of before, and eight threads that need one."""


def test_threads_that_need_one_class_at_once_all_get_whole_decoders():
    """Messages and kept files alike: one made of half a class would end the page's process."""
    root, script = Path(__file__).parents[2], [sys.executable, "-c", RACE]
    done = subprocess.run(script, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
