"""What a sweep trains, and which sentences refuse it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest

from lib.data import read_upload
from lib.data.datasets import DATASETS, make_dataset, suggested
from lib.experiment.experiment import SETTINGS, ExperimentError, read_query
from lib.results.compared import independent_samples
from lib.results.swept import VARIABLE
from lib.sweep.plan import MOST_RUNS, SweepError, base_of, make_plan, offered, parse_vary
from lib.sweep.rows import READY


def test_each_value_goes_with_each_of_the_others() -> None:
    """In both modes and with all seeds, whatever the base has."""
    base = suggested("running_mean").set(mode="last", seeds=1, seed=7)
    plan = make_plan(base, {"T": [8, 16], "cell": ["lstm", "gru"]}, 4)
    assert [point.values for point in plan.points] == [
        {"T": t, "cell": cell} for t in (8, 16) for cell in ("lstm", "gru")
    ]
    assert plan.runs == 16
    assert not plan.notes
    for point in plan.points:
        assert point.experiment.model.modes == ("sequence", "last")
        assert [each.seed for each in point.experiment.each_seed] == [7, 8, 9, 10]


@pytest.mark.parametrize("data", ["running_mean", "seattle", "echo"])
def test_a_point_s_settings_open_it_as_a_link(data: str) -> None:
    """Whatever is the default and whatever the data suggest."""
    for point in make_plan(suggested(data), {"U": [3, 16], "lr": [0.01, 0.001]}, 2).points:
        query = parse_qs(point.settings)
        assert read_query(query, suggested(data))[0] == point.experiment
        assert read_query(query)[0] == point.experiment


@pytest.mark.parametrize("data", [name for name in DATASETS if name != "upload"])
def test_all_that_is_offered_can_vary_over_its_usual_values(data: str) -> None:
    """On every dataset; values that these don't allow are said."""
    for key in offered(suggested(data)):
        plan = make_plan(suggested(data), {key: VARIABLE[key]["values"].split(",")}, 1)
        asked = len(VARIABLE[key]["values"].split(","))
        assert len(plan.points) + len(plan.notes) >= asked
        assert len(plan.points) > 1 or plan.notes


def test_every_setting_that_can_vary_is_one() -> None:
    """By its key in the address; numbers have limits, and others options."""
    assert all(SETTINGS[key].limit or SETTINGS[key].options for key in VARIABLE)


def test_values_that_become_the_same_are_trained_once_and_said() -> None:
    """A lag has to be less than T."""
    plan = make_plan(suggested("echo"), {"T": [4], "lag": [2, 5, 8]}, 1)
    assert [point.values["lag"] for point in plan.points] == [2, 3]
    assert plan.notes == (
        "T = 4, lag = 5 is taken as T = 4, lag = 3 on these data.",
        "T = 4, lag = 8 is the same as T = 4, lag = 3 on these data.",
    )
    again = make_plan(suggested("parity"), {"head": ["none"], "U": [1, 2]}, 1)
    assert len(again.points) == 1
    assert len(again.notes) == 1


@pytest.mark.parametrize(
    ("data", "vary", "seeds", "words"),
    [
        ("seattle", {}, 4, "a sweep needs a setting that varies"),
        ("seattle", {"F": [1]}, 4, "F can't vary here: As many as the input columns make"),
        ("seattle", {"lag": [1]}, 4, "lag can't vary here: Seattle weather doesn't use it"),
        ("seattle", {"seed": [1]}, 4, "'seed' can't vary: expected one of T, F, U"),
        ("seattle", {"T": []}, 4, "T needs at least one value, as in 4,8,16,32"),
        ("seattle", {"T": ["x"]}, 4, "timesteps must be a whole number from 2 to 512, got 'x'"),
        ("seattle", {"T": ["8.5"]}, 4, "timesteps must be a whole number from 2"),
        ("seattle", {"cell": ["rnn"]}, 4, "cell must be one of ['lstm', 'gru', 'simple_rnn']"),
        ("seattle", {"T": range(2, 27)}, 4, "got 25 × 4 = 100: take 3 seeds at most"),
        ("seattle", {"T": range(2, 99)}, 1, "got 97 × 1 = 97: take fewer values"),
        ("seattle", {"T": [8]}, 17, "seeds must be 0 to 16, got 17"),
        ("worked_raw", {"T": [3]}, 1, "The worked example has 2 timesteps"),
    ],
)
def test_what_cannot_be_swept_is_refused_in_a_sentence(
    data: str, vary: dict[str, Any], seeds: int, words: str
) -> None:
    """Before anything is trained, with what would do."""
    with pytest.raises(ExperimentError, match=re.escape(words)):
        make_plan(suggested(data), vary, seeds)


def test_as_many_runs_as_are_allowed_are_planned() -> None:
    """The limit itself."""
    plan = make_plan(suggested("parity"), {"T": np.arange(2, 26)}, 4)
    assert plan.runs == MOST_RUNS


def test_values_are_read_as_they_are_typed() -> None:
    """Blanks and commas too many don't matter; each setting once."""
    assert parse_vary(["T= 8, 16 ,", "cell=gru"]) == {"T": ["8", "16"], "cell": ["gru"]}
    for wrong in ("T", "T=", "=8"):
        with pytest.raises(SweepError):
            make_plan(suggested("parity"), parse_vary([wrong]), 1)
    with pytest.raises(SweepError, match="each setting once"):
        parse_vary(["T=8", "T=9"])


def test_what_does_not_vary_is_checked_as_well() -> None:
    """Settings by key; what a sweep has words of its own for isn't one of them."""
    assert base_of("seattle", {"epochs": "5", "inputs": ["wind"]}).data.inputs == ("wind",)
    for settings in ({"epochs": 0}, {"epoch": 5}, {"mode": "last"}):
        with pytest.raises(ExperimentError):
            base_of("seattle", settings)
    with pytest.raises(ExperimentError, match="data must be one of"):
        base_of("nothing", {})


def test_another_file_is_another_sweep() -> None:
    """Its settings may be the same."""
    rows = "".join(f"{k % 7},{k % 5}\n" for k in range(200))
    table = read_upload("own.csv", f"a,b\n{rows}".encode())
    base = base_of("upload", {"targets": ["b"]})
    one, other = (make_plan(base, {"T": [4]}, 1, table, file=name) for name in "ab")
    assert one.points[0].settings != other.points[0].settings
    assert one.points[0].experiment == other.points[0].experiment


def test_ready_sweeps_can_be_made_and_are_recorded() -> None:
    """All three; that a recorded number holds is shown in tests/agreement."""
    for ready in READY.values():
        assert ready.plan.runs <= MOST_RUNS
        assert not ready.plan.notes
        points = ready.recorded
        assert [p["settings"] for p in points] == [p.settings for p in ready.plan.points]
        assert all(point.is_finished for point in points)
        counts = [independent_samples(make_dataset(p.experiment)) for p in ready.plan.points]
        assert [p["independent_samples"] for p in points] == counts
