"""All uses of Streamlit beyond its documentation, each beside a public alternative.

PRIVATE is False if Streamlit isn't the tested release, or if `UNROLLED_PUBLIC=1` is set. Pages then
use the public alternatives: for example, fragments redraw everything at a fixed interval.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import streamlit as st

TESTED = "1.67."  # the releases of Streamlit with these private names
IS_TESTED = st.__version__.startswith(TESTED)
PRIVATE = IS_TESTED and os.environ.get("UNROLLED_PUBLIC", "0") in ("", "0")

if PRIVATE:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from streamlit.runtime import Runtime
    from streamlit.runtime.app_session import AppSession, AppSessionState
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils import script_requests
    from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, enqueue_message
SOON = 0.005  # seconds between two checks whether a session's messages have been delivered
PURGE_SECONDS = 30.0  # between two checks for expired sessions
Method = Callable[..., Any]
if not IS_TESTED:
    why = "Streamlit %s isn't the tested %sx: pages redraw more slowly, or stop until reloaded"
    logging.getLogger(__name__).warning(why, st.__version__, TESTED)


def is_history_navigation() -> bool:
    """Return whether Back or Forward requested this script run; False if PRIVATE is False."""
    context = get_script_run_ctx(suppress_warning=True) if PRIVATE else None
    return context is not None and context.is_history_navigation


def fragment_id() -> str:
    """Return the id of the running fragment; "" for a whole page, or if PRIVATE is False."""
    return (PRIVATE and ThreadState.get().fragment_id) or ""


@contextmanager
def drawing_as(fragment: str) -> Iterator[None]:
    """Draw in the places of the fragment with this id. Requires PRIVATE."""
    with ThreadState.scoped(fragment_id=fragment, delta_path=None):
        yield


def look_every(seconds: float) -> None:
    """Rerun the running fragment at this interval from now on. Requires PRIVATE."""
    message = ForwardMsg()
    message.auto_rerun.interval = seconds
    message.auto_rerun.fragment_id = fragment_id()
    enqueue_message(message)


def patch_sessions() -> None:
    """Patch sessions when the server starts. Unpatched pages may turn white: see white_page.js."""
    if PRIVATE:
        sessions: Any = AppSession
        sessions._create_scriptrunner = delivered_first(AppSession._create_scriptrunner)
        sessions.request_rerun = of_open_page(AppSession.request_rerun)
        sessions._clear_queue = keeping_messages(AppSession._clear_queue)
        requests: Any = script_requests.ScriptRequests
        requests._request_rerun_locked = of_browser_first(requests._request_rerun_locked)


def delivered_first(start: Method) -> Method:
    """Return `start`, changed to deliver all messages of a script run before the next one starts.

    Streamlit starts a new thread for a fragment while the previous thread's messages wait, and then
    sends only the new thread's messages: the page doesn't change, and its timers end. Here requests
    wait, merged by Streamlit's own rules, so that no click is lost.
    """
    waiting = WeakKeyDictionary[Any, Any]()

    def start_when_delivered(session: Any, request: Any) -> None:
        is_first = session not in waiting
        waiting.setdefault(session, script_requests.ScriptRequests()).request_rerun(request)
        if is_first or session._scriptrunner is None:
            look(session)

    def look(session: Any) -> None:
        if session not in waiting:  # a script run of the whole page has included the request
            return
        if session._state is AppSessionState.SHUTDOWN_REQUESTED:
            del waiting[session]
        elif session._scriptrunner is None:  # the last message of its last thread was delivered
            start(session, waiting.pop(session).on_scriptrunner_ready().rerun_data)
        else:
            session._event_loop.call_later(SOON, look, session)

    return start_when_delivered


def keeping_messages(clear: Method) -> Method:
    """Return `clear`, changed to keep all unsent messages when a fragment starts.

    Streamlit would drop the page's messages about it, and the browser would remove the fragment.
    """

    def clear_for_page(session: Any, fragment_ids_this_run: list[str] | None = None) -> None:
        clear(session, ["an id that no fragment has"] if fragment_ids_this_run else None)

    return clear_for_page


def of_open_page(request: Method) -> Method:
    """Return `request`, changed to drop requests by fragments of a page that the user has left.

    A fragment's timer runs until the next page arrives. Streamlit would run the fragment after the
    next page, as part of the previous page. The browser would drop the next page, and stay white.
    Streamlit may merge a fragment's request with the last request for the whole page, so fragments
    of the open page request the same address, and count as Back or Forward if that request did.
    """
    requested = WeakKeyDictionary[Any, tuple[str, bool]]()

    def request_on_open_page(session: Any, state: Any) -> None:
        if state is not None:
            page, asked = state.page_script_hash, (state.query_string, state.is_history_navigation)
            if state.fragment_id and page != session._client_state.page_script_hash:
                return
            if page:  # if empty, Streamlit sets it when the script run starts
                session._client_state.page_script_hash = page
            if state.fragment_id:
                state.query_string, state.is_history_navigation = requested.get(session, asked)
            else:
                requested[session] = asked
        request(session, state)

    return request_on_open_page


def of_browser_first(request: Method) -> Method:
    """Return `request`, changed to keep the page and the address that a browser waits for.

    `st.rerun()` requests the page and the address of its own script run. Streamlit merges this with
    the browser's waiting request, from Back or a link, and would lose the click.
    """

    def request_after_browser(requests: Any, data: Any) -> Any:
        waiting, rerun = requests._rerun_data, script_requests.ScriptRequestType.RERUN
        is_by_script = data.widget_states is None  # a browser sends the values of its widgets
        if requests._state is rerun and is_by_script:
            names = "query_string", "page_script_hash", "page_name", "is_history_navigation"
            data = replace(data, **{name: getattr(waiting, name) for name in names})
        return request(requests, data)

    return request_after_browser


async def drop_expired_sessions(when_idle: Callable[[], object]) -> None:
    """End sessions whose browser didn't reconnect. Call `when_idle` once no session is left."""
    while PRIVATE:
        await asyncio.sleep(PURGE_SECONDS)
        sessions: Any = Runtime.instance()._session_mgr
        expired = [info.session for _, info in sessions._session_storage._cache.expire()]
        for session in expired:
            try:
                session.shutdown()
            except Exception:  # one session's error must not keep later sessions alive
                logging.getLogger(__name__).exception("an expired session could not be ended")
        if expired and not sessions.list_active_sessions():
            expired.clear()
            await asyncio.to_thread(when_idle)


@cache
def first_page(*, with_charts: bool) -> str:
    """Return Streamlit's first page, unchanged or with a script that loads the charts' code."""
    static = Path(st.__file__).with_name("static")
    (charts,) = static.glob("static/js/PlotlyChart.*.js")
    load = f'<script type="module">import("./static/js/{charts.name}")</script></head>'
    page = (static / "index.html").read_text("utf-8")
    return page.replace("</head>", load) if with_charts else page
