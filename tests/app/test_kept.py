"""A kept run that is given to a page: it is shown, everywhere, or a sentence says why not."""

from dataclasses import replace

import numpy as np
import pytest

from lib.data.datasets import make_dataset, suggested
from lib.export.kept import keep
from lib.results.replay import as_of, untrained
from lib.results.run import RunAt
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from lib.ui import kept_runs
from lib.ui.frame import PAGES
from tests.app.driver import bar, give, session, start, text
from tests.unit.test_kept import CSV, of_upload


def of(name="echo", **changes):
    """The recording of these data as a kept run of settings that nothing is recorded of."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset)
    snapshot = recorded(experiment)
    assert snapshot
    other = experiment.set(**{"lr": 0.123, **changes})
    return other, keep(RunAt(other, dataset, snapshot), snapshot.past)


@pytest.fixture
def mine():
    """Explore, which was given the kept run `of()`, as "mine.unrolled"."""
    app = start()
    give(app, "mine.unrolled", of()[1])
    return app


def waiting(app):
    """What is said of a run that waits for its file."""
    said = " ".join(each.value for each in app.info if "isn't open yet" in each.value)
    return said.replace("\\", "")


def test_a_kept_run_is_shown_with_its_settings_and_its_epochs(mine):
    """Marked as from a file, named, with a slider over the weights that it holds."""
    assert session(mine).address.experiment == of()[0]
    assert "from a file" in bar(mine)
    assert "From mine.unrolled, kept on 20" in text(mine)
    slider = next(each for each in mine.select_slider if "epoch" in each.key)
    epoch = slider.options[1]
    slider.set_value(1).run()
    assert f"shown: after epoch {epoch}" in bar(mine)
    mine.switch_page("pages/cell.py").run()
    assert f"after epoch {epoch} of mine.unrolled" in text(mine)


def test_other_settings_show_other_runs_and_reset_forgets_the_file(mine):
    """Back at its settings it is there again, until it is reset."""
    mine.slider(key="U").set_value(5).run()
    assert "not trained yet" in bar(mine)
    mine.slider(key="U").set_value(16).run()
    assert "from a file" in bar(mine)
    mine.button(key="do_reset").click().run()
    assert "not trained yet" in bar(mine)
    assert mine.button(key="do_reset").disabled


def test_a_run_that_goes_on_is_stopped_for_one_from_a_file(client):
    """As it is for a new one; and what is then trained is shown, until it is reset."""
    _, content = of()
    app = start()
    app.button(key="do_train").click().run()
    give(app, "mine.unrolled", content)
    assert client.calls[-1][0] == "stop"
    assert "from a file" in bar(app)
    app.button(key="do_train").click().run()
    assert "training" in bar(app)
    app.button(key="do_reset").click().run()
    assert "from a file" in bar(app)


@pytest.mark.parametrize("page", ["Explore", "Data", "Compare", "Sweep"])
def test_every_page_opens_a_kept_run(page):
    """Of a table too: with what it is worth, and among the runs that are compared."""
    _, content = of("seattle")
    app = start(page)
    give(app, "mine.unrolled", content)
    assert session(app).kept.name == "mine.unrolled"
    if page == "Compare":
        assert "from a file" in " ".join(each.proto.body for each in app.get("html"))
        assert any(box.label == "mine.unrolled" for box in app.checkbox)


@pytest.mark.parametrize("page", ["Gallery", "Guide"])
def test_a_page_that_sets_its_own_opens_a_kept_run_on_explore(page):
    """As if it were given there, and kept for who comes back; of a damaged one the page tells."""
    experiment, content = of()
    app = start(page)
    give(app, "bad.unrolled", content[:-999])
    assert session(app).address.page == page
    assert "bad.unrolled isn't open" in app.error[0].value.replace("\\", "")
    give(app, "mine.unrolled", content)
    assert session(app).address.page == "Explore"
    assert session(app).address.experiment == experiment
    assert "from a file" in bar(app)
    app.switch_page(PAGES[page][0]).run()
    assert session(app).address.mine.experiment == experiment


@pytest.mark.parametrize("page", ["Explore", "Data"])
def test_a_damaged_file_takes_nothing_away(page):
    """What was opened before is still shown, beside the sentence, which can be closed."""
    experiment, content = of()
    app = start(page)
    give(app, "mine.unrolled", content)
    give(app, "bad.unrolled", content[:-999])
    [error] = app.error
    assert "bad.unrolled isn't open. A whole kept run" in error.value.replace("\\", "")
    assert session(app).kept.name == "mine.unrolled"
    assert session(app).address.experiment == experiment
    next(button for button in app.button if button.label == "Close").click().run()
    assert not app.error


def test_a_link_to_nothing_and_a_damaged_file_are_told_and_closed_apart():
    """One below the other; closing one leaves the other."""
    app = start(run="deadbeef").run()
    give(app, "bad.unrolled", of()[1][:-999])
    assert not app.exception
    assert (len(app.warning), len(app.error)) == (1, 1)
    app.button(key="close_complaints").click().run()
    assert (len(app.warning), len(app.error)) == (0, 1)


def test_a_run_of_an_upload_with_its_rows_brings_them_along():
    """The table is the data then, as if it had been given."""
    experiment, dataset, snapshot, table = of_upload()
    app = start()
    give(app, "beer.unrolled", keep(RunAt(experiment, dataset, snapshot), (), table))
    assert "from a file" in bar(app)
    assert session(app).upload.table.name == "beer.csv"
    assert session(app).address.experiment.data.name == "upload"


@pytest.mark.parametrize("page", ["Explore", "Data"])
def test_a_run_of_an_upload_without_its_rows_opens_when_its_file_is_given(page):
    """It asks for it by name; another file is taken as data, and it goes on asking."""
    experiment, dataset, snapshot, _ = of_upload()
    app = start(page)
    give(app, "beer.unrolled", keep(RunAt(experiment, dataset, snapshot), ()))
    assert "isn't open yet" in waiting(app)
    assert "Give beer.csv, too" in waiting(app)
    assert not app.error
    assert session(app).kept is None
    give(app, "other.csv", CSV.replace("900", "901").encode())
    assert "Give beer.csv, too" in waiting(app)
    assert "other.csv isn't that file: it becomes your data." in waiting(app)
    assert session(app).upload.table.name == "other.csv"
    give(app, "copy.csv", CSV.encode())
    assert not waiting(app)
    assert session(app).kept.experiment == experiment
    assert session(app).upload.table.name == "copy.csv"


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
@pytest.mark.parametrize("name", ["echo", "seattle"])
def test_numbers_that_overflow_break_no_page(name):
    """A file may have numbers this large, and none that are larger."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset).set(seeds=2)
    first = untrained(experiment, dataset)
    snapshot = as_of(RunAt(experiment, dataset, first), 1, first.weights)
    first_seed, other_seed = (
        {mode: overflowing(result) for mode, result in seed.items()} for seed in snapshot.seeds
    )
    snapshot = replace(snapshot, epoch=3, results=first_seed, others=(other_seed,))
    past = tuple(
        {mode: tuple(w * 0 + np.float32(9e14) for w in r.weights or ()) for mode, r in seed.items()}
        for seed in first.seeds
    )
    app = start()
    give(app, "huge.unrolled", keep(RunAt(experiment, dataset, snapshot), [(2, past)]))
    assert "from a file" in bar(app)
    next(each for each in app.select_slider if "epoch" in each.key).set_value(1).run()
    for page in ("pages/cell.py", "pages/compare.py", "app.py"):
        app.switch_page(page).run()
        assert not app.exception


def overflowing(result):
    """The same with the largest figures and predictions that a file may have."""
    return replace(
        result,
        loss_epochs=np.array([1]),
        loss=np.array([9e79]),
        last_step_mse=result.last_step_mse * 0 + 9e79,
        step_mse=result.step_mse * 0 + 9e79,
        predictions=result.predictions * 0 - np.float32(9e14),
    )


def test_who_no_more_waits_for_a_file_closes_that():
    """Then a table that is given is data, and nothing else."""
    experiment, dataset, snapshot, _ = of_upload()
    app = start()
    give(app, "beer.unrolled", keep(RunAt(experiment, dataset, snapshot), ()))
    app.button(key="close_error_of_file").click().run()
    assert not waiting(app)
    give(app, "beer.csv", CSV.encode())
    assert session(app).kept is None


def test_a_reload_finds_what_the_browser_has_opened(monkeypatch):
    """Until it is reset."""
    monkeypatch.setattr(kept_runs, "browser_id", lambda: "mine")
    monkeypatch.setattr(kept_runs, "_KEPT", {})
    experiment, content = of()
    app = start()
    give(app, "mine.unrolled", content)
    link = {name: str(value) for name, value in app.query_params.items()}
    again = start(**link)
    assert "from a file" in bar(again)
    again.run()
    again.button(key="do_reset").click().run()
    assert "not trained yet" in bar(start(**link))
    assert session(app).address.experiment == experiment
