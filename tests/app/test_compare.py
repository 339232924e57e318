"""The Compare page in AppTest: the list of runs, the picked runs, names, links, missing runs."""

import re
from dataclasses import replace

import pytest

from lib.results.compared import LETTERS
from lib.results.replay import untrained
from lib.results.run import Snapshot, Status
from lib.ui import runs as ui_runs
from lib.ui.frame import PAGES
from tests.app.driver import address, html, html_text, link, start, text


@pytest.fixture(autouse=True)
def _forget_owners(client):  # noqa: ARG001  The fake client starts without runs, too.
    """Forget which browsers started runs: a server remembers them for all sessions."""
    ui_runs._RECORDS.clear()


def finish(client, run, **figures):
    """Finish a run with the results of untrained models, except for these fields."""
    start = untrained(run.experiment, run.dataset)
    known = {"samples": start.samples, "results": start.results, "others": start.others}
    client.set(run, Status.FINISHED, epoch=run.experiment.training.epochs, **known | figures)


def train(client, app, units):
    """Train a run with `units` on Explore to its end, and return the run."""
    if app.session_state["unrolled_session"].address.page != "Explore":
        app.switch_page(PAGES["Explore"][0]).run()
    app.slider(key="U").set_value(units).run()
    app.button(key="do_train").click().run()
    run = list(client.runs.values())[-1]
    finish(client, run)
    return run


def compare(app):
    """Switch the session to Compare."""
    return app.switch_page(PAGES["Compare"][0]).run()


def rows(app):
    """Return the letter of each run in the list by name. An unpicked run has an empty letter."""
    letters = re.findall(r'class="compared"><b>(\w?)</b>', html(app))
    names = [box.label.replace("\\", "") for box in app.checkbox]
    return dict(zip(names, letters, strict=True))


def test_the_page_opens_with_recorded_runs():
    """Before any training, the page compares recorded runs. Its address doesn't name them."""
    app = compare(start())
    assert rows(app) == {"Running mean": "A", "Echo": "B"}
    assert "2 recorded runs" in text(app)
    assert "recorded200 epochs" in html_text(app)
    assert "use different data. Only" in html_text(app)
    assert "runs" not in address(app)
    assert "Remove" not in [button.label for button in app.button]


def test_labels_and_numbers_have_their_own_charts():
    """A sentence says why. The values of a run are its accuracies or its errors."""
    app = link("Compare", runs="echo,digits")
    assert "share no axis" in text(app)
    for words in ("Error at each timestep", "Accuracy at each timestep", "same data to compare"):
        assert words in text(app)
    for words in ("accuracy at the last step", "error at the last step"):
        assert words in html_text(app)
    alone = link("Compare", runs="digits")
    assert "share no axis" not in text(alone)
    assert "Probability of the true class" in text(alone)


def test_the_list_shows_differences_and_the_address_has_the_picked_runs(client):
    """Runs are listed in order of training. A new run is picked and added to the address."""
    app = start(seeds="1")
    first = train(client, app, 4)
    assert list(rows(compare(app))) == ["Run 1", "Running mean", "Echo"]
    second = train(client, app, 24)
    assert rows(compare(app)) == {"Run 1": "A", "Run 2": "B"}
    assert address(app)["runs"] == f"{first.id}~Run 1,{second.id}~Run 2"
    assert "units 4" in html_text(app)
    assert "One seed decides nothing" in html_text(app)
    app.checkbox(key=f"pick_{first.id}").uncheck().run()
    assert rows(app) == {"Run 1": "", "Run 2": "A"}
    third = train(client, app, 8)
    assert rows(compare(app)) == {"Run 1": "", "Run 2": "A", "Run 3": "B"}
    assert address(app)["runs"] == f"{second.id}~Run 2,{third.id}~Run 3"
    for run in (second, third):
        app.checkbox(key=f"pick_{run.id}").uncheck().run()
    assert set(rows(app.run()).values()) == {""}
    assert address(app)["runs"] == "-"


def test_a_run_can_be_renamed_and_a_plain_name_is_in_the_link(client):
    """A name with Markdown is escaped and isn't in the link. An empty name changes nothing."""
    app = start(seeds="1")
    run = train(client, app, 4)
    field = f"name_{run.id}"
    compare(app).text_input(key=field).set_value("small one").run()
    assert "small one" in rows(app)
    runs = address(app)["runs"]
    assert runs.startswith(f"{run.id}~small one")
    app.text_input(key=field).set_value("**big** [x](y)").run()
    assert "**big** [x](y)" in rows(app)
    assert app.checkbox[0].label == r"\*\*big\*\* \[x\](y)"
    assert "~" not in address(app)["runs"]
    app.text_input(key=field).set_value("  ").run()
    assert "**big** [x](y)" in rows(app)
    assert app.text_input(key=field).proto.max_chars == 40
    other = link("Compare", runs=runs)
    assert rows(other)["small one"] == "A"
    assert not other.text_input
    assert "Another browser" in text(other)
    assert rows(link("Compare", runs=f"{run.id}~<b>"))["another browser's run"] == "A"


def test_removing_a_run_stops_it_and_keeps_it_in_other_tabs(client):
    """A removed run leaves this list. Other tabs still show its results."""
    app = start(seeds="1")
    first, second = train(client, app, 4), train(client, app, 8)
    client.snapshots[second.id] = Snapshot(second.id, Status.RUNNING, epochs=200)
    compare(app).button(key=f"remove_{second.id}").click().run()
    assert "Run 2" not in rows(app)
    assert ("stop", second.id) in client.calls
    assert "stopped" in html_text(link("Compare", runs=f"{first.id},{second.id}"))
    watcher = start(run=second.id)
    assert "You are watching a run" in html_text(watcher)


def test_missing_runs_of_a_link_are_counted_and_the_other_runs_open(client):
    """If all runs of the link are gone, the page shows recorded runs."""
    app = start(seeds="1")
    run = train(client, app, 4)
    one_missing = link("Compare", runs=f"{run.id},deadbeef,echo")
    assert one_missing.warning[0].value.startswith("1 run of the link or list is gone")
    assert list(rows(one_missing).values())[:2] == ["A", "B"]
    assert address(one_missing)["runs"] == f"{run.id},echo"
    all_missing = link("Compare", runs="deadbeef,~,x~y,-")
    assert len(link("Compare", runs=",".join(f"{k}" for k in range(1000))).warning) == 1
    assert all_missing.warning[0].value.startswith("2 runs of the link or list are gone")
    assert rows(all_missing) == {"Running mean": "A", "Echo": "B"}
    compare(app)
    client.runs.clear()
    assert "is gone" in app.run().warning[0].value


def test_a_training_run_is_listed_without_a_verdict(client):
    """A training run is listed before its first results, and no run is called better yet."""
    app = start(seeds="1")
    train(client, app, 4)
    run = train(client, app, 8)
    client.set(run, Status.RUNNING)
    compare(app)
    assert "training" in html_text(app)
    assert "0 of 200 epochs" in html_text(app)
    finish(client, run)
    client.snapshots[run.id] = replace(client.snapshots[run.id], status=Status.RUNNING)
    assert "No result yet" in html_text(app.run())


def test_no_more_runs_than_letters_can_be_picked(client):
    """While every letter is used, the checkboxes of unpicked runs are disabled."""
    app = start(seeds="1")
    ids = [train(client, app, units).id for units in range(2, 9)]
    compare(app)
    for run_id in ids:
        box = app.checkbox(key=f"pick_{run_id}")
        if not box.value and not box.disabled:
            box.check().run()
    assert sorted(filter(None, rows(app).values())) == list(LETTERS)
    assert [box.disabled for box in app.checkbox].count(True) == 1


def test_a_run_opens_in_explore(client):
    """A run's link has its settings and its id. A recorded run's link has only settings."""
    app = start(seeds="1")
    run = train(client, app, 4)
    links = compare(app).get("page_link")
    queries = [link.proto.query_string for link in links if "Open in" in link.proto.label]
    assert f"run={run.id}" in queries[0]
    assert "U=4" in queries[0]
    assert "run=" not in queries[1]
