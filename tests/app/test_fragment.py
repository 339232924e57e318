"""Each fragment is alone in its container. If Streamlit drops its elements, no gap is left."""

import pytest
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest

from lib.ui import fragment
from tests.app.driver import start


@pytest.fixture
def sent():
    """Return a list to which each message from a script to the browser is added."""
    messages = []
    ForwardMsgQueue.on_before_enqueue_msg(messages.append)
    yield messages
    ForwardMsgQueue.on_before_enqueue_msg(None)


@pytest.mark.parametrize(
    ("name", "query"), [("Explore", {}), ("Cell", {}), ("Shapes", {"part": "target"})]
)
def test_every_fragment_is_alone_in_its_container(name, query, sent):
    """Every fragment is the only child of a container that the page draws."""
    app = start(name)
    app.query_params.update(query)
    sent.clear()  # `start` has drawn Explore and the page.
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
        siblings = {path for path in owners if path[:-1] == parent and path != root}
        assert not siblings, f"{root} of {name} has the siblings {siblings}"


def crowded_page():
    """Draw two fragments that rerun every second: one by our timer, one by Streamlit's."""
    import streamlit as st

    from lib.ui import fragment
    from lib.ui.fragment import Rhythm

    class Crowded(Rhythm):
        def interval(self, _=0.0):
            return 1.0

    def draw(_):
        pass

    fragment.RHYTHM = Crowded()
    fragment.following_fragment(lambda: True, draw, lambda changes: changes)
    st.fragment(draw, run_every=1.0)(None)


@pytest.mark.private
def test_our_timer_message_equals_streamlits(sent, monkeypatch):
    """Our message sets the browser's timer like Streamlit's own message, without a script run."""
    monkeypatch.setattr(fragment, "RHYTHM", fragment.RHYTHM)
    AppTest.from_function(crowded_page, default_timeout=30).run()
    ours, streamlits = [m for m in sent if m.WhichOneof("type") == "auto_rerun"]
    assert streamlits.auto_rerun.interval == ours.auto_rerun.interval == 1.0
    assert ours.auto_rerun.fragment_id in {m.delta.fragment_id for m in sent}
    ours.auto_rerun.fragment_id, ours.hash = streamlits.auto_rerun.fragment_id, streamlits.hash
    assert ours == streamlits
