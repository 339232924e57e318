"""The server: how it takes requests, delivers messages, and drops sessions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import streamlit as st

from lib.ui.streamlit_private.names import available, sets, takes

if TYPE_CHECKING:
    from streamlit.proto.ClientState_pb2 import ClientState
    from streamlit.runtime.app_session import AppSession
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

SOON = 0.005
"""Seconds until it is looked again whether all messages of a session's last run were delivered."""
_log = logging.getLogger(__name__)
NO_FRAGMENT = "no fragment"
"""An id that no fragment has."""
PURGES, PURGE_SECONDS = 10, 30.0
"""How often expired sessions are looked for: so many times within their time to live, and at least
every so many seconds."""


def load_sessions() -> tuple[type[AppSession], Any, Any]:
    """What takes a session's requests, its state once it has ended, and what joins requests."""
    from streamlit.runtime.app_session import AppSession, AppSessionState
    from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests

    takes(AppSession._create_scriptrunner, "self", "initial_rerun_data")
    takes(AppSession._clear_queue, "self", "fragment_ids_this_run")
    takes(AppSession.request_rerun, "self", "client_state")
    takes(ScriptRequests.request_rerun, "self", "new_data")
    takes(ScriptRequests.on_scriptrunner_ready, "self")
    sets(AppSession, "_scriptrunner", "_state", "_event_loop", "_client_state")
    return AppSession, AppSessionState.SHUTDOWN_REQUESTED, ScriptRequests


_sessions = available(
    "On a busy server a page may stand still, or be loaded anew, until Streamlit mends that.",
    load_sessions,
)


def mend_sessions() -> None:
    """Have all sessions of this process deliver all messages, and drop requests of left pages.

    The public way: without. Pages then recover by themselves, by a reload: see white_page.js.
    """
    if _sessions:
        session, *names = _sessions
        start = delivered_first(session._create_scriptrunner, *names)
        session._create_scriptrunner = start  # type: ignore[assignment,method-assign]
        session.request_rerun = of_open_page(session.request_rerun)  # type: ignore[assignment,method-assign]
        session._clear_queue = keeping_messages(session._clear_queue)  # type: ignore[assignment,method-assign]


def delivered_first(
    start: Callable[[AppSession, RerunData], object], ended: Any, requests: Any
) -> Callable[[AppSession, RerunData], None]:
    """What starts a session's thread, once all messages of its last one were delivered.

    A script's thread leaves its messages with the server's loop. Where the thread has ended, and
    the loop is busy with other people and hasn't come to the messages, Streamlit begins a new
    thread for a fragment that asks at that moment, and from then on takes messages of this one
    alone. The page stays as it was, and its timers have ended: with sixteen sessions that happened
    at one of some hundred moves of a slider, and the page stood still until somebody touched it.

    Requests that come meanwhile become one, by Streamlit's own rules (`requests`): the newest
    values count, no click is lost. A run of the page waits for nothing, as ever, and takes along
    what does. In the state `ended` nothing is started.
    """
    waiting: WeakKeyDictionary[AppSession, Any] = WeakKeyDictionary()

    @wraps(start)
    def start_when_delivered(session: AppSession, asked: RerunData) -> None:
        is_first = session not in waiting
        waiting.setdefault(session, requests()).request_rerun(asked)
        if is_first or session._scriptrunner is None:
            look(session)

    def look(session: AppSession) -> None:
        if session not in waiting:  # a run of the page has taken it along
            return
        if session._state is ended:
            del waiting[session]
        elif session._scriptrunner is None:  # the last message of its last thread was delivered
            start(session, waiting.pop(session).on_scriptrunner_ready().rerun_data)
        else:
            session._event_loop.call_later(SOON, look, session)

    return start_when_delivered


def keeping_messages(
    clear: Callable[[AppSession, list[str] | None], None],
) -> Callable[[AppSession, list[str] | None], None]:
    """Return `clear`, made to keep all unsent messages when a fragment starts.

    Streamlit calls `clear` when a run starts. Right after a run of the page, it would drop the
    page's own messages about the fragment, but not the end of the page's run. At that end the
    browser removes all elements it got no message for: the fragment vanished until its own run
    had drawn it again. A run of the whole page draws everything, and clears as before.
    """

    @wraps(clear)
    def clear_for_page(session: AppSession, fragment_ids_this_run: list[str] | None = None) -> None:
        clear(session, [NO_FRAGMENT] if fragment_ids_this_run else None)

    return clear_for_page


def of_open_page(
    ask: Callable[[AppSession, ClientState | None], None],
) -> Callable[[AppSession, ClientState | None], None]:
    """Return `ask`, made safe from fragments of a page or an address that has been left.

    A browser goes on with its timers and components until it hears of the next page. Streamlit runs
    such a fragment after that page, where it is still known, or where the next page has one with
    the same name in the same place. It tells the browser that this is a run of the page that was
    left: then the browser throws all of the next page away, finds no place for what the fragment
    draws, and stays white ("Cannot set a node at a delta path"). Such a request is dropped.

    A link to the page that is open changes its address alone, and the browser keeps the old address
    until the run answers. A fragment's request in between would bring the old address back, by a
    run of the page that it asks for, or in place of the link that still waits. So a fragment's
    request gets the address with which the browser last asked for the whole page.
    """
    addresses: WeakKeyDictionary[AppSession, str] = WeakKeyDictionary()

    @wraps(ask)  # its signature is looked at again
    def ask_of_open_page(session: AppSession, state: ClientState | None) -> None:
        if state is not None:
            page = state.page_script_hash
            if state.fragment_id and page != session._client_state.page_script_hash:
                return
            if page:  # else Streamlit notes it when the run begins
                session._client_state.page_script_hash = page
            if state.fragment_id:
                state.query_string = addresses.get(session, state.query_string)
            else:
                addresses[session] = state.query_string
        ask(session, state)

    return ask_of_open_page


def _load_storage() -> Any:
    from streamlit.runtime import Runtime
    from streamlit.runtime.caching.ttl_cache import TTLCache
    from streamlit.runtime.memory_session_storage import MemorySessionStorage
    from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

    takes(TTLCache.expire, "self", "at_time")
    takes(WebsocketSessionManager.list_active_sessions, "self")
    sets(MemorySessionStorage, "_cache")
    sets(WebsocketSessionManager, "_session_storage")
    sets(Runtime, "_session_mgr")
    return Runtime


_storage = available("Expired sessions stay until another one leaves.", _load_storage)


async def drop_expired_sessions(rest: Callable[[], object]) -> None:
    """End the sessions whose browser didn't come back in time, for as long as the server runs.

    `rest` is called when the last one has ended. Streamlit itself ends them when another session
    leaves. The public way: as Streamlit.
    """
    if not _storage:
        return
    seconds = min(PURGE_SECONDS, st.get_option("server.disconnectedSessionTTL") / PURGES)
    while True:
        await asyncio.sleep(max(0.1, seconds))
        sessions = _storage.instance()._session_mgr
        expired = [info.session for _, info in sessions._session_storage._cache.expire()]
        has_expired = bool(expired)
        while expired:
            try:
                expired.pop().shutdown()
            except Exception:  # one session's error must not keep all later ones alive
                _log.exception("an expired session could not be ended")
        if has_expired and not sessions.list_active_sessions():
            try:
                await asyncio.to_thread(rest)
            except Exception:  # later sessions have to expire as well
                _log.exception("memory could not be given back")


def _load_first_pages() -> tuple[str, str]:
    static = Path(st.__file__).with_name("static")
    page = (static / "index.html").read_text("utf-8")
    (charts,) = static.glob("static/js/PlotlyChart.*.js")
    load = f'<script type="module">import("./static/js/{charts.name}")</script>'
    if "</head>" not in page:
        raise ValueError("index.html has another form")
    return page, page.replace("</head>", f"{load}</head>")


CHARTS_FIRST = available("Browsers load Plotly with their first chart.", _load_first_pages)
"""Streamlit's first page as it is, and with a script that loads the code of its charts at once. The
public way: browsers load it when the first chart comes."""
