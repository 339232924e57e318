"""The .keras file of a trained model loads in Keras with the weights of the run."""

import io

import keras
import numpy as np
import pytest

from lib.data import keras_target
from lib.experiment import Experiment
from lib.export.files import weights_npz
from lib.recurrence import initial_model_weights, outputs_in_parts
from lib.recurrence.model import weight_names
from lib.results import activated
from lib.training.answers import keras_file
from tests.unit.fakes import fake_dataset, fake_labels
from tests.weekly import rest_weekly

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras 3.15 loads files with NumPy 2.
)
RUNS = {
    "lstm": {"cell": "lstm", "layers": 1},
    "gru": {"cell": "gru", "layers": 2, "seeds": 2},
    "simple_rnn": {"cell": "simple_rnn", "layers": 3, "head": "none"},
}


@pytest.fixture(scope="module", params=rest_weekly(RUNS))
def trained(request, client):
    """Return a run of each cell after three epochs, and its last snapshot."""
    dataset = fake_dataset(n=20, t=6, f=3, k=4, train=12)
    experiment = Experiment().set(U=4, epochs=3, batch=5, **RUNS[request.param])
    run = client.start(experiment, dataset)
    return run, client.wait(run, 60)


def file_of(client, run, mode, weights):
    """Return the .keras file of one model, requested like on a page."""
    model = {"cell": run.experiment.model.cell, "mode": mode, "weights": weights}
    future = client.ask("keras_file", timesteps=run.dataset.shape[1], **model)
    return future.result(timeout=60)["file"]


def test_the_archive_of_weights_has_the_arrays_of_all_keras_files(client, trained, tmp_path):
    """The archive stores each array under the path of its variable in Keras."""
    run, snapshot = trained
    archive = np.load(io.BytesIO(weights_npz(run.experiment, run.dataset, snapshot)))
    count = 0
    for seed, models in enumerate(snapshot.weights, start=run.experiment.seed):
        for mode, weights in models.items():
            path = tmp_path / f"{mode}.keras"
            path.write_bytes(file_of(client, run, mode, weights))
            for variable in keras.models.load_model(path).weights:
                stored = archive[f"{mode}/seed_{seed}/{variable.path}"]
                np.testing.assert_array_equal(stored, variable.numpy())
                count += 1
    assert count == len(archive.files)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("head", ["dense", "none"])
@pytest.mark.parametrize("mode", ["sequence", "last"])
def test_files_of_all_models_load(tmp_path, mode, head, layers):
    """Each model is saved twice. The second file has the new weights."""
    experiment = Experiment().set(cell="gru", layers=layers, head=head, U=3)
    for seed in (1, 2):
        weights = initial_model_weights(experiment.set(seed=seed), 2, 3)
        file = keras_file("gru", mode, weights, 5)["file"]
        (path := tmp_path / "model.keras").write_bytes(file)
        model = keras.models.load_model(path)
        assert [weight.path for weight in model.weights] == weight_names("gru", len(weights))
        for loaded, saved in zip(model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(loaded, saved)
        assert model.output_shape == ((None, 5, 3) if mode == "sequence" else (None, 3))


@pytest.mark.parametrize(
    ("loss", "output", "mode", "padding", "mask", "pooling"),
    [
        ("sparse", "probabilities", "sequence", "after", "on", "none"),
        ("binary", "probabilities", "last", "before", "on", "none"),
        ("onehot", "logits", "last", "after", "on", "none"),
        ("binary", "logits", "sequence", "after", "off", "none"),
        ("sparse", "logits", "pooled", "after", "on", "mean"),
        ("binary", "logits", "pooled", "before", "on", "max"),
        ("sparse", "probabilities", "pooled", "before", "on", "attention"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*mask")  # GlobalMaxPooling1D ignores the mask
def test_files_of_label_models_return_the_apps_outputs(  # noqa: PLR0917
    tmp_path, loss, output, mode, padding, mask, pooling
):
    """A file has the Masking layer and the activation of its model, and no other settings."""
    settings = {"loss": loss, "output": output, "mask": mask, "padding": padding, "U": 3}
    experiment, classes = Experiment().set(**settings), 2 if loss == "binary" else 3
    dataset = fake_labels(6, 5, 2, classes, train=6, padding=padding)
    weights = initial_model_weights(experiment, 2, dataset.targets)
    layers = keras_target(experiment, dataset).layers
    (path := tmp_path / "model.keras").write_bytes(
        keras_file("lstm", mode, weights, 5, **layers, pooling=pooling)["file"]
    )
    model = keras.models.load_model(path)
    assert [weight.path for weight in model.weights] == weight_names("lstm", len(weights))
    known = dataset.model_mask(experiment)
    parts = outputs_in_parts(experiment, weights, dataset.x, known, pooling=pooling)
    expected = np.concatenate([*parts])
    expected = activated(experiment, expected) if output == "probabilities" else expected
    expected = expected if mode == "sequence" else expected[:, -1]
    np.testing.assert_allclose(model.predict(dataset.x, verbose=0), expected, atol=1e-6)
