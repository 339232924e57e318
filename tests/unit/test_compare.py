"""Compared runs: the better run, different settings, charts, texts and table."""

import csv
import io
import re
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.charts import compare, ranking
from lib.charts.compare import LOOKS, errors_figure, losses_figure, predictions_figure
from lib.data.datasets.registry import make_dataset, suggested
from lib.experiment import SETTINGS
from lib.export.files import NUMBERS, runs_csv
from lib.results import ERROR
from lib.results.compared import LETTERS, Compared, same_data
from lib.results.run import Status
from tests.unit.pictures import (
    EXPERIMENT,
    LIGHT,
    a_dataset,
    a_result,
    a_snapshot,
    of_a_table,
    spoiled,
    the,
    words_of,
)
from tests.unit.test_figures import DATASETS


def a_run(place=0, dataset=None, experiment=EXPERIMENT, **errors):
    """Return a finished run with a letter; `sequence=[0.5, 0.4]` are constant errors by seed."""
    dataset = dataset or a_dataset()
    errors = errors or {"sequence": [0.5], "last": [0.25]}
    count = len(next(iter(errors.values())))
    seeds = [{m: a_result(dataset, e[k]) for m, e in errors.items()} for k in range(count)]
    start, letter = replace(a_snapshot(dataset), status=Status.FINISHED), LETTERS[place]
    snapshot = replace(start, results=seeds[0], others=tuple(seeds[1:]))
    return Compared(experiment.set(seeds=count), dataset, snapshot, f"id{place}", letter, letter)


def runs_on(dataset, *errors):
    """Return runs A, B and so on, on the same data."""
    return [a_run(place, dataset, **each) for place, each in enumerate(errors)]


@pytest.mark.parametrize(
    ("errors", "leader"),
    [
        (([1.0, 1.1], [2.0, 2.1]), "A"),
        (([2.0, 2.1, 2.2, 2.1], [1.0, 1.1, 1.0, 1.2], [4.0, 4.1, 4.3, 4.2]), "B"),
        (([2.0, 2.1], [1.0, 1.1], [1.1, 1.0]), ""),  # Runs B and C are too close.
    ],
)
def test_the_text_names_the_run_that_is_better_than_every_other(errors, leader):
    """The details compare this run with each other run, and count the seeds it wins."""
    takeaway, details = ranking.errors_words(runs_on(a_dataset(), *({"last": e} for e in errors)))
    assert (
        f"Run {leader} has the smallest error in last" if leader else "Too close to tell"
    ) in takeaway
    assert len(takeaway.split()) <= 15
    squares = dict(zip(LETTERS, np.square(errors), strict=False))
    verdicts = re.findall(r"run (\w) (?:has a|and)[a-z ]* run (\w)[a-z ]* in (\d+)", details)
    assert len(verdicts) == details.count("paired t-test") == len(errors) - 1
    for below, above, wins in verdicts:
        assert int(wins) == (squares[below] < squares[above]).sum()


def test_each_mode_has_its_own_winner():
    """The takeaway names the better run of each mode, or that a mode is unclear."""
    one = {"sequence": [1.0, 1.1], "last": [1.0, 1.1]}
    for last, expected in (
        ([2.0, 2.1], "sequence mode and last-step mode."),
        ([0.5, 0.6], "sequence mode, run B in last-step mode."),
        ([1.1, 1.0], "sequence mode; last-step mode is unclear."),
    ):
        runs = runs_on(a_dataset(), one, {"sequence": [2.0, 2.1], "last": last})
        assert ranking.errors_words(runs)[0] == f"Run A has the smallest error in {expected}"


BETTER, WORSE = {"last": [1.0, 1.1]}, {"last": [2.0, 2.1]}
ONE, OTHER = runs_on(a_dataset(), BETTER, WORSE)
PAUSED = replace(OTHER, snapshot=replace(OTHER.snapshot, status=Status.PAUSED))
OF_TABLE = of_a_table(a_dataset())


@pytest.mark.parametrize(
    ("why", "runs"),
    [
        ("One run: pick another", [a_run()]),
        ("The runs use different data.", [a_run(), a_run(1, a_dataset(t=5))]),
        ("One seed decides nothing", runs_on(a_dataset(), {"last": [1.0]}, {"last": [2.0]})),
        ("The runs use different seeds.", runs_on(a_dataset(), BETTER, {"last": [2.0, 2, 2]})),
        ("The runs use different modes.", runs_on(a_dataset(), BETTER, {"sequence": [2.0, 2]})),
        ("One run has an error of NaN", runs_on(a_dataset(), BETTER, {"last": [np.nan, 2]})),
        ("No result yet: some of these runs", [ONE, PAUSED]),
        ("Too close to tell with 2 independent samples", runs_on(OF_TABLE, BETTER, WORSE)),
        (
            "Run A has the smallest error in last-",
            runs_on(OF_TABLE, BETTER, {"last": [200.0, 210]}),
        ),
    ],
)
def test_no_run_is_called_better_if_seeds_or_samples_are_too_few(why, runs):
    """The takeaway has the reason in at most 15 words."""
    takeaway = ranking.errors_words(runs)[0]
    assert takeaway.startswith(why)
    assert len(takeaway.split()) <= 15


def test_losses_have_no_ranking():
    """The takeaway has the range in each mode, if the runs have one loss. Losses are medians."""
    mae = replace(OTHER, experiment=OTHER.experiment.set(loss="mae"))
    takeaway, details = ranking.losses_words([ONE, mae])
    assert takeaway.startswith("Losses of different kinds")
    same, _ = ranking.losses_words([ONE, OTHER])
    assert same.endswith("loss: 1.1 to 4.21 in last-step mode.")
    assert "run B has 4.21 (4 to 4.41) in last-step mode" in details


def run_of(name, **settings):
    """Return a run of a dataset with its suggested settings, except `settings`."""
    experiment = suggested(name)
    dataset = make_dataset(experiment)
    return Compared(experiment.set(**settings), dataset, a_run().snapshot, name, name)


def test_different_settings_are_named_data_first():
    """Settings without effect are left out. A single run shows data, timesteps and units."""
    echo, mean = run_of("echo"), run_of("running_mean")
    small = run_of("running_mean", U=4, cell="gru", lag=9)
    far = run_of("running_mean", lr=0.1, batch=8, epochs=7, loss="mae", cell="gru", U=3, seed=4)
    for runs, names in (
        (
            [echo, mean, small],
            ["Echo", "Running mean · units 16 · cell LSTM", "Running mean · units 4 · cell GRU"],
        ),
        ([small, mean], ["units 4 · cell GRU", "units 16 · cell LSTM"]),
        ([mean], ["Running mean · timesteps 12 · units 16"]),
    ):
        assert compare.differences(runs) == names
    assert compare.differences([mean, far])[1].endswith("and 2 more")


def test_the_same_data_have_equal_samples():
    """A task with another seed has different data."""
    other = make_dataset(suggested("echo").set(seed=1))
    assert same_data([run_of("echo"), run_of("echo")])
    assert not same_data([run_of("echo"), replace(run_of("echo"), dataset=other)])


def test_each_runs_errors_have_their_range():
    """A text has the median, smallest and largest error. A recorded run has no speed."""
    run = a_run(last=[0.1, 0.2, 0.3])
    assert ranking.spread(run, "last", ERROR) == "0.04 (0.01 to 0.09)"
    assert compare.reached(run) == "10 of 20 epochs"
    timed = replace(run, snapshot=replace(run.snapshot, epoch=20, epochs_per_second=4.0))
    assert compare.reached(timed) == "20 epochs, 4 a second"
    assert compare.reached(replace(timed, is_recorded=True)) == "20 epochs"
    assert "2 runs" in compare.headline([run, run])


@pytest.mark.parametrize("data", DATASETS)
def test_plotly_accepts_every_figure(data):
    """This covers six runs, one run, a diverged run, and runs on different data."""
    dataset = DATASETS[data]
    six = [a_run(place, dataset) for place in range(6)]
    broken = replace(six[1], snapshot=spoiled(six[1].snapshot, np.inf))
    longer = a_run(1, a_dataset(t=dataset.shape[1] + 3), sequence=[0.3])
    for runs in (six, six[:1], [six[0], broken], [six[0], longer]):
        figures = [losses_figure(runs, LIGHT), errors_figure(runs, LIGHT)]
        if same_data(runs):
            figures.append(predictions_figure(runs, 0, dataset.targets - 1, LIGHT))
        for figure in figures:
            low, high = go.Figure(figure.to_dict()).layout.yaxis.range
            assert -np.inf < low < high < np.inf


def test_runs_keep_the_modes_colors_and_differ_in_dash_and_mark():
    """Each curve has its letter and mode at its end. A trace's name begins with the letter."""
    runs = runs_on(a_dataset(), *[{"sequence": [0.5], "last": [0.25]}] * 3)
    for figure in (losses_figure(runs, LIGHT), errors_figure(runs, LIGHT)):
        for letter in "ABC":
            line = the(figure, f"{letter}, sequence mode").line
            assert (line.color, line.dash) == (LIGHT.sequence, LOOKS[letter][0])
            assert f"{letter} sequence" in words_of(figure)
            assert f"{letter} last-step" in words_of(figure)
    assert len(set(LOOKS.values())) == len(LETTERS)


def test_errors_on_different_data_are_divided_by_the_baselines():
    """The baseline's own line is 1 at each step."""
    one = a_run(0, a_dataset(), sequence=[0.5])
    figure = errors_figure([one, a_run(1, a_dataset(t=6), sequence=[0.5])], LIGHT)
    assert figure.layout.yaxis.title.text == "RMSE ÷ baseline's RMSE"
    share = 0.5 / np.sqrt(one.dataset.baseline_mse)
    np.testing.assert_allclose(the(figure, "A, sequence mode").y, share)
    np.testing.assert_allclose(the(figure, "each run's baseline").y, np.ones(6))


def test_predictions_are_in_the_raw_unit():
    """Chart and text have the same errors for the picked sample and column."""
    scaled = a_dataset(target_scale=np.array([10.0]), target_unit="°C")
    runs = runs_on(scaled, {"sequence": [0.5]}, {"last": [0.25]})
    figure = predictions_figure(runs, 1, 0, LIGHT)
    targets = 10 * scaled.y[7, :, 0]
    np.testing.assert_allclose(the(figure, "A, sequence mode").y, targets + 5)
    np.testing.assert_allclose(the(figure, "B, last-step mode").y, targets[-1:] + 2.5)
    details = compare.predictions_words(runs, 1, 0)[1]
    assert "step: sequence 5 °C." in details
    assert "step: last-step 2.5 °C." in details


def test_the_table_has_a_row_for_each_run_mode_and_seed():
    """Unused settings and unknown values are empty, and no name becomes a formula."""
    runs = runs_on(a_dataset(), {"sequence": [0.5, 0.4], "last": [0.2, 0.1]}, {"last": [0.3]})
    uploaded = runs[1].experiment.set(data="upload", inputs=("a", "b"))
    runs[1] = replace(runs[1], name="=1+1", experiment=uploaded)
    rows = list(csv.DictReader(io.StringIO(runs_csv(runs).decode())))
    of_first = [("id0", mode, seed) for seed in "01" for mode in ("sequence", "last")]
    keys = [(row["run"], row["mode"], row["seed"]) for row in rows]
    assert keys == [*of_first, ("id1", "last", "0")]
    np.testing.assert_allclose(float(rows[3]["last_step_mse"]), 0.01)
    assert (rows[4]["name"], rows[4]["inputs"], rows[0]["kept_epoch"]) == ("'=1+1", "a|b", "")
    assert (rows[0]["N"], rows[0]["split"]) == ("320", "")
    assert {*SETTINGS, *NUMBERS} - {"seeds"} <= rows[0].keys()
