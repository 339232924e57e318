"""What a run of a page has to say is heard to its end before the session's next run begins.

A run's thread leaves its messages with the server's loop. Where it has ended, and the loop is busy
with other people and hasn't come to them, Streamlit (1.67, `AppSession.request_rerun`) begins a new
thread for a fragment that asks at that moment, and from then on listens to this one alone. The page
stays as it was, and its timers have ended: with sixteen sessions that happened at one of some
hundred moves of a slider, and the page stood still until somebody touched it.
"""

from collections.abc import Callable
from typing import TypeAlias
from weakref import WeakKeyDictionary

from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

Start: TypeAlias = Callable[[AppSession, RerunData], None]
SOON = 0.005
"""Seconds until it is looked again whether the last run has been heard."""


def heard_first(start: Start) -> Start:
    """What starts a session's thread (`AppSession._create_scriptrunner`), once that can be.

    What asks meanwhile becomes one request, by Streamlit's own rules: the newest values count, no
    click is lost. A run of the page waits for nothing, as ever, and takes along what does.
    """
    waiting: WeakKeyDictionary[AppSession, ScriptRequests] = WeakKeyDictionary()

    def start_when_heard(session: AppSession, asked: RerunData) -> None:
        is_first = session not in waiting
        waiting.setdefault(session, ScriptRequests()).request_rerun(asked)
        if is_first or session._scriptrunner is None:
            look(session)

    def look(session: AppSession) -> None:
        if session not in waiting:  # a run of the page has taken it along
            return
        if session._state is AppSessionState.SHUTDOWN_REQUESTED:
            del waiting[session]
        elif session._scriptrunner is None:  # the last message of its last one has been heard
            start(session, waiting.pop(session).on_scriptrunner_ready().rerun_data)
        else:
            session._event_loop.call_later(SOON, look, session)

    return start_when_heard


def hear_all_runs() -> None:
    """Have it so in all sessions of this process."""
    AppSession._create_scriptrunner = heard_first(  # type: ignore[assignment,method-assign]
        AppSession._create_scriptrunner
    )
