"""Explore's card of downloads: files of the shown run, made on request."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest

from lib.export.kept import open_kept
from lib.results.run import Status
from lib.ui.explore import take
from lib.ui.session import KEY as SESSION
from tests.app.driver import start, upload_file
from tests.app.test_live import press
from tests.app.test_skill import finish_newest
from tests.app.test_upload import rows


@pytest.fixture
def received(monkeypatch):
    """Return the data that the card's component has received, newest last."""
    received = []

    def draw(data, **_):
        received.append(data if isinstance(data, bytes) else data[0])

    monkeypatch.setattr(take, "_component", draw)
    return received


def press_button(app, file):
    """Press the button of a file, and rerun the page."""
    app.session_state[take.KEY] = {"asked": file}
    app.run()


def downloaded(app, received, file):
    """Request a file. Return its bytes without its name, or the message of a failure."""
    for _ in range(100):
        press_button(app, file)
        del app.session_state[take.KEY]
        if isinstance(received[-1], bytes):
            name, _, content = received[-1].partition(b"\n")
            assert name.decode() == file
            return content
        if received[-1]["message"].get("failed"):
            return received[-1]
    raise AssertionError(f"{file} was never made")


def test_each_button_saves_its_file(received):
    """The page makes each file of a recorded run on request."""
    app = start(data="seattle", seeds="1")
    card = received[-1]
    assert {*card["files"]} == {
        *("keras", "exact", "notebook", "torch", "torch_exact", "data", "kept", "weights"),
        *("model_sequence", "model_last", "torch_weights", "torch_loader"),
        *("report", "predictions_csv", "predictions_parquet", "forecast", "history", "runs"),
    }
    assert card["files"]["exact"] == "seattle-lstm-both-exact.py"
    assert app.session_state[SESSION].taking is None

    def file(name):
        return io.BytesIO(downloaded(app, received, name))

    for script in ("keras", "exact", "torch", "torch_exact", "torch_loader"):
        compile(file(script).read(), script, "exec")
    assert json.load(file("notebook"))["nbformat"] == 4
    assert card["files"]["data"] == "seattle.npz"
    assert card["files"]["data"] in downloaded(app, received, "exact").decode()
    with np.load(file("data")) as arrays:
        assert "temp_max" in arrays["feature_names"]
    kept = open_kept("a.unrolled", file("kept").read())
    frame = pd.read_csv(file("predictions_csv"))
    assert len(frame) == len(pd.read_parquet(file("predictions_parquet")))
    lines = list(csv.DictReader(io.TextIOWrapper(file("history"))))
    last = kept.snapshot.results["last"]
    assert float(lines[-1]["last_step_mse"]) == last.last_step_mse[-1]
    lines = list(csv.DictReader(io.TextIOWrapper(file("runs"))))
    assert [float(row["last_step_mse"]) for row in lines][-1] == last.final_mse
    with np.load(file("weights")) as weights:
        assert np.array_equal(weights["last/seed_0/dense/kernel"], last.weights[3])
    report = file("report").read().decode()
    assert "<h1>Same LSTM, two settings" in report


@pytest.mark.parametrize("data", ["weather", "vowels"])
def test_a_run_on_labels_has_arrays_and_no_forecast(received, data):
    """The card says how many rows the table of predictions has: one for each real step."""
    app = start(data=data, seeds="1")
    card = received[-1]
    assert "data" in card["files"]
    assert "forecast" not in card["files"]
    titles = {row["title"] for part in card["parts"] for row in part["rows"]}
    assert {"Accuracy at each timestep", "Accuracy at the last step"} <= titles
    table = downloaded(app, received, "predictions_csv").splitlines()
    assert f"({len(table) - 1:,} rows)" in f"{card['parts']}"
    assert downloaded(app, received, "report").startswith(b"<!doctype html>")


def test_the_page_does_not_wait_for_a_models_file(received, client):
    """The card shows that Keras is making the file."""
    app = start()
    press_button(app, "model_last")
    assert "Making" in received[-1]["message"]["words"]
    (question,) = client.questions  # The browser's polls send no second question.
    assert question.name == "keras_file"
    assert (question.arguments["mode"], question.arguments["timesteps"]) == ("last", 12)
    question.answer.set_result({"file": b"keras"})
    for _ in range(2):  # The browser may miss the first reply, so the page repeats it.
        app.run()
        assert received[-1] == b"model_last\nkeras"
    press_button(app, take.RECEIVED)
    assert client.questions == [question]
    assert app.session_state[SESSION].taking is None


def test_a_file_that_does_not_arrive_is_reported(received, client, time):
    """The card reports a file that takes too long, and a file that the run doesn't have."""
    app = start()
    press_button(app, "model_last")
    assert not received[-1]["message"].get("failed")
    time.forward(take.MOST_SECONDS + 1)
    app.run()
    assert received[-1]["message"]["failed"]
    assert client.questions[0].answer.cancelled()
    press_button(app, "predictions")
    assert received[-1]["message"] == {
        "id": "predictions",
        "words": take.TEXTS["gone"],
        "failed": True,
    }


def test_a_failure_is_reported_with_its_reason(received, monkeypatch):
    """The next click on the button tries again."""
    app = start()
    monkeypatch.setattr(take.export, "weights_npz", lambda *_: 1 / 0)
    assert "division by zero" in downloaded(app, received, "weights")["message"]["words"]
    monkeypatch.setattr(take.export, "weights_npz", lambda *_: b"all")
    assert downloaded(app, received, "weights") == b"all"


def test_the_card_has_code_for_the_run(received, client):
    """After a change of settings, the page still shows the script of the run."""
    app = press(start(data="echo"), "train")
    finish_newest(client, Status.FINISHED)
    app.run()
    app.slider(key="T").set_value(7).run()
    card = received[-1]
    assert "with other settings" in card["note"]
    assert card["files"]["keras"] == "echo-lstm-both.py"
    assert "(N, 12, " in downloaded(app, received, "keras").decode()
    assert "(N, 12, " in app.code[0].value
    app.session_state[take.SCRIPT] = False  # The user folds the script.
    assert not app.run().code


def test_a_run_on_an_upload_can_be_saved_with_its_rows(received, client):
    """The card also has scripts, predictions and a forecast."""
    app = start(data="upload", T="5", seeds="1")
    upload_file(app, "own.csv", rows(60))
    press(app, "train")
    finish_newest(client, Status.FINISHED)
    app.run()
    rows_of_file = {"kept_rows", "predictions_csv", "forecast", "keras", "torch", "data"}
    assert rows_of_file <= received[-1]["files"].keys()
    whole = downloaded(app, received, "kept_rows")
    assert open_kept("a.unrolled", whole).table is not None


def test_test_predictions_can_be_saved_after_the_evaluation_on_the_test_part(received, client):
    """Before the evaluation, which is counted, no file has predictions for test samples."""
    forecast = {"inputs": "temp_max", "part": "ahead", "way": "fed", "steps": "7"}
    app = press(start(data="seattle", seeds="1", test="20", **forecast), "train")
    finish_newest(client, Status.FINISHED)
    app.run()
    assert "test_csv" not in received[-1]["files"]
    app.button(key="look_at_test").click().run()
    assert received[-1]["files"]["test_csv"] == "seattle-lstm-both-test-predictions.csv"
    report = downloaded(app, received, "report").decode()
    assert "input, 7 times" in report
    assert "the bands contain" in report
    frame = pd.read_csv(io.BytesIO(downloaded(app, received, "test_csv")))
    parts = app.session_state[SESSION].subject.experiment.data
    assert parts.test == 20
    validation = pd.read_csv(io.BytesIO(downloaded(app, received, "predictions_csv")))
    assert validation["sample"].max() + 1 == frame["sample"].min()


def test_files_of_an_earlier_epoch_name_the_epoch(received):
    """File names, scripts and tables are about the picked epoch, but a saved run has all epochs."""
    app = start(data="parity", epoch="53")
    assert received[-1]["files"]["keras"] == "parity-lstm-both-epoch-53.py"
    assert "after epoch 53" in received[-1]["note"]
    script = downloaded(app, received, "exact").decode()
    assert "run after 53 of 200 epochs" in script
    rows = list(csv.DictReader(io.StringIO(downloaded(app, received, "runs").decode())))
    assert {row["epoch"] for row in rows} == {"53"}
    assert b"epoch 53 of 200" in downloaded(app, received, "report")
    assert open_kept("a.unrolled", downloaded(app, received, "kept")).snapshot.epoch == 200
