"""A replay in words: when each model came to be better than a guess."""

import numpy as np

from lib.dataset import Dataset
from lib.english import readable
from lib.experiment import MODES
from lib.narrate.explore import off_unit
from lib.narrate.takeaways import BETTER
from lib.replay import Frame


def replay_told(dataset: Dataset, frames: tuple[Frame, ...]) -> tuple[str, str]:
    """From which shown epoch on each mode beats the guess or baseline at the last step.

    The details have that error, the median over the seeds, after each of the epochs.
    """
    guess = float(dataset.naive_mse[-1])
    errors = {
        mode: np.array([np.median(frame.snapshot.by_seed(mode)) for frame in frames])
        for mode in frames[-1].snapshot.results
    }
    said = [
        f"{MODES[mode].name} {_since(values < BETTER * guess, frames)}"
        for mode, values in errors.items()
    ]
    begin, epoch, rest = ", ".join(said).partition("from epoch ")
    both = f"{begin}{epoch}{rest.replace('from epoch ', 'from ')}"  # it is named once
    words = f"Last step beats {dataset.rival}: {both}."
    scale = 1.0 if dataset.raw_scale is None else dataset.raw_scale
    unit = off_unit(dataset) if dataset.raw_scale is not None else ", scaled"
    names = [MODES[mode].name for mode in errors]
    rows = [
        f"{_after(frame)} {', '.join(readable(scale * np.sqrt(v), 3) for v in at)}"
        for frame, *at in zip(frames, *errors.values(), strict=True)
    ]
    which = f"Typical error at the last step ({', then '.join(names)}{unit}), by epoch"
    few = "Errors by timestep before the last epoch are those of some samples where data are large."
    return words, f"{which}: {'; '.join(rows)}. {few}"


def _since(beats: np.ndarray, frames: tuple[Frame, ...]) -> str:
    """In words, the first of the frames from which on a model is always better, (E,) bool."""
    worse = np.flatnonzero(~beats)
    first = int(worse[-1]) + 1 if len(worse) else 0
    if first == len(frames):
        return "no more" if beats.any() else "never"
    return f"from {_after(frames[first])}"


def _after(frame: Frame) -> str:
    return f"epoch {int(frame.name):,}" if frame.name.isdecimal() else f"its {frame.name} epoch"
