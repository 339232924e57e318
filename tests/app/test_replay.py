"""The replay of a run on Explore: which runs have one, and which charts it replaces."""

from concurrent.futures import Future
from functools import partial

import pytest

from lib.ui.explore import replay_card
from tests.app.driver import address, start
from tests.waiting import eventually

CLOSE = "close_replay"


def keys(app):
    """Return the keys of all buttons."""
    return {button.key for button in app.button}


def takeaways(app):
    """Return the page's takeaways as one text."""
    return " ".join(each.value for each in app.get("html") if "takeaway" in each.value)


def with_replay(app):
    """Return the page once the frames of the replay are ready."""
    assert eventually(lambda: "Beats the baseline at the last step: " in takeaways(app.run()))
    return app


class ManualExecutor:
    """An executor that runs its tasks on request."""

    def __init__(self):
        self.tasks = []

    def submit(self, make, *args):
        """Store a task, and return its future."""
        self.tasks.append((Future(), partial(make, *args)))
        return self.tasks[-1][0]

    def run_all(self):
        """Run all stored tasks."""
        for future, make in self.tasks:
            future.set_result(make())


def test_sessions_that_show_the_same_snapshot_share_its_replay(
    client,  # noqa: ARG001
    monkeypatch,
):
    """The page doesn't wait for the replay, which is computed once for all sessions."""
    pool = ManualExecutor()
    monkeypatch.setattr(replay_card, "_POOL", pool)
    replay_card.FRAMES.clear()
    app = start(data="parity", replay="yes").run()
    assert "Preparing the replay" in " ".join(each.value for each in app.markdown)
    assert "Beats the baseline at the last step: " not in takeaways(app)
    other = start(data="parity", replay="yes").run()
    pool.run_all()
    for each in (app, other):
        assert "Beats the baseline at the last step: " in takeaways(each.run())
    assert len(pool.tasks) == 1


def test_a_recorded_run_can_be_replayed(client):  # noqa: ARG001
    """The replay replaces the charts until it is closed, and keeps the picked epoch."""
    app = with_replay(start(data="parity", epoch="15", replay="yes"))
    words = takeaways(app)
    assert "sequence mode from epoch 12, last-step mode never." in words
    assert "compare blue with others" not in words
    app.button(key=CLOSE).click().run()
    assert address(app) == {"data": "parity", "epoch": "15"}
    assert "compare blue with others" in takeaways(app)


@pytest.mark.parametrize("query", [{"T": "13"}, {"data": "upload"}])
def test_an_untrained_model_has_no_replay(client, query):  # noqa: ARG001
    """A link to its replay opens the page as usual."""
    assert CLOSE not in keys(start(**query, replay="yes").run())


def test_a_training_run_has_no_replay(client):
    """The charts of a training run move anyway."""
    app = start(data="parity", replay="yes").run()
    assert CLOSE in keys(app)
    app.button(key="do_train").click().run()
    assert client.runs
    assert CLOSE not in keys(app)
