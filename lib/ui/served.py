"""The server's start, its idle time, and its first response to a browser.

The server imports the pages' code when it starts. Streamlit (1.67) would import it for the first
visitor. On pages that open with charts, browsers load Plotly (4.7 MB) while Python draws the page.
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

import lib.ui.views  # noqa: F401  imported here, or the first visitor would wait 0.3 s
from lib.data import OBJECT_CACHES
from lib.training import machine, read_recording, recorded
from lib.ui import runs
from lib.ui.browser import COOKIE
from lib.ui.explore.replay_card import FRAMES
from lib.ui.shown import made_dataset
from lib.ui.streamlit_private import FIRST_PAGES, drop_expired_sessions, patch_sessions
from lib.ui.upload import hold_uploads

_CHARTED = {"/": "", "/gallery": "card", "/guide": "at", "/present": ""}
"""Paths of pages that open with charts: always, or only if the address has the given key."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Prepare the server before its first request, and end its background task when it stops."""
    # With 16 visitors, Python collects garbage every 3 s. Freezing all objects that exist at the
    # start cuts a collection from 0.11 s to 0.03 s.
    gc.freeze()
    patch_sessions()
    if os.environ.get(machine.RAY):  # the log then shows at once whether Ray is used
        await asyncio.to_thread(runs.client)
    dropping = asyncio.create_task(drop_expired_sessions(free_memory))
    yield
    dropping.cancel()


def free_memory() -> None:
    """Free the memory of most caches. Takes tenths of a second: call it while no user is there."""
    for cache in (made_dataset, recorded, read_recording):
        cache.cache_clear()
    FRAMES.clear()
    OBJECT_CACHES.clear()  # figures and untrained models of saved runs
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    with suppress(AttributeError):  # if the C library isn't glibc
        ctypes.CDLL(None).malloc_trim(0)


def name_browsers(app: ASGIApp) -> ASGIApp:
    """Return a middleware that gives new browsers a random cookie, hidden from scripts."""

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{COOKIE}={token_urlsafe(24)}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        request = HTTPConnection(scope) if scope["type"] == "http" else None
        is_for_page = request and "text/html" in request.headers.get("accept", "")
        is_new = request and is_for_page and COOKIE not in request.cookies
        await app(scope, receive, send_with_cookie if is_new else send)

    return respond


MIDDLEWARE = [Middleware(name_browsers), Middleware(hold_uploads)]


async def _first_response(request: Request) -> Response:
    """Return Streamlit's first page, with the charts' code if the page will draw charts."""
    plain, charted = FIRST_PAGES or ("", "")
    key = _CHARTED[request.url.path]
    page = charted if not key or key in request.query_params else plain
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


ROUTES = [Route(path, _first_response) for path in _CHARTED] if FIRST_PAGES else []
