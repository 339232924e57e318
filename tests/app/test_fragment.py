"""A fragment has a container to itself, so that what Streamlit drops of it leaves no gap."""

import pytest
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest

from lib.ui import fragment
from tests.app.driver import start


@pytest.fixture
def sent():
    """All that a script sends to the browser, as it is sent."""
    messages = []
    ForwardMsgQueue.on_before_enqueue_msg(messages.append)
    yield messages
    ForwardMsgQueue.on_before_enqueue_msg(None)


@pytest.mark.parametrize(
    ("name", "query"), [("Explore", {}), ("Cell", {}), ("Shapes", {"part": "target"})]
)
def test_nothing_stands_beside_a_fragment(name, query, sent):
    """Every fragment is the only child of a container that the page draws."""
    app = start(name)
    app.query_params.update(query)
    sent.clear()  # a page is reached by way of Explore
    app.run()
    owners = {}
    for message in sent:
        if message.WhichOneof("type") == "delta":
            owners[tuple(message.metadata.delta_path)] = message.delta.fragment_id
    roots = {
        path
        for path, owner in owners.items()
        if owner and not owners.get(path[:-1]) and path[0] == 0
    }
    assert roots
    for root in roots:
        parent = root[:-1]
        assert owners[parent] == ""
        beside = {path for path in owners if path[:-1] == parent and path != root}
        assert not beside, f"{root} of {name} has {beside} beside it"


def crowded_page():
    """A page whose server becomes crowded while it is drawn, and Streamlit's own timer."""
    import streamlit as st

    from lib.ui import fragment
    from lib.ui.fragment import Rhythm

    class Crowded(Rhythm):
        def interval(self, _=0.0):
            return 1.0

    def draw(_):
        pass

    fragment.RHYTHM = Crowded()
    fragment.following_fragment(lambda: True, draw, lambda going: going)
    st.fragment(draw, run_every=1.0)(None)


@pytest.mark.private
def test_a_page_takes_an_interval_as_streamlit_would_set_it(sent, monkeypatch):
    """Our message sets the timer of the browser like Streamlit's own, without a page run."""
    monkeypatch.setattr(fragment, "RHYTHM", fragment.RHYTHM)
    AppTest.from_function(crowded_page, default_timeout=30).run()
    ours, streamlits = [m for m in sent if m.WhichOneof("type") == "auto_rerun"]
    assert streamlits.auto_rerun.interval == ours.auto_rerun.interval == 1.0
    assert ours.auto_rerun.fragment_id in {m.delta.fragment_id for m in sent}
    ours.auto_rerun.fragment_id, ours.hash = streamlits.auto_rerun.fragment_id, streamlits.hash
    assert ours == streamlits
