"""What the server does before anybody comes, and what it says to a browser first.

Streamlit (1.67) would import the pages' code when the first visitor is there; so that is done when
it starts. It lets browsers run Plotly's 4.7 MB when the first chart is there; on pages that open
with charts they are told at once, and do it while Python makes the page. And it binds its socket in
a way by which asyncio doesn't know it for TCP's (its `proto` is 0) and leaves Nagle's algorithm on:
the body of a file, and the second of several short messages, would wait 40 ms for the browser's
system to acknowledge what came before it.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

import lib.ui.explore.page  # noqa: F401  0.3 s, for which nobody waits when the server starts
from lib.ui.heard import hear_all_runs

_STATIC = Path(st.__file__).parent / "static"
_CHARTED = {"/": "", "/gallery": "card", "/guide": "at", "/present": ""}
"""The pages that open with charts, where a key is named those with that key in their address."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Before a server takes its first request."""
    send_at_once()
    hear_all_runs()
    yield


def send_at_once() -> None:
    """Let this process's sockets send what they have, and all connections that they accept.

    Nothing changes where the system lists no open files (Windows).
    """
    for file in Path("/dev/fd").glob("*"):
        with suppress(OSError):  # most are no sockets, or none of TCP's
            found = socket.socket(fileno=int(file.name))
            try:
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            finally:
                found.detach()


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
