"""Bundled sequences with one label each. `files/README.md` names their sources and licenses."""

from typing import Any

import numpy as np

from lib.data.dataset import Dataset
from lib.data.datasets.series import FILES
from lib.data.labels import label_dataset
from lib.experiment import Experiment
from lib.text import beside

_ABOUT: dict[str, dict[str, Any]] = beside(__file__)


def digits(experiment: Experiment) -> tuple[np.ndarray, np.ndarray, int, None]:
    """Return images (1797, 8, 8) in an order by seed, labels (N, T), and the number to train on."""
    with np.load(FILES / "digits.npz") as file:
        images, labels = file["images"], file["labels"]
    order = np.random.default_rng([experiment.seed, 0]).permutation(len(images))
    labels = np.repeat(labels[order, None], images.shape[1], axis=1)
    return images[order] / 16, labels, len(images) * 3 // 4, None


def vowels(experiment: Experiment) -> tuple[np.ndarray, np.ndarray, int, np.ndarray]:
    """Return utterances (640, 29, 12), labels (N, T), the number to train on, and the mask."""
    with np.load(FILES / "vowels.npz") as file:
        frames, lengths, speakers = (file[k] for k in ("coefficients", "lengths", "speakers"))
    train, steps = 270, np.arange(lengths.max())
    mask = steps < lengths[:, None]
    if experiment.data.padding == "before":
        mask = mask[:, ::-1]
    known = frames[: lengths[:train].sum(dtype=int)]  # the training samples' frames
    x = np.zeros((*mask.shape, frames.shape[1]))
    x[mask] = (frames - known.mean(axis=0)) / known.std(axis=0)
    return x, (speakers[:, None] - 1) * mask, train, mask


SEQUENCES = {"digits": digits, "vowels": vowels}  # functions by name of the dataset


def make_sequences(experiment: Experiment, **texts: Any) -> Dataset:
    """Return bundled sequences for a settled experiment; `texts` are fields such as classes."""
    name = experiment.data.name
    x, labels, train, mask = SEQUENCES[name](experiment)
    about = _ABOUT[name] | {"notes": tuple(_ABOUT[name]["notes"])}
    for axis, key in ((1, "timestep_names"), (2, "feature_names")):
        about[key] = tuple(about[key].format(k + 1) for k in range(x.shape[axis]))
    return label_dataset(x, labels, train, mask=mask, name=name, **about, **texts)
