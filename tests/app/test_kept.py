"""Saved runs: every page opens their files, or shows an error with the fix."""

import pytest

from lib.data.datasets.registry import make_dataset, suggested
from lib.export.kept import keep
from lib.results.run import RunAt
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from lib.ui import upload
from lib.ui.frame import PAGES
from tests.app.driver import session, start, status_text, text, upload_file


def saved_run(name="echo"):
    """Return an experiment and the file of its saved run. No recorded run has its settings."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset)
    snapshot = recorded(experiment)
    assert snapshot
    other = experiment.set(lr=0.123)
    return other, keep(RunAt(other, dataset, snapshot), snapshot.past)


def test_explore_shows_a_saved_run_with_its_settings_and_epochs():
    """Explore shows the name of the file, and can go back to the epochs in the file."""
    experiment, content = saved_run()
    app = start()
    upload_file(app, "mine.unrolled", content)
    assert session(app).subject.experiment == experiment
    assert "from a file" in status_text(app)
    assert "From the file mine.unrolled, saved on 20" in text(app)
    epoch = session(app).kept.snapshot.past[1][0]
    app.query_params["epoch"] = f"{epoch}"
    app.run()
    assert f"shown: after epoch {epoch}" in status_text(app)
    app.switch_page("pages/cell.py").run()
    assert f"epoch {epoch} of mine.unrolled" in text(app)


def test_opening_a_saved_run_stops_the_training_run(client):
    """A run trained later replaces the saved run until the user resets it."""
    _, content = saved_run()
    app = start()
    app.button(key="do_train").click().run()
    upload_file(app, "mine.unrolled", content)
    assert client.calls[-1][0] == "stop"
    assert "from a file" in status_text(app)
    app.button(key="do_train").click().run()
    assert "training" in status_text(app)
    app.button(key="do_reset").click().run()
    assert "from a file" in status_text(app)


@pytest.mark.parametrize("page", ["Explore", "Data", "Compare", "Sweep"])
def test_a_page_opens_a_saved_run(page):
    """A saved run of a table opens on every page of settings. Compare lists it."""
    _, content = saved_run("seattle")
    app = start(page)
    upload_file(app, "mine.unrolled", content)
    assert session(app).kept.name == "mine.unrolled"
    if page == "Compare":
        assert "from a file" in " ".join(each.proto.body for each in app.get("html"))
        assert any(box.label == "mine.unrolled" for box in app.checkbox)


@pytest.mark.parametrize("page", ["Gallery", "Guide"])
def test_a_page_of_scenes_opens_a_saved_run_on_explore(page):
    """Scenes have their own settings. If the file is damaged, the page stays open."""
    experiment, content = saved_run()
    app = start(page)
    upload_file(app, "bad.unrolled", content[:-999])
    assert session(app).address.page == page
    assert "bad.unrolled couldn't be opened" in app.error[0].value.replace("\\", "")
    upload_file(app, "mine.unrolled", content)
    assert session(app).address.page == "Explore"
    assert session(app).subject.experiment == experiment
    assert "from a file" in status_text(app)
    app.switch_page(PAGES[page][0]).run()
    assert session(app).own_subject.experiment == experiment


@pytest.mark.parametrize("page", ["Explore", "Data"])
def test_a_damaged_file_changes_nothing(page):
    """The saved run opened before stays open. The error message can be closed."""
    experiment, content = saved_run()
    app = start(page)
    upload_file(app, "mine.unrolled", content)
    upload_file(app, "bad.unrolled", content[:-999])
    [error] = app.error
    assert "bad.unrolled couldn't be opened. It isn't a saved run" in error.value.replace("\\", "")
    assert session(app).kept.name == "mine.unrolled"
    assert session(app).subject.experiment == experiment
    next(button for button in app.button if button.label == "Close").click().run()
    assert not app.error


def test_a_reload_keeps_the_saved_run_open(monkeypatch):
    """A new session of the same browser shows the saved run, until the user resets it."""
    monkeypatch.setattr(upload, "browser_id", lambda: "mine")
    monkeypatch.setattr(upload, "_KEPT", {})
    experiment, content = saved_run()
    app = start()
    upload_file(app, "mine.unrolled", content)
    link = {name: str(value) for name, value in app.query_params.items()}
    again = start(**link)
    assert "from a file" in status_text(again)
    again.run()
    again.button(key="do_reset").click().run()
    assert "not trained yet" in status_text(start(**link))
    assert session(app).subject.experiment == experiment
