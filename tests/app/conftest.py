"""Fixtures for page tests, whose training client is a fake."""

import importlib.metadata
import threading
from concurrent.futures import Future

import pytest
from streamlit.testing.v1.element_tree import ElementTree

from lib.ui import clock, runs, widgets
from lib.ui.explore import live
from lib.ui.fragment import TURNS
from tests.clock import Clock
from tests.fake_client import FakeClient


@pytest.fixture(autouse=True, scope="session")
def _no_component_packages():
    """Hide installed packages from Streamlit: each AppTest searches all of them for components.

    The app uses no components, and this search takes four fifths of a test's time.
    """
    distributions = importlib.metadata.distributions

    def only_filtered(**filters):
        return distributions(**filters) if filters else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "distributions", only_filtered)
        yield


@pytest.fixture(autouse=True)
def client(monkeypatch):
    """Return the fake client."""
    fake = FakeClient()
    monkeypatch.setattr(runs, "client", lambda: fake)
    return fake


@pytest.fixture(autouse=True)
def no_page_waits_within_its_turn(monkeypatch):
    """Fail if a page waits for another thread during its turn to compute: all pages would wait."""
    result, wait_for = Future.result, threading.Condition.wait_for

    def result_of(future, timeout=None):
        assert future.done() or not TURNS.is_mine, "a page waits within its turn"
        return result(future, timeout)

    def wait_for_it(condition, is_met, timeout=None):
        assert is_met() or timeout == 0 or not TURNS.is_mine, "a page waits within its turn"
        return wait_for(condition, is_met, timeout)

    monkeypatch.setattr(Future, "result", result_of)
    monkeypatch.setattr(threading.Condition, "wait_for", wait_for_it)


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
def every_click_counts(monkeypatch):
    """Never ignore a click as a double click: tests click faster than users."""
    monkeypatch.setattr(widgets, "SAME_CLICK_SECONDS", -1.0)
    monkeypatch.setattr(live, "JUST_FINISHED", -1.0)


@pytest.fixture
def time(monkeypatch):
    """Replace the clock of the pages by a fake clock, and return the fake."""
    fake = Clock()
    monkeypatch.setattr(clock, "now", fake.now)
    return fake
