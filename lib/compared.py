"""Runs side by side: which of them may be compared, and whether the seeds tell one from the others.

Records and rules only: the words are `lib.narrate.compare`'s, the pictures `lib.figures.compare`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.run import ModeResult, Snapshot
from lib.seeds import Verdict, middle, verdict

LETTERS = "ABCDEF"
"""What runs that are laid over one another are called in pictures: so many are at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """One run among others."""

    id: str
    experiment: Experiment
    dataset: Dataset
    snapshot: Snapshot
    """The newest there is; without results before the run's first figures."""
    name: str
    letter: str = ""
    """One of LETTERS; "" for a run that is in the list alone."""
    is_recorded: bool = False
    is_kept: bool = False
    """Whether it is from a file."""

    @property
    def results(self) -> dict[str, ModeResult]:
        """By mode, the median of the seeds' figures."""
        return middle(self.snapshot).results


def lead_of(errors: Sequence[np.ndarray]) -> tuple[int, dict[int, Verdict]]:
    """Of two runs or more the place of the one with the least median, and by place the verdicts.

    `errors` are a run's by seed, (R,) each. In each verdict the leading run is the first.
    """
    lead = int(np.argmin([np.median(each) for each in errors]))
    return lead, {k: verdict(errors[lead], each) for k, each in enumerate(errors) if k != lead}


def part_of(runs: Sequence[Compared]) -> str:
    """Where their losses are compared: "validation", or "training" if one has no such part."""
    return "validation" if all(run.dataset.has_validation for run in runs) else "training"


def same_data(runs: Sequence[Compared]) -> bool:
    """Whether all were trained and judged on the same samples."""
    return all(_same(runs[0], other) for other in runs[1:])


def _same(one: Compared, other: Compared) -> bool:
    a, b = one.dataset, other.dataset
    if a is b or one.experiment.data != other.experiment.data or a.train != b.train:
        return a is b
    # A seed makes other data of a task and not of a table, and two files may be cut alike.
    return np.array_equal(a.x, b.x) and np.array_equal(a.y, b.y)
