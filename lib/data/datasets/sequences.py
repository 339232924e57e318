"""Bundled sequences with one label each. `files/README.md` names their sources and licenses."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lib.data.dataset import Dataset
from lib.data.labels import label_dataset
from lib.data.datasets.series import FILES
from lib.experiment import Experiment


def digits(experiment: Experiment) -> dict[str, Any]:
    """Return 1,797 handwritten digits of 8 rows (timesteps) and 8 columns, in an order by seed."""
    with np.load(FILES / "digits.npz") as file:
        images, labels = file["images"], file["labels"]
    order = np.random.default_rng([experiment.seed, 0]).permutation(len(images))
    steps = images.shape[1]
    return {
        "x": images[order] / 16,
        "labels": np.repeat(labels[order, None], steps, axis=1),
        "train": len(images) * 3 // 4,
        "feature_names": tuple(f"column {i + 1}" for i in range(images.shape[2])),
        "timestep_names": tuple(f"row {t + 1}" for t in range(steps)),
        "target_column": "digit",
        "notes": (
            "The seed assigns three quarters of the digits to training, the others to validation.",
            "Gray values are scaled to 0 (white) to 1 (black).",
        ),
        "source": "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, from "
        "scikit-learn. CC BY 4.0.",
    }


def vowels(experiment: Experiment) -> dict[str, Any]:
    """Return 640 utterances by nine speakers, 7 to 29 frames each, padded to 29 timesteps."""
    with np.load(FILES / "vowels.npz") as file:
        frames, lengths, speakers = (file[k] for k in ("coefficients", "lengths", "speakers"))
    train, steps = 270, int(lengths.max())
    begin = (steps - lengths if experiment.data.padding == "before" else 0 * lengths)[:, None]
    mask = (np.arange(steps) >= begin) & (np.arange(steps) < begin + lengths[:, None])
    known = frames[: lengths[:train].sum(dtype=int)]  # the frames of the training samples
    x = np.zeros((*mask.shape, frames.shape[1]))
    x[mask] = (frames - known.mean(axis=0)) / known.std(axis=0)
    return {
        "x": x,
        "labels": (speakers[:, None] - 1) * mask,
        "train": train,
        "mask": mask,
        "feature_names": tuple(f"LPC {k + 1}" for k in range(frames.shape[1])),
        "target_column": "speaker",
        "notes": (
            "The split is the source's: 270 utterances for training, 370 for validation.",
            "Coefficients are standardized by the mean and deviation of the training frames.",
        ),
        "source": "M. Kudo, J. Toyama and M. Shimbo, Japanese Vowels (UCI), from aeon. CC BY 4.0.",
    }


SEQUENCES: dict[str, Callable[[Experiment], dict[str, Any]]] = {"digits": digits, "vowels": vowels}


def make_sequences(experiment: Experiment, **texts: Any) -> Dataset:
    """Return bundled sequences for a settled experiment; `texts` are fields such as classes."""
    made = SEQUENCES[experiment.data.name](experiment)
    return label_dataset(name=experiment.data.name, **made, **texts)
