"""The server's responses to a browser: the scripts of a page, its cookie, and caches."""

import asyncio

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from lib.data.caches import OBJECT_CACHES
from lib.data.datasets.registry import suggested
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from lib.ui.browser import COOKIE
from lib.ui.served import MIDDLEWARE, ROUTES, free_memory
from lib.ui.shown import dataset_of, made_dataset, untrained_models


@pytest.mark.private
@pytest.mark.parametrize(
    ("path", "query", "charted"),
    [("/present", "", True), ("/gallery", "card=parity", True), ("/gallery", "", False)],
)
def test_a_page_that_opens_with_charts_loads_plotly(path, query, charted):
    """Only pages that open with charts load Plotly's code, after Streamlit's code."""
    page = _first_page(path, query)
    streamlits = page.index("/static/js/index.")
    assert (page.find("/static/js/PlotlyChart.") > streamlits) is charted


def _first_page(path, query):
    """Return the HTML that the server returns for this path and query."""
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode()}
    request = Request({**scope, "headers": [(b"host", b"localhost")], "root_path": ""})
    endpoint = next(route.endpoint for route in ROUTES if route.path == path)
    return bytes(asyncio.run(endpoint(request)).body).decode()


def test_a_browser_gets_a_random_cookie_with_its_first_page():
    """A page, or a response 304, sets a random cookie, which scripts can't read."""
    first, second = _cookie("text/html,*/*"), _cookie("text/html", status=304)
    name, *attributes = first.split("; ")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} == {*attributes}
    assert len(name.removeprefix(f"{COOKIE}=")) >= 32
    assert second.startswith(COOKIE)
    assert first != second
    assert _cookie("text/html", sent=f"other=1; {name}") == ""
    assert _cookie("*/*") == ""


def _cookie(accept, status=200, sent=""):
    """Return the cookie that a response to this request sets, or an empty text."""
    messages = []

    async def request():
        async def send(message):
            messages.append(message)

        named = MIDDLEWARE[0].cls(Response(status_code=status), *MIDDLEWARE[0].args)
        headers = [(b"accept", accept.encode()), (b"cookie", sent.encode())]
        await named({"type": "http", "headers": headers, "path": "/"}, lambda: None, send)

    asyncio.run(request())
    return Headers(raw=messages[0]["headers"]).get("set-cookie", "")


def test_the_server_empties_its_caches_when_the_last_visitor_leaves():
    """A server that has no visitors drops cached data, recorded runs and computed figures."""
    dataset = dataset_of(suggested("parity"), None)
    assert recorded(with_seeds(suggested("parity"), dataset))
    assert untrained_models(dataset, suggested("parity"))
    assert dataset in OBJECT_CACHES
    free_memory()
    assert made_dataset.cache_info().currsize == recorded.cache_info().currsize == 0
    assert not OBJECT_CACHES
