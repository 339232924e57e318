"""How much each timestep counts in the pooled model's predictions."""

from dataclasses import dataclass

import numpy as np

from lib.recurrence import pool_shares, unroll_stack
from lib.results.run import RunAt

MOST_SAMPLES = 200  # the most evaluated samples in a mean
WORK = 20_000_000  # multiply-adds, about 20 ms: a large model has fewer samples


@dataclass(frozen=True, slots=True, eq=False)
class StepShares:
    """Each step's share in the pool, (T,): see `pool_shares`. NaN if the run has diverged."""

    sample: np.ndarray  # of one sample
    mean: np.ndarray  # over `count` evaluated samples
    low: np.ndarray  # their 10th percentile
    high: np.ndarray  # their 90th percentile
    count: int


def step_shares(run: RunAt, sample: int) -> StepShares | None:
    """Return the shares of the first seed's pooled model; None if its weights are too large.

    `sample` is a shown sample, 0 to S-1.
    """
    model, dataset = run.experiment.model, run.dataset
    weights = run.snapshot.results["pooled"].weights
    if weights is None:
        return None
    cost = dataset.shape[1] * sum(array.size for array in weights)
    part = dataset.some(min(MOST_SAMPLES, max(1, WORK // cost)))
    samples = np.append(int(run.snapshot.samples[sample]), part)
    x, mask = dataset.model_inputs(run.experiment, samples)
    hidden = unroll_stack(model.cell, weights, x, mask)[-1].hidden
    shares = pool_shares(model.pooling, hidden, mask)
    shares[~np.isfinite(hidden).all(axis=(1, 2))] = np.nan
    low, high = np.percentile(shares[1:], [10, 90], axis=0)
    return StepShares(shares[0], shares[1:].mean(axis=0), low, high, len(part))
