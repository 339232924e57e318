"""Axes contain all values, and texts around a plot never overlap."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.charts import axes, chart
from lib.charts.palette import PALETTES


@given(st.integers(2, 100), st.sampled_from(["", "day ", "a long name "]))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_timestep_ticks_are_evenly_spaced_and_include_the_last_step(steps, word):
    """All names together fit into 200 pixels, the width on a phone, with 7.5 pixels per letter."""
    names = [f"{word}{k + 1}" for k in range(steps)]
    axis = axes.timestep_axis(names)
    ticks = axis["tickvals"]
    assert all(isinstance(k, int) for k in ticks)
    assert ticks == sorted(set(ticks))
    assert ticks[-1] == steps
    assert len({b - a for a, b in itertools.pairwise(ticks)}) == 1
    assert axis["ticktext"] == [names[k - 1] for k in ticks]
    assert len(ticks) == 2 or 7.5 * len("".join(axis["ticktext"])) <= 200


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
@settings(derandomize=True, deadline=None)
def test_a_linear_axis_contains_all_values(values):
    """The range includes all values, and the values that never change, 0 and 1."""
    axis = axes.linear_axis("y", np.array(values), np.array([0.0, 1.0]))
    low, high = axis["range"]
    assert low <= min([0.0, *values])
    assert high >= max([1.0, *values])


def test_data_with_a_minimum_of_0_have_an_axis_that_begins_at_0():
    """This holds for labels of 0 and 1, counts and amounts, even after rounding to 32 bits."""
    for data in ([0, 1, 1], [0, 3, 7], [0, 0.2, 31.5], [0, 0, 0], [-1e-8, 1, 0.5]):
        values = np.array(data, np.float64)
        assert axes.from_zero(values)
        low, high = axes.linear_axis("y", values, axes.with_room(values), zero=True)["range"]
        assert low == min(data)
        assert high > max(1, *data)
    below, _ = axes.linear_axis("y", np.array([-0.02]), np.array([0, 1.25]), zero=True)["range"]
    assert below == pytest.approx(-0.0875)  # A prediction below 0 is inside the axis.
    for data in ([0.1, 1], [-1, 1], [-0.01, 1], [5, 5], [np.nan]):
        assert axes.from_zero(np.array(data)) == (data == [np.nan])


@given(st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=8))
@settings(derandomize=True, deadline=None)
def test_a_logarithmic_axis_contains_all_values_and_has_ticks(values):
    """The axis spans at least a decade, ends at half decades, and has at least two ticks."""
    axis = axes.log_axis("y", values)
    low, high = axis["range"]
    assert low <= np.log10(min(values)) + 1e-9
    assert high >= np.log10(max(values)) - 1e-9
    assert high - low >= 1
    assert (2 * low).is_integer()
    assert (2 * high).is_integer()
    inside = [tick for tick in axis["tickvals"] if low <= np.log10(tick) <= high]
    assert len(inside) == len(axis["ticktext"]) >= 2


def test_ticks_are_decimals_or_powers_of_ten():
    """Ticks from 0.001 to 100,000 are decimals. If one tick is outside, all are powers of ten."""
    assert axes.log_axis("y", [0.002, 30000])["ticktext"][0] == "0.01"
    assert "10,000" in axes.log_axis("y", [5, 30000])["ticktext"]
    assert axes.log_axis("y", [1e-12, 1])["ticktext"] == [
        *(
            "10<sup>−12</sup>",
            "10<sup>−9</sup>",
            "10<sup>−6</sup>",
            "10<sup>−3</sup>",
            "10<sup>0</sup>",
        )
    ]
    assert "5·10<sup>−7</sup>" in axes.log_axis("y", [2e-7, 9e-7])["ticktext"]


def test_ticks_below_0_001_share_a_power_of_ten():
    """An axis to 0.0016 has ticks such as 0.5 × 10⁻³. Close values of usual size are decimals."""
    powers = (0, 0.0016), (-0.0016, 0.001), (0, 2e8)
    for low, high in (*powers, (0.5, 0.5016), (0, 5)):
        axis = axes.linear_axis("y", np.array([low, high]), np.array([low, high]), zero=low == 0)
        assert (axis["exponentformat"] == "power") is ((low, high) in powers)


@given(st.floats(1e-9, 1e9), st.floats(1, 1e12))
@settings(derandomize=True, deadline=None)
def test_ticks_of_a_logarithmic_axis_never_touch(least, times):
    """Tick labels fit into the margin: they have at most seven letters, or are a power of ten."""
    axis = axes.log_axis("y", [least, least * times])
    low, high = axis["range"]
    heights = sorted(143 * (np.log10(tick) - low) / (high - low) for tick in axis["tickvals"])
    assert np.diff(heights).min(initial=99) >= 15
    assert all(len(name) <= 7 or "<sup>" in name for name in axis["ticktext"])


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=6), st.sampled_from(["log", "linear"]))
@settings(derandomize=True, deadline=None)
def test_labels_at_the_ends_of_lines_never_overlap(values, kind):
    """Labels keep the order of the values, and stay inside the plot if they fit."""
    low, high = (-4.0, 4.0) if kind == "log" else (-1e3, 1e3)
    ends = [chart.End(f"line {k}", value, "ink") for k, value in enumerate(values)]
    y = {"type": kind, "range": (low, high)}
    labels = chart.end_labels(ends, y, PALETTES["light"])
    assert len(labels) == len(values)
    pixels = chart.LEAST_PLOT / (high - low)
    heights = [(label["y"] - low) * pixels + label["yshift"] for label in labels]
    assert min(np.diff(heights), default=99) >= chart.NOTE - 1
    assert -1 <= heights[0] <= heights[-1] <= chart.LEAST_PLOT + 1
    for one, other in itertools.pairwise(labels):
        assert one["y"] <= other["y"]


def test_a_line_without_a_value_keeps_the_space_of_its_label():
    """NaN, and 0 on a logarithmic axis, have no label. A label's rows break between words."""
    ends = [chart.End("a", 1.0, "ink"), chart.End("b", np.nan, "ink"), chart.End("c", 0.0, "ink")]
    labels = chart.end_labels(ends, {"type": "log", "range": (-1, 1)}, PALETTES["light"])
    assert [label["text"] for label in labels] == ["a"]
    assert chart.End("linear autoregression", 1.0, "ink").rows == ["linear", "autoregression"]
