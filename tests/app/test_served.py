"""The server's first answer to a browser."""

import asyncio

import pytest
from starlette.requests import Request

from lib.ui.served import ROUTES


@pytest.mark.parametrize(
    ("path", "query", "charted"),
    [
        ("/", "", True),
        ("/present", "", True),
        ("/gallery", "card=parity", True),
        ("/gallery", "", False),
        ("/guide", "at=parity", True),
    ],
)
def test_a_page_that_opens_with_charts_loads_their_code(
    path: str, query: str, charted: bool
) -> None:
    """After Streamlit's own code, which stands in all of its first page."""
    page = _first_page(path, query)
    own = page.index("/static/js/index.")
    assert (page.find("/static/js/PlotlyChart.") > own) is charted


def _first_page(path: str, query: str) -> str:
    """What a browser gets that asks for this."""
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode()}
    request = Request({**scope, "headers": [(b"host", b"localhost")], "root_path": ""})
    endpoint = next(route.endpoint for route in ROUTES if route.path == path)
    return bytes(asyncio.run(endpoint(request)).body).decode()
