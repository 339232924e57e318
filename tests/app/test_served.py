"""The server's first answer to a browser."""

import asyncio

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from lib.data.caches import REMEMBERED
from lib.data.datasets.registry import suggested
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from lib.ui.browser import COOKIE
from lib.ui.served import MIDDLEWARE, ROUTES, rest
from lib.ui.shown import dataset_of, made_dataset, untrained_models


@pytest.mark.private
@pytest.mark.parametrize(
    ("path", "query", "charted"),
    [("/present", "", True), ("/gallery", "card=parity", True), ("/gallery", "", False)],
)
def test_a_page_that_opens_with_charts_loads_their_code(path, query, charted):
    """After Streamlit's own code, which stands in all of its first page."""
    page = _first_page(path, query)
    own = page.index("/static/js/index.")
    assert (page.find("/static/js/PlotlyChart.") > own) is charted


def _first_page(path, query):
    """What a browser gets that asks for this."""
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode()}
    request = Request({**scope, "headers": [(b"host", b"localhost")], "root_path": ""})
    endpoint = next(route.endpoint for route in ROUTES if route.path == path)
    return bytes(asyncio.run(endpoint(request)).body).decode()


def test_a_browser_gets_a_name_with_its_first_page():
    """Once, unguessable, and out of the reach of scripts; what isn't a page brings none.

    Also where the browser has the page, of which the server says no more than that.
    """
    first, second = _cookie("text/html,*/*"), _cookie("text/html", status=304)
    name, *terms = first.split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} == {*terms}
    assert len(name.removeprefix(f"{COOKIE}=")) >= 32
    assert second.startswith(COOKIE)
    assert first != second
    assert _cookie("text/html", sent=f"other=1; {name}") == ""
    assert _cookie("*/*") == ""


def _cookie(accept, status=200, sent=""):
    """What a browser has to keep that accepts this, sends these cookies, and gets this answer."""
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
    """Data, recordings, and what was computed about either."""
    dataset = dataset_of(suggested("parity"), None)
    assert recorded(with_seeds(suggested("parity"), dataset))
    assert untrained_models(dataset, suggested("parity"))
    assert dataset in REMEMBERED
    rest()
    assert made_dataset.cache_info().currsize == recorded.cache_info().currsize == 0
    assert not REMEMBERED
