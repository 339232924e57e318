"""A server for each file of fault tests: what they do to it meets no browser test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.server import Server, serve_for_tests


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with one training process."""
    with serve_for_tests(tmp_path_factory.mktemp("server")) as server:
        yield server
