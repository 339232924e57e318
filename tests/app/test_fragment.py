"""A fragment has a container to itself, so that what Streamlit drops of it leaves no gap."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest

from lib.ui import fragment
from lib.ui.load import FASTEST
from tests.app.test_pages import start
from tests.fake_client import FakeClient


@pytest.fixture
def sent() -> Iterator[list[ForwardMsg]]:
    """All that a script sends to the browser, as it is sent."""
    messages: list[ForwardMsg] = []
    ForwardMsgQueue.on_before_enqueue_msg(messages.append)
    yield messages
    ForwardMsgQueue.on_before_enqueue_msg(None)


@pytest.mark.parametrize(
    ("name", "query"), [("Explore", {}), ("Cell", {}), ("Shapes", {"part": "target"})]
)
def test_nothing_stands_beside_a_fragment(
    name: str, query: dict[str, str], sent: list[ForwardMsg]
) -> None:
    """What is drawn by a fragment, in its place or in another's, is alone in a page's container."""
    app = start(name)
    for key, value in query.items():
        app.query_params[key] = value
    sent.clear()  # a page is reached by way of Explore
    app.run()
    owners: dict[tuple[int, ...], str] = {}
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


def test_who_only_looks_for_new_figures_draws_no_button(
    client: FakeClient, sent: list[ForwardMsg]
) -> None:
    """What runs again and again has charts, progress and words: buttons take as long as these."""
    app = start()
    app.button(key="do_train").click().run()
    assert len(client.runs) == 1
    sent.clear()
    app.run()
    (timer,) = {m.auto_rerun.fragment_id for m in sent if m.WhichOneof("type") == "auto_rerun"}
    drawn = [m.delta for m in sent if m.WhichOneof("type") == "delta"]
    elements = [d.new_element for d in drawn if d.fragment_id == timer]
    kinds = {element.WhichOneof("type") for element in elements}
    assert {"progress", "html", "plotly_chart"} <= kinds
    assert not kinds & {"button", "button_group"}


def crowded_page() -> None:
    """What goes, on a server that becomes crowded while it is drawn."""
    from lib.ui import fragment
    from lib.ui.load import Rhythm

    class Crowded(Rhythm):
        def interval(self, _: float = 0.0) -> float:
            return self._seconds

    def draw(_: object) -> None:
        fragment.RHYTHM._seconds = 1.0

    fragment.RHYTHM = Crowded()
    fragment.following_fragment(lambda: True, draw, lambda going: going)


def test_a_page_takes_another_interval_as_streamlit_would_set_it(
    sent: list[ForwardMsg], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser's timer of that fragment, without a run of the page."""
    monkeypatch.setattr(fragment, "RHYTHM", fragment.RHYTHM)
    assert not AppTest.from_function(crowded_page, default_timeout=30).run().exception
    streamlits, ours = [m for m in sent if m.WhichOneof("type") == "auto_rerun"]
    assert streamlits.auto_rerun.interval == pytest.approx(FASTEST)
    assert ours.auto_rerun.interval == 1.0
    ours.auto_rerun.interval, ours.hash = FASTEST, streamlits.hash
    assert ours == streamlits
