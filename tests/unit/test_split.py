"""The split of a dataset, and the checks before training: picture and words."""

from dataclasses import replace
from itertools import product

import numpy as np

from lib.charts import classes, split
from lib.charts.chart import MOST_POINTS
from lib.charts.samples import sample_words, window_words
from lib.data import DATASETS, Finding, find_leaks, make_dataset, suggested
from lib.data.dataset import Scale
from tests.unit.own_data import windows_of_load, windows_of_stores
from tests.unit.pictures import LIGHT, a_dataset, the, words_of


def test_the_sentence_about_the_data_has_the_title_and_the_shape():
    """One feature is in the singular, and a long title is cut."""
    assert " 8 samples of 4 timesteps and 3 features." in split.data_sentence(a_dataset())
    assert " 4 timesteps and 1 feature." in split.data_sentence(a_dataset(f=1))
    long = split.data_sentence(replace(a_dataset(), title="x" * 200))
    assert long.startswith(f"{'x' * (split.LONGEST_TITLE - 1)}…: 8 samples")


def test_takeaways_are_short_for_all_data():
    """Takeaways of samples, splits, windows and leaks have at most 15 words."""
    words = []
    for name in sorted(set(DATASETS) - {"upload"}):
        dataset = make_dataset(suggested(name))
        words += [sample_words(dataset, index)[0] for index in (0, -1)]
        words.append(split.split_words(dataset)[0])
        if dataset.has_labels:
            words.append(classes.balance_words(dataset)[0])
    for form, ahead in product(("value", "change"), ("one", "each")):
        dataset = windows_of_load(form=form, ahead=ahead, horizon=24, test=20)
        words += [window_words(dataset, 999, 23)[0], split.split_words(dataset)[0]]
        words.append(split.leak_words(find_leaks(dataset))[0])
    assert not [each for each in words if len(each.split()) > 15]


def test_the_words_about_a_split_have_the_size_of_each_part():
    """They also report a missing validation part, and rows in two parts."""
    takeaway, details = split.split_words(a_dataset())
    assert takeaway.startswith("6 training samples, 2 validation")
    assert "next 2 for validation. None of the 2 validation samples" in details
    assert split.split_words(a_dataset(train=8))[0].endswith("none for validation.")
    dataset = windows_of_load(test=20, gap=30)
    training, evaluated, test = (part.stop - part.start for part in dataset.parts.values())
    takeaway, details = split.split_words(dataset)
    assert takeaway == f"{training:,} training samples, {evaluated} validation, {test} test."
    assert f"The last {test} are the test part" in details
    assert "Each series is cut at the same" in windows_of_stores().notes[-1]


def test_the_takeaway_of_a_leak_check_counts_leaks_and_possible_checks():
    """A check that wasn't possible doesn't count as passed."""
    clean = Finding("The same rows in two parts", True, "No row.")
    bad = Finding("Targets among the inputs", False, "a is b.")
    unknown = Finding("Targets among the inputs", None, "Too few.")
    for findings, start in (
        ([clean, bad], "1 leak found: targets among the inputs"),
        ([clean, unknown], "1 check found no leak, 1 check no"),
        ([unknown], "Too few samples"),
    ):
        assert split.leak_words(findings)[0].startswith(start)
    details = split.leak_words([bad])[1]
    assert details[0] == "Leak: a is b."


def a_table(evaluated, **more):
    """Return a table with training targets from 313 to 357, and these last validation targets."""
    y = np.linspace(313, 357, 24).reshape(6, 4, 1)
    validation = np.array(evaluated)[:, None, None] * np.ones((1, 4, 1))
    validation[:, :-1] = 1000  # Only the last step counts.
    raw = np.concatenate([y, validation])
    rows = np.arange(len(raw))
    origin = replace(
        windows_of_load(weeks=2).origin,
        targets=raw[:, -1],
        series=np.zeros(len(raw), int),
        starts=rows,
        training=rows < 6,
        y_scale=Scale(np.array([y.mean()]), np.array([y.std()])),
    )
    unit = {"target_scale": origin.y_scale.deviation, "target_offset": origin.y_scale.offset}
    y = ((raw - y.mean()) / y.std()).astype(np.float32)
    about = {"y": y, "train": 6, "origin": origin, "target_unit": "ppm", **unit}
    return a_dataset(n=len(raw), **{**about, **more})


HIGH = a_table([300, 372, 378, 394, 340, 341, 342, 343])


def test_a_hint_reports_validation_targets_outside_the_range_of_training():
    """There is no hint below 5%, for similar means, or without a validation part."""
    for dataset, start in (
        (HIGH, "50% of the validation targets lie outside the range of the training targets (313"),
        (a_table([*[350.0] * 19, 374]), "5% of the validation targets"),
        (a_table([*[350.0] * 20, 374]), ""),
        (a_table([300.0, 374, 340, 335]), ""),  # Noise around the same mean is on both sides.
        (replace(HIGH, test=2), "67% of"),  # Six validation targets remain.
        (replace(HIGH, test=8), ""),
    ):
        hint = split.range_hint(dataset)
        assert hint.startswith(start)
        assert bool(hint) is bool(start)


def test_the_split_chart_has_a_mark_for_each_part():
    """The key has only existing parts. Only the first target is drawn. No mark is cut off."""
    both = words_of(split.split_figure(a_dataset(), LIGHT))
    assert both.index("●") < both.index("training") < both.index("○") < both.index("validation")
    assert "validation" not in words_of(split.split_figure(a_dataset(train=8), LIGHT))
    for targets, title in ((1, "target y at the last step"), (3, "target 1 at the last step")):
        assert split.split_figure(a_dataset(k=targets), LIGHT).layout.yaxis.title.text == title
    hover = the(split.split_figure(a_dataset(), LIGHT), "validation")
    assert hover.customdata[0] == "sample 7"
    assert hover.hovertemplate.startswith("%{customdata} (validation): %{text}")
    low, high = split.split_figure(a_dataset(n=400), LIGHT).layout.xaxis.range
    assert low <= 1 - 8
    assert high >= 400 + 8
    for n in (MOST_POINTS, MOST_POINTS + 1, 2 * MOST_POINTS - 1):
        figure = split.split_figure(a_dataset(n=n), LIGHT)
        assert MOST_POINTS / 2 <= sum(len(trace.x) for trace in figure.data) <= MOST_POINTS


def test_samples_of_a_table_are_named_by_the_row_of_their_last_target():
    """The first sample ends at noon of the first day. A line is between two parts."""
    dataset = windows_of_load(timesteps=12, test=20)
    figure = split.split_figure(dataset, LIGHT)
    assert [trace.name for trace in figure.data] == ["training", "validation", "test"]
    assert the(figure, "training").customdata[0] == "2024-01-01 12:00"
    assert figure.layout.xaxis.ticktext[0] == "2024-01-01 12:00"
    starts = [part.start for part in dataset.parts.values()]
    assert [edge.x0 for edge in figure.layout.shapes] == [start + 0.5 for start in starts[1:]]
