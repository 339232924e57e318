"""Whether a model overfits: its validation loss rises while its training loss stays low."""

import math

import numpy as np

from lib.results.compared import decisive_ratio, independent_samples
from lib.results.run import ModeResult, RunAt


def overfits_in_seeds(run: RunAt, mode: str, guess: float) -> bool:
    """Whether a mode's model overfits in three of four seeds at least: one curve may only swing."""
    seeds, samples = run.snapshot.seeds, independent_samples(run.dataset)
    return 4 * sum(is_overfit(seed[mode], guess, samples) for seed in seeds) >= 3 * len(seeds)


def is_overfit(result: ModeResult, guess: float, samples: float = math.inf) -> bool:
    """Whether validation loss has risen from its least, and clearly above the training loss.

    Medians of a tenth of all judgements, nine at least, are compared, since single ones swing. The
    rise has to be more than such swings make (four deviations of a median, by how neighbouring
    judgements differ), and so much that so many independent `samples` tell it. The least must lie
    before the last quarter. What rises has to be worth something beside `guess`, the loss of a
    guess. Training loss has fallen then: it is below the least validation loss.
    """
    checks = np.asarray(result.validation_loss, np.float64)
    if len(checks) < 9 or not len(result.loss) or not np.isfinite(checks).all():
        return False
    width = max(3, len(checks) // 10)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(checks, width), axis=1)
    now, least = medians[-1], medians.min()
    training = float(np.median(result.loss[-width:]))
    logs = np.log(np.maximum(checks, np.finfo(np.float64).tiny))
    deviation = float(np.median(np.abs(np.diff(logs)))) / 0.954  # normal: 0.6745 · √2 of it
    swing = math.exp(4 * 1.25 * deviation / math.sqrt(width))
    rises = now > max(1.25, swing, decisive_ratio(samples)) * least
    rises &= now - least > 0.02 * guess
    rises &= 4 * int(checks.argmin()) < 3 * len(checks)
    return bool(rises and now > 1.25 * training and training < least)
