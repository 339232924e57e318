"""Which tests are quick, which stay in one process together, and when answers are written.

Quick are `unit`, `words` and `app` but for what is marked slow: no TensorFlow, no browser. `make
check` runs them alone, `make test` before all others. Of the others a file's tests run in the same
process, and so do all that open the browser or start a server: on two processors two of those
would take each other's time.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.agreement import recorded

HERE = Path(__file__).parent
QUICK = {"unit", "words", "app"}
TOGETHER = {"browser": "browser", "faults": "browser"}

# The same examples each time, and as long as they take: a busy machine is no failure.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

if "PYTEST_XDIST_WORKER" in os.environ:  # TensorFlow in a test leaves the other processor alone
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marks, and xdist by groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is quick, and give the rest their groups."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in QUICK and not item.get_closest_marker("slow"):
            item.add_marker("quick")
        else:
            group = TOGETHER.get(folder, f"{folder}/{item.path.stem}")
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_sessionfinish(exitstatus: int) -> None:
    """A session that was started to record answers writes them, unless a test failed."""
    if recorded.MODE == recorded.RECORDING and exitstatus == pytest.ExitCode.OK:
        for path in recorded.write_answers():
            print(f"\n{path}: {path.stat().st_size:,} bytes", end="")
