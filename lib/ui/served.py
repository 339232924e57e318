"""What the server does before anybody comes, and what it says to a browser first.

Streamlit (1.67) would import the pages' code when the first visitor is there; so that is done when
it starts. It lets browsers run Plotly's 4.7 MB when the first chart is there; on pages that open
with charts they are told at once, and do it while Python makes the page.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

import lib.ui.explore.page  # noqa: F401  0.3 s, for which nobody waits when the server starts
from lib.ui.heard import hear_all_runs
from lib.ui.incoming import Upload

_STATIC = Path(st.__file__).parent / "static"
_CHARTED = {"/": "", "/gallery": "card", "/guide": "at", "/present": ""}
"""The pages that open with charts, where a key is named those with that key in their address."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Before a server takes its first request."""
    hear_all_runs()
    yield


async def _first_answer(request: Request) -> Response:
    """Streamlit's own first page, which loads the code of its charts where some will be there."""
    page = (_STATIC / "index.html").read_text("utf-8")
    key = _CHARTED[request.url.path]
    if not key or key in request.query_params:
        for file in _STATIC.glob("static/js/PlotlyChart.*.js"):
            load = f'<script type="module">import("./static/js/{file.name}")</script>'
            page = page.replace("</head>", f"{load}</head>")
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


ROUTES = [Route(path, _first_answer) for path in _CHARTED]
MIDDLEWARE = [Middleware(Upload)]
