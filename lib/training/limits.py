"""Limits on models, data and each browser's runs. Browsers without a cookie share one limit."""

import math
from collections.abc import Sequence

import numpy as np

from lib.data import Dataset, Samples, share
from lib.experiment import MAX_PARAMETERS, MAX_VALUES, Experiment, ExperimentError
from lib.shapes import model_layers, total
from lib.training.messages import sentence

MAX_STATES = int(8_000_000 * share())  # states saved for a batch's backward pass, 40 bytes each
MAX_PRODUCTS = 2_200_000_000  # multiplications in a batch's forward pass, which take 0.17 s

USUAL_SEEDS = 4  # the default number of seeds if training is quick; else one seed
USUAL_SECONDS = 10.0  # training is quick if all default seeds take less time than this

MAX_RUNS = 48  # unfinished runs per worker: each keeps its data and models in memory
MAX_RUNS_EACH = 8  # active runs per browser; all browsers without a cookie share 8 per worker
MAX_VALUES_EACH = 4 * MAX_VALUES  # numbers in the data of a browser's active runs together
MAX_SWEEPS = 16  # active sweeps of a page server


def with_seeds(experiment: Experiment, samples: Samples) -> Experiment:
    """Return the experiment with the number of seeds set: the user's, or the usual number."""
    return experiment.set(seeds=experiment.seeds or usual_seeds(experiment, samples))


def usual_seeds(experiment: Experiment, samples: Samples) -> int:
    """Return the number of seeds if the user chose none: 1 if several would take long."""
    several = experiment.set(seeds=USUAL_SEEDS)
    return USUAL_SEEDS if training_seconds(several, samples) < USUAL_SECONDS else 1


def training_seconds(experiment: Experiment, samples: Samples) -> float:
    """Return the estimated seconds in which two processors train all models of an experiment.

    `tests/bench/throughput.py` measured 62 µs (T=10, 8 units) to 7 ms (T=60, 64 units) per batch.
    """
    _, t, f = samples.shape
    batch = min(experiment.training.batch_size, samples.train)
    products = batch * t * parameter_count(experiment, f, samples.targets)
    seconds = 1e-5 + 4e-6 * t * experiment.model.layers + products / 11e9  # per batch and model
    models = len(experiment.model.modes) * len(experiment.each_seed)
    batches = math.ceil(samples.train / batch) * experiment.training.epochs
    return seconds * batches * max(1, models / 2)


def check_trainable(experiment: Experiment, samples: Samples) -> None:
    """Raise ExperimentError unless this experiment can be trained on these samples."""
    check_model(experiment, samples.shape[2], samples.targets)
    for name, array, letter in (("x", samples.x, "F"), ("y", samples.y, "K")):
        n, t, width = array.shape
        if (count := array.size) > MAX_VALUES:
            sizes = {"n": n, "t": t, "width": width, "letter": letter, "count": count}
            raise ExperimentError(sentence("values", name=name, most=MAX_VALUES, **sizes))
        if bad := array.size - np.isfinite(array).sum():
            raise ExperimentError(sentence("not_finite", name=name, count=bad))
    if experiment.training.keep != "last" and not samples.has_validation:
        raise ExperimentError(sentence("keep", keep=experiment.training.keep))
    _, t, f = samples.shape
    batch = min(experiment.training.batch_size, samples.train)
    by_states = MAX_STATES // (t * experiment.model.units * experiment.model.layers)
    by_products = MAX_PRODUCTS // (t * parameter_count(experiment, f, samples.targets))
    if batch > (most := min(by_states, by_products)):
        raise ExperimentError(sentence("batch", batch=batch, t=t, most=most))


def check_model(experiment: Experiment, features: int, targets: int) -> None:
    """Raise ExperimentError unless this model can be trained on F features and K targets."""
    experiment.validate()
    model = experiment.model
    if model.head == "none" and model.units != targets:
        raise ExperimentError(sentence("no_head", targets=targets, units=model.units))
    if (count := parameter_count(experiment, features, targets)) > MAX_PARAMETERS:
        raise ExperimentError(sentence("parameters", most=MAX_PARAMETERS, count=count))


def parameter_count(experiment: Experiment, features: int, targets: int) -> int:
    """Return the number of trainable parameters in each model of an experiment."""
    models = model_layers(experiment.model, 1, features, targets)  # parameters don't depend on T
    return total(next(iter(models.values())))


def run_refusal(
    browser: str | None, dataset: Dataset, active: Sequence[tuple[str, Dataset]], places: int
) -> str:
    """Return why a browser can't start a run; "" if it can.

    `browser` is its id, "" if it has no cookie, None for a script. `active` has the browser and the
    dataset of each active run. `places` is the number of runs that can train concurrently.
    """
    if browser is None:
        return ""
    own = [data for other, data in active if other == browser]
    values = sum(data.x.size + data.y.size for data in [dataset, *own])
    kind, most = ("many", MAX_RUNS_EACH) if browser else ("nameless", MAX_RUNS_EACH * places)
    if values > MAX_VALUES_EACH:
        return sentence(f"{kind}_values", most=MAX_VALUES_EACH, count=values)
    return sentence(f"{kind}_runs", most=most, count=len(own)) if len(own) >= most else ""


def sweep_refusal(active: int) -> str:
    """Return why no sweep can start beside this number of active sweeps; "" if one can."""
    return sentence("many_sweeps", most=MAX_SWEEPS, count=active) if active >= MAX_SWEEPS else ""
