"""Which command runs which tests, and the server that all tests of a process share.

- `quick` marks tests in `unit` and `app`, without TensorFlow or a browser. `make check` runs them.
- `slow` marks the tests in `app` that need TensorFlow.
- `weekly` marks long versions of other tests, in any folder. Only `make test-live` runs them.

`make test` runs all tests except `weekly` in two processes. A process gets whole files, so that a
module's fixtures start once. The first process begins with the files that need a server, and the
other one with those that need a client, so that few processes import TensorFlow.
"""

import os

import pytest
from hypothesis import settings

from lib.ui.streamlit_private import PRIVATE
from tests.agreement import recorded
from tests.browser.server import serve_for_tests

QUICK = {"unit", "app"}
ORDER = ("browser", "agreement", "app", "unit", "faults")

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
    """Mark the quick tests, skip those that need private names, and sort the files."""
    for item in items:
        if folder_of(item.nodeid) in QUICK and not item.get_closest_marker("slow"):
            item.add_marker("quick")
        if item.get_closest_marker("private") and not PRIVATE:
            item.add_marker(pytest.mark.skip("needs private names of Streamlit"))
    server, client = ({item.path for item in items if needs(item, n)} for n in ("server", "client"))

    def order(item):
        ends = item.path not in server, item.path in client
        return *ends, ORDER.index(folder_of(item.nodeid))

    items.sort(key=order)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Let the first process take files from the front of the order, and others from its end."""
    from xdist.scheduler import LoadFileScheduling

    class BothEnds(LoadFileScheduling):
        def _assign_work_unit(self, node):
            if node is not self.nodes[0]:
                self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
            super()._assign_work_unit(node)

    return BothEnds(config, log) if config.getvalue("dist") == "loadfile" else None


def needs(item, name):
    """Return whether a test uses the session's fixture of this name."""
    fixtures = item._fixtureinfo.name2fixturedefs.get(name, ())
    return any(fixture.scope == "session" for fixture in fixtures[-1:])


def folder_of(nodeid):
    """Return the name of the folder in `tests` that has the test."""
    return nodeid.split("/")[1]


def pytest_sessionfinish(exitstatus):
    """Write Keras's answers to files if this session records them and no test failed."""
    if recorded.MODE == recorded.RECORDING and exitstatus == pytest.ExitCode.OK:
        for path in recorded.write_answers():
            print(f"\n{path}: {path.stat().st_size:,} bytes", end="")
