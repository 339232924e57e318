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
    """Whether validation loss has risen from its minimum, and clearly above the training loss.

    Medians over a tenth of all judgements are compared, since single ones vary. The minimum must
    lie before the last quarter, and the rise exceed four deviations of a median, be decided by so
    many independent `samples`, and be more than 2% of `guess`, the loss of the naive baseline.
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
