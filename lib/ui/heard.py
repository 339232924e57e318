"""What a run of a page has to say is heard to its end before the session's next run begins.

A run's thread leaves its messages with the server's loop. Where it has ended, and the loop is busy
with other people and hasn't come to them, Streamlit (1.67, `AppSession.request_rerun`) begins a new
thread for a fragment that asks at that moment, and from then on listens to this one alone. The page
stays as it was, and its timers have ended: with sixteen sessions that happened at one of some
hundred moves of a slider, and the page stood still until somebody touched it.
"""

from collections.abc import Callable
from typing import TypeAlias

from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

Start: TypeAlias = Callable[[AppSession, RerunData], None]
SOON = 0.005
"""Seconds until it is looked again whether the last run has been heard."""


def heard_first(start: Start) -> Start:
    """What starts a session's thread (`AppSession._create_scriptrunner`), once that can be."""

    def start_when_heard(session: AppSession, asked: RerunData) -> None:
        if session._state is AppSessionState.SHUTDOWN_REQUESTED:
            return
        last = session._scriptrunner  # until its last message has been heard
        if last is None:
            start(session, asked)
        elif not last.request_rerun(asked):
            session._event_loop.call_later(SOON, start_when_heard, session, asked)

    return start_when_heard


def hear_all_runs() -> None:
    """Have it so in all sessions of this process."""
    AppSession._create_scriptrunner = heard_first(  # type: ignore[assignment,method-assign]
        AppSession._create_scriptrunner
    )
