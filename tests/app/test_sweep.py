"""The Sweep page in AppTest: what it opens with, and a sweep from its start to its end."""

import time
from functools import partial

import numpy as np
import pytest

from lib.results.run import ModeResult, Status
from lib.sweep.plan import READY
from lib.training import limits
from lib.training.limits import MAX_SWEEPS_NAMELESS
from lib.training.run_registry import WATCH_SECONDS
from lib.ui import sweeps
from tests.app.driver import address, html, link, text
from tests.waiting import PATIENCE


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """A registry with this test's sweeps alone."""
    of_server = {}
    monkeypatch.setattr(sweeps, "_SWEEPS", of_server)
    return of_server


sweep = partial(link, "Sweep")
OWN = {"data": "running_mean", "vary": "U=2,4", "N": "64"}


def until(app, true):
    """Run the page until this is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, text(app)
        app.run()


def finish(client, error=0.5):
    """Finish all runs that go on; last-step mode has half the error of sequence mode."""
    for run in client.runs.values():
        if not client.snapshots[run.id].status.over:
            pair = {
                mode: ModeResult(
                    *(np.array([each]) for each in (5, error, 5, e, e)), np.zeros(4), np.zeros(0)
                )
                for mode, e in (("sequence", error), ("last", error / 2))
            }
            others = (pair,) * (len(run.experiment.each_seed) - 1)
            client.set(run, Status.FINISHED, results=pair, others=others, epoch=200)


def test_the_page_opens_with_a_recorded_sweep():
    """The page says that its sweep is recorded, and that Start sweeps the sidebar's settings."""
    app = sweep()
    assert "-badge[example] 12 of 12 points" in text(app)
    assert "T = 8, cell = GRU" in text(app)
    assert not app.button(key="sweep_start").disabled
    assert app.button(key="sweep_stop").disabled
    assert "results are of Recall the first; Parity" in text(app)


@pytest.mark.parametrize("name", list(READY))
def test_a_ready_sweep_sets_everything_to_it(name):
    """A ready sweep sets data, settings, values and seeds to those that were recorded."""
    app = sweep(data="seattle" if name == "size" else "parity")
    app.button(key=f"ready_{name}").click().run()
    ready = READY[name]
    assert app.selectbox(key="data").value == ready.data
    assert app.multiselect(key="sweep_keys").value == [each.split("=")[0] for each in ready.vary]
    assert "These results are of" not in text(app)
    assert "What Start would sweep differs" not in text(app)
    assert f"{len(ready.plan.points) * ready.seeds} of at most 96 runs" in text(app)


def test_it_is_said_when_the_results_are_of_other_settings_or_points():
    """The page says that the results are of other settings of the same data."""
    app, ready = sweep(), next(iter(READY.values()))
    app.button(key=f"ready_{ready.name}").click().run()
    for change in ({"U": "31"}, {"vary": "T=8"}):
        assert "Start would sweep differs" in text(sweep(**(address(app) | change)))


def test_a_sweep_from_its_start_to_its_end(client):
    """The page shows results as they come, a pause, and the finding; the link stays."""
    app = sweep(**OWN | {"vary": "U=2,4;cell=gru,lstm"})
    app.button(key="sweep_start").click().run()
    until(app, lambda: client.runs)
    assert "-badge[training] 0 of 4 points" in text(app)
    assert app.query_params["sweep"]
    finish(client)
    until(app, lambda: "1 of 4 points" in text(app))
    app.button(key="sweep_pause").click().run()
    assert "-badge[paused] 1 of 4" in text(app)
    app.button(key="sweep_play_arrow").click().run()
    assert "-badge[training]" in text(app)
    for count in (2, 3, 4):
        until(app, lambda n=count: len(client.runs) == n)
        finish(client)
    until(app, lambda: "-badge[finished] 4 of 4" in text(app))
    assert "Last-step mode is clearly better at 4 of 4 points" in text(app)
    assert "&amp;run=r3" in html(app)
    again = sweep(**address(app))
    assert "-badge[finished] 4 of 4" in text(again)
    assert again.button(key="sweep_stop").disabled


def test_who_has_the_link_watches_and_may_start_an_own_one(client):
    """A person with the link can't steer the sweep."""
    app = sweep(**OWN)
    app.button(key="sweep_start").click().run()
    until(app, lambda: client.runs)
    watcher = sweep(data="running_mean", sweep=address(app)["sweep"])
    assert watcher.button(key="sweep_pause").disabled
    assert "another browser started" in text(watcher)
    app.button(key="sweep_stop").click().run()
    until(app, lambda: "-badge[stopped]" in text(app))
    until(app, lambda: ("stop", "r0") in client.calls)


def started(app):
    """Whether a click on Start begins a sweep; else a notification says why not."""
    app.button(key="sweep_start").click().run()
    return not app.toast


def test_nameless_browsers_share_a_few_sweeps():
    """Browsers without cookies share a limit, and one more sweep is refused with the reason."""
    apps = [sweep(**OWN) for _ in range(MAX_SWEEPS_NAMELESS + 1)]
    assert [started(app) for app in apps] == [True] * MAX_SWEEPS_NAMELESS + [False]
    assert "at most 2 sweeps going together, and 2 are" in apps[-1].toast[0].value
    apps[0].button(key="sweep_stop").click().run()
    assert started(apps[-1])
    assert started(apps[-1])  # instead of its own


def test_a_sweep_that_nobody_watches_gives_way(known, monkeypatch):
    """At the server's limit an unwatched sweep stops for a new one, a watched one doesn't."""
    monkeypatch.setattr(limits, "MAX_SWEEPS", 1)
    monkeypatch.setattr(sweeps, "MAX_SWEEPS", 1)
    one, other = sweep(**OWN), sweep(**OWN)
    assert started(one)
    assert not started(other)
    (left,) = known.values()
    left.runner.pause()
    left.runner._watched -= WATCH_SECONDS
    assert started(other)
    assert [each.runner.state.over for each in known.values()] == [True, False]
    assert "nobody watched it, and another" in text(one.run())


def test_what_cannot_be_swept_is_said_and_start_is_dimmed():
    """A typed value is checked at once, and used as soon as it can be swept."""
    app = sweep(data="running_mean")
    app.text_input(key="sweep_T").set_value("4, x").run()
    assert app.button(key="sweep_start").disabled
    assert "from 2 to 512, got 'x'" in app.error[0].value
    app.text_input(key="sweep_T").set_value("4, 6").run()
    assert not app.error
    assert address(app)["vary"] == "T=4, 6"
    app.multiselect(key="sweep_keys").set_value(["T", "optimizer"]).run()
    app.multiselect(key="sweep_optimizer").set_value(["adam", "sgd"]).run()
    assert address(app)["vary"] == "T=4, 6;optimizer=adam,sgd"
    app.multiselect(key="sweep_keys").set_value([]).run()


def test_a_link_s_sweep_that_is_gone_is_said():
    """The page says that the sweep is gone, and shows a recorded one."""
    app = sweep(sweep="0123")
    assert app.warning[0].value.startswith("The link's sweep is gone")
    assert "12 of 12 points" in text(app)
