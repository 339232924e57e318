"""Pages of a server in a cluster: how they find and show the runs of other servers."""

import pytest

from lib.data import suggested
from lib.export import card_of
from lib.results import Status
from lib.ui import runs, sweeps
from lib.ui.widgets import plain
from tests.app.driver import address, html_text, link, start
from tests.app.test_sweep import sweep

RUN, EXPERIMENT = "0123456789abcdef", suggested("running_mean").set(N=64, epochs=50)
LINK = {"data": "running_mean", "N": "64", "epochs": "50", "run": RUN}


@pytest.fixture(autouse=True)
def joined(client, time, monkeypatch):
    """Return the fake client, now in a cluster in which another server has the run `RUN`."""
    del time
    client.pool.cluster = True
    client.cards[RUN] = card_of(EXPERIMENT, None, "another browser", "Run 1")
    monkeypatch.setattr(runs, "_RECORDS", {})
    monkeypatch.setattr(sweeps, "_SWEEPS", {})
    monkeypatch.setattr(runs, "_LOOKUPS", {})
    return client


def with_run(app):
    """Rerun the page, check that it shows the link's run, and return the page."""
    assert "watching a run from another browser" in html_text(app.run())
    return app


def warnings(app):
    """Return the texts of the page's warnings."""
    return [each.value for each in app.warning]


def test_a_link_shows_a_run_of_another_server(client):
    """The page shows the run like a run of another browser on this server: Stop is disabled."""
    app = with_run(start(**LINK))
    assert app.button(key="do_stop").disabled
    assert client.runs[RUN].experiment == EXPERIMENT
    client.set(client.runs[RUN], Status.FINISHED, epoch=50)
    assert warnings(app.run()) == []
    assert client.find_calls == [RUN]


def test_the_page_is_drawn_while_the_cluster_looks_for_the_links_run(client, time):
    """For `FIND_SECONDS`, the page shows that it is looking, also after a failed request."""
    client.is_silent = True
    app = start(**LINK)
    for _ in range(2):
        assert warnings(app) == []
        assert runs.LOOKING in " ".join(each.value for each in app.markdown)
        assert address(app)["run"] == RUN
        client.answer_finds(error=RuntimeError("The driver has ended"))
        app.run()
    client.answer_finds()
    app = with_run(app)
    assert client.find_calls == [RUN] * 3
    assert runs.LOOKING not in " ".join(each.value for each in app.markdown)
    missing = start(data="running_mean", run="0" * 16)
    time.forward(runs.FIND_SECONDS + 1)
    assert warnings(missing.run()) == [plain(runs.GONE)]
    assert "run" not in missing.query_params


def test_compare_keeps_a_run_in_its_link_while_the_cluster_looks_for_it(client):
    """Compare draws the other runs at once, and doesn't warn that the awaited run is gone."""
    client.is_silent = True
    app = link("Compare", runs=f"echo,{RUN}~Small")
    assert warnings(app) == []
    assert runs.LOOKING in " ".join(each.value for each in app.markdown)
    client.answer_finds()
    assert "Small" in {each.label for each in app.run().checkbox}
    assert address(app)["runs"] == f"echo,{RUN}~Small"


@pytest.mark.parametrize("card", [None, b"nonsense"])
def test_an_unknown_run_is_looked_up_again_only_after_a_pause(client, time, card):
    """A run with a damaged card is unknown, too. An id of the wrong form is never looked up."""
    client.cards = {RUN: card} if card else {}
    for lookups in (1, 2):
        for _ in range(3):
            assert runs.look_at(RUN) is None
        assert not runs.look_up(RUN)
        assert client.find_calls == [RUN] * lookups
        if lookups == 1:
            time.forward(runs.FIND_SECONDS + runs.PAUSE_SECONDS)
    for name in ("", "nonsense", RUN.upper(), None):
        assert runs.look_at(name) is None
    assert len(client.find_calls) == 2
    assert warnings(start(data="running_mean", run=RUN)) == [plain(runs.GONE)]


def test_the_address_keeps_its_run_while_the_cluster_is_out_of_reach(client):
    """The page shows one warning, and finds the run when the cluster is back."""
    app = with_run(start(**LINK))
    client.runs.clear()  # The real client forgets the cluster's runs too.
    client.pool.away = "nobody answers"
    for _ in range(2):
        assert warnings(app.run()) == [plain(runs.AWAY)]
        assert "You are watching a run" not in html_text(app)
        assert address(app)["run"] == RUN
    assert client.find_calls == [RUN]  # The page sent no second request.
    client.pool.away = ""
    assert warnings(with_run(app)) == []


@pytest.mark.parametrize("is_clustered", [True, False])
def test_only_a_server_in_a_cluster_publishes_cards_and_mentions_other_servers(
    client, *, is_clustered
):
    """A card describes a run to other servers. A missing talk or sweep may be on another server."""
    client.pool.cluster = is_clustered
    assert bool(runs.card_for(EXPERIMENT, runs.RunRecord("browser", None, "Run 1"))) is is_clustered
    for app in (start(present="1", follow="0123"), sweep(sweep="0123")):
        words = " ".join(each.value for each in [*app.markdown, *app.warning])
        assert ("on another page server" in words) is is_clustered
