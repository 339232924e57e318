"""A trained model's .keras file gives the screen's results in plain Keras."""

import io

import keras
import numpy as np
import pytest

from lib.experiment import Experiment
from lib.export.files import weights_npz
from lib.recurrence import initial_model_weights
from lib.recurrence.model import weight_names
from lib.training.answers import keras_file
from tests.unit.fakes import make_dataset
from tests.weekly import first_of

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras 3.15 on NumPy 2, where it loads
)
RUNS = {
    "lstm": {"cell": "lstm", "layers": 1},
    "gru": {"cell": "gru", "layers": 2, "seeds": 2},
    "simple_rnn": {"cell": "simple_rnn", "layers": 3, "head": "none"},
}


@pytest.fixture(scope="module", params=first_of(RUNS))
def trained(request, client):
    """Return a run of each cell after a few epochs, and its last snapshot."""
    dataset = make_dataset(n=20, t=6, f=3, k=4, train=12)
    experiment = Experiment().set(U=4, epochs=3, batch=5, **RUNS[request.param])
    run = client.start(experiment, dataset)
    return run, client.wait(run, 60)


def asked(client, run, mode, weights):
    """Return the file of one model, requested as by a page."""
    about = {"cell": run.experiment.model.cell, "mode": mode, "weights": weights}
    future = client.ask("keras_file", timesteps=run.dataset.shape[1], **about)
    return future.result(timeout=60)["file"]


def test_the_archive_names_weights_as_that_file_does(client, trained, tmp_path):
    """The archive has every array of every .keras file, under Keras's paths."""
    run, snapshot = trained
    archive = np.load(io.BytesIO(weights_npz(run.experiment, run.dataset, snapshot)))
    count = 0
    for seed, models in enumerate(snapshot.weights, start=run.experiment.seed):
        for mode, weights in models.items():
            path = tmp_path / f"{mode}.keras"
            path.write_bytes(asked(client, run, mode, weights))
            for variable in keras.models.load_model(path).weights:
                kept = archive[f"{mode}/seed_{seed}/{variable.path}"]
                np.testing.assert_array_equal(kept, variable.numpy())
                count += 1
    assert count == len(archive.files)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("head", ["dense", "none"])
@pytest.mark.parametrize("mode", ["sequence", "last"])
def test_every_stack_is_written(tmp_path, mode, head, layers):
    """Files of all layers and heads load, twice with different weights."""
    experiment = Experiment().set(cell="gru", layers=layers, head=head, U=3)
    for seed in (1, 2):
        weights = initial_model_weights(experiment.set(seed=seed), 2, 3)
        file = keras_file("gru", mode, weights, 5)["file"]
        (path := tmp_path / "model.keras").write_bytes(file)
        model = keras.models.load_model(path)
        assert [weight.path for weight in model.weights] == weight_names("gru", len(weights))
        for kept, own in zip(model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(kept, own)
        assert model.output_shape == ((None, 5, 3) if mode == "sequence" else (None, 3))
