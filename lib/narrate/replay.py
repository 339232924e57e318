"""A replay in words: when each model came to be better than a guess."""

import numpy as np

from lib.dataset import Dataset
from lib.english import readable
from lib.experiment import MODES
from lib.narrate.explore import off_unit
from lib.narrate.takeaways import BETTER
from lib.replay import Frame
from lib.seeds import middle


def replay_told(dataset: Dataset, frames: tuple[Frame, ...]) -> tuple[str, str]:
    """From which epoch on each mode beats the guess or baseline at the last step, by its history.

    The details have that error, the median over the seeds, after each of the frames' epochs.
    """
    guess = float(dataset.naive_mse[-1])
    errors = {
        mode: np.array([np.median(frame.snapshot.by_seed(mode)) for frame in frames])
        for mode in frames[-1].snapshot.results
    }
    said, from_epoch = [], "from epoch"
    for mode, result in middle(frames[-1].snapshot).results.items():
        since = _since(result.checked_epochs, result.last_step_mse < BETTER * guess)
        said.append(f"{MODES[mode].name} {since.replace('from', from_epoch)}")
        from_epoch = "from" if since.startswith("from") else from_epoch  # there is no room for both
    words = f"Last step beats {dataset.rival}: {', '.join(said)}."
    scale = 1.0 if dataset.raw_scale is None else dataset.raw_scale
    unit = off_unit(dataset) if dataset.raw_scale is not None else ", scaled"
    names = [MODES[mode].name for mode in errors]
    rows = [
        f"{frame.label} {', '.join(readable(scale * np.sqrt(v), 3) for v in at)}"
        for frame, *at in zip(frames, *errors.values(), strict=True)
    ]
    which = f"Typical error at the last step ({', then '.join(names)}{unit}), by epoch"
    few = " Before the end some samples stand for all." * any(f.is_estimated for f in frames)
    return words, f"{which}: {'; '.join(rows)}.{few}"


def _since(epochs: np.ndarray, beats: np.ndarray) -> str:
    """In words, the first of the epochs (Q,) from which on a model is always better, (Q,) bool."""
    worse = np.flatnonzero(~beats)
    first = int(worse[-1]) + 1 if len(worse) else 0
    if first == len(epochs):
        return "no more" if beats.any() else "never"
    return f"from {epochs[first]:,}"
