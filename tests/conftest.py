"""Which tests are quick or stay in one process together, and the server that the slow ones share.

Quick are `unit` and `app` but for what is marked slow: no TensorFlow, no browser. `make
check` runs them alone, `make test` before all others. Of the others a file's tests run in the same
process, and so do those that train in the browser or start a server: on two processors two of those
would take each other's time. Pages that are looked at alone go with the rest, which would be done
too early.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from lib.ui.streamlit_private.names import is_public
from tests.agreement import recorded
from tests.browser.server import Server, serve, without_known

QUICK = {"unit", "app"}
TOGETHER = {"browser", "faults"}
APART = {"tests/faults/test_cluster.py"} | {
    f"tests/browser/test_{name}.py"
    for name in (
        "accessibility",
        "cell",
        "embed",
        "gallery",
        "guide",
        "own_model",
        "paper",
        "shapes",
        "sidebar",
    )
}

# The same examples each time, and as long as they take: a busy machine is no failure.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

if "PYTEST_XDIST_WORKER" in os.environ:  # TensorFlow in a test leaves the other processor alone
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on a port of its own, shared by the tests, as visitors share it.

    Whatever is done to it, it never has a traceback to tell. It has one training process.
    """
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serve(log, workers=1) as running:
        yield running
    output = without_known(log.read_text())
    assert "Traceback" not in output, output


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is quick, and begin the rest with what takes longest."""
    for item in items:
        if folder_of(item.nodeid) in QUICK and not item.get_closest_marker("slow"):
            item.add_marker("quick")
        if item.get_closest_marker("private") and is_public():
            item.add_marker(pytest.mark.skip("only Streamlit's private names give this"))
    items.sort(key=lambda item: folder_of(item.nodeid) not in TOGETHER)


class Groups(LoadScopeScheduling):
    """Gives a process one file's tests after another's; what is TOGETHER counts as one file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "together" if folder_of(nodeid) in TOGETHER and file not in APART else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Groups:
    """Which process gets which tests."""
    return Groups(config, log)


def folder_of(nodeid: str) -> str:
    """The folder of a test below `tests`."""
    return nodeid.split("/")[1]


def pytest_sessionfinish(exitstatus: int) -> None:
    """A session that was started to record answers writes them, unless a test failed."""
    if recorded.MODE == recorded.RECORDING and exitstatus == pytest.ExitCode.OK:
        for path in recorded.write_answers():
            print(f"\n{path}: {path.stat().st_size:,} bytes", end="")
