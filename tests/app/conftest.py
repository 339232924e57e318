"""Pages whose training client is a fake, but for the tests that are marked `slow`."""

from __future__ import annotations

import pytest

from lib.ui import clock, runs
from tests.clock import Clock
from tests.fake_client import FakeClient


@pytest.fixture(autouse=True)
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FakeClient | None:
    """The client that pages use; None where it is the real one, which all slow tests share."""
    if request.node.get_closest_marker("slow"):
        return None
    fake = FakeClient()
    monkeypatch.setattr(runs, "client", lambda: fake)
    return fake


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that pages go by."""
    fake = Clock()
    monkeypatch.setattr(clock, "now", fake.now)
    return fake
