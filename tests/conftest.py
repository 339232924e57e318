"""Which tests run when, and the server that those of one process share.

- `quick`: the folders `unit` and `app`, without TensorFlow and without a browser. `make check`.
- `slow`, in those folders: needs a training process.
- `weekly`, anywhere: repeats at length what another test checks in short. `make test-live` alone.

`make test` runs all but the weekly ones, on two processes. Each process gets whole files, so that
what a module's fixtures start is started once; files that take longest come first.
"""

import os

import pytest
from hypothesis import settings

from lib.ui.streamlit_private import PRIVATE
from tests.agreement import recorded
from tests.browser.server import serve_for_tests

QUICK = {"unit", "app"}
ORDER = ("faults", "browser", "agreement", "app", "unit")

# The same examples each time, and as long as they take: a busy machine is no failure.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("suite")

if "PYTEST_XDIST_WORKER" in os.environ:  # TensorFlow in a test leaves the other processor alone
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The app with one training process; all tests of a pytest process share it."""
    with serve_for_tests(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marks
def pytest_collection_modifyitems(items):
    """Mark the quick tests, skip what the public API alone can't do, and sort by folder."""
    for item in items:
        if folder_of(item.nodeid) in QUICK and not item.get_closest_marker("slow"):
            item.add_marker("quick")
        if item.get_closest_marker("private") and not PRIVATE:
            item.add_marker(pytest.mark.skip("only Streamlit's private names give this"))
    items.sort(key=lambda item: ORDER.index(folder_of(item.nodeid)))


def folder_of(nodeid):
    """The folder of a test below `tests`."""
    return nodeid.split("/")[1]


def pytest_sessionfinish(exitstatus):
    """A session that was started to record answers writes them, unless a test failed."""
    if recorded.MODE == recorded.RECORDING and exitstatus == pytest.ExitCode.OK:
        for path in recorded.write_answers():
            print(f"\n{path}: {path.stat().st_size:,} bytes", end="")
