"""Downloads of runs on labels: scripts, arrays, tables and the report."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from lib.data import class_numbers, make_dataset, settle, suggested
from lib.export import EXPORTS, frame_csv, history_csv
from lib.export.predictions import predictions
from lib.results import ACCURACY, baseline_accuracy, untrained
from tests.unit.test_export import SCRIPTS, check_format
from tests.unit.test_report import page_of
from tests.unit.test_results import a_run

SETTINGS = [
    ("brackets", {"padding": "after", "weights": "classes", "keep": "best"}),
    ("brackets", {"loss": "onehot", "output": "logits", "weights": "steps", "mode": "sequence"}),
    ("first_pattern", {"output": "logits", "padding": "before", "weights": "classes"}),
    ("first_pattern", {"padding": "after", "mask": "off", "mode": "last"}),
    ("weather", {"weights": "classes", "test": 5}),
    ("digits", {"output": "logits", "weights": "classes", "mode": "last", "keep": "stop"}),
    ("vowels", {"loss": "onehot"}),
]


def written(name, data, changes):
    """Return the dataset and a script of an experiment on labels."""
    experiment = settle(suggested(data).set(**changes))
    dataset = make_dataset(experiment)
    return dataset, EXPORTS[name].write(experiment, dataset)


@pytest.mark.parametrize(("data", "changes"), SETTINGS)
def test_scripts_of_labels_are_in_ruffs_format(data, changes):
    """Every code path of the templates is in one of these scripts. Notebooks have valid code."""
    for name in SCRIPTS:
        check_format(written(name, data, changes)[1])
    for cell in json.loads(written("notebook", data, changes)[1])["cells"]:
        if cell["cell_type"] == "code":
            compile(cell["source"], "cell", "exec")


@pytest.mark.parametrize("data", ["brackets", "first_pattern", "vowels"])
def test_keras_masks_the_padded_steps_alone(data):
    """`Masking()` hides steps whose inputs are all 0. No real step has such inputs."""
    dataset, script = written("keras", data, {"padding": "after"})
    np.testing.assert_array_equal(dataset.x.any(axis=-1), dataset.mask)
    assert "keras.layers.Masking(),  # (N, " in script
    assert "Masking" not in written("keras", data, {"padding": "after", "mask": "off"})[1]


def test_a_script_has_the_loss_that_fits_the_targets_and_the_head():
    """The loss gets logits only if the head has no activation."""
    script = written("keras", "first_pattern", {"output": "logits", "weights": "classes"})[1]
    assert script.count("keras.losses.BinaryCrossentropy(from_logits=True)") == 2
    assert script.count("keras.metrics.BinaryAccuracy(threshold=0.0)") == 2
    assert "keras.layers.Dense(1),  # (N, 24, 1)" in script
    assert script.count("sample_weight=sample_weight") == 1  # sequence mode
    assert script.count("class_weight=class_weight") == 1  # last-step mode
    script = written("keras", "brackets", {"loss": "onehot"})[1]
    assert 'Dense(3, activation="softmax"),  # (N, 3)' in script
    assert 'loss="categorical_crossentropy"' in script
    assert "to_categorical(labels, 3)  # (N, 24, 3)" in script


@pytest.mark.parametrize("mask", ["on", "off"])
@pytest.mark.parametrize("data", ["brackets", "first_pattern", "weather", "vowels"])
def test_the_table_of_predictions_has_the_probabilities_of_the_screen(data, mask):
    """There is a row for each real step. Last-step mode's prediction is in the last one's row."""
    experiment = settle(suggested(data).set(mask=mask))
    dataset = make_dataset(experiment)
    snapshot = untrained(experiment, dataset)
    table = predictions(experiment, dataset, snapshot)
    mask, part = dataset.mask, dataset.evaluated
    assert len(table) == (dataset.y[part, :, 0].size if mask is None else mask[part].sum())
    by_step = table.set_index(["sample", "timestep"])
    for place, index in enumerate(snapshot.samples.tolist()):
        rows = by_step.loc[index + 1]
        real = np.array(rows.index) - 1
        numbers = class_numbers(dataset.y[index])[real]
        assert [dataset.classes.index(name) for name in rows["class"]] == numbers.tolist()
        for one in dataset.baselines:
            name = dataset.classes[class_numbers(one.last[index])]
            assert rows[f"baseline_{one.name}"].iloc[-1] == name
        for mode, result in snapshot.results.items():
            of_classes = rows[[f"{mode} P({name})" for name in dataset.classes]].to_numpy()
            expected = result.predictions[place]
            of_classes = of_classes[:, -expected.shape[1] :]  # of two, the second class
            if mode == "last":
                assert np.isnan(of_classes[:-1]).all()
                np.testing.assert_allclose(of_classes[-1], expected[-1], atol=1e-5)
            else:
                np.testing.assert_allclose(of_classes, expected[real], atol=1e-5)
                likely = [dataset.classes[k] for k in class_numbers(expected[real])]
                assert [*rows[mode]] == likely


def test_a_spreadsheet_computes_no_class_name():
    """A name that begins like a formula gets a leading quote in the CSV file."""
    experiment, dataset, snapshot = a_run("weather", seeds=1)
    evil = replace(dataset, classes=("=1+1", *dataset.classes[1:]))
    file = frame_csv(predictions(experiment, evil, snapshot), "")
    rows = csv.DictReader(io.StringIO(file.decode()))
    assert {row["class"] for row in rows} - {*dataset.classes} == {"'=1+1"}


def test_the_history_of_labels_has_accuracies():
    """Accuracies are those of the epochs that were evaluated."""
    experiment, dataset, snapshot = a_run("digits", seeds=1)
    rows = [*csv.DictReader(io.StringIO(history_csv(experiment, dataset, snapshot).decode()))]
    final = [row for row in rows if row["epoch"] == f"{snapshot.epoch}"]
    for row in final:
        expected = snapshot.results[row["mode"]].final_accuracy
        assert float(row["last_step_accuracy"]) == pytest.approx(expected)
    assert len(final) == 2


@pytest.mark.parametrize("data", ["brackets", "weather"])
def test_a_report_of_labels_has_accuracies_and_all_classes(data):
    """The report has the table of accuracies, and the counts of each row of the matrices."""
    run = _, dataset, snapshot = a_run(data)
    words = " ".join(page_of(run, past=snapshot.past).words.split())
    results = snapshot.middle.results.values()
    shares = " ".join(ACCURACY.text(result.final_accuracy) for result in results)
    assert f"Median accuracy at the last step {shares} " in words
    baseline = dataset.baselines[0].label, ACCURACY.text(baseline_accuracy(dataset)[1])
    assert " ".join(baseline) in words
    for result in results:
        for name, row in zip(dataset.classes, result.labels.confusion, strict=True):
            shown = " ".join([name, *(f"{count:,}" for count in row if count)])
            assert f" {shown} " in words
