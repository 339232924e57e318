"""Where Explore has a replay, and what it stands in the place of."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import start
from tests.fake_client import FakeClient

TOGGLE = "open_replay"


def keys(app: AppTest) -> set[str]:
    """The keys of all switches."""
    return {toggle.key or "" for toggle in app.toggle}


def test_a_recording_can_be_seen_again(client: FakeClient) -> None:  # noqa: ARG001
    """In the place of the charts, whose epoch slider it replaces; in the link, too."""
    app = start(data="parity", epoch="15").run()  # the first run leaves much out
    assert "epoch_recorded_200" in {slider.key for slider in app.select_slider}
    app.toggle(key=TOGGLE).set_value(True).run()
    assert not app.exception
    assert app.query_params["replay"] == "yes"
    assert app.query_params["epoch"] == "15"
    assert "epoch_recorded_200" not in {slider.key for slider in app.select_slider}
    words = " ".join(each.value for each in app.get("html") if "takeaway" in each.value)
    assert "Last step beats the guess: sequence mode from epoch 12, last-step mode never." in words
    assert "Not to be compared" not in words
    app.toggle(key=TOGGLE).set_value(False).run()
    words = " ".join(each.value for each in app.get("html") if "takeaway" in each.value)
    assert "Not to be compared" in words


@pytest.mark.parametrize("query", [{"T": "13"}, {"data": "upload"}])
def test_a_model_that_was_never_trained_has_none(client: FakeClient, query: dict) -> None:  # noqa: ARG001
    """Nor where a link asks for it."""
    assert TOGGLE not in keys(start(**query, replay="yes").run())


def test_while_a_run_trains_there_is_none(client: FakeClient) -> None:
    """Its charts move by themselves."""
    app = start(data="parity", replay="yes").run()
    assert TOGGLE in keys(app)
    app.button(key="do_train").click().run()
    assert client.runs
    assert TOGGLE not in keys(app)
