"""A server for each file of fault tests: what they do to it meets no browser test."""

import pytest

from tests.browser.server import serve_for_tests


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The app with one training process."""
    with serve_for_tests(tmp_path_factory.mktemp("server")) as server:
        yield server
