"""Rules for all charts of Explore: valid figures, fixed layouts, and colors with one meaning."""

import json
from base64 import b64decode
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.charts.chart import CONFIG
from lib.charts.palette import PALETTES
from lib.charts.samples import sample_figure
from lib.charts.split import split_figure
from lib.data import Dataset
from tests.unit.pictures import (
    EXPERIMENT,
    LIGHT,
    a_dataset,
    a_run,
    all_figures,
    drawn,
    spoiled,
    the,
    traces,
    words_of,
)

DATASETS = {
    "plain": a_dataset(),
    "two steps": a_dataset(t=2),
    "a hundred steps": a_dataset(t=100),
    "several targets": a_dataset(k=3, target_scale=np.array([1.0, 2, 3]), target_offset=np.ones(3)),
    "huge": a_dataset(baseline=np.full((8, 4, 1), 2e4, np.float32), best_mse=np.full(4, 26109.24)),
    "exact": a_dataset(best_mse=np.zeros(4)),
    "no validation": a_dataset(n=2, train=2),
    "constant": a_dataset(y=np.zeros((8, 4, 1), np.float32)),
    "with gaps": a_dataset(y=np.full((8, 4, 1), np.nan, np.float32)),
}
RUNS = {
    "both": {"sequence": 0.5, "last": 0.25},
    "sequence": {"sequence": 0.5},
    "last": {"last": 0.25},
    "before training": {"epochs": 0, "sequence": 0.5, "last": 0.5},
    "exact": {"sequence": 0.0, "last": 0.0},
}


def changed(run, **snapshot):
    """Return the run with some fields of its snapshot changed."""
    return replace(run, snapshot=replace(run.snapshot, **snapshot))


def diverged(run, value):
    """Return the run after all its results became `value`."""
    return replace(run, snapshot=spoiled(run.snapshot, value))


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("data", DATASETS)
def test_plotly_accepts_every_figure(data, run):
    """The app builds charts without Plotly's checks of names, types and values."""
    mode = run if run in ("sequence", "last") else "both"
    fine = a_run(DATASETS[data], EXPERIMENT.set(mode=mode), **RUNS[run])
    for each in (fine, changed(fine, results={}), diverged(fine, np.inf)):
        for figure in all_figures(each).values():
            built = figure.to_dict()
            assert json.dumps(built)  # All arrays are encoded.
            low, high = go.Figure(built).layout.yaxis.range
            assert -np.inf < low < high < np.inf


def test_a_figure_is_encoded_as_by_plotly():
    """`to_dict` equals Plotly's own `to_dict`, except for the empty template."""
    dataset = a_dataset(best_mse=np.full(4, 0.01))
    figures = all_figures(a_run(dataset, sequence=0.5, last=0.25))
    figures["sample"] = sample_figure(dataset, 0, LIGHT)
    figures["taller"] = figures["sample"].of_height(600)
    assert go.Figure.to_dict(figures["taller"])["layout"]["height"] == 600
    for name, figure in figures.items():
        sent, by_plotly = decoded(figure.to_dict()), decoded(go.Figure.to_dict(figure))
        assert not sent["layout"]["template"]
        by_plotly["layout"]["template"] = sent["layout"]["template"]
        assert sent == by_plotly, name


def decoded(part):
    """Return a part of a figure with its encoded arrays as lists of numbers."""
    if isinstance(part, dict) and "bdata" in part:
        return np.frombuffer(b64decode(part["bdata"]), part["dtype"]).tolist(), part.get("shape")
    if isinstance(part, dict):
        return {key: decoded(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [decoded(value) for value in part]
    return part.tolist() if isinstance(part, np.ndarray) else part


def test_figures_keep_their_layout_while_numbers_change():
    """After small changes, only the labels of lines move."""
    one, other = (all_figures(a_run(sequence=0.5 + d, last=0.25 + d)) for d in (0, 0.01))
    for name, figure in one.items():
        before, after = (of[name].layout.to_plotly_json() for of in (one, other))
        labels = [[note["text"] for note in of.pop("annotations")] for of in (before, after)]
        assert (before, labels[0]) == (after, labels[1])
        assert len(figure.to_json()) < 6000
        assert figure.layout.uirevision
    assert CONFIG["displaylogo"] is False


@pytest.mark.parametrize("theme", PALETTES)
def test_one_color_means_one_thing_in_every_chart(theme):
    """Modes, target, baseline and best possible have fixed colors. The last is drawn on top."""
    p, run = PALETTES[theme], a_run(a_dataset(best_mse=np.full(4, 0.01)), sequence=0.1, last=0.1)
    for name, figure in all_figures(run, p).items():
        assert the(figure, "sequence mode").line.color == p.sequence
        assert the(figure, "last-step mode").marker.color == p.last
        if name == "predictions":
            assert the(figure, "target").line.color == p.ink
            continue
        for line in traces(figure, "best possible"):
            assert (line.line.color, line.line.dash) == (p.best, "dash")
        for line in traces(figure, "mean baseline"):
            assert (line.line.color, line.line.dash) == (p.baseline, "dot")
        names = [trace["name"] for trace in figure.data]
        assert names.index("best possible") > names.index("sequence mode")
        assert names[-1] == "best possible"


def test_no_chart_shows_a_name_as_markup(monkeypatch):
    """Axes, keys and hover texts escape all names of a dataset."""
    dataset = a_dataset(
        k=2,
        name="fake",
        title="<b>",
        feature_names=("<b>1", "<b>2", "<b>3"),
        target_names=("<b>4", "<b>5"),
        timestep_names=("<b>6", "<b>7", "<b>8", "<b>9"),
        baseline_label="<b>baseline",
        best_mse=np.ones(4),
        target_unit="<b>unit",
    )
    monkeypatch.setattr(Dataset, "sample_name", lambda _, index, **_how: f"<b>{index}")
    figures = all_figures(a_run(dataset, sequence=0.5, last=0.2))
    figures |= {"sample": sample_figure(dataset, 0, LIGHT), "split": split_figure(dataset, LIGHT)}
    for name, figure in figures.items():
        texts = json.dumps(decoded(figure.to_dict()))
        assert "&lt;b&gt;" in texts, name
        assert "<b>" not in texts, name


def test_each_of_several_seeds_has_a_thin_line():
    """The thin lines have the mode's color, like the median. One seed has no thin line."""
    one = a_run(sequence=0.5, last=1.0)
    others = tuple(a_run(sequence=s, last=1 / s).snapshot.results for s in (0.1, 0.2))
    for several, run in ((True, changed(one, others=others)), (False, one)):
        for figure in all_figures(run).values():
            names = [trace.name for trace in figure.data]
            assert ("sequence mode, each seed" in names) is several
            assert "sequence mode" in names
            assert ("each seed" in words_of(figure)) is several
    thin = the(drawn("loss", changed(one, others=others)), "sequence mode, each seed")
    assert thin.line.color == LIGHT.sequence
    assert np.isnan(np.asarray(thin.y)).sum() == 3  # one gap after each seed's line
