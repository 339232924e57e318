"""Pictures and texts of labels before any training, and the shape strip of labels."""

from dataclasses import replace

import numpy as np
import pytest

from lib.charts import classes, samples, split
from lib.charts.strip import strip_sentence
from lib.data import class_numbers
from lib.experiment import Experiment
from lib.recurrence import initial_model_weights
from tests.unit.fakes import fake_labels
from tests.unit.pictures import LIGHT, the, words_of
from tests.unit.test_strip import strip_of

PADDED = fake_labels(40, 6, 3, 3, train=30, padding="after")
BINARY = fake_labels(40, 6, 3, 2, train=30)
MODEL = Experiment().set(T=6, F=3, U=5)


def real_labels(dataset, part):
    """Return the class names of all real steps of a part, counted one by one."""
    named = []
    for sample in range(len(dataset.x))[part]:
        for step in range(dataset.shape[1]):
            if dataset.mask is None or dataset.mask[sample, step]:
                named.append(dataset.classes[class_numbers(dataset.y[sample, step])])
    return named


@pytest.mark.parametrize("dataset", [PADDED, BINARY], ids=["padded", "binary"])
def test_bars_have_the_share_of_each_class_among_real_labels(dataset):
    """The takeaway has the most frequent training class, and its share in both parts."""
    figure = classes.balance_figure(dataset, LIGHT)
    shares = {}
    for name, part in dataset.parts.items():
        named = real_labels(dataset, part)
        shares[name] = [100 * named.count(each) / len(named) for each in dataset.classes]
        np.testing.assert_allclose(the(figure, name).x, shares[name])
    takeaway, details = classes.balance_words(dataset)
    most = int(np.argmax(shares["training"]))
    assert f": {dataset.classes[most]}, {shares['training'][most]:.0f}% of training" in takeaway
    assert f"{shares['validation'][most]:.0f}% of validation" in takeaway
    assert "0 = class 0, 1 = class 1" in details


def test_a_class_without_a_training_label_is_reported():
    """A table that is sorted by its labels has such a class."""
    y = np.repeat(np.eye(3, dtype=np.float32)[[0] * 20 + [1] * 10 + [2] * 10][:, None], 6, axis=1)
    assert "No training label is class 2" in classes.balance_words(replace(PADDED, y=y))[0]


def test_details_describe_labels_in_time_and_padding():
    """They have the share of labels that change, and the lengths of padded sequences."""
    lengths, details = PADDED.mask.sum(axis=1), classes.balance_words(PADDED)[1]
    assert f"{lengths.min()} to {lengths.max()} steps" in details
    assert f"{100 * (1 - PADDED.mask.mean()):.0f}% of all steps are padding" in details
    assert "zeros with the label class 0" in details
    changes = np.diff(class_numbers(BINARY.y)) != 0
    assert f" {100 * changes.mean():.0f}% of the labels" in classes.balance_words(BINARY)[1]
    same = replace(BINARY, y=np.repeat(BINARY.y[:, :1], 6, axis=1))
    assert " 0% of the labels differ" in classes.balance_words(same)[1]


def test_a_sample_has_classes_as_its_axis_and_no_marks_at_padded_steps():
    """Last-step mode's target is the label of the last real step."""
    sample = next(n for n in range(40) if 2 < PADDED.mask[n].sum() < 6)
    last = PADDED.last_step[sample]
    figure = samples.sample_figure(PADDED, sample, LIGHT)
    assert list(figure.layout.yaxis.ticktext) == list(PADDED.classes)
    line, mark = the(figure, "class"), figure.data[1]
    assert np.array_equal(np.isnan(line.y), ~PADDED.mask[sample])
    assert (list(mark.x), list(mark.y)) == ([last + 1], [line.y[last]])
    assert np.isnan(the(figure, "inputs").z[:, last + 1 :]).all()
    takeaway, details = samples.sample_words(PADDED, sample)
    assert takeaway.startswith(f"{last + 1} of 6 steps are real")
    assert f"ends as {PADDED.classes[int(line.y[last])]}" in details
    frame = samples.frame_of_sample(PADDED, sample)
    assert list(frame["class"])[last:][:2] == [PADDED.classes[int(line.y[last])], "padded"]
    assert "1 = class 1" in classes.balance_words(PADDED)[1]


def test_the_split_shows_classes_at_the_last_real_step():
    """The title of the page has the number of classes."""
    figure = split.split_figure(PADDED, LIGHT)
    assert list(the(figure, "validation").y) == class_numbers(PADDED.last_y[30:]).tolist()
    assert list(figure.layout.yaxis.ticktext) == list(PADDED.classes)
    assert "3 features and 3 classes." in split.data_sentence(PADDED)
    assert "●</span>" in words_of(figure)


@pytest.mark.parametrize("output", ["probabilities", "logits"])
def test_the_strip_names_the_activation_the_masking_layer_and_the_targets(output):
    """A model that doesn't mask has no Masking layer, and all its rows have the same opacity."""
    experiment = MODEL.set(loss="sparse", output=output)
    sentence = strip_sentence(experiment, PADDED)
    dense = "Dense softmax" if output == "probabilities" else "Dense"
    assert f"(N, 6, 3) → Masking → LSTM (N, 6, 5) → {dense} (N, 6, 3), for a target" in sentence
    assert "(N,) of integers 0\u00a0to\u00a02" in sentence
    onehot = strip_sentence(experiment.set(loss="onehot", mask="off"), PADDED)
    assert "a target (N, 6, 3) of one-hot" in onehot
    assert "Masking" not in onehot
    binary = strip_sentence(experiment.set(loss="binary"), BINARY)
    assert "a target (N, 1) of 0 or 1" in binary
    for mask, pale in (("on", True), ("off", False)):
        root, pictures = strip_of(experiment.set(mask=mask, mode="sequence"), PADDED, sample=31)
        words = " ".join(root.itertext())
        assert ("Masking" in words) == pale
        assert output in words
        opacities = {path.get("opacity") for path in pictures[0].iter() if path.get("fill")}
        assert ("0.22" in opacities) == (pale and not PADDED.mask[31].all())


def test_the_strip_shades_probabilities_from_0_to_1():
    """Three equal probabilities have the shade of 1/3, whatever the target's range."""
    experiment = MODEL.set(loss="sparse", mask="off", mode="sequence")
    weights = initial_model_weights(experiment, 3, 3)
    weights[-2] = np.zeros_like(weights[-2])
    _, pictures = strip_of(experiment, PADDED, {"sequence": weights})
    [shade] = {path.get("fill") for path in pictures[-1].iter() if path.get("fill")}
    assert shade == LIGHT.shades(LIGHT.sequence)[3]
