"""Pages of a server in a cluster: what they show of another server's runs."""

import pytest

from lib.data import suggested
from lib.export import card_of
from lib.results import Status
from lib.ui import runs, sweeps
from lib.ui.widgets import plain
from tests.app.driver import address, link, seen, start
from tests.app.test_sweep import sweep

RUN, EXPERIMENT = "0123456789abcdef", suggested("running_mean").set(N=64, epochs=50)
LINK = {"data": "running_mean", "N": "64", "epochs": "50", "run": RUN}


@pytest.fixture(autouse=True)
def joined(client, time, monkeypatch):
    """The client of a server in a cluster, which has another server's run."""
    del time
    client.pool.cluster = True
    client.cards[RUN] = card_of(EXPERIMENT, None, "another browser", "Run 1")
    monkeypatch.setattr(runs, "_RECORDS", {})
    monkeypatch.setattr(sweeps, "_SWEEPS", {})
    monkeypatch.setattr(runs, "_LOOKUPS", {})
    return client


def found(app):
    """The page when the link's run was found."""
    assert "watching a run from another browser" in seen(app.run())
    return app


def warnings(app):
    """The page's warnings."""
    return [each.value for each in app.warning]


def test_a_link_to_a_run_of_another_server_shows_it(client):
    """A found run looks like one of another browser here: it can't be steered."""
    app = found(start(**LINK))
    assert app.button(key="do_stop").disabled
    assert client.runs[RUN].experiment == EXPERIMENT
    client.set(client.runs[RUN], Status.FINISHED, epoch=50)
    assert warnings(app.run()) == []
    assert client.found == [RUN]


def test_a_link_that_nobody_answers_holds_up_no_page(client, time):
    """The page is drawn and says for some seconds that it looks, also where an answer failed."""
    client.is_silent = True
    app = start(**LINK)
    for _ in range(2):
        assert warnings(app) == []
        assert runs.LOOKING in " ".join(each.value for each in app.markdown)
        assert address(app)["run"] == RUN
        client.answer(error=RuntimeError("The driver has ended"))
        app.run()
    client.answer()
    app = found(app)
    assert client.found == [RUN] * 3
    assert runs.LOOKING not in " ".join(each.value for each in app.markdown)
    lost = start(data="running_mean", run="0" * 16)
    time.forward(runs.FIND_SECONDS + 1)
    assert warnings(lost.run()) == [plain(runs.GONE)]
    assert "run" not in lost.query_params


def test_compare_waits_for_a_run_of_its_link_and_keeps_it_there(client):
    """Compare draws the other runs meanwhile, and doesn't call the awaited one gone."""
    client.is_silent = True
    app = link("Compare", runs=f"echo,{RUN}~Small")
    assert warnings(app) == []
    assert runs.LOOKING in " ".join(each.value for each in app.markdown)
    client.answer()
    assert "Small" in {each.label for each in app.run().checkbox}
    assert address(app)["runs"] == f"echo,{RUN}~Small"


@pytest.mark.parametrize("card", [None, b"nonsense"])
def test_a_run_that_no_server_knows_is_asked_for_now_and_then(client, time, card):
    """Pages ask in intervals, never for an id no run can have, and once for a damaged answer."""
    client.cards = {RUN: card} if card else {}
    for times in (1, 2):
        for _ in range(3):
            assert runs.look_at(RUN) is None
        assert not runs.look_up(RUN)
        assert client.found == [RUN] * times
        if times == 1:
            time.forward(runs.FIND_SECONDS + runs.PAUSE_SECONDS)
    for name in ("", "nonsense", RUN.upper(), None):
        assert runs.look_at(name) is None
    assert len(client.found) == 2
    assert warnings(start(data="running_mean", run=RUN)) == [plain(runs.GONE)]


def test_without_a_way_to_the_cluster_the_link_to_its_run_is_kept(client):
    """The page warns once, keeps the link, and finds the run when the cluster is back."""
    app = found(start(**LINK))
    client.runs.clear()  # as the client does then
    client.pool.away = "nobody answers"
    for _ in range(2):
        assert warnings(app.run()) == [plain(runs.AWAY)]
        assert "You are watching a run" not in seen(app)
        assert address(app)["run"] == RUN
    assert client.found == [RUN]  # nobody was asked who can't answer
    client.pool.away = ""
    assert warnings(found(app)) == []


@pytest.mark.parametrize("is_clustered", [True, False])
def test_what_other_servers_are_told(client, *, is_clustered):
    """A run's card goes to other servers; a missing talk or sweep may be on one of them."""
    client.pool.cluster = is_clustered
    assert bool(runs.card_for(EXPERIMENT, runs.RunRecord("browser", None, "Run 1"))) is is_clustered
    for app in (start(present="1", follow="0123"), sweep(sweep="0123")):
        words = " ".join(each.value for each in [*app.markdown, *app.warning])
        assert ("on another page server" in words) is is_clustered
