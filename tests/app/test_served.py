"""The server's first answer to a browser."""

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
def test_a_page_that_opens_with_charts_loads_their_code(path, query, charted):
    """Plotly's code is loaded after Streamlit's own, by pages that open with charts."""
    page = _first_page(path, query)
    own = page.index("/static/js/index.")
    assert (page.find("/static/js/PlotlyChart.") > own) is charted


def _first_page(path, query):
    """The page that a browser gets that asks for this."""
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode()}
    request = Request({**scope, "headers": [(b"host", b"localhost")], "root_path": ""})
    endpoint = next(route.endpoint for route in ROUTES if route.path == path)
    return bytes(asyncio.run(endpoint(request)).body).decode()


def test_a_browser_gets_a_name_with_its_first_page():
    """A page, or a 304 answer, sets one random name, which scripts can't read."""
    first, second = _cookie("text/html,*/*"), _cookie("text/html", status=304)
    name, *terms = first.split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} == {*terms}
    assert len(name.removeprefix(f"{COOKIE}=")) >= 32
    assert second.startswith(COOKIE)
    assert first != second
    assert _cookie("text/html", sent=f"other=1; {name}") == ""
    assert _cookie("*/*") == ""


def _cookie(accept, status=200, sent=""):
    """The cookie that a browser keeps after this answer, if any."""
    answers = []

    async def ask():
        async def send(message):
            answers.append(message)

        named = MIDDLEWARE[0].cls(Response(status_code=status))
        headers = [(b"accept", accept.encode()), (b"cookie", sent.encode())]
        await named({"type": "http", "headers": headers, "path": "/"}, lambda: None, send)

    asyncio.run(ask())
    return Headers(raw=answers[0]["headers"]).get("set-cookie", "")


def test_what_only_visitors_need_goes_with_the_last_one():
    """A server without visitors drops cached data, recordings and computed figures."""
    dataset = dataset_of(suggested("parity"), None)
    assert recorded(with_seeds(suggested("parity"), dataset))
    assert untrained_models(dataset, suggested("parity"))
    assert dataset in OBJECT_CACHES
    free_memory()
    assert made_dataset.cache_info().currsize == recorded.cache_info().currsize == 0
    assert not OBJECT_CACHES
