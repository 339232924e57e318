"""The Sweep page in AppTest: its first view, and a sweep from start to end."""

import io
import time
from functools import partial

import numpy as np
import pandas as pd
import pytest

from lib.results.run import ModeResult, Status
from lib.sweep.plan import READY
from lib.training import limits
from lib.training.limits import MAX_SWEEPS_NAMELESS
from lib.training.run_registry import WATCH_SECONDS
from lib.ui import browser, sweeps
from tests.app.driver import address, html, link, text
from tests.waiting import PATIENCE


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """Return a registry with this test's sweeps only."""
    of_server = {}
    monkeypatch.setattr(sweeps, "_SWEEPS", of_server)
    return of_server


sweep = partial(link, "Sweep")
OWN = {"data": "running_mean", "vary": "U=2,4", "N": "64"}


def until(app, true):
    """Rerun the page until `true` returns True."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, text(app)
        app.run()


def finish(client, error=0.5):
    """Finish all training runs; last-step mode has half the error of sequence mode."""
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
    """The page marks the example, and names the data that Start would sweep."""
    app = sweep()
    assert "-badge[example] 12 of 12 points" in text(app)
    assert "T = 8, cell = GRU" in text(app)
    assert not app.button(key="sweep_start").disabled
    assert app.button(key="sweep_stop").disabled
    assert "on Recall the first. Press Start to sweep Parity" in text(app)


@pytest.mark.parametrize("name", list(READY))
def test_a_recorded_sweep_sets_its_settings(name):
    """Its button sets the recorded data, settings, values and seeds."""
    app = sweep(data="seattle" if name == "size" else "parity")
    app.button(key=f"ready_{name}").click().run()
    ready = READY[name]
    assert app.selectbox(key="data").value == ready.data
    assert app.multiselect(key="sweep_keys").value == [each.split("=")[0] for each in ready.vary]
    assert "These results are on" not in text(app)
    assert "differ from these results" not in text(app)
    assert f"= {len(ready.plan.points) * ready.seeds} runs (at most 96)" in text(app)


def test_the_page_reports_results_of_other_settings_or_points():
    """This compares results on the same data with the form."""
    app, ready = sweep(), next(iter(READY.values()))
    app.button(key=f"ready_{ready.name}").click().run()
    for change in ({"U": "31"}, {"vary": "T=8"}):
        assert "differ from these results" in text(sweep(**(address(app) | change)))


def test_a_sweep_from_its_start_to_its_end(client):
    """The page shows results as they arrive, a pause, and the takeaway; the link stays."""
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


def test_another_browser_watches_a_sweep_by_its_link(client):
    """It can't pause the sweep."""
    app = sweep(**OWN)
    app.button(key="sweep_start").click().run()
    until(app, lambda: client.runs)
    watcher = sweep(data="running_mean", sweep=address(app)["sweep"])
    assert watcher.button(key="sweep_pause").disabled
    assert "Another browser runs this sweep" in text(watcher)
    app.button(key="sweep_stop").click().run()
    until(app, lambda: "-badge[stopped]" in text(app))
    until(app, lambda: ("stop", "r0") in client.calls)


def started(app):
    """Return whether a click on Start begins a sweep; else a notification has the reason."""
    app.button(key="sweep_start").click().run()
    return not app.toast


def test_browsers_without_cookies_share_a_limit():
    """A sweep beyond the limit is refused with the reason."""
    apps = [sweep(**OWN) for _ in range(MAX_SWEEPS_NAMELESS + 1)]
    assert [started(app) for app in apps] == [True] * MAX_SWEEPS_NAMELESS + [False]
    assert "share at most 2 active sweeps" in apps[-1].toast[0].value
    apps[0].button(key="sweep_stop").click().run()
    assert started(apps[-1])
    assert started(apps[-1])  # instead of its own


def test_an_unwatched_sweep_is_stopped_for_a_new_one(known, monkeypatch):
    """At the server's limit a watched sweep isn't stopped."""
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
    assert "no page showed it, and another" in text(one.run())


def test_an_invalid_sweep_has_an_error_and_start_is_disabled():
    """A typed value is checked at once, and written to the address."""
    app = sweep(data="running_mean")
    app.text_input(key="sweep_T").set_value("4, x").run()
    assert app.button(key="sweep_start").disabled
    assert "from 2 to 100, got 'x'" in app.error[0].value
    app.text_input(key="sweep_T").set_value("4, 6").run()
    assert not app.error
    assert address(app)["vary"] == "T=4, 6"
    app.multiselect(key="sweep_keys").set_value(["T", "optimizer"]).run()
    app.multiselect(key="sweep_optimizer").set_value(["adam", "sgd"]).run()
    assert address(app)["vary"] == "T=4, 6;optimizer=adam,sgd"
    app.multiselect(key="sweep_keys").set_value([]).run()


@pytest.mark.parametrize(("vary", "named"), [("zzz", "zzz"), ("T=4;lag=2;=", "lag k")])
def test_a_link_s_unknown_setting_is_reported(vary, named):
    """The warning lists the settings that these data can vary; known settings are used."""
    app = sweep(data="running_mean", vary=vary)
    assert f"varies {named}. With these data you can vary timesteps T" in app.warning[0].value
    assert app.multiselect(key="sweep_keys").value == ["T"]


def test_during_a_sweep_no_mode_is_marked_as_better(client):
    """Bold, as the takeaway, waits for the end: the test counts all points."""
    app = sweep(**OWN)
    app.button(key="sweep_start").click().run()
    until(app, lambda: client.runs)
    finish(client)
    until(app, lambda: "1 of 2 points" in text(app))
    assert "<td><b>" not in html(app)
    until(app, lambda: len(client.runs) == 2)
    finish(client)
    until(app, lambda: "2 of 2 points" in text(app))
    assert html(app).count("<td><b>") == 2


def test_the_table_is_downloaded_with_the_skill(monkeypatch):
    """Each row of the CSV agrees with the recorded file; skill is computed from its errors."""
    given = {}
    monkeypatch.setattr(browser, "_save", lambda key, data, **_: given.update({key: data}))
    app = sweep()
    app.session_state["save_sweep-T-cell.csv"] = {"asked": True}
    app.run()
    found = pd.read_csv(io.BytesIO(given["save_sweep-T-cell.csv"]))
    recorded = pd.read_csv(next(iter(READY.values())).path)
    np.testing.assert_allclose(found["last_step_error (y²)"], recorded["last_step_error"])
    np.testing.assert_allclose(found["baseline_error (y²)"], recorded["baseline_error"])
    for name in ("T", "cell", "seed", "mode", "validation_loss"):
        assert found[name].tolist() == recorded[name].tolist()
    rmse, baseline = (recorded[name] ** 0.5 for name in ("last_step_error", "baseline_error"))
    np.testing.assert_allclose(found["skill (%)"], 100 * (baseline - rmse) / baseline)


def test_a_link_s_missing_sweep_is_reported():
    """The page reports that the sweep is gone, and shows a recorded one."""
    app = sweep(sweep="0123")
    assert app.warning[0].value.startswith("The link's sweep is gone")
    assert "12 of 12 points" in text(app)
