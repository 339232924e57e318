"""What holds for every chart of a run: places, names, and colours that mean the same."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.charts.by_timestep import predictions_figure
from lib.charts.chart import CONFIG
from lib.charts.data import sample_figure, split_figure
from lib.charts.palette import PALETTES
from lib.data.dataset import Dataset
from lib.results.run import RunAt
from tests.unit.pictures import (
    EXPERIMENT,
    LIGHT,
    a_dataset,
    a_snapshot,
    all_figures,
    spoiled,
    the,
    traces,
)

BIG = {"naive": np.full((8, 4, 1), 2e4, np.float32), "best_mse": np.full(4, 26109.24)}
DATASETS = {
    "plain": a_dataset(),
    "two steps": a_dataset(t=2),
    "a hundred steps": a_dataset(t=100),
    "several targets": a_dataset(k=3, target_scale=np.array([1.0, 2, 3]), target_offset=np.ones(3)),
    "huge": a_dataset(**BIG),
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


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("data", DATASETS)
def test_every_figure_is_one_that_plotly_accepts(data, run):
    """Figures are built without Plotly's checks, so these are made here: names, types, values."""
    dataset = DATASETS[data]
    snapshot = a_snapshot(dataset, **RUNS[run])
    mode = run if run in ("sequence", "last") else "both"
    experiment = EXPERIMENT.set(mode=mode)
    for seen in (snapshot, replace(snapshot, results={}), spoiled(snapshot, np.inf)):
        for figure in all_figures(dataset, seen, experiment=experiment).values():
            built = figure.to_dict()
            assert json.dumps(built)  # arrays would be compared number by number, and none is there
            checked = go.Figure(built)
            assert len(checked.data) == len(built["data"])
            low, high = checked.layout.yaxis.range
            assert np.isfinite([low, high]).all()
            assert low < high


def test_a_figure_is_sent_as_plotly_itself_would_write_it():
    """Plotly's objects are left out on the way; an empty template is all that Plotly rewrites."""
    dataset = a_dataset(best_mse=np.full(4, 0.01))
    figures = all_figures(dataset, a_snapshot(dataset, sequence=0.5, last=0.25))
    figures["sample"] = sample_figure(dataset, 0, LIGHT)
    figures["taller"] = figures["sample"].of_height(600)
    assert go.Figure.to_dict(figures["taller"])["layout"]["height"] == 600
    for name, figure in figures.items():
        sent, by_plotly = decoded(figure.to_dict()), decoded(go.Figure.to_dict(figure))
        assert not sent["layout"]["template"]
        by_plotly["layout"]["template"] = sent["layout"]["template"]
        assert sent == by_plotly, name


def decoded(part):
    """A part of a figure, with the numbers that its bytes stand for."""
    if isinstance(part, dict) and "bdata" in part:
        return np.frombuffer(b64decode(part["bdata"]), part["dtype"]).tolist(), part.get("shape")
    if isinstance(part, dict):
        return {key: decoded(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [decoded(value) for value in part]
    return part.tolist() if isinstance(part, np.ndarray) else part


def test_figures_keep_their_place_while_numbers_change():
    """Same size, same margins and, for small changes, same axes: nothing jumps."""
    dataset = a_dataset()
    one, other = (
        all_figures(dataset, a_snapshot(dataset, sequence=0.5 + d, last=0.25 + d))
        for d in (0, 0.01)
    )
    for name, figure in one.items():
        assert figure.layout.to_plotly_json() == other[name].layout.to_plotly_json()


def test_figures_carry_no_template_and_a_revision():
    """The template is nine tenths of a small figure; the revision keeps a zoom."""
    for figure in all_figures(a_dataset(), a_snapshot(a_dataset(), sequence=0.5)).values():
        assert len(figure.to_json()) < 6000
        assert figure.layout.uirevision
    assert CONFIG["displaylogo"] is False


@pytest.mark.parametrize("theme", PALETTES)
def test_one_colour_means_one_thing_in_every_chart(theme):
    """Blue the sequence mode, vermilion the last-step mode, green dashes, grey dots."""
    p, dataset = PALETTES[theme], a_dataset(best_mse=np.full(4, 0.01))
    for name, figure in all_figures(
        dataset, a_snapshot(dataset, sequence=0.5, last=0.2), p
    ).items():
        assert the(figure, "sequence mode").line.color == p.sequence
        assert the(figure, "last-step mode").marker.color == p.last
        if name == "predictions":
            assert the(figure, "target").line.color == p.ink
            continue
        for line in traces(figure, "best possible"):
            assert (line.line.color, line.line.dash) == (p.best, "dash")
        for line in traces(figure, "guessing the mean"):
            assert (line.line.color, line.line.dash) == (p.baseline, "dot")


def test_the_best_possible_lies_above_a_line_that_reaches_it():
    """Below it nobody would see it, as on the raw worked example, where training ends there."""
    dataset = a_dataset(best_mse=np.full(4, 0.01))
    figures = all_figures(dataset, a_snapshot(dataset, sequence=0.1, last=0.1))
    for name in ("loss", "step_error", "compare"):
        names = [trace["name"] for trace in figures[name].data]
        assert names.index("best possible") > names.index("sequence mode")
        assert names[-1] == "best possible"


def test_a_column_can_be_called_anything():
    """Names from a person's file are written out, not read as markup."""
    dataset = a_dataset(target_names=("<b>x</b>",), timestep_names=("<i>", "2", "3", "4"))
    figure = predictions_figure(
        RunAt(EXPERIMENT, dataset, a_snapshot(dataset, last=0.1)), 0, 0, palette=LIGHT
    )
    assert figure.layout.yaxis.title.text == "&lt;b&gt;x&lt;/b&gt;"
    assert figure.layout.xaxis.ticktext[0] == "&lt;i&gt;"


def test_no_chart_takes_a_name_for_markup(monkeypatch):
    """Not on an axis, nor in a key, nor where a mouse is: every name of this dataset is hostile."""
    dataset = a_dataset(
        k=2,
        name="fake",
        title="<b>",
        feature_names=("<b>1", "<b>2", "<b>3"),
        target_names=("<b>4", "<b>5"),
        timestep_names=("<b>6", "<b>7", "<b>8", "<b>9"),
        naive_label="<b>guess",
        best_mse=np.ones(4),
        target_unit="<b>unit",
    )
    monkeypatch.setattr(Dataset, "_bare_name", lambda _, index: f"<b>{index}")  # of a series, say
    figures = all_figures(dataset, a_snapshot(dataset, sequence=0.5, last=0.2))
    figures |= {
        "sample": sample_figure(dataset, 0, LIGHT),
        "split": split_figure(dataset, LIGHT),
    }
    for name, figure in figures.items():
        texts = list(strings(figure.to_dict()))
        assert any("&lt;b&gt;" in text for text in texts), name
        assert not [text for text in texts if "<b>" in text], name


def strings(part):
    """Every text in a figure."""
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, str):
        yield part
    elif isinstance(part, list | tuple) or (
        isinstance(part, np.ndarray) and part.dtype.kind in "UO"
    ):
        for inner in part:
            yield from strings(inner)
