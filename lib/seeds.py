"""What several seeds tell together: the middle of their figures, and which mode they favour.

A seed decides the first weights and the order of batches, and moves an error as much as many a
setting does. So what is said of a setting is said of the median over the seeds, and that one mode
is better only where the seeds agree so well that chance hardly does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from lib.run import ModeResult, Snapshot

CHANCE = 0.05
"""How likely such a difference may be by chance alone, for one mode to be called better."""


@lru_cache(maxsize=4)  # the pictures of a page ask one after another
def middle(snapshot: Snapshot) -> Snapshot:
    """The run with the median of all seeds as its only results; as it is where there is one."""
    if not snapshot.others:
        return snapshot
    results = {mode: _median([seed[mode] for seed in snapshot.seeds]) for mode in snapshot.results}
    return replace(snapshot, results=results, others=(), past=())


def _median(results: Sequence[ModeResult]) -> ModeResult:
    """The median of each figure, at the epochs that all seeds have.

    The newest stands for the weights that each seed has now, of whichever epoch these are.
    """

    def curve(epochs: str, values: str, final: str) -> tuple[np.ndarray, np.ndarray]:
        known = [(getattr(r, epochs), getattr(r, values)) for r in results]
        if not all(len(y) for _, y in known):
            return np.zeros(0, np.int64), np.zeros(0)
        newest = max(int(x[-1]) for x, _ in known)
        shared = set.intersection(*(set(x.tolist()) for x, _ in known))
        common = np.array(sorted(shared - {newest}), np.int64)
        rows = [y[np.searchsorted(x, common)] for x, y in known]
        now = np.median([getattr(r, final) for r in results])
        return np.append(common, newest), np.append(np.median(rows, axis=0), now)

    loss_epochs, loss = curve("loss_epochs", "loss", "final_loss")
    checked_epochs, last_step_mse = curve("checked_epochs", "last_step_mse", "final_mse")
    is_kept = all(r.kept_epoch is not None for r in results)
    return ModeResult(
        loss_epochs=loss_epochs,
        loss=loss,
        checked_epochs=checked_epochs,
        last_step_mse=last_step_mse,
        validation_loss=curve("checked_epochs", "validation_loss", "final_validation_loss")[1],
        step_mse=np.median([r.step_mse for r in results], axis=0),
        predictions=np.median([r.predictions for r in results], axis=0),
        kept_epoch=int(checked_epochs[-1]) if is_kept else None,
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What errors of two modes, or of two of anything, say, seed by seed."""

    better: int
    """0 where the first has the smaller error in the median, else 1."""
    wins: int
    """Seeds in which it has."""
    seeds: int
    by: float
    """The median over the seeds of how much smaller it is, as a share of the other's."""
    chance: float
    """How likely errors so far apart are where neither is better; 1 with a single seed."""
    agrees: bool
    """Whether the mean of the logarithms, of which `chance` tells, favours the same one."""

    @property
    def is_clear(self) -> bool:
        """Whether one is better, and that isn't chance."""
        return self.chance < CHANCE and self.by > 0 and self.agrees


def verdict(first: np.ndarray, second: np.ndarray) -> Verdict:
    """Compare errors (R,) of two, seed by seed, by a paired t-test of their logarithms.

    Of logarithms, since a seed multiplies an error: those of one setting often lie a factor apart.
    """
    least = np.finfo(np.float64).tiny
    logs = np.log(np.maximum(second, least)) - np.log(np.maximum(first, least))
    sign = 1 if np.median(logs) >= 0 else -1
    count, gains = len(logs), sign * logs
    by = float(np.median(1 - np.exp(-gains)))
    chance = 1.0
    if count > 1 and gains.any():
        spread = float(gains.std(ddof=1)) / math.sqrt(count)
        t = abs(float(gains.mean())) / spread if spread else math.inf
        chance = t_chance(t, count - 1)
    agrees = bool(gains.mean() > 0)
    return Verdict(int(sign < 0), int((gains > 0).sum()), count, by, chance, agrees)


def t_chance(t: float, freedom: int) -> float:
    """How likely |t| or more is, by Student's distribution with so many degrees of freedom.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan2(t, math.sqrt(freedom))
    cosine, odd = math.cos(angle), freedom % 2
    term, total = (cosine if odd else 1.0), 0.0
    for k in range(2 + odd, freedom + 2, 2):
        total += term
        term *= cosine**2 * (k - 1) / k
    within = math.sin(angle) * total
    return 1 - (2 / math.pi * (angle + within) if odd else within)
