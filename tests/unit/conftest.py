"""What several files of quick tests begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lib.training.messages import Event
from tests.unit.desk import Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A worker's loop that ends with its test."""
    desk = Desk()
    assert desk.receive() == Event("ready")
    yield desk
    desk.close()
