"""A training to be seen again: the run as it was after each of its kept epochs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.preview import BUDGET, as_of
from lib.run import ModeResult, SeedWeights, Snapshot

MOST = 24
"""Of more kept epochs so many are shown, evenly, with the first and the newest."""
FEWEST = 3
"""So many epochs at the least are a training to be seen."""
BEST = "best"
"""What the end of a run is called whose models have their best epochs back."""
SHARE = 1 / 16
"""Of the time that a redraw may spend on one epoch: here there are many."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The run after one epoch."""

    name: str
    """The epoch, or what its end is called: unique among a replay's frames."""
    snapshot: Snapshot


def frames_of(
    experiment: Experiment,
    dataset: Dataset,
    snapshot: Snapshot,
    past: Mapping[int, SeedWeights],
) -> tuple[Frame, ...]:
    """Frames by the epochs whose weights are known; the last is the snapshot itself.

    That is the newest of these epochs, or comes after them all as BEST. Of large data
    some samples are judged; what these say is scaled to what all of them say in the end.
    """
    end = BEST * snapshot.keeps_best
    epochs = sorted(past)[: None if end else -1]
    places = np.linspace(0, len(epochs) - 1, min(MOST - 1, len(epochs))).round().astype(int)
    about, budget = (experiment, dataset, snapshot), SHARE * BUDGET
    some = as_of(*about, 0, snapshot.weights, budget=budget)
    frames = []
    for epoch in (epochs[place] for place in places):
        then = as_of(*about, epoch, past[epoch], budget=budget)
        results, *others = (
            {mode: _scaled(result, final[mode], now[mode]) for mode, result in seed.items()}
            for seed, final, now in zip(then.seeds, snapshot.seeds, some.seeds, strict=True)
        )
        frames.append(Frame(f"{epoch}", replace(then, results=results, others=tuple(others))))
    return (*frames, Frame(end or f"{max(past)}", snapshot))


def _scaled(result: ModeResult, all_say: ModeResult, some_say: ModeResult) -> ModeResult:
    with np.errstate(divide="ignore", invalid="ignore"):
        share = all_say.step_mse / some_say.step_mse
    return replace(result, step_mse=result.step_mse * np.where(np.isfinite(share), share, 1.0))


def step_errors(frames: tuple[Frame, ...]) -> dict[str, np.ndarray]:
    """Mean squared error by mode, of each frame at each timestep, (E, T): medians over seeds."""
    return {
        mode: np.stack([np.median(frame.snapshot.by_seed(mode, "step_mse"), 0) for frame in frames])
        for mode in frames[-1].snapshot.results
    }
