"""The Sweep page in AppTest: its first view, and a sweep from start to end."""

import io
import time
from functools import partial

import numpy as np
import pandas as pd
import pytest

from lib.results.run import Status
from lib.sweep.plan import READY
from lib.training import limits
from lib.training.run_registry import WATCH_SECONDS
from lib.ui import browser, sweeps
from tests.app.driver import address, html, link, start, text
from tests.unit.swept import mode_result
from tests.waiting import PATIENCE


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """Return an empty registry of the server's sweeps."""
    empty = {}
    monkeypatch.setattr(sweeps, "_SWEEPS", empty)
    return empty


sweep = partial(link, "Sweep")
OWN = {"data": "running_mean", "vary": "U=2,4", "N": "64"}


def until(app, condition):
    """Rerun the page until the function `condition` returns True."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, text(app)
        app.run()


def finish(client, error=0.5):
    """Finish all training runs. Last-step mode has half the error of sequence mode."""
    for run in client.runs.values():
        if not client.snapshots[run.id].status.over:
            pair = {"sequence": mode_result(error), "last": mode_result(error / 2)}
            others = (pair,) * (len(run.experiment.each_seed) - 1)
            client.set(run, Status.FINISHED, results=pair, others=others, epoch=200)


def test_the_page_opens_with_a_recorded_sweep():
    """The page has the badge "example", and names the data that Start would sweep."""
    app = sweep()
    assert "-badge[example] 12 of 12 points" in text(app)
    assert "T = 8, cell = GRU" in text(app)
    assert not app.button(key="sweep_start").disabled
    assert app.button(key="sweep_stop").disabled
    assert "“Recall the first”. Press Start to sweep “Parity”" in text(app)


@pytest.mark.parametrize("name", list(READY))
def test_the_button_of_a_recorded_sweep_sets_its_settings(name):
    """The button sets the recorded data, settings, values and seeds."""
    app = sweep(data="seattle" if name == "size" else "parity")
    app.button(key=f"ready_{name}").click().run()
    ready = READY[name]
    assert app.selectbox(key="data").value == ready.data
    assert app.multiselect(key="sweep_keys").value == [each.split("=")[0] for each in ready.vary]
    assert "These results are on" not in text(app)
    assert "differ from these results" not in text(app)
    assert f"= {len(ready.plan.points) * ready.seeds} runs (at most 96)" in text(app)


def test_a_note_shows_if_the_form_differs_from_the_shown_results():
    """The note shows after a change of a setting or of the points of the sweep."""
    app, ready = sweep(), next(iter(READY.values()))
    app.button(key=f"ready_{ready.name}").click().run()
    for change in ({"U": "31"}, {"vary": "T=8"}):
        assert "differ from these results" in text(sweep(**(address(app) | change)))


def test_a_sweep_from_its_start_to_its_end(client):
    """The page shows results as they arrive, a pause, and the takeaway. The link still works."""
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
    assert "clearly better at 4 of 4 points" in text(app)
    assert "&amp;run=r3" in html(app)
    again = sweep(**address(app))
    assert "-badge[finished] 4 of 4" in text(again)
    assert again.button(key="sweep_stop").disabled


def test_another_browser_can_only_watch_a_sweep(client):
    """A link shows the sweep in another browser, where Pause is disabled."""
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
    """Press Start, and return whether a sweep begins. If it doesn't, a notification shows."""
    app.button(key="sweep_start").click().run()
    return not app.toast


def test_an_unwatched_sweep_is_stopped_for_a_new_sweep(registry, monkeypatch):
    """At the server's limit, a new sweep doesn't stop a sweep that a page shows."""
    monkeypatch.setattr(limits, "MAX_SWEEPS", 1)
    monkeypatch.setattr(sweeps, "MAX_SWEEPS", 1)
    one, other = sweep(**OWN), sweep(**OWN)
    assert started(one)
    assert not started(other)
    (unwatched,) = registry.values()
    unwatched.runner.pause()
    unwatched.runner._watched -= WATCH_SECONDS
    assert started(other)
    assert [each.runner.state.over for each in registry.values()] == [True, False]
    assert "no page showed it, and another" in text(one.run())


def test_an_invalid_sweep_has_an_error_and_start_is_disabled():
    """The page checks a typed value at once, and writes valid values to the address."""
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


def test_the_form_offers_only_losses_that_fit_labels():
    """A newly picked setting has all of its values."""
    app = sweep(data="digits", vary="loss=mse,onehot")
    losses = app.multiselect(key="sweep_loss")
    assert (losses.value, len(losses.options)) == (["onehot"], 2)
    app.multiselect(key="sweep_keys").set_value(["weights"]).run()
    assert address(app)["vary"] == "weights=none,classes,steps"


@pytest.mark.parametrize(("vary", "named"), [("zzz", "zzz"), ("T=4;lag=2;=", "lag k")])
def test_an_unknown_setting_in_a_link_gets_a_warning(vary, named):
    """The warning lists the settings that can vary with these data. Known settings are used."""
    app = sweep(data="running_mean", vary=vary)
    assert f"varies {named}. With these data you can vary timesteps T" in app.warning[0].value
    assert app.multiselect(key="sweep_keys").value == ["T"]


def test_during_a_sweep_no_mode_is_marked_as_better(client):
    """The better mode is bold only after the end: the statistical test uses all points."""
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


def test_the_downloaded_table_has_the_skill(monkeypatch):
    """Each row of the CSV file agrees with the recorded file. Skill is computed from the errors."""
    files = {}
    monkeypatch.setattr(browser, "_save", lambda key, data, **_: files.update({key: data}))
    app = sweep()
    app.session_state["save_sweep-T-cell.csv"] = {"asked": True}
    app.run()
    downloaded = pd.read_csv(io.BytesIO(files["save_sweep-T-cell.csv"]))
    recorded = pd.read_csv(next(iter(READY.values())).path)
    np.testing.assert_allclose(downloaded["last_step_error (y²)"], recorded["last_step_error"])
    np.testing.assert_allclose(downloaded["baseline_error (y²)"], recorded["baseline_error"])
    for name in ("T", "cell", "seed", "mode", "validation_loss"):
        assert downloaded[name].tolist() == recorded[name].tolist()
    rmse, baseline = (recorded[name] ** 0.5 for name in ("last_step_error", "baseline_error"))
    np.testing.assert_allclose(downloaded["skill (%)"], 100 * (baseline - rmse) / baseline)


def test_a_missing_sweep_in_a_link_gets_a_warning():
    """The page warns that the sweep is gone, and shows a recorded sweep."""
    app = sweep(sweep="0123")
    assert app.warning[0].value.startswith("The link's sweep is gone")
    assert "12 of 12 points" in text(app)


@pytest.mark.parametrize("is_clustered", [True, False])
def test_in_a_cluster_a_missing_page_item_may_be_on_another_server(client, *, is_clustered):
    """Runs, talks and sweeps belong to one page server, and a link to another server fails."""
    client.pool.cluster = is_clustered
    for app in (start(present="1", follow="0123"), sweep(sweep="0123"), start(run="0123")):
        words = " ".join(each.value for each in [*app.markdown, *app.warning])
        assert ("on another page server" in words) is is_clustered
