"""Explore's training buttons in AppTest, and the status of the run."""

import re
from dataclasses import replace

import pytest

from lib.results.run import Status
from lib.training.recorded import recorded
from lib.ui import widgets
from lib.ui.explore import live
from lib.ui.frame import PAGES
from tests.app.driver import address, start, status_text, text, upload_file
from tests.app.test_upload import rows


def press(app, name):
    """Click the training button with this name, and return the page."""
    return app.button(key=f"do_{name}").click().run()


def open_epoch(app, epoch):
    """Show this epoch of the page's run, and return the page."""
    app.query_params["epoch"] = epoch
    return app.run()


def enabled(app):
    """Return the names of the enabled training buttons."""
    keys = {button.key for button in app.button if not button.disabled}
    return {key.removeprefix("do_") for key in keys if key and key.startswith("do_")}


def recorded_figures(run):
    """Return the samples and results of the recorded run of a run's experiment."""
    recording = recorded(run.experiment)
    assert recording is not None
    return {"samples": recording.samples, "results": {**recording.results}}


@pytest.fixture
def app(client):
    """Return Explore with a training run."""
    app = press(start(), "train")
    assert len(client.runs) == 1
    return app


@pytest.fixture
def run(app, client):  # noqa: ARG001  The app has started the run.
    """Return the run that the app shows."""
    return next(iter(client.runs.values()))


def test_each_button_sends_its_command(app, client, run):
    """A button that would do nothing in the current state is disabled."""
    assert "blue-badge[training]" in status_text(app)
    assert enabled(app) == {"train", "pause", "step", "stop", "reset"}
    for name, label in (("train", "Pause"), ("train", "Resume"), ("pause", "Pause")):
        assert app.button(key="do_train").label == label
        press(app, name)
    assert "yellow-badge[paused]" in status_text(app)
    assert enabled(app) == {"train", "pause", "step", "stop", "reset"}
    assert "blue-badge[training]" in status_text(press(app, "pause"))
    press(app, "step")
    assert "gray-badge[stopped]" in status_text(press(app, "stop"))
    calls = ("pause", "resume", "pause", "resume", "step", "stop")
    assert client.calls == [(name, run.id) for name in calls]
    assert enabled(app) == {"train", "reset"}
    assert "gray-badge[example]" in status_text(press(app, "reset"))
    assert enabled(app) == {"train", "step"}


def test_changed_settings_apply_to_the_next_run_only(app, client):
    """The status names the changed settings, and Step trains the first epoch of a new run."""
    app.slider(key="U").set_value(5).run()
    assert "Settings changed: Units 16 → 5. Press Stop" in text(app)
    assert not client.calls
    press(app, "step")
    first, second = client.runs.values()
    assert client.calls == [("stop", first.id), ("step", second.id)]
    assert second.experiment.model.units == 5


def test_a_second_callback_for_the_same_click_does_nothing(app, client, time, monkeypatch):
    """Streamlit may report one click twice. A click 0.3 s later counts."""
    monkeypatch.setattr(widgets, "SAME_CLICK_SECONDS", 0.15)
    press(app, "step")
    for seconds, calls in ((0, 1), (0.3, 2)):
        time.seconds += seconds
        app.button(key="do_step").click().run()
        assert len(client.calls) == calls


def test_quick_presses_of_pause_and_resume_all_count(app, client, time, monkeypatch):
    """Pause, Resume and Pause within 0.1 s pause the run."""
    monkeypatch.setattr(widgets, "SAME_CLICK_SECONDS", 0.15)
    press(app, "train")
    for _ in range(3):
        time.seconds += 0.04
        press(app, "pause")
    assert [name for name, _ in client.calls] == ["pause", "resume", "pause"]


def test_a_click_for_pause_starts_no_run_if_the_run_has_just_finished(
    time, app, client, monkeypatch
):
    """Train takes the place of Pause, and ignores clicks in its first moment."""
    monkeypatch.setattr(live, "JUST_FINISHED", 0.6)
    press(app, "train")
    (run,) = client.runs.values()
    client.set(run, Status.FINISHED)
    app.run()
    for seconds, count in ((0.1, 1), (0.6, 2)):
        time.seconds += seconds
        press(app, "train")
        assert len(client.runs) == count


def test_each_default_number_of_seeds_has_its_own_widget():
    """A late request for a widget with another default can't change the number of seeds."""
    app = start(data="upload")
    assert app.session_state["pick_seeds_4"] == 4
    app = start(data="running_mean", epochs="5000")
    assert app.session_state["pick_seeds_1"] == 1


def test_the_advice_to_train_names_the_models_shown():
    """The advice differs for an example run and for models with initial weights."""
    assert "Example run. Press Train" in text(start())
    assert "their initial weights. Press Train to train them." in text(start(U="7"))


def test_train_resumes_a_paused_run(app, client, run):
    """Resume continues with the settings of the run. After Stop, Train uses the new settings."""
    press(app, "pause")
    app.slider(key="U").set_value(5).run()
    assert app.button(key="do_train").label == "Resume"
    assert "Current run: other settings" in text(app)
    press(app, "step")
    press(app, "train")
    assert client.calls == [("pause", run.id), ("step", run.id), ("resume", run.id)]
    assert "Previous run: other settings" in text(press(app, "stop"))
    press(app, "train")
    assert [run.experiment.model.units for run in client.runs.values()] == [16, 5]
    assert " run: other" not in text(app)


def test_the_status_names_the_file_of_a_run_on_an_earlier_file(client):
    """The status names the run's file and the newer file."""
    app = start(data="upload")
    upload_file(app, "old.csv", rows(100))
    press(app, "train")
    upload_file(app, "new.csv", rows(100, "a,b,c").replace(b"\n", b",1\n"))
    assert "Current run: old.csv" in text(app)
    assert "data old.csv → new.csv" in text(app)
    assert client.runs


def test_a_picked_pace_applies_to_this_run_and_to_the_next(app, client, run):
    """The address keeps the pace."""
    assert client.paces[run.id] == 8.0
    app.button_group(key="run_pace").set_value(2).run()
    assert client.paces[run.id] is None
    assert address(app)["pace"] == "fast"
    press(press(app, "reset"), "train")
    assert list(client.paces.values()) == [None, None]


def test_an_epoch_in_the_address_shows_that_epoch(client):
    """The address keeps the epoch until the user presses Train or picks other data."""
    app = start(data="running_mean")
    newest = text(app)
    open_epoch(app, "0")
    assert "shown: after epoch 0" in status_text(app)
    assert "Not trained yet: " in text(app)
    assert newest != text(app)
    app.slider(key="U").set_value(5).run()
    app.slider(key="U").set_value(16).run()
    assert "shown: after epoch 0" in status_text(app)
    app.selectbox(key="data").set_value("parity").run()
    assert "epoch" not in address(app)
    open_epoch(app, "0")
    assert "epoch" not in address(press(app, "train"))
    assert len(client.runs) == 1


def test_an_earlier_epoch_can_be_seen_while_a_run_trains(app, client, run):
    """The page shows the stored epoch nearest to the picked epoch, after Pause and Stop, too."""
    models = recorded(run.experiment).past[0][1]
    client.checkpoints = lambda _: [(epoch, models) for epoch in (0, 40, 80)]
    client.set(run, Status.RUNNING, epoch=90, **recorded_figures(run))
    for picked, shown in (("50", 40), ("70", 80), ("0", 0)):
        open_epoch(app, picked)
        assert "training" in status_text(app)
        assert status_text(app).endswith(f"shown: after epoch {shown}")
    assert "shown" not in status_text(open_epoch(app, "9999"))
    open_epoch(app, "50")
    for name, badge in (("pause", "paused"), ("stop", "stopped")):
        assert re.search(
            rf"badge\[{badge}\].* shown: after epoch 40$", status_text(press(app, name))
        )


def test_the_status_names_the_best_epochs_that_a_run_keeps(app, client, run):
    """The page can show epoch 0 and then return to the best epochs, also on Cell."""
    figures = recorded_figures(run)
    for mode, best in (("sequence", 23), ("last", 31)):
        figures["results"][mode] = replace(figures["results"][mode], kept_epoch=best)
    client.set(run, Status.FINISHED, epoch=143, **figures)
    app.run()
    assert "stopped early after 143 of 200 epochs" in status_text(app)
    assert app.get("progress")[0].proto.value == 100
    assert "keeps epoch 23" in text(app)
    assert "keeps epoch 31" in text(app)
    open_epoch(app, "0")
    assert "shown: after epoch 0" in status_text(app)
    open_epoch(app, "best")
    assert "shown: after" not in status_text(app)
    app.switch_page(PAGES["Cell"][0]).run()
    assert "epoch 23, best on validation" in text(app)


@pytest.mark.parametrize("status", [Status.FAILED, Status.DIVERGED])
def test_a_failed_run_shows_its_reason_and_can_be_trained_again(app, client, run, status):
    """Train starts a new run with the same settings."""
    client.set(run, status, reason="The training process died.")
    assert "The training process died." in text(app.run())
    press(app, "train")
    assert [run.experiment for run in client.runs.values()] == [run.experiment] * 2


def test_a_run_of_another_browser_can_only_be_watched(client):
    """The buttons that would change the run are disabled."""
    first = press(start(), "train")
    other = start(run=address(first)["run"]).run()
    assert "run from another browser" in text(other)
    assert enabled(other) == {"train", "step", "reset"}
    press(other, "reset")
    assert not client.calls


def test_the_worker_prepares_a_model_before_it_is_trained(client):
    """The page sends a request only if the model's sizes need another size bucket."""
    app = start(seeds="1")
    app.slider(key="U").set_value(15).run()
    app.slider(key="layers").set_value(3).run()
    app.slider(key="U").set_value(24).run()
    app.slider(key="U").set_value(40).run()
    assert [(model.layers, model.units) for model in client.prepared] == [(1, 16), (3, 15), (3, 40)]


def test_without_a_worker_the_page_shows_the_example_run(app, client):
    """If no worker can start, Train is disabled and the page shows the reason once."""
    (run,) = client.runs.values()
    client.pool.unavailable = "No TensorFlow."
    client.set(run, Status.FAILED, reason=client.pool.unavailable)
    for page in (app.run(), start()):
        assert not {"train", "step"} & enabled(page)
        assert "[example]" in status_text(page)
        assert text(page).count(client.pool.unavailable) == 1
    sweep = start("Sweep")
    assert sweep.button(key="sweep_start").disabled
    assert text(sweep).count(client.pool.unavailable) == 1
