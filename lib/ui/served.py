"""What the server does before anybody comes, and what it says to a browser first.

Streamlit (1.67) imports the pages' code for the first visitor; here the server imports it when it
starts. Browsers load Plotly (4.7 MB) with the first chart; on pages that open with charts they do
so while Python makes the page. Each browser gets a name: see `lib.ui.browser.browser_id`.
"""

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_urlsafe

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import lib.ui.explore.live  # noqa: F401  0.3 s, for which no visitor waits
from lib.data import REMEMBERED
from lib.training import machine, read, recorded
from lib.ui import runs
from lib.ui.browser import COOKIE
from lib.ui.data import made_dataset
from lib.ui.explore.charts import FRAMES
from lib.ui.heap import give_back
from lib.ui.incoming import Upload
from lib.ui.streamlit_private.server import CHARTS_FIRST, drop_expired_sessions, mend_sessions

_CHARTED = {"/": "", "/gallery": "card", "/guide": "at", "/present": ""}
"""Pages that open with charts; where a key is named, only with that key in their address."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Before a server takes its first request, and after its last one."""
    # What is there by now stays. A collection of all objects stopped 16 visitors for 0.11 s every
    # 3 s; one of the rest takes 0.03 s.
    gc.freeze()
    mend_sessions()
    if os.environ.get(machine.RAY):  # so that the log says at once whether it is used
        await asyncio.to_thread(runs.client)
    dropping = asyncio.create_task(drop_expired_sessions(_rest))
    yield
    dropping.cancel()


def _rest() -> None:
    """When the last visitor has gone, drop most of what is kept, and give memory back."""
    for cache in (made_dataset, recorded, read):
        cache.cache_clear()
    FRAMES.clear()
    REMEMBERED.clear()  # each kept run has figures and untrained models there
    give_back()


class NameBrowsers:
    """Give a browser that has none a random token, in a cookie that no script reads.

    "Not modified" (304) brings it, too: a browser that was closed has the page but no cookie.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{COOKIE}={token_urlsafe(24)}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        is_new = False
        if scope["type"] == "http":
            request = HTTPConnection(scope)
            asks_for_page = "text/html" in request.headers.get("accept", "")
            is_new = asks_for_page and COOKIE not in request.cookies
        await self._app(scope, receive, send_named if is_new else send)


MIDDLEWARE = [Middleware(NameBrowsers), Middleware(Upload)]


async def _first_answer(request: Request) -> Response:
    """Streamlit's own first page, which loads the code of its charts where some will be there."""
    plain, charted = CHARTS_FIRST or ("", "")
    key = _CHARTED[request.url.path]
    page = charted if not key or key in request.query_params else plain
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


ROUTES = [Route(path, _first_answer) for path in _CHARTED] if CHARTS_FIRST else []
