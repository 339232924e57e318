"""Explore's controls in AppTest: what the buttons do to a run, and what the status shows."""

import re
from dataclasses import replace

import pytest

from lib.results.run import Status
from lib.training.recorded import recorded
from lib.ui import widgets
from lib.ui.frame import PAGES
from tests.app.driver import address, bar, give, start, text
from tests.app.test_upload import rows


def press(app, name):
    """Click one of the training buttons, and return the page."""
    return app.button(key=f"do_{name}").click().run()


def go_back(app, epoch):
    """Return the page at this epoch of its run."""
    app.query_params["epoch"] = epoch
    return app.run()


def enabled(app):
    """Return the names of the enabled buttons."""
    keys = {button.key for button in app.button if not button.disabled}
    return {key.removeprefix("do_") for key in keys if key and key.startswith("do_")}


def recorded_figures(run):
    """Return the results of the recording of a run's experiment."""
    recording = recorded(run.experiment)
    assert recording is not None
    return {"samples": recording.samples, "results": {**recording.results}}


@pytest.fixture
def app(client):
    """Explore with a training run."""
    app = press(start(), "train")
    assert len(client.runs) == 1
    return app


@pytest.fixture
def run(app, client):  # noqa: ARG001  the app has started it
    """The run that the app shows."""
    return next(iter(client.runs.values()))


def test_each_button_does_what_it_says(app, client, run):
    """Each button sends its command, and a button without a use is disabled."""
    assert "blue-badge[training]" in bar(app)
    assert enabled(app) == {"train", "pause", "step", "stop", "new_run"}
    for name, label in (("train", "Pause"), ("train", "Resume"), ("pause", "Pause")):
        assert app.button(key="do_train").label == label
        press(app, name)
    assert "yellow-badge[paused]" in bar(app)
    assert enabled(app) == {"train", "pause", "step", "stop", "new_run"}
    assert "blue-badge[training]" in bar(press(app, "pause"))
    press(app, "step")
    assert "gray-badge[stopped]" in bar(press(app, "stop"))
    calls = ("pause", "resume", "pause", "resume", "step", "stop")
    assert client.calls == [(name, run.id) for name in calls]
    assert enabled(app) == {"train", "new_run"}
    assert "gray-badge[example]" in bar(press(app, "new_run"))
    assert enabled(app) == {"train", "step"}


def test_settings_that_change_leave_the_run_alone(app, client):
    """The status names the changed settings, and Step trains the first epoch of a new run."""
    app.slider(key="U").set_value(5).run()
    assert "Settings changed: Units 16 → 5. Press Stop" in text(app)
    assert not client.calls
    press(app, "step")
    first, second = client.runs.values()
    assert client.calls == [("stop", first.id), ("step", second.id)]
    assert second.experiment.model.units == 5


def test_a_second_call_for_the_same_click_does_nothing(app, client, time, monkeypatch):
    """A second callback for a click does nothing, and a later click counts."""
    monkeypatch.setattr(widgets, "SAME_CLICK_SECONDS", 0.15)
    press(app, "step")
    for seconds, calls in ((0, 1), (0.3, 2)):
        time.seconds += seconds
        app.button(key="do_step").click().run()
        assert len(client.calls) == calls


def test_how_many_seeds_a_long_training_gets_is_said_with_the_reason():
    """The status gives the reason for one seed, unless the user chose the number."""
    for query, times in (({}, 1), ({"seeds": "1"}, 0), ({"epochs": "50"}, 0)):
        said = text(start(data="running_mean", **{"epochs": "5000", **query}))
        assert len(re.findall(r"4 seeds would take about [1-9]\d+ s", said)) == times


def test_seeds_are_the_usual_number_before_a_file_is_given_too():
    """Each usual number of seeds has its own widget, so that no late request changes it."""
    app = start(data="upload")
    assert app.session_state["pick_seeds_4"] == 4
    assert "4 seeds would take" in text(app := start(data="running_mean", epochs="5000"))
    assert app.session_state["pick_seeds_1"] == 1  # other usual seeds have a widget of their own


def test_what_train_does_is_said_by_what_is_there():
    """The advice differs for an example run and for models with initial weights."""
    assert "Example run. Press Train" in text(start())
    assert "their initial weights. Press Train to train them." in text(start(U="7"))


def test_train_resumes_a_paused_run(app, client, run):
    """Resume continues a paused run with its own settings; Train after Stop uses the new ones."""
    press(app, "pause")
    app.slider(key="U").set_value(5).run()
    assert app.button(key="do_train").label == "Resume"
    assert "Current run: U = 16" in text(app)
    press(app, "step")
    press(app, "train")
    assert client.calls == [("pause", run.id), ("step", run.id), ("resume", run.id)]
    assert "Previous run: U = 16" in text(press(app, "stop"))
    press(app, "train")
    assert [run.experiment.model.units for run in client.runs.values()] == [16, 5]
    assert " run: U" not in text(app)


def test_a_run_on_an_earlier_file_is_named_by_it(client):
    """The status names the run's file and the newer file, whatever the settings."""
    app = start(data="upload")
    give(app, "old.csv", rows(100))
    press(app, "train")
    give(app, "new.csv", rows(100, "a,b,c").replace(b"\n", b",1\n"))
    assert "Current run: old.csv" in text(app)
    assert "data old.csv → new.csv" in text(app)
    assert client.runs


def test_a_run_is_shown_at_the_pace_that_is_picked(app, client, run):
    """A picked pace applies to the training run, and the link keeps it for the next run."""
    assert client.paces[run.id] == 8.0
    app.button_group(key="run_pace").set_value(2).run()
    assert client.paces[run.id] is None
    assert address(app)["pace"] == "fast"
    press(press(app, "new_run"), "train")
    assert list(client.paces.values()) == [None, None]


def test_all_pictures_go_back_to_an_earlier_epoch_with_the_slider(client):
    """Every page shows the link's epoch until training continues or other data are picked."""
    app = start(data="running_mean")
    newest = text(app)
    go_back(app, "0")
    assert "shown: after epoch 0" in bar(app)
    assert "Not trained yet: " in text(app)
    assert newest != text(app)
    app.slider(key="U").set_value(5).run()
    app.slider(key="U").set_value(16).run()
    assert "shown: after epoch 0" in bar(app)
    app.selectbox(key="data").set_value("parity").run()
    assert "epoch" not in address(app)
    go_back(app, "0")
    assert "epoch" not in address(press(app, "train"))
    assert len(client.runs) == 1


def test_an_earlier_epoch_can_be_seen_while_a_run_trains(app, client, run):
    """The page shows the known epoch nearest to the picked one, after Pause and Stop too."""
    past = [(epoch, recorded(run.experiment).past[0][1]) for epoch in (0, 40, 80)]
    client.checkpoints = lambda _: past
    client.set(run, Status.RUNNING, epoch=90, **recorded_figures(run))
    for picked, shown in (("50", 40), ("70", 80), ("0", 0)):
        go_back(app, picked)
        assert "training" in bar(app)
        assert bar(app).endswith(f"shown: after epoch {shown}")
    assert "shown" not in bar(go_back(app, "9999"))
    go_back(app, "50")
    for name, badge in (("pause", "paused"), ("stop", "stopped")):
        assert re.search(rf"badge\[{badge}\].* shown: after epoch 40$", bar(press(app, name)))


def test_a_run_that_kept_its_best_epochs_ends_with_them(app, client, run):
    """The status names a run's best epochs, and the page goes back from "best" to epoch 0."""
    figures = recorded_figures(run)
    for mode, best in (("sequence", 23), ("last", 31)):
        figures["results"][mode] = replace(figures["results"][mode], kept_epoch=best)
    client.set(run, Status.FINISHED, epoch=143, **figures)
    app.run()
    assert "stopped early after 143 of 200 epochs" in bar(app)
    assert app.get("progress")[0].proto.value == 100
    assert "Sequence mode keeps epoch 23 and last-step mode keeps epoch 31" in text(app)
    go_back(app, "0")
    assert "shown: after epoch 0" in bar(app)
    go_back(app, "best")
    assert "shown: after" not in bar(app)
    app.switch_page(PAGES["Cell"][0]).run()
    assert "epoch 23, best on validation" in text(app)


@pytest.mark.parametrize("status", [Status.FAILED, Status.DIVERGED])
def test_a_run_that_failed_says_why_and_is_begun_again_by_a_click(app, client, run, status):
    """Train restarts a failed run with the same settings."""
    client.set(run, status, reason="The training process died.")
    assert "The training process died." in text(app.run())
    press(app, "train")
    assert [run.experiment for run in client.runs.values()] == [run.experiment] * 2


def test_somebody_elses_run_is_watched(client):
    """The status names a run from another browser, and that run's buttons are disabled."""
    first = press(start(), "train")
    other = start(run=address(first)["run"]).run()
    assert "run from another browser" in text(other)
    assert enabled(other) == {"train", "step", "new_run"}
    press(other, "new_run")
    assert not client.calls


def test_charts_wait_for_the_panel_to_be_redrawn_alone_while_it_trains(app, client, run):
    """While a run trains, a rerun of the page doesn't change charts and their texts."""

    def pictured():
        said = [html.proto.body for html in app.get("html")]
        said = [body for body in said if "takeaway" in body]
        return [chart.proto.alt for chart in app.get("plotly_chart")], said

    app.run()
    before = pictured()
    client.set(run, Status.RUNNING, epoch=9, **recorded_figures(run))
    app.run()
    assert pictured() == before
    client.set(run, Status.STOPPED, epoch=9, **recorded_figures(run))
    app.run()
    assert pictured() != before


def test_the_worker_hears_of_the_next_model_before_it_is_trained(client):
    """The worker prepares a model in advance if its sizes need another bucket."""
    app = start(seeds="1")
    app.slider(key="U").set_value(15).run()
    app.slider(key="layers").set_value(3).run()
    app.slider(key="U").set_value(24).run()
    app.slider(key="U").set_value(40).run()
    assert [(model.layers, model.units) for model in client.prepared] == [(1, 16), (3, 15), (3, 40)]


def test_where_nothing_can_be_trained_the_example_stays(app, client):
    """Without a worker, Train is disabled with one reason, and the example stays."""
    (run,) = client.runs.values()
    client.pool.unavailable = "No TensorFlow."
    client.set(run, Status.FAILED, reason=client.pool.unavailable)
    for page in (app.run(), start()):
        assert not {"train", "step"} & enabled(page)
        assert "[example]" in bar(page)
        assert text(page).count(client.pool.unavailable) == 1
    sweep = start("Sweep")
    assert sweep.button(key="sweep_start").disabled
    assert text(sweep).count(client.pool.unavailable) == 1
