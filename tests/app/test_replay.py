"""Where Explore has a replay, and what it stands in the place of."""

from concurrent.futures import Future
from functools import partial

import pytest

from lib.ui.explore import replay_card
from tests.app.driver import start
from tests.waiting import eventually

TOGGLE = "open_replay"


def keys(app):
    """The keys of all switches."""
    return {toggle.key or "" for toggle in app.toggle}


def told(app):
    """The page's takeaways."""
    return " ".join(each.value for each in app.get("html") if "takeaway" in each.value)


def made(app):
    """The page once the replay's frames are made."""
    assert eventually(lambda: "Last step beats" in told(app.run()))
    return app


class Held:
    """An executor that runs its work when a test says so."""

    def __init__(self):
        self.begun = []

    def submit(self, make, *args):
        """Remember this work."""
        self.begun.append((Future(), partial(make, *args)))
        return self.begun[-1][0]

    def go_on(self):
        """Do all remembered work."""
        for future, make in self.begun:
            future.set_result(make())


def test_sessions_that_look_at_one_snapshot_share_its_replay(
    client,  # noqa: ARG001
    monkeypatch,
):
    """The page doesn't wait for the replay, which is made once for all sessions."""
    pool = Held()
    monkeypatch.setattr(replay_card, "_POOL", pool)
    replay_card.FRAMES.clear()
    app = start(data="parity", replay="yes").run()
    assert "being made" in " ".join(each.value for each in app.markdown)
    assert "Last step beats" not in told(app)
    other = start(data="parity", replay="yes").run()
    pool.go_on()
    for each in (app, other):
        assert "Last step beats" in told(each.run())
    assert len(pool.begun) == 1


def test_a_recording_can_be_seen_again(client):  # noqa: ARG001
    """The replay stands in place of the charts and their epoch slider, also by a link."""
    app = start(data="parity", epoch="15")
    assert "epoch_recorded_200" in {slider.key for slider in app.select_slider}
    made(app.toggle(key=TOGGLE).set_value(True).run())
    assert app.query_params["replay"] == "yes"
    assert app.query_params["epoch"] == "15"
    assert "epoch_recorded_200" not in {slider.key for slider in app.select_slider}
    words = told(app)
    assert "sequence mode from epoch 12, last-step mode never." in words
    assert "compare these two" not in words
    app.toggle(key=TOGGLE).set_value(False).run()
    assert "compare these two" in told(app)


@pytest.mark.parametrize("query", [{"T": "13"}, {"data": "upload"}])
def test_a_model_that_was_never_trained_has_none(client, query):  # noqa: ARG001
    """An untrained model has no replay, not even by a link."""
    assert TOGGLE not in keys(start(**query, replay="yes").run())


def test_while_a_run_trains_there_is_none(client):
    """A training run has no replay: its charts move by themselves."""
    app = start(data="parity", replay="yes").run()
    assert TOGGLE in keys(app)
    app.button(key="do_train").click().run()
    assert client.runs
    assert TOGGLE not in keys(app)
