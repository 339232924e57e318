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
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from lib.ui import streamlit_private
from lib.ui.streamlit_private.server import delivered_first, drop_expired_sessions, mend_sessions
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
    """What a session asks of its server: to drop files that nobody shows any more."""
    monkeypatch.setattr(Runtime, "_instance", MagicMock())


@pytest.fixture
def mended(monkeypatch):
    """What a server does when it starts, for one test."""
    for name in ("_clear_queue", "_create_scriptrunner", "request_rerun"):
        monkeypatch.setattr(AppSession, name, getattr(AppSession, name))
    mend_sessions()


@pytest.fixture
def script(tmp_path):
    """The path of a page with a fragment."""
    path = tmp_path / "page.py"
    path.write_text(PAGE)
    return str(path)


@pytest.mark.private
@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize(
    ("then", "ends"),
    [
        (None, BOTH),
        (AppSession.shutdown, WHOLE),  # a session that has gone starts nothing
        # A run of the page takes along what waits: nothing older comes after it.
        (lambda session: _ask(session, ""), [ForwardMsg.FINISHED_EARLY_FOR_RERUN, *WHOLE]),
    ],
)
def test_a_fragment_that_asks_too_early_waits_for_the_end_of_the_run(then, ends, script):
    """The browser hears of both."""
    assert asyncio.run(_ends(script, then)) == ends


def test_streamlit_itself_forgets_the_end_of_the_run(script):
    """Once it doesn't, what is mended here can go."""
    assert asyncio.run(_ends(script)) == BOTH[1:]


@pytest.mark.private
def test_a_click_that_waits_is_not_lost():
    """The run of the page is told of it, with the newest values of all else."""
    started = []
    start = delivered_first(lambda _, asked: started.append(asked))
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


@pytest.mark.private
@pytest.mark.usefixtures("mended")
def test_a_fragment_keeps_what_the_page_has_drawn_of_it():
    """A browser removes what it hears nothing of until the page's run ends."""
    drawn, ended = ForwardMsg(), ForwardMsg()
    drawn.delta.fragment_id = "part"
    drawn.delta.new_element.markdown.body = "in the page's run"
    ended.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    queue = ForwardMsgQueue()
    queue.enqueue(drawn)
    queue.enqueue(ended)
    session = MagicMock(_browser_queue=queue)
    AppSession._clear_queue(session, ["part"])
    assert queue.flush() == [drawn, ended]


@pytest.mark.private
@pytest.mark.usefixtures("mended")
def test_a_fragment_of_a_page_or_an_address_that_was_left_is_not_run():
    """Its browser would lose the next page, or go back to the address before a link's."""
    asked = []
    session = MagicMock(_state=AppSessionState.APP_NOT_RUNNING, _client_state=ClientState())
    session._create_scriptrunner = asked.append
    session._scriptrunner = None
    for page, query, fragment in (
        ("old", "card=a", ""),
        ("old", "card=a", "part"),
        ("old", "card=b", ""),
        ("old", "card=a", "part"),  # asks with the older address
        ("new", "", ""),
        ("old", "", "part"),  # is not run
        ("new", "", "part"),
    ):
        state = ClientState(page_script_hash=page, query_string=query, fragment_id=fragment)
        AppSession.request_rerun(session, state)
    told = [(each.page_script_hash, each.query_string, each.fragment_id or "") for each in asked]
    assert told == [
        ("old", "card=a", ""),
        ("old", "card=a", "part"),
        ("old", "card=b", ""),
        ("old", "card=b", "part"),
        ("new", "", ""),
        ("new", "", "part"),
    ]


@pytest.mark.private
def test_an_expired_session_ends_though_nobody_else_leaves(monkeypatch):
    """One whose browser may still come back stays. When nobody is there, the server is told."""
    from streamlit.runtime.memory_session_storage import MemorySessionStorage

    clock = [0.0]
    storage = MemorySessionStorage()
    storage._cache._timer = lambda: clock[0]
    sessions = Runtime._instance._session_mgr
    monkeypatch.setattr(sessions, "_session_storage", storage)
    sessions.list_active_sessions.return_value = []
    give_back = MagicMock()
    broken, expired, young = MagicMock(), MagicMock(), MagicMock()
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
    """Another release, or a switch in the environment, has pages do without them."""
    monkeypatch.setattr(st, "__version__", version)
    monkeypatch.setenv("UNROLLED_PUBLIC", switch)
    source = Path(streamlit_private.__file__).read_text("utf-8")
    names = {"__name__": "other"}
    exec(source, names)  # noqa: S102  as another server would
    assert names["PRIVATE"] is private


async def _ends(script, then=None):
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


def _ask(session, fragment_id):
    session.request_rerun(ClientState(fragment_id=fragment_id))
