"""A fragment has a container to itself, so that what Streamlit drops of it leaves no gap."""

from collections import Counter

import pytest
import streamlit as st
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from streamlit.testing.v1 import AppTest

from lib.results.run import Status
from lib.training.recorded import recorded
from lib.ui import fragment
from lib.ui.explore import page
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
    """What is drawn by a fragment, in its place or in another's, is alone in a page's container."""
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


@pytest.mark.private
def test_who_looks_for_new_figures_sends_only_what_is_another(client, sent, monkeypatch):
    """Into the places where it was drawn with the page, so that the browser keeps all else.

    After an epoch both charts of the upper row come and one of the lower, each with its words and
    its details, and a style that lays them above the older ones; then, without another epoch,
    only the other chart of the lower row.
    """
    follows = []
    streamlits = st.fragment

    def note(draw, **options):
        if draw.__name__ == "follow":
            follows.append(draw)
        return streamlits(draw, **options)

    looks = []

    def look_twice(_):
        if not client.runs:
            return
        (run,) = client.runs.values()
        shown = recorded(run.experiment)
        assert shown
        for _ in range(2):
            figures = {"samples": shown.samples, "results": shown.results}
            client.set(run, Status.RUNNING, epoch=9, **figures)
            sent.clear()
            with ThreadState.scoped(fragment_id="alone", delta_path=(0, 99)):
                follows[-1]()
            looks.append([each for each in sent if each.WhichOneof("type") == "delta"])

    monkeypatch.setattr(st, "fragment", note)
    monkeypatch.setattr(page, "take_card", look_twice)
    app = start()
    app.run()
    app.button(key="do_train").click().run()
    assert not app.exception
    kinds = [
        Counter(each.delta.new_element.WhichOneof("type") or "block" for each in look)
        for look in looks[-2:]
    ]
    assert [each["plotly_chart"] for each in kinds] == [3, 1]
    words = 2  # two cards say what they said of the example, whose figures these are
    charts = {"plotly_chart": 4, "html": words + 2, "markdown": 4}
    assert sum(kinds, Counter()) == charts | {"progress": 1, "metric": 2}
    (owner,) = {each.delta.fragment_id for look in looks[-2:] for each in look}
    assert owner not in {"", "alone"}


def crowded_page():
    """What goes, on a server that becomes crowded while it is drawn; and Streamlit's own timer."""
    import streamlit as st

    from lib.ui import fragment
    from lib.ui.load import Rhythm

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
    """The browser's timer of that fragment, without a run of the page."""
    monkeypatch.setattr(fragment, "RHYTHM", fragment.RHYTHM)
    assert not AppTest.from_function(crowded_page, default_timeout=30).run().exception
    ours, streamlits = [m for m in sent if m.WhichOneof("type") == "auto_rerun"]
    assert streamlits.auto_rerun.interval == ours.auto_rerun.interval == 1.0
    assert ours.auto_rerun.fragment_id in {m.delta.fragment_id for m in sent}
    ours.auto_rerun.fragment_id, ours.hash = streamlits.auto_rerun.fragment_id, streamlits.hash
    assert ours == streamlits
