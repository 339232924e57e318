"""A training to be seen again: the run as it was after each of its kept epochs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.preview import BUDGET, as_of
from lib.run import SeedWeights, Snapshot

MOST = 24
"""Of more kept epochs so many are shown, evenly, with the first and the newest."""
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
    end: str = "",
) -> tuple[Frame, ...]:
    """Frames by the epochs whose weights are known; the last is the snapshot itself.

    That has the newest of these epochs, or comes after them all under the name `end`.
    """
    epochs = sorted(past)[: None if end else -1]
    places = np.linspace(0, len(epochs) - 1, min(MOST - 1, len(epochs))).round().astype(int)
    about, budget = (experiment, dataset, snapshot), SHARE * BUDGET
    return (
        *(
            Frame(f"{epoch}", as_of(*about, epoch, past[epoch], budget=budget))
            for epoch in (epochs[place] for place in places)
        ),
        Frame(end or f"{max(past)}", snapshot),
    )


def step_errors(frames: tuple[Frame, ...]) -> dict[str, np.ndarray]:
    """Mean squared error by mode, of each frame at each timestep, (E, T): medians over seeds."""
    return {
        mode: np.stack([np.median(frame.snapshot.by_seed(mode, "step_mse"), 0) for frame in frames])
        for mode in frames[-1].snapshot.results
    }
