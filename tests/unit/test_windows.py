"""The rows, scaling and errors of a table's windows."""

import numpy as np
import pandas as pd
import pytest

from lib.charts.over_time import gaps_of
from lib.charts.samples import window_words
from lib.charts.split import gaps_sentence, thinned
from lib.data import MAX_COLUMNS, Table, WindowError, default_columns
from lib.data.tables.order import segments
from lib.data.tables.windows import make_windows
from lib.experiment import MAX_VALUES, DataSettings
from tests.unit import own_data
from tests.unit.pictures import LIGHT


def cut(table, inputs, targets, timesteps, **data):
    """Return the windows of a table."""
    return make_windows(table, inputs, targets, DataSettings(timesteps=timesteps, **data))


def counting(rows, **more):
    """Return a table whose values are its row numbers."""
    return Table("counting", pd.DataFrame({"row": np.arange(float(rows))}), **more)


def rows_of(dataset, values):
    """Return the row numbers that inputs or targets of a counting table come from."""
    return dataset.raw(values, slice(None))[..., 0].round().astype(int)


def test_a_timesteps_target_is_in_the_next_row():
    """Eight rows with T = 3 give one training and one validation window."""
    assert cut(counting(99), ["row"], ["row"], 4, horizon=0).target_names == ("row",)
    dataset = cut(counting(8), ["row"], ["row"], 3)
    assert rows_of(dataset, dataset.x).tolist() == [[0, 1, 2], [4, 5, 6]]
    assert rows_of(dataset, dataset.y).tolist() == [[1, 2, 3], [5, 6, 7]]
    assert dataset.train == 1


@pytest.mark.parametrize(
    ("timesteps", "settings", "words"),
    [
        (24, {}, r"25 rows.* has 30 rows. Choose T ≤ 14, or add rows"),
        (2, {"horizon": 20}, "Choose smaller values, or add rows"),
        (4, {"rate": 30}, "windows of 92 rows"),
    ],
)
def test_too_few_rows_raise_an_error_with_a_fix(timesteps, settings, words):
    """The error proposes a smaller T, if any fits."""
    with pytest.raises(WindowError, match=words):
        cut(counting(30), ["row"], ["row"], timesteps, **settings)


def test_the_error_for_too_few_rows_mentions_dropped_rows():
    """It names the columns with missing values."""
    frame = pd.DataFrame({"row": np.arange(40.0), "late": [np.nan] * 36 + [1.0] * 4})
    why = "or add rows. 36 rows dropped: no earlier value to fill in late"
    with pytest.raises(WindowError, match=why):
        cut(Table("t", frame), ["row", "late"], ["row"], 4)


def test_scaling_uses_only_the_training_rows():
    """The offset is their mean, and the scale their standard deviation."""
    values = np.random.default_rng(0).normal(5, 2, (60, 2))
    made = cut(Table("t", pd.DataFrame(values, columns=["a", "b"])), ["a", "b"], ["b"], 4)
    boundary = made.train + 4  # the last training window and its targets end before this row
    assert made.target_offset == pytest.approx(values[:boundary, 1].mean())
    assert made.target_scale == pytest.approx(values[:boundary, 1].std())


def test_a_column_that_is_constant_in_training_is_not_scaled():
    """Its deviation of 0 is replaced with 1."""
    late = np.r_[np.zeros(50), np.ones(10)]
    columns = {"flat": np.full(60, 0.1), "late": late, "row": np.arange(60.0)}
    dataset = cut(Table("t", pd.DataFrame(columns)), ["flat", "late"], ["row"], 4)
    assert np.abs(dataset.x[..., 0]).max() < 1e-6
    assert dataset.x[..., 1].max() == 1
    assert any(note.endswith("training rows: flat, late.") for note in dataset.notes)


def test_a_value_that_would_overflow_raises_an_error():
    """The error names the value's column."""
    frame = pd.DataFrame({"a": np.r_[np.arange(50.0), np.full(10, 1e60)]})
    with pytest.raises(WindowError, match=r"a has a value .* deviations from its training mean"):
        cut(Table("t", frame), ["a"], ["a"], 4)


@pytest.mark.parametrize(
    ("missing", "values", "first", "note"),
    [
        (
            "fill",
            [1, 2, 2, 2],
            "01-02 to 2024-01-05",
            "Missing values filled with the last known in 2 rows",
        ),
        ("drop", [1, 2, 5, 6], "01-02 to 2024-01-07", "3 rows dropped"),
    ],
)
def test_gaps_are_filled_with_the_last_known_value_or_dropped(missing, values, first, note):
    """Values are filled from earlier rows only; unused columns don't matter."""
    frame = pd.DataFrame({"a": [np.nan, 1, 2, np.nan, np.nan, 5, *range(6, 20)], "b": np.nan})
    table = Table("t", frame, pd.date_range("2024-01-01", periods=20), "day")
    dataset = cut(table, ["a"], ["a"], 4, missing=missing)
    assert dataset.raw(dataset.x[0], 0)[:, 0] == pytest.approx(values)
    assert dataset.sample_name(0) == f"2024-{first}"
    assert any(each.startswith(note) for each in dataset.notes)


def test_an_input_is_a_change_if_its_change_is_the_target():
    """Changes are computed within a series, over one timestep; the first change is 0."""
    frame = own_data.panel(60)
    table = own_data.table(frame.assign(price=np.arange(180.0) % 11), "day", "store")
    made = cut(table, ["sales", "price"], ["sales"], 4, rate=2, form="change")
    origin = made.origin
    raw_inputs = origin.x_scale.raw(origin.inputs)
    for name, rows in table.frame.groupby("store", observed=True):
        of_store = origin.series == origin.names.index(str(name))
        change = rows["sales"].diff(2).fillna(0).to_numpy()
        np.testing.assert_allclose(raw_inputs[of_store], np.c_[change, rows["price"]], atol=1e-3)
    assert "from price and the change of sales." in made.about
    assert any("(sales) are changes" in note for note in made.notes)
    levels = cut(table, ["sales", "price"], ["sales"], 4, rate=2)
    assert np.array_equal(made.origin.starts, levels.origin.starts)


@pytest.mark.parametrize("dropped", [[], [20, 21, 50]])
def test_windows_cross_time_gaps_only_if_allowed(dropped):
    """Rows may be missing in the file, or be dropped."""
    days = pd.date_range("2024-01-01", periods=100).delete([] if dropped else [20, 21, 50])
    frame = pd.DataFrame({"a": np.arange(float(len(days)))})
    frame.loc[dropped] = np.nan
    table = Table("t", frame, days, "day")
    for at_gaps in ("run_on", "stop"):
        made = cut(table, ["a"], ["a"], 5, horizon=2, missing="drop", at_gaps=at_gaps)
        first = made.origin.times[made.origin.starts]
        last = made.origin.times[made.origin.starts + 6]
        crossing, stopped = int(((last - first).days > 6).sum()), at_gaps == "stop"
        assert crossing == made.origin.crosses_gap(5).sum() == (0 if stopped else 12)
        is_noted = ["crosses a time gap" in note and "2 gaps" in note for note in made.notes]
        assert any(is_noted) is stopped
        words = "Windows that cross a time gap: 12 of "
        assert gaps_sentence(made).startswith("" if stopped else words)
        drawn = [sample for sample in range(len(made.x)) if gaps_of(made, sample, LIGHT)]
        # Of 12, two per gap have only a target behind the gap.
        assert len(drawn) == (0 if stopped else 8)
    if not dropped:
        made = cut(table, ["a"], ["a"], 5)
        assert "crosses a time gap" in window_words(made, 17, 0)[1]
        (line,) = gaps_of(made, 17, LIGHT)
        assert line["x0"] == 3.5  # the sample has 18 to 20 January, and 23 and 24 January


@pytest.mark.parametrize(
    "times",
    [
        pd.bdate_range("2024-01-01", periods=40),
        pd.date_range("2023-01-01", periods=40, freq="MS"),
        # In uneven times, each row counts as one step.
        pd.date_range("2024-01-01", periods=40)
        + pd.to_timedelta(np.random.default_rng(0).uniform(-10, 10, 40), "h"),
    ],
)
def test_weekends_and_months_of_different_length_are_not_gaps(times):
    """A missing row is a gap, in evenly and in unevenly spaced times."""
    for missing in ([], [17]):
        numbers = np.delete(np.arange(40), missing)
        segment = segments(np.zeros(len(numbers), int), numbers, times[numbers].to_numpy())
        assert segment[-1] == len(missing)
        assert not segment[:17].any()


def test_each_series_has_its_own_step_and_a_note_lists_short_series():
    """A gap is longer than the usual step of the series."""
    daily = pd.date_range("2024-01-01", periods=60)
    dates = {"daily": daily, "weekly": daily[::7], "broken": daily[[0, 1, 2, 9, 10, 11]]}
    stores = np.repeat([*dates], [*map(len, dates.values())])
    frame = pd.DataFrame({"store": pd.Categorical(stores), "a": np.arange(75.0)})
    times = pd.DatetimeIndex(np.concatenate([*dates.values()]))
    table = Table("t", frame, times, "day", series="store")
    made = cut(table, ["a"], ["a"], 3, at_gaps="stop", split="id")
    assert np.bincount(made.origin.series[made.origin.starts]).tolist() == [57, 6]
    assert any(note.endswith(": broken.") for note in made.notes)
    assert not any("no window" in note for note in cut(counting(60), ["row"], ["row"], 3).notes)


@pytest.mark.parametrize(
    ("times", "step", "name", "short", "steps"),
    [
        (pd.Index([f"1990 Q{i}" for i in range(20)]), "quarter", "1990 Q0 to 1990 Q3", "1990 Q0",
         ("quarter 1", "quarter 2", "quarter 3", "quarter 4")),
        (None, "row", "row 1 to row 4", "row 1", ("1", "2", "3", "4")),
        (pd.date_range("2024-01-01 06:00", periods=20, freq="h"), "hour",
         "2024-01-01 06:00 to 2024-01-01 09:00", "2024-01-01 06:00",
         tuple(f"2024-01-01 0{k}:00" for k in range(6, 10))),
    ],
)  # fmt: skip
def test_windows_and_timesteps_are_named_by_their_rows(times, step, name, short, steps):
    """Rows have dates, other labels, or numbers."""
    dataset = cut(counting(20, times=times, step=step), ["row"], ["row"], 4)
    assert dataset.sample_name(0) == name
    assert dataset.sample_name(0, short=True) == short
    assert dataset.steps_of(0) == steps
    prefix = "" if step == "row" else f"{step} "
    assert dataset.timestep_names[:2] == (f"{prefix}1", f"{prefix}2")


def test_of_a_long_table_only_every_kth_window_is_used():
    """Here k is 5, which leaves windows that begin at each hour and on each weekday."""
    dataset = cut(counting(60_000), ["row"], ["row"], 100)
    assert MAX_VALUES / 3 < dataset.x.size <= MAX_VALUES
    assert thinned(dataset).startswith(f"Every 5th window is used, {len(dataset.x):,} in all")
    first = rows_of(dataset, dataset.x)[: dataset.train, 0]
    assert (np.diff(first) == 5).all()
    assert len(set(first % 24)) == 24
    assert len(set(first // 24 % 7)) == 7
    assert not thinned(cut(counting(1000), ["row"], ["row"], 10))


COUNT = np.arange(8.0)


@pytest.mark.parametrize(
    ("columns", "inputs", "targets"),
    [
        # The target is the last column that varies.
        ({"a": COUNT % 3, "b": COUNT % 5, "flat": 5.0}, ["a", "b", "flat"], ["b"]),
        # A column that numbers the rows is used only if it is the only number column.
        ({"a": COUNT % 3, "n": COUNT[::-1]}, ["a"], ["a"]),
        ({"a": COUNT % 3, "id": [3.0, 1, 4, 15, 9, 2, 6, 5]}, ["a"], ["a"]),
        ({"n": COUNT}, ["n"], ["n"]),
        ({"a": COUNT % 3, "count": COUNT * 2}, ["a", "count"], ["count"]),
        # A column that begins late would drop more than half of the rows.
        ({"now": COUNT % 3, "late": [*[np.nan] * 6, 1.0, 2.0]}, ["now"], ["now"]),
        # At most 16 inputs are used, and the target is one of them: its past is most useful.
        ({f"{k}": (COUNT + k) % 3 for k in range(40)},
         [*map(str, range(MAX_COLUMNS - 1)), "39"], ["39"]),
    ],
)  # fmt: skip
def test_the_default_inputs_and_target(columns, inputs, targets):
    """Row numbers and columns that begin late aren't inputs."""
    table = Table("t", pd.DataFrame(columns))
    assert default_columns(table) == (tuple(inputs), tuple(targets))


def test_a_table_whose_only_number_column_identifies_series_raises_an_error():
    """There is no column to predict."""
    table = Table("t", pd.DataFrame({"store": [1.0, 2.0]}), series="store")
    with pytest.raises(WindowError, match="besides the series column"):
        default_columns(table)
