"""Which command runs which tests, and the server that all tests of a process share.

- `quick` marks tests in `unit` and `app`, without TensorFlow or a browser. `make check` runs them.
- `slow` marks the tests in `app` that need a training process.
- `weekly` marks long versions of other tests, in any folder. Only `make test-live` runs them.

`make test` runs all tests except `weekly` in two processes. Each process gets whole files, so that
a module's fixtures start once. The slowest folders come first.
"""

import os

import pytest
from hypothesis import settings

from lib.ui.streamlit_private import PRIVATE
from tests.agreement import recorded
from tests.browser.server import serve_for_tests

QUICK = {"unit", "app"}
ORDER = ("faults", "browser", "agreement", "app", "unit")

# Use the same examples in each run. There is no deadline: a busy machine must not fail a test.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("suite")

if "PYTEST_XDIST_WORKER" in os.environ:  # leave the second processor to the other process
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Start the app with one worker, shared by all tests of a pytest process."""
    with serve_for_tests(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.hookimpl(tryfirst=True)  # before pytest selects tests by their marks
def pytest_collection_modifyitems(items):
    """Mark the quick tests, skip those that need private names, and sort by folder."""
    for item in items:
        if folder_of(item.nodeid) in QUICK and not item.get_closest_marker("slow"):
            item.add_marker("quick")
        if item.get_closest_marker("private") and not PRIVATE:
            item.add_marker(pytest.mark.skip("needs private names of Streamlit"))
    items.sort(key=lambda item: ORDER.index(folder_of(item.nodeid)))


def folder_of(nodeid):
    """Return the name of the folder in `tests` that has the test."""
    return nodeid.split("/")[1]


def pytest_sessionfinish(exitstatus):
    """Write Keras's answers to files if this session records them and no test failed."""
    if recorded.MODE == recorded.RECORDING and exitstatus == pytest.ExitCode.OK:
        for path in recorded.write_answers():
            print(f"\n{path}: {path.stat().st_size:,} bytes", end="")
