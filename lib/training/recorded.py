"""Recorded runs and answers, which pages show before training. `tests/record.py` records them."""

import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lib.experiment import Experiment, read_query
from lib.results import Snapshot
from lib.training.messages import decode

FOLDER = Path(__file__).parent / "recordings"
END = ".msgpack.z"
ANSWERED = ("parity", "running_mean", "recall_first", "adding")  # datasets with recorded answers


@lru_cache(maxsize=64)
def recorded(experiment: Experiment) -> Snapshot | None:
    """Return an experiment's recorded run, cut to its modes and seeds; None if there is none."""
    modes, count = experiment.model.modes, len(experiment.each_seed)
    for file in sorted(FOLDER.glob(f"{experiment.data.name}.*")):
        query, run = read_recording(file.name.removesuffix(END), tuple[dict[str, str], Snapshot])
        saved = read_query(query)[0]
        same = saved == experiment.set(mode=saved.model.mode, seeds=saved.seeds)
        if same and run.results.keys() >= {*modes} and count <= len(run.seeds):
            results, *others = ({mode: seed[mode] for mode in modes} for seed in run.seeds[:count])
            past = tuple((epoch, models[:count]) for epoch, models in run.past)
            return replace(run, results=results, others=tuple(others), past=past)
    return None


def recorded_answer(data: str, place: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a recorded answer for a place of the Cell page (`lib.ui.cell.ask.PLACES`), or None."""
    if data in ANSWERED:
        for recorded_arguments, answer in answers_of(data)[place]:
            if _same(recorded_arguments, dict(arguments)):
                return answer
    return None


Answers = dict[str, tuple[tuple[dict[str, Any], dict[str, Any]], ...]]


def answers_of(data: str) -> Answers:
    """Return the recorded arguments and answers about a dataset's model, by place."""
    answers: Answers = read_recording(f"answers-{data}", Answers)
    return answers


def _same(one: Any, other: Any) -> bool:
    """Return whether arguments are equal, up to the rounding of initial weights."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, np.ndarray):
        return one.shape == np.shape(other) and np.allclose(one, other, rtol=0, atol=1e-6)
    return bool(one == other)


@lru_cache(maxsize=48)
def read_recording(name: str, kind: Any) -> Any:
    """Return a recording of type `kind` from a file, such as a `Damage` from `name` "flat"."""
    return decode(zlib.decompress((FOLDER / f"{name}{END}").read_bytes()), kind)
