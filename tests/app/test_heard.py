"""A run whose thread has ended is heard to its end, whoever asks for a fragment meanwhile."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from lib.ui.heard import heard_first
from tests.waiting import PATIENCE

PAGE = """
import streamlit as st

@st.fragment
def part():
    st.write("the part")

part()
"""
WHOLE = [ForwardMsg.FINISHED_SUCCESSFULLY]
BOTH = [*WHOLE, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY]


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a session asks of its server: to drop files that nobody shows any more."""
    monkeypatch.setattr(Runtime, "_instance", MagicMock())


@pytest.fixture
def script(tmp_path: Path) -> str:
    """The path of a page with a fragment."""
    path = tmp_path / "page.py"
    path.write_text(PAGE)
    return str(path)


def test_a_fragment_that_asks_too_early_waits_for_the_end_of_the_run(
    script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser hears of both."""
    start = AppSession._create_scriptrunner
    monkeypatch.setattr(AppSession, "_create_scriptrunner", heard_first(start))
    assert asyncio.run(_ends(script)) == BOTH


def test_streamlit_itself_forgets_the_end_of_the_run(script: str) -> None:
    """Once it doesn't, what is mended here can go."""
    assert asyncio.run(_ends(script)) == BOTH[1:]


def test_a_session_that_has_gone_starts_nothing(
    script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though a fragment of it still waits for the end of a run."""
    start = AppSession._create_scriptrunner
    monkeypatch.setattr(AppSession, "_create_scriptrunner", heard_first(start))
    assert asyncio.run(_ends(script, then=AppSession.shutdown)) == WHOLE


def test_a_run_of_the_page_takes_along_what_waits(
    script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing older comes after it: neither values that have changed since nor another address."""
    start = AppSession._create_scriptrunner
    monkeypatch.setattr(AppSession, "_create_scriptrunner", heard_first(start))
    assert asyncio.run(_ends(script, then=lambda session: _ask(session, ""))) == WHOLE


def test_a_click_that_waits_is_not_lost() -> None:
    """The run of the page is told of it, with the newest values of all else."""
    started: list[RerunData] = []
    start = heard_first(lambda _, asked: started.append(asked))
    session = MagicMock(_state=AppSessionState.APP_NOT_RUNNING)
    click, old, new = (
        WidgetState(id="button", trigger_value=True),
        WidgetState(id="slider", int_value=1),
        WidgetState(id="slider", int_value=2),
    )
    start(session, RerunData(fragment_id="f", widget_states=WidgetStates(widgets=[click, old])))
    assert not started
    session._scriptrunner = None
    start(session, RerunData(widget_states=WidgetStates(widgets=[new])))
    (asked,) = started
    assert asked.fragment_id_queue == []
    assert asked.widget_states is not None
    found = {each.id: each for each in asked.widget_states.widgets}
    assert found == {"button": click, "slider": new}


async def _ends(script: str, then: Callable[[AppSession], object] | None = None) -> list[int]:
    """How the browser hears that runs have ended: of the page, and of a fragment.

    That one asks when the page's thread has ended and the loop, held here, hasn't heard of it.
    """
    session = AppSession(
        ScriptData(script, is_hello=False), MagicMock(), ScriptCache(), lambda: None, {}
    )
    _ask(session, "")
    runner = session._scriptrunner
    assert runner is not None
    assert runner._script_thread is not None
    runner._script_thread.join(PATIENCE)  # the loop stands still here
    (fragment_id,) = session._fragment_storage._fragments
    _ask(session, fragment_id)
    if then is not None:
        then(session)
    end = time.monotonic() + PATIENCE
    while session._scriptrunner is not None and time.monotonic() < end:
        await asyncio.sleep(0.02)
    messages = session.flush_browser_queue()
    session.shutdown()
    return [m.script_finished for m in messages if m.WhichOneof("type") == "script_finished"]


def _ask(session: AppSession, fragment_id: str) -> None:
    session.request_rerun(ClientState(fragment_id=fragment_id))
