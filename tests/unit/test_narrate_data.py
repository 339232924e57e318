"""The Data page's sentences say what a dataset holds, in the unit that a person knows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lib.charts.over_time import raw_targets
from lib.charts.samples import numbers_hint, sample_told
from lib.charts.split import LONGEST_TITLE, data_sentence, range_hint, split_told
from lib.data.dataset import Dataset, Origin
from lib.data.datasets import DATASETS, make_dataset, suggested
from lib.data.origin import Scale, Season
from tests.unit.pictures import a_dataset


def test_the_data_in_words_are_a_title_and_a_shape():
    """One feature is in the singular, and the name of a file is cut where it is long."""
    assert data_sentence(a_dataset()) == "Fake: 8 samples of 4 timesteps and 3 features."
    assert " 4 timesteps and 1 feature." in data_sentence(a_dataset(f=1))
    long = data_sentence(replace(a_dataset(), title="x" * 200))
    assert long.startswith(f"{'x' * (LONGEST_TITLE - 1)}…: 8 samples")


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "upload"])
def test_a_takeaway_is_short_whatever_the_data(name):
    """At most 15 words, of a sample of either part and of the split."""
    dataset = make_dataset(suggested(name))
    words = [sample_told(dataset, 0)[0], sample_told(dataset, -1)[0], split_told(dataset)[0]]
    assert all(len(each.split()) <= 15 for each in words), words


def test_what_to_take_from_a_sample_is_which_targets_each_mode_has_to_do_with():
    """In training and in validation."""
    assert sample_told(a_dataset(), 5)[0] == (
        "Sequence mode learns from all 4 steps' targets, last-step mode from the last step's."
    )
    judged, details = sample_told(a_dataset(), 6)
    assert judged.startswith("Sequence mode is judged on all 4 steps'")
    assert details.startswith("Sample 7 (validation): ")
    assert "Neither mode learns from it" in details


def test_a_samples_targets_are_said_in_the_raw_unit():
    """Targets of 4 to 7 with a deviation of 10 °C around 5 °C."""
    dataset = a_dataset(
        target_scale=np.array([10.0]), target_offset=np.array([5.0]), target_unit="°C"
    )
    sentence = sample_told(dataset, 1)[1]
    ahead = sample_told(replace(dataset, lead="one day"), 1)[1]
    assert "target 1, one day ahead, starts at 45 °C" in ahead
    assert "target 1 starts at 45 °C and ends at 75 °C; it is lowest at timestep 1 (45)" in sentence


def test_a_target_that_stays_has_no_lowest_and_highest():
    """As the final sum of the adding problem, the same at every step."""
    sentence = sample_told(a_dataset(y=np.full((8, 4, 1), 2.5, np.float32)), 0)[1]
    assert "target 1 is 2.5 at every timestep. The sequence mode learns" in sentence


def test_scaled_numbers_are_called_so():
    """And those beside them, in the raw unit, are explained."""
    assert numbers_hint(a_dataset()) == "x is what a model reads, y what it should answer."
    scaled = a_dataset(target_scale=np.array([10.0]), target_unit="°C")
    assert "standardised" in numbers_hint(scaled)
    assert "the value in °C that it stands for" in numbers_hint(scaled)


def test_the_split_in_words_says_what_is_kept_back():
    """Or that nothing is."""
    assert split_told(a_dataset())[1] == (
        "The models learn from the first 6 samples and are judged on the other 2. No sample that "
        "is kept for checking is in the training part too."
    )
    assert split_told(a_dataset(train=8))[1].startswith("All 8 samples are for training: ")
    assert split_told(a_dataset())[0] == "6 samples to learn from, 2 kept for checking."
    assert split_told(a_dataset(train=8))[0].endswith("none is kept for checking.")


def test_the_ends_of_a_sample_keep_the_digits_that_tell_them_apart():
    """355 to 355 would be no move at all."""
    y = np.array([355.132, 355.42, 355.3, 355.42], np.float32)[:, None]
    sentence = sample_told(a_dataset(y=np.tile(y, (8, 1, 1))), 0)[1]
    assert "it is lowest at timestep 1 (355.1) and highest at timestep 2 (355.4)" in sentence


def test_what_32_bits_make_of_0_is_read_as_0():
    """A dry day among rain of up to 50 mm; what isn't scaled is as it is."""
    rain = np.zeros((8, 4, 1))
    rain[1:, 1] = 50
    scale, offset = np.array([rain.std()]), np.array([rain.mean()])
    y = ((rain - offset) / scale).astype(np.float32)
    dataset = a_dataset(y=y, target_scale=scale, target_offset=offset)
    assert dataset.raw(dataset.y[0], 0).any()
    assert raw_targets(dataset, 0).tolist() == [[0]] * 4
    assert raw_targets(dataset, 1).ravel().tolist() == [0, 50, 0, 0]
    assert sample_told(dataset, 0)[1].startswith("Sample 1: target 1 is 0 at every timestep.")
    exact = a_dataset(y=np.full((8, 4, 1), 1e-9, np.float32))
    assert raw_targets(exact, 0).max() == exact.y.max()


def a_table(judged: list[float], **more: object) -> Dataset:
    """Targets of 313 to 357 to learn from, at all steps, and these last ones to be judged on."""
    y = np.linspace(313, 357, 24).reshape(6, 4, 1)
    last = np.array(judged)[:, None, None] * np.ones((1, 4, 1))
    last[:, :-1] = 1000  # no last step's
    scale, offset = np.array([y.std()]), np.array([y.mean()])
    raw = np.concatenate([y, last])
    rows = np.arange(len(raw))
    origin = Origin(
        targets=raw[:, -1],
        inputs=raw[:, -1].astype(np.float32),
        series=np.zeros(len(raw), int),
        segment=np.zeros(len(raw), int),
        names=("",),
        times=None,
        step="row",
        starts=rows,
        rate=1,
        horizons=(1,),
        training=rows < 6,
        season=Season(1, 1),
        time_format="",
        columns=("y",),
        x_scale=Scale(np.zeros(1), np.ones(1)),
        y_scale=Scale(offset, scale),
        every=1,
    )
    settings: dict[str, object] = {
        "y": ((raw - offset) / scale).astype(np.float32),
        "train": 6,
        "target_scale": scale,
        "target_offset": offset,
        "origin": origin,
        "target_unit": "ppm",
    }
    return a_dataset(n=len(raw), **{**settings, **more})


def test_targets_outside_what_training_has_seen_are_said_with_what_helps():
    """On either side; a few are nothing to speak of, and changes are the help already."""
    high = a_table([300, 372, 378, 394, 340, 341, 342, 343])
    assert range_hint(high) == (
        "50% of the validation targets lie outside what training has seen (313 to 357 ppm): "
        "predict the change instead."
    )
    few = [*[350.0] * 19, 374]
    assert range_hint(a_table(few)).startswith("5% of the validation targets")
    assert range_hint(a_table([350.0, *few])) == ""
    around = [300.0, 374, 340, 335]  # outside on both sides of an unmoved level, as noise is
    assert range_hint(a_table(around)) == ""
    assert range_hint(replace(high, test=2)).startswith("67% of")  # six are judged
    assert range_hint(replace(high, base=np.zeros(high.y.shape))) == ""
    assert range_hint(replace(high, origin=None)) == ""
    assert range_hint(replace(high, test=8)) == ""
