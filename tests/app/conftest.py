"""Fixtures for page tests. Their training client is a fake, except in tests marked `slow`."""

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
    """Hide installed packages from Streamlit, which searches all for components per AppTest.

    The app uses none of them, and the search takes four fifths of a test's time.
    """
    usual = importlib.metadata.distributions

    def named(**which):
        return usual(**which) if which else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "distributions", named)
        yield


@pytest.fixture(autouse=True)
def client(request, monkeypatch):
    """Return the fake client; None in slow tests, which share the real client."""
    if request.node.get_closest_marker("slow"):
        return None
    fake = FakeClient()
    monkeypatch.setattr(runs, "client", lambda: fake)
    return fake


@pytest.fixture(autouse=True)
def nothing_is_awaited_within_a_turn(monkeypatch):
    """Fail if a page waits for another thread while it holds the turn: all pages would wait."""
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
    """Fail if a page raises an error."""
    run = ElementTree.run

    def run_and_check(tree, *, timeout=None):
        app = run(tree, timeout=timeout)
        assert not app.exception
        return app

    monkeypatch.setattr(ElementTree, "run", run_and_check)


@pytest.fixture(autouse=True)
def each_click_counts(monkeypatch):
    """Count every click: tests click faster than users."""
    monkeypatch.setattr(widgets, "SAME_CLICK_SECONDS", -1.0)


@pytest.fixture
def time(monkeypatch):
    """Replace the clock of the pages."""
    fake = Clock()
    monkeypatch.setattr(clock, "now", fake.now)
    return fake
