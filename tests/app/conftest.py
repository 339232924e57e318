"""Pages whose training client is a fake, but for the tests that are marked `slow`."""

import importlib.metadata
import threading
from concurrent.futures import Future

import pytest
from streamlit.testing.v1.element_tree import ElementTree

from lib.ui import clock, runs, widgets
from lib.ui.fragment import TURNS
from tests.clock import Clock
from tests.fake_client import FakeClient


@pytest.fixture(autouse=True, scope="session")
def _no_component_packages():
    """Hide installed packages from Streamlit, which reads them all whenever an AppTest starts.

    It looks for components in them, of which there are none: four fifths of the time of a test.
    """
    usual = importlib.metadata.distributions

    def named(**which):
        return usual(**which) if which else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "distributions", named)
        yield


@pytest.fixture(autouse=True)
def client(request, monkeypatch):
    """The client that pages use; None where it is the real one, which all slow tests share."""
    if request.node.get_closest_marker("slow"):
        return None
    fake = FakeClient()
    monkeypatch.setattr(runs, "client", lambda: fake)
    return fake


@pytest.fixture(autouse=True)
def nothing_is_awaited_within_a_turn(monkeypatch):
    """A page that waits for another thread while it has the turn fails: all others wait, too."""
    result, wait_for = Future.result, threading.Condition.wait_for

    def result_of(future, timeout=None):
        assert future.done() or not TURNS.is_mine, "a future is awaited within a turn"
        return result(future, timeout)

    def wait_a_while(condition, true, timeout=None):
        assert true() or timeout == 0 or not TURNS.is_mine, "a condition is awaited within a turn"
        return wait_for(condition, true, timeout)

    monkeypatch.setattr(Future, "result", result_of)
    monkeypatch.setattr(threading.Condition, "wait_for", wait_a_while)


@pytest.fixture(autouse=True)
def no_page_raises(monkeypatch):
    """A page that raises in AppTest fails its test."""
    run = ElementTree.run

    def run_and_check(tree, *, timeout=None):
        app = run(tree, timeout=timeout)
        assert not app.exception
        return app

    monkeypatch.setattr(ElementTree, "run", run_and_check)


@pytest.fixture(autouse=True)
def each_click_counts(monkeypatch):
    """A test clicks faster than a person."""
    monkeypatch.setattr(widgets, "SAME_CLICK_SECONDS", -1.0)


@pytest.fixture
def time(monkeypatch):
    """The clock that pages go by."""
    fake = Clock()
    monkeypatch.setattr(clock, "now", fake.now)
    return fake
