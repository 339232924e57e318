"""When each test runs, and the server that the tests of one process share.

- `quick`: the folders `unit` and `app`, without TensorFlow and without a browser. `make check`.
- `slow`, in those folders: needs a training process.
- `weekly`, in any folder: a long version of another test. Only `make test-live` runs it.

`make test` runs all other tests in two processes. Each process gets whole files, so that the
fixtures of a module start once; the slowest files come first.
"""

import os

import pytest
from hypothesis import settings

from lib.ui.streamlit_private import PRIVATE
from tests.agreement import recorded
from tests.browser.server import serve_for_tests

QUICK = {"unit", "app"}
ORDER = ("faults", "browser", "agreement", "app", "unit")

# The same examples in each run, without a time limit: a busy machine must not fail a test.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("suite")

if "PYTEST_XDIST_WORKER" in os.environ:  # leave the second processor to the other process
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Start the app with one worker, shared by all tests of a pytest process."""
    with serve_for_tests(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.hookimpl(tryfirst=True)  # before pytest selects by marks
def pytest_collection_modifyitems(items):
    """Mark the quick tests, skip those that need private names, and sort by folder."""
    for item in items:
        if folder_of(item.nodeid) in QUICK and not item.get_closest_marker("slow"):
            item.add_marker("quick")
        if item.get_closest_marker("private") and not PRIVATE:
            item.add_marker(pytest.mark.skip("only Streamlit's private names give this"))
    items.sort(key=lambda item: ORDER.index(folder_of(item.nodeid)))


def folder_of(nodeid):
    """Return the folder of a test below `tests`."""
    return nodeid.split("/")[1]


def pytest_sessionfinish(exitstatus):
    """Write the recorded answers of Keras, if this session records and no test failed."""
    if recorded.MODE == recorded.RECORDING and exitstatus == pytest.ExitCode.OK:
        for path in recorded.write_answers():
            print(f"\n{path}: {path.stat().st_size:,} bytes", end="")
