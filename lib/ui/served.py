"""What the server does at its start and without visitors, and what it sends with a page.

The server imports the pages' code when it starts, not for the first visitor as Streamlit (1.67)
does. On pages that open with charts browsers load Plotly (4.7 MB) while Python makes the page.
"""

import asyncio
import ctypes
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from secrets import token_urlsafe

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import lib.ui.views  # noqa: F401  0.3 s, for which no visitor waits
from lib.data import OBJECT_CACHES
from lib.training import machine, read_recording, recorded
from lib.ui import runs
from lib.ui.browser import COOKIE
from lib.ui.explore.replay_card import FRAMES
from lib.ui.shown import made_dataset
from lib.ui.streamlit_private import CHARTS_FIRST, drop_expired_sessions, mend_sessions
from lib.ui.upload import hold_uploads

_CHARTED = {"/": "", "/gallery": "card", "/guide": "at", "/present": ""}
"""Pages that open with charts; where a key is named, only with that key in their address."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Prepare the server before its first request, and end its task after the last one."""
    # Collecting garbage of all objects stopped 16 visitors for 0.11 s every 3 s, without the frozen
    # ones for 0.03 s.
    gc.freeze()
    mend_sessions()
    if os.environ.get(machine.RAY):  # so that the log says at once whether it is used
        await asyncio.to_thread(runs.client)
    dropping = asyncio.create_task(drop_expired_sessions(rest))
    yield
    dropping.cancel()


def rest() -> None:
    """Drop most caches and return their memory: tenths of a second, while nobody is there."""
    for cache in (made_dataset, recorded, read_recording):
        cache.cache_clear()
    FRAMES.clear()
    OBJECT_CACHES.clear()  # each kept run has figures and untrained models there
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    with suppress(AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)


def name_browsers(app: ASGIApp) -> ASGIApp:
    """A middleware that names new browsers at random, by a cookie that scripts can't read."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{COOKIE}={token_urlsafe(24)}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        request = HTTPConnection(scope) if scope["type"] == "http" else None
        asks_for_page = request and "text/html" in request.headers.get("accept", "")
        is_new = request and asks_for_page and COOKIE not in request.cookies
        await app(scope, receive, send_named if is_new else send)

    return answer


MIDDLEWARE = [Middleware(name_browsers), Middleware(hold_uploads)]


async def _first_answer(request: Request) -> Response:
    """Streamlit's own first page, with the code of its charts where some will be drawn."""
    plain, charted = CHARTS_FIRST or ("", "")
    key = _CHARTED[request.url.path]
    page = charted if not key or key in request.query_params else plain
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


ROUTES = [Route(path, _first_answer) for path in _CHARTED] if CHARTS_FIRST else []
