"""Several threads that have decoders made of one class at the same time: a process on its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RACE = """
import dataclasses, sys, threading
from lib.export.archive import pack, unpack
from lib.training.messages import decode, encode

sys.setswitchinterval(1e-6)
kinds = sys.argv[1:]
fields = {f"b{j}": {f"a{i}": i for i in range(40)} for j in range(5)} | {"version": 1}
data = {"decode": encode(fields), "unpack": pack(fields)}
read = {"decode": decode, "unpack": unpack}
for _ in range(60):
    inner = dataclasses.make_dataclass("Inner", [(f"a{i}", int) for i in range(40)])
    parts = [(f"b{j}", inner) for j in range(5)]
    outer = dataclasses.make_dataclass("Outer", [*parts, ("version", int)])
    start, found = threading.Barrier(8), []

    def work(kind):
        start.wait()
        found.append(read[kind](data[kind], outer))

    threads = [threading.Thread(target=work, args=(kinds[i % len(kinds)],)) for i in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each.b4.a39 for each in found] == [39] * 8, found
"""
"""Each round has classes that no decoder was made of before, and eight threads that need one."""


def test_threads_that_need_one_class_at_once_all_get_whole_decoders():
    """Messages and kept files alike: one made of half a class would end the page's process."""
    script = [sys.executable, "-c", RACE, "decode", "unpack"]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
