"""The plan of a sweep, the CSV of its results, and the command line."""

import re
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from lib.data import DATASETS, Table, make_dataset, suggested
from lib.experiment import ExperimentError, read_query
from lib.results import VARIABLE, Snapshot, Status, independent_samples
from lib.sweep import MOST_RUNS, READY, base_of, make_plan, offered, parse_vary, run_sweep
from lib.sweep.__main__ import main
from lib.sweep.plan import from_csv, read_done, result_of, write
from tests.unit.swept import a_label_point, a_point


def test_a_plan_has_all_combinations_of_values():
    """Every point has both modes and all seeds, even if the base experiment has fewer."""
    base = suggested("running_mean").set(mode="last", seeds=1, seed=7)
    plan = make_plan(base, {"T": [8, 16], "cell": ["lstm", "gru"]}, 4)
    assert [point.values for point in plan.points] == [
        {"T": t, "cell": cell} for t in (8, 16) for cell in ("lstm", "gru")
    ]
    assert not plan.notes
    for point in plan.points:
        assert point.experiment.model.modes == ("sequence", "last")
        assert [each.seed for each in point.experiment.each_seed] == [7, 8, 9, 10]


@pytest.mark.parametrize("data", [name for name in DATASETS if name != "upload"])
def test_all_offered_settings_can_vary_and_a_points_settings_are_a_link(data):
    """A value that the dataset doesn't allow is changed, with a note."""
    for key, names in offered(suggested(data)).items():
        values = names or VARIABLE[key]["values"].split(",")
        plan = make_plan(suggested(data), {key: values}, 1)
        assert len(plan.points) + len(plan.notes) >= len(values)
        assert len(plan.points) > 1 or plan.notes
        for point in plan.points:
            query = parse_qs(point.settings)
            assert read_query(query, suggested(data))[0] == point.experiment
            assert read_query(query)[0] == point.experiment


def test_values_that_become_equal_are_trained_once_with_a_note():
    """Here lags of 5 and 8 both become 3, since a lag is less than T."""
    plan = make_plan(suggested("echo"), {"T": [4], "lag": [2, 5, 8]}, 1)
    assert [point.values["lag"] for point in plan.points] == [2, 3]
    for lag, note in zip((5, 8), plan.notes, strict=True):
        assert f"lag k = {lag} to T = 4, lag k = 3" in note


def test_only_settings_and_losses_that_fit_the_data_are_offered():
    """Labels vary weights and outputs; a mask needs padding; two classes have a single loss."""
    digits = suggested("digits")
    numbers, labels, padded = (offered(suggested(name)) for name in ("echo", "digits", "vowels"))
    assert numbers["loss"] == ["mse", "mae", "huber"]
    assert labels["loss"] == ["sparse", "onehot"]
    assert padded["padding"] == ["after", "before"]
    assert not {"output", "weights", "mask"} & numbers.keys()
    assert {"output", "weights"} <= labels.keys()
    assert ("mask" in labels, "mask" in padded) == (False, True)
    assert "loss" not in offered(suggested("first_pattern"))
    assert "loss = Mean squared error to" in make_plan(digits, {"loss": ["mse"]}, 1).notes[0]


@pytest.mark.parametrize(
    ("data", "vary", "seeds", "words"),
    [
        ("seattle", {}, 4, "expected a setting to vary"),
        ("seattle", {"F": [1]}, 4, "F can't vary here: The input columns determine F"),
        ("seattle", {"lag": [1]}, 4, "Seattle weather allows only one value"),
        ("seattle", {"seed": [1]}, 4, "'seed' can't vary. Expected one of T, F, U"),
        ("seattle", {"T": []}, 4, "T needs at least one value, as in 4,8,16,32"),
        ("seattle", {"cell": []}, 4, "cell needs at least one value, as in lstm,gru,simple_rnn"),
        ("seattle", {"T": ["x"]}, 4, "2 to 512, got 'x'"),
        ("seattle", {"cell": ["rnn"]}, 4, "cell must be one of lstm, gru, simple_rnn"),
        ("seattle", {"T": range(2, 27)}, 4, "got 25 × 4 = 100. Use fewer values or seeds"),
        ("first_pattern", {"loss": ["binary"]}, 4, "first? allows only one value"),
        ("digits", {"mask": ["off"]}, 4, "row allows only one value"),
        ("worked_raw", {"T": [3]}, 1, "The worked example has 2 timesteps"),
    ],
)
def test_an_invalid_plan_raises_an_error(data, vary, seeds, words):
    """The error is raised before training, and contains the allowed values."""
    with pytest.raises(ExperimentError, match=re.escape(words)):
        make_plan(suggested(data), vary, seeds)
    most = make_plan(suggested("parity"), {"T": np.arange(2, 26)}, 4)
    assert 4 * len(most.points) == MOST_RUNS


def test_values_are_parsed_from_texts():
    """Extra spaces and commas are ignored; a repeated setting is an error."""
    assert parse_vary(["T= 8, 16 ,", "cell=gru"]) == {"T": ["8", "16"], "cell": ["gru"]}
    for wrong in ("T", "T=", "=8"):
        with pytest.raises(ExperimentError):
            make_plan(suggested("parity"), parse_vary([wrong]), 1)
    with pytest.raises(ExperimentError, match="each setting once"):
        parse_vary(["T=8", "T=9"])


def test_fixed_settings_are_checked():
    """Settings are given by key, except mode, seeds and data, which the sweep sets."""
    assert base_of("seattle", {"epochs": "5", "inputs": ["wind"]}).data.inputs == ("wind",)
    for settings in ({"epochs": 0}, {"epoch": 5}, {"mode": "last"}):
        with pytest.raises(ExperimentError):
            base_of("seattle", settings)
    with pytest.raises(ExperimentError, match="data must be one of"):
        base_of("nothing", {})


def test_ready_sweeps_have_recorded_results_for_each_point():
    """tests/agreement trains a recorded point again."""
    for ready in READY.values():
        assert not ready.plan.notes
        points = ready.recorded
        assert [p["settings"] for p in points] == [p.settings for p in ready.plan.points]
        assert all(point.is_finished for point in points)
        counts = [independent_samples(make_dataset(p.experiment)) for p in ready.plan.points]
        assert [p["independent_samples"] for p in points] == counts


def test_a_file_without_the_columns_of_labels_can_be_read(tmp_path):
    """Recorded sweeps, and files of earlier versions, have errors only. New files have both."""
    label, path = a_label_point([0.75, 0.5], [0.5, 0.25], T=8), tmp_path / "labels.csv"
    write([label], ["T"], path)
    [again] = from_csv(path.read_text())
    np.testing.assert_array_equal(again.scores("sequence"), [0.75, 0.5])
    frame = pd.read_csv(path).drop(columns=["last_step_accuracy", "baseline_accuracy"])
    [old] = from_csv(frame.to_csv(index=False))
    assert (again.measure.name, old.measure.name) == ("accuracy", "error")
    np.testing.assert_array_equal(old.scores("last"), [0.1, 0.1])


def the_plan(*values):
    """Return the plan of a sweep over T."""
    return make_plan(suggested("parity"), {"T": values}, 2)


def results(plan, status=Status.DIVERGED):
    """Return a result for each point."""
    snapshot = Snapshot("r", status, reason="The loss, as given, is NaN")
    return [result_of(point, None, snapshot) for point in plan.points]


def test_the_csv_has_a_row_for_each_point_seed_and_mode(tmp_path):
    """Numbers keep all digits, and NaN is an empty cell."""
    points = [
        a_point([0.1, 1 / 3], [2e-9, 5], T=8, cell="lstm"),
        a_point([1, 2], [3, 4], Status.DIVERGED, T=16, cell="gru"),
    ]
    file = tmp_path / "out.csv"
    write(points, ["T", "cell"], file)
    text = file.read_text()
    assert len(text.splitlines()) == 1 + 2 * 2 * 2
    assert "nan" not in text
    back = from_csv(text)
    for before, after in zip(points, back, strict=True):
        assert after.values == before.values
        for written, row in zip(before.rows, after.rows, strict=True):
            np.testing.assert_equal(row, written)
    write(back, ["T", "cell"], file)
    assert file.read_text() == text


def test_a_sweep_continues_from_a_file(tmp_path):
    """The plan may have more values than the file; failed points are trained again."""
    file = tmp_path / "out.csv"
    assert read_done(file, the_plan(4, 8)) == []
    write(results(the_plan(4, 8)), ["T"], file)
    assert [p.values["T"] for p in read_done(file, the_plan(4, 8, 16))] == [4, 8]
    write(results(the_plan(4), Status.FAILED), ["T"], file)
    assert read_done(file, the_plan(4)) == []
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "{}", None])
def test_a_file_with_other_content_raises_an_error_and_is_unchanged(tmp_path, text):
    """The content may be the results of another sweep."""
    file = tmp_path / "out.csv"
    if text is None:
        write(results(the_plan(4, 8)), ["T"], file)
    else:
        file.write_text(text)
    before = file.read_text()
    with pytest.raises(ExperimentError, match="got other content"):
        read_done(file, the_plan(4, 9))
    assert file.read_text() == before


SEATTLE = "--data seattle --vary T=8,16"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--vary T=8", "expected either --data or --file"),
        ("--file nowhere.csv --vary T=8", "nowhere.csv can't be read: No such file"),
        ("--data seattle --vary T", "expected each setting once, as in T=8,16,32, got 'T'"),
        (f"{SEATTLE} --set epochs", "expected --set key=value, got 'epochs'"),
        (f"{SEATTLE} --set epochs=0", "from 1 to 5,000, got 0"),
        (f"{SEATTLE} --set mode=last", "the sweep sets mode itself"),
        (f"{SEATTLE} --out nowhere/out.csv", "No such file or directory"),
    ],
)
def test_a_wrong_command_prints_an_error(arguments, message):
    """It exits with code 1, without a traceback."""
    done = CliRunner().invoke(main, arguments.split())
    assert done.exit_code == 1
    assert message in done.output
    assert "Traceback" not in done.output


def test_run_sweep_accepts_data_or_a_table_and_distinguishes_tables(monkeypatch):
    """Tables with different values give points with different ids, so results aren't mixed up."""
    with pytest.raises(ExperimentError, match="expected either data or a table, got both"):
        run_sweep(data="seattle", table="lib/data/datasets/files/README.md", vary={"T": [4]})
    ids = []

    def store_id(plan, *_, **__):
        ids.append(plan.points[0].settings)
        return ()

    monkeypatch.setattr("lib.sweep.runner.run_plan", store_id)
    for offset in (0, 0, 7):
        frame = pd.DataFrame({"a": np.arange(200.0) % 9 + offset, "b": np.arange(200.0) % 5})
        run_sweep(table=Table("t", frame), vary={"U": [4]}, targets=["b"])
    assert ids[0] == ids[1] != ids[2]
