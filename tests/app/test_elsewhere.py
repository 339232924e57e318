"""Pages of a server in a cluster: what they show of another server's runs."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.data.datasets import suggested
from lib.export.card import card_of
from lib.results.run import Run, Status
from lib.sweep.plan import make_plan
from lib.sweep.runner import Runner
from lib.training import lookup
from lib.ui import runs
from lib.ui.sweep import sweeps
from lib.ui.text import plain
from tests.app.driver import seen, start
from tests.app.test_compare import opened
from tests.app.test_sweep import linked, sweep, text
from tests.clock import Clock
from tests.fake_client import FakeClient
from tests.unit.joined import Joined
from tests.unit.swept import a_point
from tests.waiting import eventually

RUN, EXPERIMENT = "0123456789abcdef", suggested("running_mean").set(N=64, epochs=50)


@pytest.fixture(autouse=True)
def joined(client: FakeClient, time: Clock, monkeypatch: pytest.MonkeyPatch) -> Joined:
    """The servers of a cluster, of which this is one, and none has found anything yet."""
    joined = Joined()
    client.lookups = joined.server(time.now)
    monkeypatch.setattr(runs, "_OWNERS", {})
    monkeypatch.setattr(sweeps, "_SWEEPS", {})
    return joined


def test_a_link_to_a_run_of_another_server_shows_it(client: FakeClient, joined: Joined) -> None:
    """Once it is found, it is as any run that another browser has started: not to be steered."""
    joined.cards[RUN] = card_of(EXPERIMENT, None, "another browser", "Run 1")
    app = found(start(data="running_mean", N="64", epochs="50", run=RUN))
    assert app.button(key="do_stop").disabled
    assert client.runs[RUN].experiment == EXPERIMENT
    client.set(client.runs[RUN], Status.FINISHED, epoch=50)
    app.run()
    assert not app.exception
    assert joined.found == [RUN]


def found(app: AppTest) -> AppTest:
    """The page when the link's run was found."""
    assert eventually(lambda: "You are watching a run that another browser" in seen(app.run()))
    assert not app.exception
    return app


def test_a_run_that_is_found_while_the_page_asks_is_not_gone(
    client: FakeClient, joined: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was unknown a moment ago, and isn't looked for any more."""
    joined.is_silent = True
    joined.cards[RUN] = card_of(EXPERIMENT, None, "another browser", "Run 1")
    get = client.get

    def get_and_find(run_id: str) -> Run | None:
        run = get(run_id)
        if run is None and joined.found and joined.is_silent:
            joined.is_silent = False
            joined.answer()
            assert eventually(lambda: get(RUN))
        return run

    app = start(data="running_mean", N="64", epochs="50", run=RUN)
    monkeypatch.setattr(client, "get", get_and_find)
    app.run()
    assert not app.warning
    found(app)


def test_a_link_that_nobody_answers_holds_up_no_page(joined: Joined, time: Clock) -> None:
    """Its own comes at once and says what it waits for; others know nothing of it."""
    joined.is_silent = True
    joined.cards[RUN] = card_of(EXPERIMENT, None, "another browser", "Run 1")
    app = start(data="running_mean", N="64", epochs="50", run=RUN)
    for _ in range(2):
        assert not app.exception
        assert runs.LOOKING in " ".join(each.value for each in app.markdown)
        assert not app.warning
        assert linked(app, "run") == RUN
        app.run()
    other = start(data="running_mean")
    assert not other.exception
    assert runs.LOOKING not in " ".join(each.value for each in other.markdown)
    joined.answer()
    app = found(app).run()  # it may have been found while the page was drawn
    assert runs.LOOKING not in " ".join(each.value for each in app.markdown)
    lost = start(data="running_mean", run="0" * 16)
    assert not lost.warning
    time.forward(runs.FIND_SECONDS[1])
    lost.run()
    assert [warning.value for warning in lost.warning] == [plain(runs.GONE)]
    assert "run" not in lost.query_params


def test_compare_waits_for_a_run_of_its_link_and_keeps_it_there(joined: Joined) -> None:
    """The others are drawn meanwhile; nothing is said to be gone."""
    joined.is_silent = True
    joined.cards[RUN] = card_of(EXPERIMENT, None, "another browser", "Run 1")
    app = opened(f"echo,{RUN}~Small")
    assert not app.exception
    assert not app.warning
    assert runs.LOOKING in " ".join(each.value for each in app.markdown)
    assert linked(app, "runs") == f"echo,{RUN}~Small"
    joined.answer()
    assert eventually(lambda: "Small" in {each.label for each in app.run().checkbox})
    assert not app.exception
    assert linked(app, "runs") == f"echo,{RUN}~Small"


@pytest.mark.parametrize("card", [b"", b"nonsense"])
def test_a_run_that_no_server_knows_is_looked_for_now_and_then(
    joined: Joined, time: Clock, card: bytes
) -> None:
    """Not at each run of a page, which would wait each time; nor what can be no run's name."""
    if card:
        joined.cards[RUN] = card
    for _ in range(3):
        assert runs.known(RUN) is None
    assert eventually(lambda: not runs.is_looked_for(RUN))
    time.forward(lookup.PAUSE_SECONDS)
    assert runs.known(RUN) is None
    assert eventually(lambda: not runs.is_looked_for(RUN))
    assert joined.found == [RUN] * 2
    for name in ("", "nonsense", RUN.upper(), None):
        assert runs.known(name) is None
    assert len(joined.found) == 2
    app = start(data="running_mean", run=RUN)
    assert [warning.value for warning in app.warning] == [plain(runs.GONE)]


def test_without_a_way_to_the_cluster_the_link_to_its_run_is_kept(
    client: FakeClient, joined: Joined
) -> None:
    """It may go on there: it is found again when the way is, at once. That is said once."""
    joined.cards[RUN] = card_of(EXPERIMENT, None, "another browser", "Run 1")
    app = found(start(data="running_mean", N="64", epochs="50", run=RUN))
    client.runs.clear()  # as the client does then
    client.away = "The cluster isn't used: nobody answers. This machine trains."
    for _ in range(2):
        app.run()
        assert not app.exception
        assert [warning.value for warning in app.warning] == [plain(runs.AWAY)]
        assert "You are watching a run" not in seen(app)
        assert linked(app, "run") == RUN
    assert runs.known(RUN) is None
    assert joined.found == [RUN]  # nobody was asked who can't answer
    client.away = ""
    found(app)
    assert not app.warning
    assert joined.found == [RUN] * 2


def test_a_run_of_this_browser_that_is_forgotten_is_gone_though_the_cluster_is_away(
    client: FakeClient,
) -> None:
    """It was this server's own: nobody else would have it, and no link is blamed."""
    app = start(data="running_mean", N="64", epochs="50")
    app.button(key="do_train").click().run()
    assert linked(app, "run") in client.runs
    client.runs.clear()
    client.away = "The cluster isn't used: nobody answers. This machine trains."
    app.run()
    assert not app.exception
    assert "run" not in app.query_params
    assert plain(runs.GONE) not in [warning.value for warning in app.warning]


def test_other_servers_can_show_what_is_started_here(client: FakeClient, joined: Joined) -> None:
    """By a card; without other servers there is none."""
    owner = runs.Owner("browser", None, "Run 1")
    joined.cards[RUN] = runs.card_for(EXPERIMENT, owner)
    assert eventually(lambda: runs.known(RUN))
    assert client.runs[RUN].experiment == EXPERIMENT
    client.lookups = None
    assert runs.card_for(EXPERIMENT, owner) == b""


@pytest.mark.parametrize("is_clustered", [True, False])
def test_a_talk_or_a_sweep_may_be_on_another_server(
    client: FakeClient, *, is_clustered: bool
) -> None:
    """Only its own server has it; without a cluster there is no other one."""
    if not is_clustered:
        client.lookups = None
    apps = start(present="1", follow="0123"), sweep(sweep="0123")
    for app in apps:
        words = " ".join(each.value for each in [*app.markdown, *app.warning])
        assert ("on another page server" in words) is is_clustered


def points(app: AppTest) -> str:
    """The table of a sweep's points."""
    return next(part for part in text(app).split("<table")[1:] if "T = 4" in part)


@pytest.mark.parametrize("is_own", [True, False])
def test_the_table_of_a_sweep_asks_other_servers_for_nothing(
    joined: Joined, *, is_own: bool
) -> None:
    """A page would wait for each of its points.

    Those of a recorded sweep, and of runs that are forgotten here, lead to their settings.
    """
    point = a_point([0.5, 0.4], [0.1, 0.2], T=4)
    plan = make_plan(EXPERIMENT, {"T": [4]}, 2)
    for row in point.rows:
        row["run"], row["settings"] = RUN, plan.points[0].settings
    if is_own:
        runner = Runner(plan, runs.client(), done=[point])
        sweeps._SWEEPS["a"] = sweeps.Sweep("a", runner, "Running mean", runs.NOBODY)
    app = sweep(data="running_mean", sweep="a") if is_own else sweep()
    assert not app.exception
    assert "&amp;run=" not in points(app)
    assert joined.found == []
