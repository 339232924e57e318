"""Pages of a server in a cluster: what they show of another server's runs and sweeps."""

from __future__ import annotations

from typing import Any

import pytest

from lib.card import card_of
from lib.datasets import suggested
from lib.run import Status
from lib.sweep.runner import State
from lib.ui import runs
from lib.ui.present.elsewhere import Elsewhere
from lib.ui.present.talks import Shown, Talks
from lib.ui.sweep import sweeps
from lib.ui.sweep.elsewhere import Teller
from lib.ui.text import plain
from tests.app.test_cell import seen
from tests.app.test_pages import start
from tests.app.test_present import Browsers, browsers, title
from tests.app.test_sweep import sweep, text
from tests.clock import Clock
from tests.fake_client import FakeClient
from tests.unit.joined import Joined
from tests.unit.swept import a_point
from tests.unit.test_sweep_elsewhere import FakeRunner

__all__ = ["browsers"]  # a fixture
RUN, EXPERIMENT = "0123456789abcdef", suggested("running_mean").set(N=64, epochs=50)


@pytest.fixture(autouse=True)
def joined(client: FakeClient, time: Clock, monkeypatch: pytest.MonkeyPatch) -> Joined:
    """The servers of a cluster, of which this is one, and none has found anything yet."""
    del time
    joined = Joined()
    client.shared = joined.server()
    monkeypatch.setattr(runs, "_NOT_FOUND", {})
    monkeypatch.setattr(runs, "_OWNERS", {})
    monkeypatch.setattr(sweeps, "_SWEEPS", {})
    return joined


def test_a_link_to_a_run_of_another_server_shows_it(client: FakeClient, joined: Joined) -> None:
    """Once it is found, it is as any run that another browser has started: not to be steered."""
    joined.cards[RUN] = card_of(EXPERIMENT, None, "another browser", "Run 1")
    app = start(data="running_mean", N="64", epochs="50", run=RUN)
    assert not app.exception
    assert "You are watching a run that another browser started" in seen(app)
    assert app.button(key="do_stop").disabled
    assert client.runs[RUN].experiment == EXPERIMENT
    client.set(client.runs[RUN], Status.FINISHED, epoch=50)
    app.run()
    assert not app.exception
    assert joined.found == [RUN]


@pytest.mark.parametrize("card", [b"", b"nonsense"])
def test_a_run_that_no_server_knows_is_looked_for_now_and_then(
    joined: Joined, time: Clock, card: bytes
) -> None:
    """Not at each run of a page, which would wait each time; nor what can be no run's name."""
    if card:
        joined.cards[RUN] = card
    for _ in range(3):
        assert runs.known(RUN) is None
    time.forward(runs.NOT_FOUND_SECONDS)
    assert runs.known(RUN) is None
    assert joined.found == [RUN] * 2
    for name in ("", "nonsense", RUN.upper(), None):
        assert runs.known(name) is None
    assert len(joined.found) == 2
    app = start(data="running_mean", run=RUN)
    assert [warning.value for warning in app.warning] == [plain(runs.GONE)]


def test_what_nobody_knows_is_not_remembered_for_ever(
    joined: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links may name any run."""
    monkeypatch.setattr(runs, "MOST_NOT_FOUND", 2)
    for place in (1, 2, 3, 1):
        assert runs.known(f"{place:016x}") is None
    assert len(runs._NOT_FOUND) == 2
    assert len(joined.found) == 4


def test_other_servers_can_show_what_is_started_here(client: FakeClient, joined: Joined) -> None:
    """By a card; without other servers there is none."""
    owner = runs.Owner("browser", None, "Run 1")
    joined.cards[RUN] = runs.card_for(EXPERIMENT, owner)
    found = runs.known(RUN)
    assert found
    assert found.experiment == EXPERIMENT
    client.shared = None
    assert runs.card_for(EXPERIMENT, owner) == b""


def test_a_link_to_a_sweep_of_another_server_shows_it(joined: Joined) -> None:
    """Its points as they come; only the browser that started it may steer it."""
    runner: Any = FakeRunner()
    runner.plan = type(runner.plan)(("T",), 2)
    runner.results = (a_point([0.5, 0.4], [0.1, 0.2], T=4),)
    teller = Teller(joined.server(), "a", "Running mean", "another browser")
    teller.follow(runner)
    app = sweep(data="running_mean", sweep="a")
    assert "-badge[training] 1 of 3 points" in text(app)
    assert app.button(key="sweep_stop").disabled
    runner.results += (a_point([0.5, 0.4], [0.1, 0.2], T=8),)
    runner.state = State.STOPPED
    teller.tell()
    app.run()
    assert "2 of 3 points" in text(app)
    assert "watch" in runner.done


def test_a_link_to_a_talk_on_another_server_shows_its_scene(
    joined: Joined, client: FakeClient, browsers: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one of this server's; and that it is over where nobody knows it."""
    monkeypatch.setattr(Elsewhere, "_keep_telling", lambda _: None)
    own, other = client.shared, joined.server()
    browsers.talks._elsewhere._shared = lambda: own
    there = Talks(lambda _: True, lambda *_: None, lambda: other)
    talk = there.given_by("presenter", "a")
    there.show(talk, Shown("strip", {"data": ["running_mean"]}))
    app = browsers.open("b", follow=talk.id)
    assert not app.exception
    first = title(app)
    there.show(talk, Shown("number", {"data": ["running_mean"]}))
    assert browsers.asked == [("b", "")]
    assert first != title(browsers.again("b", app)) != "This talk is over"
    assert title(browsers.open("b", follow="unknown")) == "This talk is over"
