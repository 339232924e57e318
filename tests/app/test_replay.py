"""When Explore has a replay, and what the replay replaces."""

from concurrent.futures import Future
from functools import partial

import pytest

from lib.ui.explore import replay_card
from tests.app.driver import address, start
from tests.waiting import eventually

CLOSE = "close_replay"


def keys(app):
    """The keys of all buttons."""
    return {button.key for button in app.button}


def told(app):
    """The page's takeaways."""
    return " ".join(each.value for each in app.get("html") if "takeaway" in each.value)


def made(app):
    """Return the page once the replay's frames are ready."""
    assert eventually(lambda: "Skill at the last step: " in told(app.run()))
    return app


class Held:
    """An executor that runs its work on request."""

    def __init__(self):
        self.begun = []

    def submit(self, make, *args):
        """Store this work."""
        self.begun.append((Future(), partial(make, *args)))
        return self.begun[-1][0]

    def go_on(self):
        """Run all stored work."""
        for future, make in self.begun:
            future.set_result(make())


def test_sessions_that_look_at_one_snapshot_share_its_replay(
    client,  # noqa: ARG001
    monkeypatch,
):
    """The page doesn't wait for the replay, which is computed once for all sessions."""
    pool = Held()
    monkeypatch.setattr(replay_card, "_POOL", pool)
    replay_card.FRAMES.clear()
    app = start(data="parity", replay="yes").run()
    assert "Preparing the replay" in " ".join(each.value for each in app.markdown)
    assert "Skill at the last step: " not in told(app)
    other = start(data="parity", replay="yes").run()
    pool.go_on()
    for each in (app, other):
        assert "Skill at the last step: " in told(each.run())
    assert len(pool.begun) == 1


def test_a_recording_can_be_replayed(client):  # noqa: ARG001
    """The replay takes the place of the charts until it is closed, and keeps the picked epoch."""
    app = made(start(data="parity", epoch="15", replay="yes"))
    words = told(app)
    assert "sequence mode from epoch 12, last-step mode never." in words
    assert "compare these two" not in words
    app.button(key=CLOSE).click().run()
    assert address(app) == {"data": "parity", "epoch": "15"}
    assert "compare these two" in told(app)


@pytest.mark.parametrize("query", [{"T": "13"}, {"data": "upload"}])
def test_a_model_that_was_never_trained_has_none(client, query):  # noqa: ARG001
    """An untrained model has no replay, not even by a link."""
    assert CLOSE not in keys(start(**query, replay="yes").run())


def test_while_a_run_trains_there_is_none(client):
    """A training run has no replay, since its charts move anyway."""
    app = start(data="parity", replay="yes").run()
    assert CLOSE in keys(app)
    app.button(key="do_train").click().run()
    assert client.runs
    assert CLOSE not in keys(app)
