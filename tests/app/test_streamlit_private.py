"""Our patches of Streamlit's server, and pages that use public names only."""

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
PAGE_ENDED = [ForwardMsg.FINISHED_SUCCESSFULLY]
BOTH_ENDED = [*PAGE_ENDED, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY]


@pytest.fixture(autouse=True)
def _fake_runtime(monkeypatch):
    """Replace the runtime, which sessions call to drop files."""
    monkeypatch.setattr(Runtime, "_instance", MagicMock())


@pytest.fixture
def _patched(monkeypatch):
    """Patch Streamlit's sessions like the server, for one test."""
    for name in ("_clear_queue", "_create_scriptrunner", "request_rerun"):
        monkeypatch.setattr(AppSession, name, getattr(AppSession, name))
    name = "_request_rerun_locked"
    monkeypatch.setattr(ScriptRequests, name, getattr(ScriptRequests, name))
    patch_sessions()


def request(session, fragment_id=""):
    """Send a browser's request for a script run of the page or of a fragment."""
    session.request_rerun(ClientState(fragment_id=fragment_id))


async def end_messages(folder, then=None):
    """Return the messages to the browser about the ends of the page's and the fragment's run.

    The fragment's request arrives after the end of the page's thread, but before the event loop has
    handled this end: the function blocks the loop. `then` acts on the session after the request.
    """
    (script := folder / "page.py").write_text(PAGE)
    data = ScriptData(str(script), is_hello=False)
    session = AppSession(data, MagicMock(), ScriptCache(), lambda: None, {})
    request(session)
    session._scriptrunner._script_thread.join(PATIENCE)  # This blocks the event loop.
    (fragment_id,) = session._fragment_storage._fragments
    request(session, fragment_id)
    if then is not None:
        then(session)
    end = time.monotonic() + PATIENCE
    while session._scriptrunner is not None and time.monotonic() < end:
        await asyncio.sleep(0.02)
    messages = session.flush_browser_queue()
    session.shutdown()
    return [m.script_finished for m in messages if m.WhichOneof("type") == "script_finished"]


@pytest.mark.private
@pytest.mark.usefixtures("_patched")
@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (None, BOTH_ENDED),
        (AppSession.shutdown, PAGE_ENDED),  # A session that was shut down starts no run.
        # A later request for the whole page includes the fragment's waiting request.
        (request, [ForwardMsg.FINISHED_EARLY_FOR_RERUN, *PAGE_ENDED]),
    ],
)
def test_a_fragments_run_starts_after_all_messages_of_the_pages_run(then, expected, tmp_path):
    """The browser receives the end messages of both runs."""
    assert asyncio.run(end_messages(tmp_path, then)) == expected


def test_streamlit_itself_loses_the_end_of_the_pages_run(tmp_path):
    """Streamlit still has this bug. Once this test fails, remove our patch."""
    assert asyncio.run(end_messages(tmp_path)) == BOTH_ENDED[1:]


@pytest.mark.private
def test_a_waiting_click_is_not_lost():
    """The next script run of the page gets the waiting click and the newest widget values."""
    started = []
    start = delivered_first(lambda _, request_data: started.append(request_data))
    session = MagicMock(_state=AppSessionState.APP_NOT_RUNNING)
    click = WidgetState(id="button", trigger_value=True)
    old, new = (WidgetState(id="slider", int_value=value) for value in (1, 2))
    start(session, RerunData(fragment_id="f", widget_states=WidgetStates(widgets=[click, old])))
    assert not started
    session._scriptrunner = None
    start(session, RerunData(widget_states=WidgetStates(widgets=[new])))
    (request_data,) = started
    assert request_data.fragment_id_queue == []
    widgets = {each.id: each for each in request_data.widget_states.widgets}
    assert widgets == {"button": click, "slider": new}


@pytest.mark.private
@pytest.mark.usefixtures("_patched")
def test_a_fragments_run_keeps_the_waiting_messages_of_the_page():
    """A browser removes every element that the messages of a page's run don't contain."""
    drawn, ended = ForwardMsg(), ForwardMsg()
    drawn.delta.fragment_id = "part"
    drawn.delta.new_element.markdown.body = "drawn by the page's run"
    ended.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    queue = ForwardMsgQueue()
    queue.enqueue(drawn)
    queue.enqueue(ended)
    AppSession._clear_queue(MagicMock(_browser_queue=queue), ["part"])
    assert queue.flush() == [drawn, ended]


@pytest.mark.private
@pytest.mark.usefixtures("_patched")
def test_a_fragments_request_runs_only_on_the_open_page_and_with_its_address():
    """A fragment of the previous page can't replace the open page or its address."""
    requests = []
    session = MagicMock(_state=AppSessionState.APP_NOT_RUNNING, _client_state=ClientState())
    session._create_scriptrunner, session._scriptrunner = requests.append, None
    for page, query, fragment, back in (
        ("old", "card=a", "", False),
        ("old", "card=b", "", True),
        ("old", "card=a", "part", False),  # The fragment sends an older address.
        ("new", "", "", False),
        ("old", "", "part", False),  # This request is dropped.
        ("new", "", "part", False),
    ):
        state = ClientState(page_script_hash=page, query_string=query, fragment_id=fragment)
        state.is_history_navigation = back
        AppSession.request_rerun(session, state)
    sent = [(each.page_script_hash, each.query_string, each.fragment_id or "") for each in requests]
    assert sent == [
        ("old", "card=a", ""),
        ("old", "card=b", ""),
        ("old", "card=b", "part"),
        ("new", "", ""),
        ("new", "", "part"),
    ]
    assert [each.is_history_navigation for each in requests] == [False, True, True, False, False]


@pytest.mark.private
@pytest.mark.usefixtures("_patched")
def test_a_scripts_rerun_keeps_a_waiting_request_of_the_browser():
    """`st.rerun()` in a fragment doesn't lose a waiting link or a waiting Back."""
    requests = ScriptRequests()
    back = RerunData("T=20", WidgetStates(), "cell", is_history_navigation=True)
    for data in (back, RerunData("T=21", None, "explore")):
        assert requests.request_rerun(data)
    rerun = requests.on_scriptrunner_yield().rerun_data
    assert (rerun.query_string, rerun.page_script_hash) == ("T=20", "cell")
    assert rerun.is_history_navigation
    requests = ScriptRequests()
    requests.request_rerun(RerunData("T=21", None, "explore"))
    assert requests.on_scriptrunner_yield().rerun_data.query_string == "T=21"


@pytest.mark.private
def test_expired_sessions_end_even_if_no_other_session_ends(monkeypatch):
    """Only expired sessions end. Once no session is active, the server drops its caches."""
    clock, storage, sessions = [0.0], MemorySessionStorage(), Runtime._instance._session_mgr
    storage._cache._timer = lambda: clock[0]
    sessions._session_storage, sessions.list_active_sessions.return_value = storage, []
    drop_caches, broken, expired, young = (MagicMock() for _ in range(4))
    broken.session.shutdown.side_effect = ValueError("a session that cannot end")
    storage.save(broken)
    storage.save(expired)
    clock[0] = 119.0
    storage.save(young)
    clock[0] = 121.0
    sleeps = iter([None])

    async def sleep_once(_):
        next(sleeps)

    monkeypatch.setattr(asyncio, "sleep", sleep_once)
    with pytest.raises(RuntimeError):  # The second sleep raises it.
        asyncio.run(drop_expired_sessions(drop_caches))
    expired.session.shutdown.assert_called_once_with()
    young.session.shutdown.assert_not_called()
    drop_caches.assert_called_once_with()


@pytest.mark.parametrize(
    ("version", "switch", "private"),
    [("1.67.3", "", True), ("1.67.3", "0", True), ("1.67.3", "1", False), ("1.68.0", "", False)],
)
def test_private_names_are_used_only_with_the_tested_release(
    version, switch, monkeypatch, *, private
):
    """With another release, or with `UNROLLED_PUBLIC=1`, pages use public names only."""
    monkeypatch.setattr(st, "__version__", version)
    monkeypatch.setenv("UNROLLED_PUBLIC", switch)
    names = {"__name__": "other"}
    exec(Path(streamlit_private.__file__).read_text("utf-8"), names)  # noqa: S102
    assert names["PRIVATE"] is private
