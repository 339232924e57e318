"""A link to a run on an upload: others see errors and shapes, but nothing from the file."""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from plotly.offline import get_plotlyjs

from lib.results import ROWS_HIDDEN, untrained
from lib.results.run import Status
from lib.ui import browser, runs, sweeps
from lib.ui.frame import PAGES
from lib.ui.session import KEY
from lib.ui.talks import Shown, Talk
from lib.ui.views import TALK_SCENES, VIEWS
from tests.app.driver import html_text, start
from tests.app.test_present import browsers
from tests.app.test_sweep import sweep
from tests.app.test_take import downloaded, received

__all__ = ["browsers", "received"]  # fixtures
CENTER, SPREAD = 5e11, 1e9
"""Mean and deviation of the file's values. A page sends no other numbers of this size."""
FILE, COLUMN, TEXT = "zqfile", "zqcolumn", "zqtext"
NAMES = (FILE, COLUMN, TEXT, "zqday", "zqkind", "1987")
"""Names, texts and the year in the file. No page contains them for another reason."""
QUERY = {"data": "upload", "T": "8"}
LINK = {**QUERY, "run": "r0"}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e\+?\d+)?")


def csv_file():
    """Return a CSV file with dates, a column of texts, and two columns of numbers."""
    values = np.random.default_rng(0).normal(CENTER, SPREAD, (160, 2))
    lines = [
        f"1987-{1 + i // 28:02}-{1 + i % 28:02},{TEXT}{i % 3},{a:.2f},{b:.2f}"
        for i, (a, b) in enumerate(values)
    ]
    return "\n".join([f"zqday,zqkind,{COLUMN}a,{COLUMN}b", *lines]).encode()


def finished_snapshot(run):
    """Return the snapshot of a finished run whose predictions are the targets of the file."""
    start = untrained(run.experiment, run.dataset)
    targets = run.dataset.y[start.samples]
    epochs = np.arange(1, 6)
    known = {
        "loss_epochs": epochs,
        "loss": 1 / epochs,
        "checked_epochs": epochs,
        "last_step_mse": 1 / epochs,
        "validation_loss": 1 / epochs,
        "predictions": targets,
    }
    if run.dataset.has_labels:
        known["last_step_accuracy"] = 1 / epochs
    seeds = [{mode: replace(result, **known) for mode, result in s.items()} for s in start.seeds]
    status = {"run_id": run.id, "status": Status.FINISHED, "epoch": 5}
    return replace(start, **status, results=seeds[0], others=tuple(seeds[1:]))


@pytest.fixture
def target():
    """Return the target column; "" for the usual one, which has numbers."""
    return ""


@pytest.fixture
def owner(client, monkeypatch, target):
    """Return the page of a session that has uploaded the file and trained the run "r0" on it."""
    monkeypatch.setattr(runs, "_RECORDS", {})
    app = start(**QUERY, **({"targets": target} if target else {}))
    app.file_uploader(key="upload_file").set_value((f"{FILE}.csv", csv_file(), "text/csv")).run()
    app.button(key="do_train").click().run()
    client.snapshots["r0"] = finished_snapshot(client.runs["r0"])
    return app.run()


def sent(app):
    """Return all that a page has sent as one text, including the numbers in its figures."""
    parts = []

    def walk(node):
        proto = getattr(node, "proto", None)
        if proto is not None:
            parts.append(f"{proto}")
            if hasattr(proto, "spec"):
                parts.extend(arrays(json.loads(proto.spec)))
        for child in getattr(node, "children", {}).values():
            walk(child)

    for root in (app.main, app.sidebar):
        walk(root)
    return "\n".join(parts)


def arrays(figure):
    """Return the numbers of the arrays that Plotly has encoded in a figure."""
    if isinstance(figure, list):
        return [text for each in figure for text in arrays(each)]
    if not isinstance(figure, dict):
        return []
    if "bdata" in figure:
        values = np.frombuffer(base64.b64decode(figure["bdata"]), figure["dtype"])
        return [" ".join(f"{float(value):.6g}" for value in values)]
    return [text for each in figure.values() for text in arrays(each)]


def leaks(text, run):
    """Return the file's names, dates, texts and values (to three digits or more) in a text."""
    leaked = {name for name in NAMES if name in text}
    samples = run.dataset.x.ravel()
    if run.dataset.has_labels:  # also without one-hot texts in the inputs
        samples = samples[(samples != 0) & (samples != 1)]
    else:
        samples = np.concatenate([samples, run.dataset.y.ravel()])
    scaled = {f"{abs(float(value)):.6g}" for value in samples}
    for number in _NUMBER.findall(text):
        value = float(number.replace(",", ""))
        is_scaled = len(number) > 6 and f"{value:.6g}" in scaled
        if is_scaled or abs(value - CENTER) < 10 * SPREAD:
            leaked.add(number)
    return leaked


def pages():
    """Yield each page and each embedded view, opened by a stranger with a link to the run."""
    for name in PAGES:
        yield start(name, **LINK)
    for part in ("proof", "break", "learn"):
        yield start("Cell", **LINK, part=part)
    yield start("Explore", **LINK, replay="yes", epoch="3", part="dates")
    yield start("Compare", runs="r0")
    yield start("Guide", **LINK, at="parity")
    yield start("Gallery", **LINK, card="parity")
    for view in VIEWS:
        yield start("Explore", **LINK, card=view)


@pytest.mark.parametrize(
    ("target", "least", "tables", "value"), [("", 50, 0, "0.2"), ("zqkind", 20, 1, "20%")]
)
def test_a_stranger_sees_nothing_from_the_file_on_any_page(owner, client, least, tables, value):
    """A stranger sees shapes and the errors of models and baselines, but no value of the file."""
    run = client.runs["r0"]
    assert {FILE, COLUMN, "1987"} < leaks(sent(owner), run)
    assert len(leaks(sent(owner), run)) > least
    finished = client.snapshots["r0"]
    client.set(run, Status.QUEUED)  # The page shows predictions of untrained models then.
    assert "1987" in leaks(sent(owner.run()), run)
    of_queued_run = start(**LINK)
    client.snapshots["r0"] = finished
    for app in (of_queued_run, *pages()):
        assert not leaks(sent(app), run), app.query_params
        assert not re.search(r"\bnan\b|not a number", html_text(app)), app.query_params
    explore = start(**LINK)
    assert any(ROWS_HIDDEN in each.value for each in explore.markdown)
    scores = [text for text in html_text(explore).split("<table") if "macro F1" in text]
    assert len(scores) == tables
    assert [metric.value for metric in explore.metric] == [f":blue[{value}]", f":orange[{value}]"]


@pytest.mark.parametrize("target", ["", "zqkind"])
def test_a_stranger_can_save_no_rows(owner, client, received):
    """A stranger can save figures and models. None of these files contains rows."""
    run = client.runs["r0"]
    owner.run()
    assert {"keras", "kept_rows", "predictions_csv"} <= {*received[-1]["files"]}
    stranger = start(**LINK)
    card = received[-1]
    models = {"model_sequence", "model_last"}
    assert {*card["files"]} == {"report", "history", "runs", "weights", *models}
    assert "Code" not in [part["title"] for part in card["parts"]]  # It would have no files.
    assert not leaks(json.dumps(card), run)
    for name in ("report", "history", "runs"):
        file = downloaded(stranger, received, name).decode().replace(get_plotlyjs(), "")
        assert not leaks("\n".join([file, *plots(file)]), run), name


def plots(page):
    """Return the numbers of the arrays in the charts of a report."""
    match = re.search(r'id="plots" type="application/json">(.+?)</script>', page, re.DOTALL)
    return arrays(json.loads(match[1])) if match else []


def test_the_owner_can_share_the_rows_and_hide_them_again(owner, client):
    """Only the owner's page has the switch. The switch is off at first."""
    run, stranger = client.runs["r0"], start(**LINK)
    assert "share_rows" not in {each.key for each in stranger.toggle}
    switch = owner.toggle(key="share_rows")
    assert not switch.value
    switch.set_value(True).run()
    for page in ("Explore", "Data", "Cell"):
        assert "1987" in leaks(sent(start(page, **LINK)), run)
    assert "1987" in leaks(sent(stranger.run()), run)
    owner.toggle(key="share_rows").set_value(False).run()
    assert not leaks(sent(stranger.run()), run)


def test_shared_rows_are_seen_but_cannot_be_saved(owner, monkeypatch):
    """The Data page shows shared rows to strangers, but only the owner can save the arrays."""
    offered = []
    monkeypatch.setattr(browser, "_save", lambda key, **_: offered.append(key))
    owner.toggle(key="share_rows").set_value(True).run()
    stranger = start("Data", **LINK)
    assert "1987" in sent(stranger)
    assert not offered
    owner.switch_page("pages/data.py").run()
    assert offered == [f"save_{FILE}.npz"]


@pytest.mark.usefixtures("owner")
def test_a_follower_of_a_talk_sees_no_rows(client, browsers):
    """No scene shows a follower any rows of the presenter's file."""
    run, talk = client.runs["r0"], Talk(0.0, 0.0)
    browsers.talks["a"] = talk
    query = {key: [text] for key, text in LINK.items()}
    for scene in TALK_SCENES.values():
        talk.shown = Shown(scene.name, {**query, "story": [scene.name]})
        follower = browsers.open("b", follow=talk.id)
        assert not leaks(sent(follower), run), scene.name


def test_a_sweep_on_an_upload_hides_the_names_of_its_file_and_columns(owner, monkeypatch):
    """Strangers see errors and statuses, but no reasons of failures and no names."""
    monkeypatch.setattr(sweeps, "_SWEEPS", {})
    table = owner.session_state[KEY].upload.table
    record = runs.RunRecord("owner", table, is_listed=False)
    ready = next(iter(sweeps.READY.values()))
    rows = [
        [{**row, "settings": f"{row['settings']}&targets={COLUMN}"} for row in point.rows]
        for point in ready.recorded
    ]
    points = [replace(point, rows=row) for point, row in zip(ready.recorded, rows, strict=True)]
    failure = {"status": "failed", "reason": f"{COLUMN} is empty."}
    points[0] = replace(points[0], rows=[{**row, **failure} for row in rows[0]])
    runner = sweeps.Runner(ready.plan, runs.client(), done=ready.recorded)
    runner.error = ValueError(f"{COLUMN} ended it.")
    monkeypatch.setattr(sweeps.Runner, "results", points)
    sweeps._SWEEPS["a"] = sweeps.Sweep("a", runner, table.name, record)
    stranger = sweep(**QUERY, sweep="a")
    assert FILE not in sent(stranger)
    assert COLUMN not in sent(stranger)
    assert '<td colspan="2">failed</td>' in " ".join(e.proto.body for e in stranger.get("html"))
    monkeypatch.setattr(runs, "browser_id", lambda: "owner")
    stranger.run()
    assert FILE in sent(stranger)
    assert f"failed: {COLUMN} is empty." in sent(stranger)
    assert f"{COLUMN} ended it." in sent(stranger).replace("\\", "")
