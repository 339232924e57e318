"""The windows of one or several series equal those of a slow search, row by row."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lib.data import Table, WindowError
from lib.data.dataset import Rows
from lib.data.tables.cutting import cut, parts_of, span_of
from lib.data.tables.windows import make_windows
from lib.experiment import DataSettings, ExperimentError

SETTINGS = st.builds(
    DataSettings,
    timesteps=st.integers(2, 6),
    horizon=st.integers(0, 4),
    rate=st.integers(1, 3),
    stride=st.integers(1, 3),
    split=st.sampled_from(["time", "id"]),
    train=st.integers(10, 95),
    test=st.sampled_from([0, 0, 15, 30]),
    gap=st.integers(0, 4),
)
SEEDS = st.integers(0, 3)
MOST = st.sampled_from([10**9, 20])
SERIES = st.builds(
    lambda first, length, holes: {*range(first, first + length)} - holes,
    st.integers(0, 15),
    st.integers(40, 80),
    st.sets(st.integers(20, 60), max_size=3),
)
PANELS = st.lists(SERIES, min_size=1, max_size=5)
"""Lists of series; each series is the set of times with a row."""


def panel(series):
    """Return rows with these series, and each row's rank: the arguments of `cut`."""
    codes = np.repeat(np.arange(len(series)), [len(times) for times in series])
    times = np.concatenate([sorted(times) for times in series])
    rows = Rows(None, None, codes, codes, ("",), None)
    return rows, np.unique(times, return_inverse=True)[1]


def searched(codes, part, data):
    """Search row by row. Return the first rows of each split's windows."""
    starts = [[], [], []]
    for s in range(codes.max() + 1):
        for p in range(3):
            count = 0
            for row in np.flatnonzero(codes == s):
                covered = [row + i for i in range(span_of(data))]
                if covered[-1] < len(codes) and all((codes[r], part[r]) == (s, p) for r in covered):
                    if count % data.stride == 0:
                        starts[p].append(row)
                    count += 1
    return starts


@settings(derandomize=True, deadline=None)
@given(PANELS | st.lists(SERIES, min_size=3, max_size=5), SETTINGS, SEEDS, MOST)
def test_all_rows_of_a_window_are_in_one_series_and_one_split(series, data, seed, most):
    """Splits follow one another in time, with a gap between them, or have different series."""
    rows, rank = panel(series)
    codes = rows.series
    try:
        made = cut(rows, rank, data, seed, most)
    except WindowError:
        assume(False)
    part = made.part
    if data.split == "time" and not made.sizes[2]:  # The panel has too few rows.
        data = replace(data, test=0)
    parts = np.split(made.starts, np.cumsum(made.sizes)[:2])
    expected = searched(codes, part, data)
    assert [list(p) for p in parts] == [starts[:: made.every] for starts in expected]
    assert len(made.starts) <= max(most, 3)
    assert all(made.sizes[: parts_of(data)])
    if data.split == "id":
        by_part = [{codes[row] for row in p} for p in parts]  # the series of each part
        assert sum(map(len, by_part)) == len(set().union(*by_part))
        return
    times = [rank[part == p] for p in range(parts_of(data))]
    for earlier, later in itertools.pairwise(times):
        assert later.min() - earlier.max() > data.gap


@settings(derandomize=True, deadline=None)
@given(PANELS, SETTINGS, SEEDS)
def test_the_timesteps_that_an_error_proposes_work(series, data, seed):
    """This holds even if the series of a panel have different lengths."""
    rows, rank = panel(series)
    longer = replace(data, timesteps=60)
    try:
        cut(rows, rank, longer, seed, 10**9)
    except WindowError as error:
        if error.timesteps:
            shorter = replace(data, timesteps=error.timesteps)
            assert len(cut(rows, rank, shorter, seed, 10**9).starts)


def store_table(stores, days, order):
    """Return a table whose values are 1000 · store + day, sorted by the columns `order`."""
    rows = [(f"s{s}", day, 1000.0 * s + day) for s in range(stores) for day in range(days)]
    frame = pd.DataFrame(rows, columns=["store", "day", "value"])
    frame = frame.sort_values(order, kind="stable", ignore_index=True)
    return Table(
        "stores",
        frame[["value", "store"]].astype({"store": "category"}),
        times=pd.DatetimeIndex(pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["day"], "D")),
        step="day",
        series="store",
    )


@pytest.mark.parametrize("order", [["day", "store"], ["store", "day"]])
@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    data=st.builds(
        DataSettings,
        timesteps=st.integers(2, 5),
        horizon=st.integers(0, 4),
        ahead=st.sampled_from(["one", "each"]),
        form=st.sampled_from(["value", "change"]),
        rate=st.integers(1, 2),
        stride=st.integers(1, 3),
        split=st.sampled_from(["time", "id"]),
        test=st.sampled_from([0, 20]),
        gap=st.integers(0, 3),
    )
)
def test_every_target_comes_from_the_right_row(order, data):
    """This holds for a panel in any order of rows, and for all settings."""
    assume(data.horizon or data.form == "value")  # a row's change from itself is always 0
    dataset = make_windows(store_table(4, 60, order), ["value"], ["value"], data)
    origin, steps = dataset.origin, data.timesteps
    current = origin.targets[origin.rows(steps), 0]
    y = np.stack([dataset.raw(dataset.y[n], n) for n in range(len(dataset.x))])
    horizons = list(range(1, data.horizon + 1)) or [0]
    horizons = horizons if data.ahead == "each" else [data.horizon]
    for k, horizon in enumerate(horizons):
        assert np.allclose(y[..., k], current + horizon, atol=0.01)
    assert (np.diff(current, axis=1) == data.rate).all()
    last = dataset.raw(dataset.y[:, -1], slice(None), last=True)
    assert np.allclose(last, y[:, -1])
    covered = [
        {row for start in origin.starts[part] for row in range(start, start + span_of(data))}
        for part in dataset.parts.values()
    ]
    assert sum(map(len, covered)) == len(set().union(*covered))


def test_rows_of_one_day_are_averaged_if_no_column_identifies_series():
    """A note says how many rows were averaged."""
    days = pd.DatetimeIndex(np.repeat(pd.date_range("2024-01-01", periods=20), 2))
    table = Table("t", pd.DataFrame({"value": np.arange(40.0)}), days, "day")
    dataset = make_windows(table, ["value"], ["value"], DataSettings(timesteps=3))
    assert dataset.raw(dataset.y[0], 0)[:, 0] == pytest.approx([2.5, 4.5, 6.5])
    assert "reduced 40 rows to 20" in " ".join(dataset.notes)
    one_day = replace(table, times=days[:1].repeat(40))
    with pytest.raises(
        WindowError, match=r"1 time has .* 40 rows to 1\. .* choose a series column"
    ):
        make_windows(one_day, ["value"], ["value"], DataSettings(timesteps=3))


def test_each_category_becomes_a_feature_and_each_date_a_point_on_a_circle():
    """A text column is encoded one-hot; a weekday has a sine and a cosine."""
    table = store_table(3, 60, ["store", "day"])
    inputs = ["value", "store", "day of week"]
    dataset = make_windows(table, inputs, ["value"], DataSettings(timesteps=4))
    assert dataset.feature_names[:4] == ("value", "store = s0", "store = s1", "store = s2")
    assert dataset.feature_names[4:] == ("day of week (sin)", "day of week (cos)")
    # Standardized, 1 in a third of the rows becomes (1 - 1/3) / sqrt(2/9), and 0 is negative.
    assert dataset.x[0, 0, 1:4] == pytest.approx([1.414, -0.707, -0.707], abs=1e-3)
    # Of 14 categories, eleven have a feature each, and the others share one feature.
    stores = store_table(14, 9, ["day"])
    many = make_windows(stores, ["store"], ["value"], DataSettings(timesteps=2))
    assert (len(many.feature_names), many.feature_names[-1]) == (12, "store = other")


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"split": "id"}, r"at least 2 series, .* got 1\. Split by time"),
        ({"series": "shop"}, "series column 'shop' isn't in stores"),
        ({"targets": ["store"]}, "at least two texts .* got 1 different .* of store"),
        ({"targets": ["value", "store"]}, "or one text column with labels, got"),
        ({"targets": ["no"]}, "got .'no'.. stores.* has the numbers value"),
        ({"targets": ["value", "value"]}, "1 to 16 different columns of numbers"),
        ({"inputs": ["no"]}, r"input column 'no' isn't in stores. Choose from \['value', 'store"),
        ({"inputs": []}, "at least one input column is needed"),
        ({"horizon": 0, "form": "change"}, "always 0. Choose at least 1 step ahead"),
        ({"horizon": 65, "ahead": "each"}, "at most 64 targets .* got 1 × 65"),
        ({"horizon": 20, "timesteps": 24}, r"44 rows.* has 60 rows. Choose"),
        ({"horizon": -1}, "^horizon .* 0 to 365, got -1$"),
        ({"missing": "guess"}, r"^missing must be one of fill, drop, got 'guess'$"),
    ],
)
def test_an_invalid_setting_raises_an_error_with_the_allowed_values(chosen, message):
    """Settings from the URL may be invalid; the error says what was expected."""
    chosen = {"inputs": ["value"], "targets": ["value"], "timesteps": 4, **chosen}
    inputs, targets = chosen.pop("inputs"), chosen.pop("targets")
    with pytest.raises(ExperimentError, match=message):
        make_windows(store_table(1, 60, ["day"]), inputs, targets, DataSettings(**chosen))
