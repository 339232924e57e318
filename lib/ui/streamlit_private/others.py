"""Other sessions of this server: whether they are there, and drawing their pages anew."""

from __future__ import annotations

import math
from typing import Any

from lib.ui import clock
from lib.ui.streamlit_private.names import available, sets, takes
from lib.ui.streamlit_private.script import session_id


def load_runtime() -> Any:
    """The server's sessions, and what a browser says of its page."""
    from streamlit.proto.ClientState_pb2 import ClientState
    from streamlit.runtime import Runtime
    from streamlit.runtime.app_session import AppSession

    takes(Runtime.is_active_session, "self", "session_id")
    takes(Runtime.get_app_session, "self", "session_id")
    takes(AppSession.request_rerun, "self", "client_state")
    takes(AppSession._call_soon_on_event_loop, "self", "callback")
    sets(AppSession, "_client_state")
    ClientState(fragment_id="")
    return Runtime, ClientState


_runtime = available("Who follows a talk looks every second whether it has moved.", load_runtime)
CAN_REDRAW = _runtime is not None
"""Whether a page of another session can be drawn anew. The public way: that page looks every
POLL_SECONDS, and says with `note_presence` that it is still there."""
POLL_SECONDS, ABSENT_SECONDS = 1.0, 5.0
_LAST_SEEN: dict[str, float] = {}
"""Of each session that polls, by its id, when that was, on the clock."""


def note_presence() -> None:
    """Note that this session is there. Needed only where `redraw` has to be done without."""
    if not CAN_REDRAW:
        now = clock.now()
        for absent in [each for each, at in [*_LAST_SEEN.items()] if now - at > ABSENT_SECONDS]:
            _LAST_SEEN.pop(absent, None)
        _LAST_SEEN[session_id()] = now


def is_connected(session: str) -> bool:
    """Whether a browser has a page of this session open."""
    if not _runtime:
        return clock.now() - _LAST_SEEN.get(session, -math.inf) < ABSENT_SECONDS
    runtime, _ = _runtime
    return bool(runtime.exists() and runtime.instance().is_active_session(session))


def redraw(session: str, fragment: str) -> None:
    """Ask for a run of this fragment, or with "" of the whole page, as if its browser had asked.

    The public way: nothing, since that page polls.
    """
    if not _runtime:
        return
    runtime, client_state = _runtime
    if app := runtime.instance().get_app_session(session):

        def ask() -> None:
            state = client_state()
            state.CopyFrom(app._client_state)
            state.fragment_id = fragment
            app.request_rerun(state)

        app._call_soon_on_event_loop(ask)
