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
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

import lib.ui.views  # noqa: F401  imported here, or the first visitor would wait 0.3 s
from lib.data import OBJECT_CACHES
from lib.training import machine, read_recording, recorded
from lib.ui import runs
from lib.ui.browser import COOKIE
from lib.ui.explore.replay_card import FRAMES
from lib.ui.shown import made_dataset
from lib.ui.streamlit_private import PRIVATE, drop_expired_sessions, first_page, patch_sessions
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


async def _name_browser(request: Request, respond: RequestResponseEndpoint) -> Response:
    """Give a new browser a random cookie, hidden from scripts."""
    response = await respond(request)
    if COOKIE not in request.cookies and "text/html" in request.headers.get("accept", ""):
        response.set_cookie(COOKIE, token_urlsafe(24), httponly=True)
    return response


MIDDLEWARE = [Middleware(BaseHTTPMiddleware, _name_browser), Middleware(hold_uploads)]


async def _first_response(request: Request) -> Response:
    """Return Streamlit's first page, with the charts' code if the page will draw charts."""
    key = _CHARTED[request.url.path]
    page = first_page(with_charts=not key or key in request.query_params)
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


ROUTES = [Route(path, _first_response) for path in _CHARTED] if PRIVATE else []
