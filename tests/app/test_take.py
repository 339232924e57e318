"""Explore's card: what can be taken away is made when it is asked for, of the run that is shown."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest

from lib.export.kept import open_kept
from lib.results.run import Status
from lib.ui import runs
from lib.ui.explore import take
from lib.ui.session import KEY as SESSION
from tests.app.driver import give, start
from tests.app.test_live import press
from tests.app.test_skill import let_go
from tests.app.test_upload import rows


@pytest.fixture
def given(monkeypatch):
    """What the browser is given for the card, the newest last."""
    data = []

    def draw(data_now):
        data.append(data_now if isinstance(data_now, bytes) else data_now[0])

    monkeypatch.setattr(take, "_component", lambda **of: draw(of["data"]))
    return data


def ask(app, file):
    """A run of the page after a press of a file's button."""
    app.session_state[take.KEY] = {"asked": file}
    app.run()


def taken(app, given, file):
    """The file's bytes without the name before them, or the message that stands instead."""
    for _ in range(100):
        ask(app, file)
        del app.session_state[take.KEY]
        if isinstance(given[-1], bytes):
            name, _, content = given[-1].partition(b"\n")
            assert name.decode() == file
            return content
        if given[-1]["said"].get("failed"):
            return given[-1]
    raise AssertionError(f"{file} was never made")


def test_each_button_gives_its_file(given):
    """Each file of a recorded run has the content of its name, and is made on demand."""
    app = start(data="seattle", seeds="1")
    card = given[-1]
    assert {*card["files"]} == {
        *("keras", "exact", "notebook", "data", "kept", "model_sequence", "model_last", "weights"),
        *("report", "predictions_csv", "predictions_parquet", "history", "runs"),
    }
    assert card["files"]["exact"] == "seattle-lstm-both-exact.py"
    assert app.session_state[SESSION].taking is None

    def file(name):
        return io.BytesIO(taken(app, given, name))

    for script in ("keras", "exact"):
        compile(file(script).read(), script, "exec")
    assert json.load(file("notebook"))["nbformat"] == 4
    assert card["files"]["data"] == "seattle.npz"
    assert card["files"]["data"] in taken(app, given, "exact").decode()
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


def test_a_model_is_asked_of_keras_and_nobody_waits(given, client):
    """The card says that a model's file is being made, or that Keras still starts."""
    app = start()
    for ready, words in ((False, "starting"), (True, "being made")):
        client.pool.ready = ready
        ask(app, "model_last")
        assert words in given[-1]["said"]["words"]
    (asked,) = client.questions  # however often the browser asks whether it is there
    assert asked.name == "keras_file"
    assert (asked.arguments["mode"], asked.arguments["timesteps"]) == ("last", 12)
    asked.answer.set_result({"file": b"keras"})
    for _ in range(2):  # of two answers at once the browser may see the later one alone
        app.run()
        assert given[-1] == b"model_last\nkeras"
    ask(app, take.RECEIVED)
    assert client.questions == [asked]
    assert app.session_state[SESSION].taking is None


def test_who_asks_for_what_never_comes_is_told(given, client, time):
    """The card says that a file is late, and that the shown run doesn't have another one."""
    app = start()
    ask(app, "model_last")
    assert not given[-1]["said"].get("failed")
    time.forward(take.MOST_SECONDS + 1)
    app.run()
    assert given[-1]["said"]["failed"]
    assert client.questions[0].answer.cancelled()
    ask(app, "predictions")
    assert given[-1]["said"] == {"id": "predictions", "words": take.TEXTS["gone"], "failed": True}


def test_what_cannot_be_made_is_said(given, monkeypatch):
    """The card gives the reason, and the next press tries again."""
    app = start()
    monkeypatch.setattr(take.export, "weights_npz", lambda *_: 1 / 0)
    assert "division by zero" in taken(app, given, "weights")["said"]["words"]
    monkeypatch.setattr(take.export, "weights_npz", lambda *_: b"all")
    assert taken(app, given, "weights") == b"all"


def test_code_is_of_the_run_and_of_new_settings(given, client):
    """File names tell the run's code from that of new settings; the page shows the run's."""
    app = press(start(data="echo"), "train")
    let_go(client, Status.FINISHED)
    app.run()
    assert not {"keras_new", "data"} & given[-1]["files"].keys()
    app.slider(key="T").set_value(7).run()
    app.selectbox(key="cell").set_value("gru").run()
    card = given[-1]
    assert "with T = 12 and 1 more" in card["note"]
    names = [card["files"][name] for name in ("keras", "keras_new")]
    assert names == ["echo-lstm-both.py", "echo-gru-both-new-settings.py"]
    assert "(N, 12, " in taken(app, given, "keras").decode()
    new = taken(app, given, "keras_new").decode()
    assert "(N, 7, " in new
    assert "keras.layers.GRU" in new
    assert "(N, 12, " in app.code[0].value
    app.session_state[take.SCRIPT] = False  # somebody folds it
    assert not app.run().code


def test_somebody_elses_rows_are_not_handed_on(given, client, monkeypatch):
    """The card of a run on another browser's upload offers no targets and no rows."""
    app = start(data="upload", T="5", seeds="1")
    give(app, "own.csv", rows(60))
    press(app, "train")
    let_go(client, Status.FINISHED)
    app.run()
    rows_of_file = {"kept_rows", "predictions_csv", "keras", "exact", "data"}
    assert rows_of_file <= given[-1]["files"].keys()
    whole = taken(app, given, "kept_rows")
    assert open_kept("a.unrolled", whole).table is not None
    monkeypatch.setattr(runs, "table_of_run", lambda: None)
    app.run()
    assert not rows_of_file & given[-1]["files"].keys()
    assert not app.code
    assert "weights" in given[-1]["files"]


def test_of_an_earlier_epoch_files_say_so(given):
    """Names, scripts and tables name the picked epoch, and not how the run ended."""
    app = start(data="parity", epoch="53")
    assert given[-1]["files"]["keras"] == "parity-lstm-both-epoch-53.py"
    assert "after epoch 53" in given[-1]["note"]
    script = taken(app, given, "exact").decode()
    assert "run after 53 of 200 epochs" in script
    rows = list(csv.DictReader(io.StringIO(taken(app, given, "runs").decode())))
    assert {row["epoch"] for row in rows} == {"53"}
    assert b"epoch 53 of 200" in taken(app, given, "report")
    assert open_kept("a.unrolled", taken(app, given, "kept")).snapshot.epoch == 200
