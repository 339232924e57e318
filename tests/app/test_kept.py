"""A saved run that is opened on a page: every page shows it, or an error has the fix."""

import pytest

from lib.data.datasets.registry import make_dataset, suggested
from lib.export.kept import keep
from lib.results.run import RunAt
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from lib.ui import upload
from lib.ui.frame import PAGES
from tests.app.driver import bar, give, session, start, text
from tests.unit.test_kept import CSV, run_on_upload


def of(name="echo", **changes):
    """Return a recorded run saved under settings without a recording."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset)
    snapshot = recorded(experiment)
    assert snapshot
    other = experiment.set(**{"lr": 0.123, **changes})
    return other, keep(RunAt(other, dataset, snapshot), snapshot.past)


@pytest.fixture
def mine():
    """Return Explore after opening the saved run `of()` as "mine.unrolled"."""
    app = start()
    give(app, "mine.unrolled", of()[1])
    return app


def test_a_kept_run_is_shown_with_its_settings_and_its_epochs(mine):
    """Explore marks a saved run with its file's name and offers the epochs it holds."""
    assert session(mine).subject.experiment == of()[0]
    assert "from a file" in bar(mine)
    assert "From the file mine.unrolled, saved on 20" in text(mine)
    epoch = session(mine).kept.snapshot.past[1][0]
    mine.query_params["epoch"] = f"{epoch}"
    mine.run()
    assert f"shown: after epoch {epoch}" in bar(mine)
    mine.switch_page("pages/cell.py").run()
    assert f"epoch {epoch} of mine.unrolled" in text(mine)


def test_a_run_that_goes_on_is_stopped_for_one_from_a_file(client):
    """Opening a saved run stops training; a later run is shown until it is reset."""
    _, content = of()
    app = start()
    app.button(key="do_train").click().run()
    give(app, "mine.unrolled", content)
    assert client.calls[-1][0] == "stop"
    assert "from a file" in bar(app)
    app.button(key="do_train").click().run()
    assert "training" in bar(app)
    app.button(key="do_new_run").click().run()
    assert "from a file" in bar(app)


@pytest.mark.parametrize("page", ["Explore", "Data", "Compare", "Sweep"])
def test_every_page_opens_a_kept_run(page):
    """Every page shows a saved run, also of a table, with its skill and in Compare."""
    _, content = of("seattle")
    app = start(page)
    give(app, "mine.unrolled", content)
    assert session(app).kept.name == "mine.unrolled"
    if page == "Compare":
        assert "from a file" in " ".join(each.proto.body for each in app.get("html"))
        assert any(box.label == "mine.unrolled" for box in app.checkbox)


@pytest.mark.parametrize("page", ["Gallery", "Guide"])
def test_a_page_that_sets_its_own_opens_a_kept_run_on_explore(page):
    """A page of scenes opens a saved run on Explore, and reports a damaged file."""
    experiment, content = of()
    app = start(page)
    give(app, "bad.unrolled", content[:-999])
    assert session(app).address.page == page
    assert "bad.unrolled couldn't be opened" in app.error[0].value.replace("\\", "")
    give(app, "mine.unrolled", content)
    assert session(app).address.page == "Explore"
    assert session(app).subject.experiment == experiment
    assert "from a file" in bar(app)
    app.switch_page(PAGES[page][0]).run()
    assert session(app).own_subject.experiment == experiment


@pytest.mark.parametrize("page", ["Explore", "Data"])
def test_a_damaged_file_takes_nothing_away(page):
    """The file opened before stays beside the error message, which can be closed."""
    experiment, content = of()
    app = start(page)
    give(app, "mine.unrolled", content)
    give(app, "bad.unrolled", content[:-999])
    [error] = app.error
    assert "bad.unrolled couldn't be opened. It isn't a saved run" in error.value.replace("\\", "")
    assert session(app).kept.name == "mine.unrolled"
    assert session(app).subject.experiment == experiment
    next(button for button in app.button if button.label == "Close").click().run()
    assert not app.error


@pytest.mark.parametrize("page", ["Explore", "Data"])
def test_a_run_of_an_upload_without_its_rows_opens_after_its_file(page):
    """The page asks for the run's file by name; another file becomes the data."""
    experiment, dataset, snapshot, _ = run_on_upload()
    content = keep(RunAt(experiment, dataset, snapshot), ())
    app = start(page)
    give(app, "other.csv", CSV.replace("900", "901").encode())
    give(app, "beer.unrolled", content)
    assert "Upload the unchanged beer.csv first" in app.error[0].value.replace("\\", "")
    give(app, "copy.csv", CSV.encode())
    give(app, "beer.unrolled", content)
    assert not app.error
    assert session(app).kept.experiment == experiment
    assert session(app).upload.table.name == "copy.csv"


def test_a_reload_finds_what_the_browser_has_opened(monkeypatch):
    """A reload shows the browser's saved run until it is reset."""
    monkeypatch.setattr(upload, "browser_id", lambda: "mine")
    monkeypatch.setattr(upload, "_KEPT", {})
    experiment, content = of()
    app = start()
    give(app, "mine.unrolled", content)
    link = {name: str(value) for name, value in app.query_params.items()}
    again = start(**link)
    assert "from a file" in bar(again)
    again.run()
    again.button(key="do_new_run").click().run()
    assert "not trained yet" in bar(start(**link))
    assert session(app).subject.experiment == experiment
