"""Windows of a table: which rows go where, what is scaled by what, and what is refused."""

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.charts.over_time import gaps_of
from lib.charts.samples import window_told
from lib.charts.split import gaps_hint, gaps_sentence, thinned
from lib.data.datasets import make_dataset, settle
from lib.data.tables import MAX_COLUMNS, Table, TooShortError, WindowError, default_columns
from lib.data.tables.order import segments
from lib.data.tables.table import remembered
from lib.data.tables.windows import make_windows
from lib.experiment.experiment import MAX_VALUES, DataSettings, Experiment, ExperimentError
from tests.unit import own_data
from tests.unit.pictures import LIGHT


def cut(table, inputs, targets, timesteps, **data):
    """The windows of a table."""
    return make_windows(table, inputs, targets, DataSettings(timesteps=timesteps, **data))


def counting(rows, **rest):
    """A table whose one column holds the row's number, so that values tell rows."""
    return Table("counting", pd.DataFrame({"row": np.arange(float(rows))}), **rest)


def rows_of(dataset, values):
    """The row numbers that inputs or targets of a counting table were taken from."""
    return dataset.raw(values, slice(None))[..., 0].round().astype(int)


def test_a_target_is_the_row_after_for_each_row_of_the_window():
    """Eight rows, T = 3, one ahead: one training and one validation window, of four rows each."""
    dataset = cut(counting(8), ["row"], ["row"], 3)
    assert rows_of(dataset, dataset.x).tolist() == [[0, 1, 2], [4, 5, 6]]
    assert rows_of(dataset, dataset.y).tolist() == [[1, 2, 3], [5, 6, 7]]
    assert dataset.train == 1


@settings(derandomize=True, deadline=None)
@given(st.integers(2, 100), st.integers(1, 365), st.integers(0, 3000))
def test_a_table_is_refused_exactly_where_two_windows_would_share_a_row(timesteps, horizon, rows):
    """2 · (T + horizon) rows are enough, and one less is not: then the error says what would do."""
    table = counting(rows)
    if rows >= 2 * (timesteps + horizon):
        dataset = cut(table, ["row"], ["row"], timesteps, horizon=horizon)
        assert 1 <= dataset.train < len(dataset.x)
    else:
        with pytest.raises(TooShortError) as refusal:
            cut(table, ["row"], ["row"], timesteps, horizon=horizon)
        cure = refusal.value.cure
        assert bool(cure) == (rows >= 6)
        if cure:
            span = cure.get("T", timesteps) + cure.get("horizon", horizon)
            assert rows - 1 <= 2 * span <= rows
            assert cure.get("T", 2) >= 2
            assert cure.get("horizon", 1) >= 1


def test_too_few_rows_are_refused_with_how_many_are_needed_and_what_would_do():
    """No T would help where the horizon alone is too long; and where both are, both are said."""
    with pytest.raises(WindowError, match=r"50 rows .* there are 30: choose T ≤ 14, or add rows"):
        cut(counting(30), ["row"], ["row"], 24)
    with pytest.raises(TooShortError, match="choose a horizon ≤ 13, or add rows"):
        cut(counting(30), ["row"], ["row"], 2, horizon=20)
    with pytest.raises(TooShortError, match="choose T ≤ 14 and a horizon ≤ 1, or add rows"):
        cut(counting(30), ["row"], ["row"], 24, horizon=20)


def test_a_season_longer_than_the_training_part_is_refused():
    """Its baseline would be the last value under another name."""
    with pytest.raises(WindowError, match=r"a season of 90 rows .* training part has 73"):
        cut(counting(100), ["row"], ["row"], 4, period=90)
    assert cut(counting(100), ["row"], ["row"], 4, period=70).origin.period == 70


def test_a_rows_change_from_itself_is_refused():
    """It is 0 whatever happens."""
    with pytest.raises(WindowError, match="always 0: look a row ahead"):
        cut(counting(100), ["row"], ["row"], 4, horizon=0, form="change")


def test_a_rows_own_target_has_its_plain_name():
    """Nothing is 0 days ahead."""
    assert cut(counting(99), ["row"], ["row"], 4, horizon=0, ahead="each").target_names == ("row",)
    names = cut(counting(99), ["row"], ["row"], 4, horizon=2, ahead="each").target_names
    assert names == ("row, 1 row ahead", "row, 2 rows ahead")


def test_some_percent_are_always_left_for_validation():
    """Training and test part together have 95 at most; the slider says so."""
    settled = settle(Experiment().set(data="seattle", train=80, test=40))
    assert settled.data.test == 15


def test_rows_that_were_dropped_are_said_to_be_the_reason():
    """With the columns that it is for: the table looked long enough."""
    frame = pd.DataFrame({"row": np.arange(40.0), "late": [np.nan] * 36 + [1.0] * 4})
    words = "there are 4: add rows. 36 rows were dropped: no earlier value of late is known"
    with pytest.raises(TooShortError, match=words):
        cut(Table("t", frame), ["row", "late"], ["row"], 4)
    with pytest.raises(TooShortError, match="values of late are missing"):
        cut(Table("t", frame), ["row", "late"], ["row"], 4, missing="drop")


def test_scaling_looks_at_the_training_rows_alone():
    """Whatever comes later, the training part stays as it is."""
    values = np.random.default_rng(0).normal(5, 2, (60, 2))
    wild = values.copy()
    wild[50:] *= 1000
    calm, stormy = (
        cut(Table("t", pd.DataFrame(v, columns=["a", "b"])), ["a", "b"], ["b"], 4)
        for v in (values, wild)
    )
    boundary = calm.train + 4  # the last training window and its targets end before this row
    assert boundary < 50
    assert np.array_equal(calm.x[: calm.train], stormy.x[: calm.train])
    assert calm.target_offset == pytest.approx(values[:boundary, 1].mean())
    assert calm.target_scale == pytest.approx(values[:boundary, 1].std())


def test_targets_go_back_to_their_own_unit():
    """Each target column by its own scale; the unit is named where there is one for all."""
    frame = pd.DataFrame({"a": np.arange(40.0), "b": 100 - 3 * np.arange(40.0)})
    dataset = cut(Table("t", frame, units={"b": "°C"}), ["a"], ["b", "a"], 5)
    assert dataset.raw(dataset.y[0], 0)[0] == pytest.approx([97, 1])
    assert cut(Table("t", frame, units={"b": "°C"}), ["a"], ["b"], 5).target_unit == "°C"
    assert dataset.target_unit == ""  # two targets, two units


def test_a_constant_column_becomes_zeros_and_is_named():
    """Its deviation is 0, and nothing is divided by that."""
    frame = pd.DataFrame({"flat": np.full(40, 0.1), "row": np.arange(40.0)})
    dataset = cut(Table("t", frame), ["flat", "row"], ["row"], 5)
    assert np.abs(dataset.x[..., 0]).max() < 1e-6
    assert any(note.startswith("flat is the same") for note in dataset.notes)


def test_a_column_that_moves_only_in_the_validation_part_is_not_blown_up():
    """Constant in training, so it keeps its own scale."""
    frame = pd.DataFrame({"late": np.r_[np.zeros(50), np.ones(10)], "row": np.arange(60.0)})
    dataset = cut(Table("t", frame), ["late"], ["row"], 4)
    assert dataset.x.max() == 1


def test_values_that_would_overflow_are_refused_with_the_column():
    """1e60 beside values of 50 has no place in float32."""
    frame = pd.DataFrame({"a": np.r_[np.arange(50.0), np.full(10, 1e60)]})
    with pytest.raises(WindowError, match=r"a gets .* deviations away"):
        cut(Table("t", frame), ["a"], ["a"], 4)


GAPPY = pd.DataFrame({"a": [np.nan, 1, 2, np.nan, np.nan, 5, *range(6, 20)]}, dtype=float)


def test_gaps_are_filled_with_the_last_known_value_and_never_a_later_one():
    """The first row has no earlier one, so it is dropped."""
    dataset = cut(Table("t", GAPPY), ["a"], ["a"], 4)
    assert dataset.raw(dataset.x[0], 0)[:, 0] == pytest.approx([1, 2, 2, 2])
    assert "2 missing values were filled with the last known value." in dataset.notes
    assert any(note.startswith("1 row was dropped") for note in dataset.notes)


def test_rows_with_gaps_can_be_dropped():
    """The three rows are gone and the windows close up; labels follow their rows."""
    times = pd.date_range("2024-01-01", periods=20)
    dataset = cut(Table("t", GAPPY, times, "day"), ["a"], ["a"], 4, missing="drop")
    assert dataset.sample_name(0) == "2024-01-02 to 2024-01-07"
    assert dataset.raw(dataset.x[0], 0)[:, 0] == pytest.approx([1, 2, 5, 6])
    assert any(note.startswith("3 rows were dropped") for note in dataset.notes)


def test_gaps_in_columns_that_are_not_used_do_no_harm():
    """Only the chosen columns decide what is dropped."""
    frame = pd.DataFrame({"row": np.arange(20.0), "empty": np.nan})
    dataset = cut(Table("t", frame), ["row"], ["row"], 4, missing="drop")
    assert dataset.shape[0] == cut(counting(20), ["row"], ["row"], 4).shape[0]


def test_inputs_whose_change_is_the_target_are_changes_too():
    """Row by row from the table: over one timestep, within a series; 0 where none is before."""
    frame = own_data.panel(60)
    table = own_data.table(frame.assign(price=np.arange(180.0) % 11), "day", "store")
    made = cut(table, ["sales", "price"], ["sales"], 4, rate=2, form="change")
    origin = made.origin
    read = origin.x_scale.raw(origin.inputs, origin.series)
    for name, own in table.frame.groupby("store", observed=True):
        mine = origin.series == origin.names.index(str(name))
        change = own["sales"].diff(2).fillna(0).to_numpy()
        np.testing.assert_allclose(read[mine], np.c_[change, own["price"]], atol=1e-3)
    assert "from the change of sales and price." in made.about
    assert any("(sales), are read as changes" in note for note in made.notes)
    levels = cut(table, ["sales", "price"], ["sales"], 4, rate=2)
    assert np.array_equal(made.origin.starts, levels.origin.starts)


@pytest.mark.parametrize("dropped", [[], [20, 21, 50]])
def test_windows_run_on_across_gaps_of_time_or_stop_there(dropped):
    """Each is looked at by its dates; what is missing may be rows, or values that were dropped."""
    days = pd.date_range("2024-01-01", periods=100).delete([] if dropped else [20, 21, 50])
    frame = pd.DataFrame({"a": np.arange(float(len(days)))})
    frame.loc[dropped] = np.nan
    table = Table("t", frame, days, "day")
    for at_gaps in ("run_on", "stop"):
        made = cut(table, ["a"], ["a"], 5, horizon=2, missing="drop", at_gaps=at_gaps)
        first = made.origin.times[made.origin.starts]
        last = made.origin.times[made.origin.starts + 6]
        crossing = int(((last - first).days > 6).sum())
        assert crossing == made.origin.crosses_gap(5).sum() == (0 if at_gaps == "stop" else 12)
        stopped = at_gaps == "stop"
        assert any("crosses a gap" in note and "2 gaps" in note for note in made.notes) is stopped
        assert gaps_hint(made) == gaps_sentence(made)
        assert gaps_hint(made).startswith("" if stopped else "12 windows of ")
        drawn = [sample for sample in range(len(made.x)) if gaps_of(made, sample, LIGHT)]
        assert len(drawn) == (0 if stopped else 8)  # four read on, and two more are said of
    if not dropped:
        made = cut(table, ["a"], ["a"], 5)
        assert "the window runs on across a gap" in window_told(made, made.origin, 17, 0)[1]
        (line,) = gaps_of(made, 17, LIGHT)["shapes"]
        assert line["x0"] == 3.5  # samples 17's rows are the 18th to 20th, and the 23rd


def test_monday_follows_friday_and_months_differ_in_length():
    """Neither is a gap; a weekday or a month that is missing is one."""
    for times in (
        pd.bdate_range("2024-01-01", periods=40),
        pd.date_range("2023-01-01", periods=40, freq="MS"),
    ):
        for without in ([], [17]):
            places = times.delete(without).to_numpy()
            found = segments(np.zeros(len(places), int), np.arange(len(places)), places)
            assert found[-1] == len(without)
            assert not found[:17].any()


def test_uneven_times_have_no_gaps_but_where_a_row_was_dropped():
    """Each row counts as one step, as the note on uneven times says."""
    hours = np.random.default_rng(0).uniform(-10, 10, 200)
    times = pd.date_range("2024-01-01", periods=200) + pd.to_timedelta(hours, "h")
    numbers = np.delete(np.arange(200), 17)
    for kept, gaps in ((np.arange(200), 0), (numbers, 1)):
        found = segments(np.zeros(len(kept), int), kept, times[kept].to_numpy())
        assert found[-1] == gaps


def test_each_series_has_its_own_usual_step_and_lost_ones_are_named():
    """A weekly store among daily ones has no gaps; a store with too short runs has no window."""
    daily = pd.date_range("2024-01-01", periods=60)
    frames = [
        pd.DataFrame({"date": daily, "store": "daily", "a": 0.0}),
        pd.DataFrame({"date": daily[::7], "store": "weekly", "a": 0.0}),
        pd.DataFrame({"date": daily[[0, 1, 2, 9, 10, 11]], "store": "broken", "a": 0.0}),
    ]
    frame = pd.concat(frames, ignore_index=True).assign(a=np.arange(75.0))
    times = pd.DatetimeIndex(frame.pop("date"))
    frame["store"] = frame["store"].astype("category")
    table = Table("t", frame, times, "day", series="store")
    made = cut(table, ["a"], ["a"], 3, at_gaps="stop", split="id")
    assert np.bincount(made.origin.series[made.origin.starts]).tolist() == [57, 6]
    assert any(note.endswith(": broken.") for note in made.notes)
    assert not any("no window" in note for note in cut(counting(60), ["row"], ["row"], 3).notes)


def test_windows_are_named_by_their_first_and_last_row():
    """By label where there are labels, else by number; hours with their time."""
    times = pd.Index([f"1990 Q{i}" for i in range(20)])
    quarters = cut(counting(20, times=times, step="quarter"), ["row"], ["row"], 4)
    assert quarters.sample_name(0) == "1990 Q0 to 1990 Q3"
    assert quarters.timestep_names == ("quarter 1", "quarter 2", "quarter 3", "quarter 4")
    plain = cut(counting(20), ["row"], ["row"], 4)
    assert plain.sample_name(0) == "row 1 to row 4"
    assert plain.timestep_names == ("1", "2", "3", "4")
    hours = pd.date_range("2024-01-01 06:00", periods=20, freq="h")
    hourly = cut(counting(20, times=hours, step="hour"), ["row"], ["row"], 4)
    assert hourly.sample_name(0) == "2024-01-01 06:00 to 09:00"
    assert hourly.short_sample_name(0) == "2024-01-01 06:00"


def test_a_samples_timesteps_are_its_rows_times_where_there_are_dates():
    """For the axis of a chart; of texts and of numbers the timesteps have the same names in all."""
    times = pd.date_range("2024-01-01", periods=40)
    dataset = cut(counting(40, times=times, step="day"), ["row"], ["row"], 3, rate=2)
    assert dataset.steps_of(1) == ("2024-01-02", "2024-01-04", "2024-01-06")
    assert cut(counting(40), ["row"], ["row"], 3).steps_of(1) == ("1", "2", "3")


def test_a_long_table_is_thinned_to_what_fits_and_says_so():
    """Of six million numbers every third window would do; by every fifth all hours come up."""
    rows, timesteps = 60_000, 100
    dataset = cut(counting(rows), ["row"], ["row"], timesteps)
    assert MAX_VALUES / 3 < dataset.x.size <= MAX_VALUES
    assert thinned(dataset).startswith(f"Every 5th window is used, {len(dataset.x):,} in all")
    first = rows_of(dataset, dataset.x)[: dataset.train, 0]
    assert (np.diff(first) == 5).all()
    assert len(set(first % 24)) == 24
    assert len(set(first // 24 % 7)) == 7
    dataset = cut(counting(1000), ["row"], ["row"], 10)
    assert (np.diff(rows_of(dataset, dataset.x)[: dataset.train, 0], axis=0) == 1).all()
    assert not thinned(dataset)


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (["no"], ["row"], r"input column 'no' isn't in counting, which has \['row'\]"),
        (["row"], ["no"], "target column 'no' isn't a number column"),
        ([], ["row"], "at least one input column is needed"),
        (["row", "row"], ["row"], "different input columns are allowed"),
    ],
)
def test_columns_that_are_not_there_are_refused(inputs, targets, message):
    """They come from the URL, where anything may stand."""
    with pytest.raises(WindowError, match=message):
        cut(counting(20), inputs, targets, 4)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"horizon": -1}, "horizon must be 0 to 365, got -1"),
        ({"horizon": 1.5}, "horizon must be a whole number from 0 to 365, got 1.5"),
        ({"timesteps": None}, "timesteps must be a whole number from 2 to 512, got None"),
        ({"period": "7"}, "period must be a whole number from 0 to 10000, got '7'"),
        ({"missing": "guess"}, r"missing must be one of \['fill', 'drop'\], got 'guess'"),
        ({"form": "log"}, r"form must be one of \['value', 'change'\], got 'log'"),
    ],
)
def test_settings_beyond_their_limits_are_refused_with_what_is_allowed(data, message):
    """Before anything is cut; horizon 0, a row's own target, is within them."""
    with pytest.raises(ExperimentError, match=f"^{message}$"):
        make_windows(counting(40), ["row"], ["row"], DataSettings(**{"timesteps": 4, **data}))


def test_a_table_whose_only_numbers_tell_series_apart_has_nothing_to_predict():
    """A number of the store is no sales."""
    table = Table("t", pd.DataFrame({"store": [1.0, 2.0]}), series="store")
    with pytest.raises(WindowError, match="'store', tells series apart, and another one is needed"):
        default_columns(table)


def test_all_columns_are_inputs_and_the_last_that_varies_is_the_target():
    """A constant would be no task; of constants alone it is the last."""
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0], "flat": [5.0, 5.0]})
    assert default_columns(Table("t", frame)) == (("a", "b", "flat"), ("b",))
    assert default_columns(Table("t", frame[["flat"]]))[1] == ("flat",)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("n", range(1, 9)),
        ("n", range(7, -1, -1)),
        ("id", [3, 1, 4, 15, 9, 2, 6, 5]),
        ("Unnamed: 0", range(100, 108)),
    ],
)
def test_a_column_that_numbers_the_rows_is_neither_input_nor_target(name, values):
    """Unless there is no other; an index of prices, or a cumulative count of twos, is none."""
    frame = pd.DataFrame({"a": np.arange(8) % 3.0, name: np.array(values, float)})
    assert default_columns(Table("t", frame)) == (("a",), ("a",))
    assert default_columns(Table("t", frame[[name]])) == ((name,), (name,))
    for column, others in (("index", 100.5 + np.arange(8)), ("count", 2.0 * np.arange(8))):
        assert default_columns(Table("t", frame[["a"]].assign(**{column: others})))[1] == (column,)


def test_a_column_that_begins_late_is_no_input_to_start_from():
    """It would cost more than half of the rows; where all do, all are."""
    late, now = [np.nan] * 6 + [1.0, 2.0, 3.0, 4.0], [5.0, *[np.nan] * 8, 6.0]
    table = Table("t", pd.DataFrame({"now": now, "late": late}))
    assert default_columns(table) == (("now",), ("now",))
    assert default_columns(Table("t", pd.DataFrame({"late": late})))[0] == ("late",)


def test_a_wide_table_starts_with_as_many_inputs_as_are_allowed_the_target_among_them():
    """A target's own past tells most about it."""
    frame = pd.DataFrame(np.random.default_rng(0).random((2, 40))).rename(columns=str)
    inputs, targets = default_columns(Table("t", frame))
    assert len(inputs) == MAX_COLUMNS
    assert targets == ("39",)
    assert inputs[-1] == "39"
    assert inputs[:3] == ("0", "1", "2")


def test_an_uploaded_table_is_cut_by_the_experiment():
    """F follows from the table, T is the person's."""
    table = counting(40)
    experiment = Experiment().set(data="upload", T=5, F=9)
    assert settle(experiment, table).data.features == 1
    dataset = make_dataset(experiment, table)
    assert dataset.name == "upload"
    assert dataset.title == "counting"
    assert dataset.shape == (30, 5, 1)


def test_what_is_remembered_of_a_table_is_made_once_and_goes_with_it():
    """A refusal, too. Else the page's process would hold a million rows for each setting."""
    seen = []

    @remembered
    def rows(table, times):
        seen.append(times)
        if not times:
            raise TooShortError("too short", {"T": 2})
        return times * len(table.frame)

    table = Table("t", pd.DataFrame({"a": [1.0, 2.0, 3.0]}))
    assert [rows(table, 2), rows(table, 2), rows(table, 3)] == [6, 6, 9]
    for _ in range(2):
        with pytest.raises(TooShortError, match="too short") as refused:
            rows(table, 0)
        assert refused.value.cure == {"T": 2}
    del refused
    assert seen == [2, 3, 0]
    gone = weakref.ref(table)
    del table
    gc.collect()
    assert gone() is None
