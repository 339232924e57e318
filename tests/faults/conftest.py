"""One server per file of fault tests, separate from the browser tests' server."""

import pytest

from tests.browser.server import serve_for_tests


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start the app with one training process, for the tests of one file."""
    with serve_for_tests(tmp_path_factory.mktemp("server")) as server:
        yield server
