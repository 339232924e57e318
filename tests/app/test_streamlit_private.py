"""What the app mends in Streamlit's server, and that it does without where names have changed."""

import asyncio
import time
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import streamlit as st
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from lib.ui import streamlit_private
from lib.ui.streamlit_private import delivered_first, drop_expired_sessions, patch_sessions
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
def runtime(monkeypatch):
    """A stand-in for the runtime, which a session asks to drop files."""
    monkeypatch.setattr(Runtime, "_instance", MagicMock())


@pytest.fixture
def mended(monkeypatch):
    """Streamlit's sessions as the server mends them, for one test."""
    for name in ("_clear_queue", "_create_scriptrunner", "request_rerun"):
        monkeypatch.setattr(AppSession, name, getattr(AppSession, name))
    name = "_request_rerun_locked"
    monkeypatch.setattr(ScriptRequests, name, getattr(ScriptRequests, name))
    patch_sessions()


def ask(session, fragment_id=""):
    """A browser's request of a page or a fragment."""
    session.request_rerun(ClientState(fragment_id=fragment_id))


async def ends(folder, then=None):
    """The messages by which the browser hears that page and fragment have ended.

    The fragment asks once the page's thread has ended; the loop, held here, doesn't know of
    that.
    """
    (script := folder / "page.py").write_text(PAGE)
    data = ScriptData(str(script), is_hello=False)
    session = AppSession(data, MagicMock(), ScriptCache(), lambda: None, {})
    ask(session)
    session._scriptrunner._script_thread.join(PATIENCE)  # the loop stands still here
    (fragment_id,) = session._fragment_storage._fragments
    ask(session, fragment_id)
    if then is not None:
        then(session)
    end = time.monotonic() + PATIENCE
    while session._scriptrunner is not None and time.monotonic() < end:
        await asyncio.sleep(0.02)
    messages = session.flush_browser_queue()
    session.shutdown()
    return [m.script_finished for m in messages if m.WhichOneof("type") == "script_finished"]


@pytest.mark.private
@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (None, BOTH),
        (AppSession.shutdown, WHOLE),  # a session that has gone starts nothing
        # A run of the page takes along what waits: nothing older comes after it.
        (ask, [ForwardMsg.FINISHED_EARLY_FOR_RERUN, *WHOLE]),
    ],
)
def test_a_fragment_that_asks_too_early_waits_for_the_end_of_the_run(then, expected, tmp_path):
    """The browser hears of the ends of both runs."""
    assert asyncio.run(ends(tmp_path, then)) == expected


def test_streamlit_itself_forgets_the_end_of_the_run(tmp_path):
    """Streamlit still has the bug; once it hasn't, our patch can go."""
    assert asyncio.run(ends(tmp_path)) == BOTH[1:]


@pytest.mark.private
def test_a_click_that_waits_is_not_lost():
    """The next page run gets a waiting click, with the newest values of all else."""
    started = []
    start = delivered_first(lambda _, asked: started.append(asked))
    session = MagicMock(_state=AppSessionState.APP_NOT_RUNNING)
    click = WidgetState(id="button", trigger_value=True)
    old, new = (WidgetState(id="slider", int_value=value) for value in (1, 2))
    start(session, RerunData(fragment_id="f", widget_states=WidgetStates(widgets=[click, old])))
    assert not started
    session._scriptrunner = None
    start(session, RerunData(widget_states=WidgetStates(widgets=[new])))
    (asked,) = started
    assert asked.fragment_id_queue == []
    widgets = {each.id: each for each in asked.widget_states.widgets}
    assert widgets == {"button": click, "slider": new}


@pytest.mark.private
@pytest.mark.usefixtures("mended")
def test_a_fragment_keeps_what_the_page_has_drawn_of_it():
    """The page's messages stay, since a browser removes what a page run doesn't mention."""
    drawn, ended = ForwardMsg(), ForwardMsg()
    drawn.delta.fragment_id = "part"
    drawn.delta.new_element.markdown.body = "in the page's run"
    ended.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    queue = ForwardMsgQueue()
    queue.enqueue(drawn)
    queue.enqueue(ended)
    AppSession._clear_queue(MagicMock(_browser_queue=queue), ["part"])
    assert queue.flush() == [drawn, ended]


@pytest.mark.private
@pytest.mark.usefixtures("mended")
def test_a_fragment_asks_for_the_open_page_at_its_address():
    """A left page's fragment can't take the next page away, or its address."""
    asked = []
    session = MagicMock(_state=AppSessionState.APP_NOT_RUNNING, _client_state=ClientState())
    session._create_scriptrunner, session._scriptrunner = asked.append, None
    for page, query, fragment, back in (
        ("old", "card=a", "", False),
        ("old", "card=b", "", True),
        ("old", "card=a", "part", False),  # asks with the older address
        ("new", "", "", False),
        ("old", "", "part", False),  # is not run
        ("new", "", "part", False),
    ):
        state = ClientState(page_script_hash=page, query_string=query, fragment_id=fragment)
        state.is_history_navigation = back
        AppSession.request_rerun(session, state)
    told = [(each.page_script_hash, each.query_string, each.fragment_id or "") for each in asked]
    assert told == [
        ("old", "card=a", ""),
        ("old", "card=b", ""),
        ("old", "card=b", "part"),
        ("new", "", ""),
        ("new", "", "part"),
    ]
    assert [each.is_history_navigation for each in asked] == [False, True, True, False, False]


@pytest.mark.private
@pytest.mark.usefixtures("mended")
def test_a_script_that_asks_for_a_rerun_keeps_what_the_browser_waits_for():
    """`st.rerun()` in a fragment doesn't lose a waiting link or Back."""
    requests = ScriptRequests()
    back = RerunData("T=20", WidgetStates(), "cell", is_history_navigation=True)
    for asked in (back, RerunData("T=21", None, "explore")):
        assert requests.request_rerun(asked)
    rerun = requests.on_scriptrunner_yield().rerun_data
    assert (rerun.query_string, rerun.page_script_hash) == ("T=20", "cell")
    assert rerun.is_history_navigation
    requests = ScriptRequests()
    requests.request_rerun(RerunData("T=21", None, "explore"))
    assert requests.on_scriptrunner_yield().rerun_data.query_string == "T=21"


@pytest.mark.private
def test_an_expired_session_ends_though_nobody_else_leaves(monkeypatch):
    """Only expired sessions end; the server rests once nobody is there."""
    clock, storage, sessions = [0.0], MemorySessionStorage(), Runtime._instance._session_mgr
    storage._cache._timer = lambda: clock[0]
    sessions._session_storage, sessions.list_active_sessions.return_value = storage, []
    give_back, broken, expired, young = (MagicMock() for _ in range(4))
    broken.session.shutdown.side_effect = ValueError("a session that cannot end")
    storage.save(broken)
    storage.save(expired)
    clock[0] = 119.0
    storage.save(young)
    clock[0] = 121.0
    rests = iter([None])

    async def rest(_):
        next(rests)

    monkeypatch.setattr(asyncio, "sleep", rest)
    with pytest.raises(RuntimeError):  # its second rest
        asyncio.run(drop_expired_sessions(give_back))
    expired.session.shutdown.assert_called_once_with()
    young.session.shutdown.assert_not_called()
    give_back.assert_called_once_with()


@pytest.mark.parametrize(
    ("version", "switch", "private"),
    [("1.67.3", "", True), ("1.67.3", "0", True), ("1.67.3", "1", False), ("1.68.0", "", False)],
)
def test_private_names_are_those_of_the_tested_release(version, switch, monkeypatch, *, private):
    """Pages use public names with another release, or by a switch."""
    monkeypatch.setattr(st, "__version__", version)
    monkeypatch.setenv("UNROLLED_PUBLIC", switch)
    names = {"__name__": "other"}
    exec(Path(streamlit_private.__file__).read_text("utf-8"), names)  # noqa: S102
    assert names["PRIVATE"] is private
