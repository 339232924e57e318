"""What is said of a table's windows is what a person would find who goes through the rows."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from lib.charts.samples import keras_sentence, shapes_sentence, slip_sentence, window_told
from lib.charts.split import leak_sentence, leak_takeaway, split_told
from lib.data.tables.leaks import Finding, find_leaks
from tests.unit.own_data import windows_of_load, windows_of_stores
from tests.unit.pictures import a_dataset


def test_a_timestep_is_said_with_its_row_and_the_row_that_it_must_say():
    """Sample 17 of days begins on the 17th; in a panel each store's count goes on."""
    dataset = windows_of_stores()
    assert window_told(dataset, dataset.origin, 16, 2)[0] == (
        "Sample 17, timestep 3 reads 2024-01-19 and must say 2024-01-20."
    )


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"rate": 2, "horizon": 3}, "reads 2024-01-01 04:00 and must say 2024-01-01 07:00."),
        ({"horizon": 0}, "reads 2024-01-01 02:00 and must say the same row."),
        ({"form": "change"}, "02:00 and must say the change to 2024-01-01 03:00."),
        (
            {"horizon": 24, "ahead": "each"},
            "reads 2024-01-01 02:00 and must say 2024-01-01 03:00 to 2024-01-02 02:00.",
        ),
    ],
)
def test_every_way_to_look_ahead_has_its_words(settings, says):
    """Of the third timestep of the first window."""
    dataset = windows_of_load(**settings)
    assert window_told(dataset, dataset.origin, 0, 2)[0].endswith(says)


@pytest.mark.parametrize(
    ("form", "ahead", "horizon"), list(product(["value", "change"], ["one", "each"], [1, 24]))
)
def test_a_takeaway_is_short_whatever_is_set(form, ahead, horizon):
    """At most 15 words, with hours too, which take the most."""
    dataset = windows_of_load(form=form, ahead=ahead, horizon=horizon, test=20)
    said = [
        window_told(dataset, dataset.origin, 999, 23)[0],
        split_told(dataset)[0],
        leak_takeaway(find_leaks(dataset)),
    ]
    assert all(len(each.split()) <= 15 for each in said), said


def test_a_window_is_said_with_the_rows_of_both_modes():
    """Every third hour, four of them, two hours ahead."""
    dataset = windows_of_load(timesteps=4, rate=3, horizon=2)
    assert window_told(dataset, dataset.origin, 0, 0)[1] == (
        "Sample 1 reads 2024-01-01 00:00 to 2024-01-01 09:00, every 3 rows. The "
        "sequence mode has a target for each timestep, 2 hours later: 2024-01-01 02:00 to "
        "2024-01-01 11:00. The last-step mode has the last timestep's: 2024-01-01 11:00."
    )
    stores = windows_of_stores()
    assert window_told(stores, stores.origin, 0, 0)[1].startswith(
        "Sample 1, north, reads 2024-01-01"
    )
    assert shapes_sentence(windows_of_load(timesteps=4, horizon=3, ahead="each")) == (
        "x (4, 1) → y (4, 3) for the sequence mode, y_last (3,) for the last step."
    )


def test_a_slip_is_called_what_it_is():
    """Copying, and the same row; and a target's own past, which is right."""
    other = {"temp": np.random.default_rng(0).normal(size=672)}

    def said(**settings):
        dataset = windows_of_load(more=other, weeks=4, **settings)
        return slip_sentence(dataset, dataset.origin)

    assert "models learn to copy it" in said(horizon=0)
    assert "That is right where they aren't known yet" in said(horizon=0, inputs=("temp",))
    assert said(horizon=1).startswith("load is among inputs and targets, and that is right")
    assert not said(horizon=1, inputs=("temp",))


def test_keras_targets_are_shifted_by_the_rows_from_a_windows_first_to_its_target():
    """Counted from the rows themselves."""
    dataset = windows_of_load(timesteps=5, rate=3, horizon=4)
    shift = dataset.origin.rows(5)[0, -1] + 4 - dataset.origin.starts[0]
    assert f"shifted by {shift} rows: 12 to the window's last one, and 4 ahead" in keras_sentence(
        dataset, dataset.origin
    )


def test_three_parts_and_a_gap_are_said():
    """With the rows that are left out, which are those that no part uses."""
    dataset = windows_of_load(test=20, gap=30)
    sizes = {name: part.stop - part.start for name, part in dataset.parts.items()}
    assert split_told(dataset)[0] == (
        f"{sizes['training']:,} samples to learn from, {sizes['validation']} to check on, "
        f"{sizes['test']} for the end."
    )
    sentence = split_told(dataset)[1]
    assert f"The last {sizes['test']} are the test part" in sentence
    assert "Left out between training and validation: 30 rows." in sentence
    assert "Left out between validation and test: 30 rows." in sentence
    assert "Left out" not in split_told(windows_of_load())[1]


def test_what_is_said_to_be_in_one_part_is():
    """By time no row and every series; by series no series and every date."""
    for split, words in (
        ("time", "No row is in two parts. 3 of 3 series are in two parts"),
        ("id", "No row is in two parts. No series is in two parts, but 100% of the dates are."),
    ):
        dataset = windows_of_stores(split=split)
        assert words in split_told(dataset)[1]
        origin, of_part = dataset.origin, {}
        for name, part in dataset.parts.items():
            rows = (origin.starts[part, None] + np.arange(15)).ravel()
            of_part[name] = {(origin.names[origin.series[r]], origin.label(r)) for r in rows}
        training, validation = of_part["training"], of_part["validation"]
        assert not training & validation
        for k, apart in ((0, split == "id"), (1, split == "time")):
            shared = {row[k] for row in training} & {row[k] for row in validation}
            assert bool(shared) != apart


def test_a_leak_is_named_and_none_is_said_only_of_what_was_looked_at():
    """With what that was."""
    clean = Finding("The same rows in two parts", True, "No row is in two parts.", "12 rows.")
    bad = Finding("Answers among the inputs", False, "The input a is the target b.", "2 inputs.")
    unknown = Finding("Answers among the inputs", None, "Too few.", "nothing.")
    assert leak_takeaway([clean, bad]) == "1 leak found: answers among the inputs."
    assert leak_takeaway([clean, unknown]) == "None found, in 1 check of the numbers themselves."
    assert leak_takeaway([unknown]) == "Too few samples to tell."
    assert leak_sentence(bad) == (
        "Answers among the inputs: found. The input a is the target b. (Looked at: 2 inputs.)"
    )
    assert leak_takeaway(find_leaks(a_dataset(n=2, t=4, train=2))) == "Too few samples to tell."
