"""Recorded runs: what each dataset looks like after training, to be seen before anybody trains.

Every bundled dataset with its suggested settings has a file in `recordings/`, and so has what each
silent mistake does (`lib.doctor.damage`): a message, compressed. `tests/record.py`
writes them; reading needs no TensorFlow.
"""

import zlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from lib.datasets import DATASETS
from lib.doctor.damage import Damage
from lib.experiment import Experiment, read_query
from lib.run import Snapshot
from lib.training.messages import decode

FOLDER = Path(__file__).parent / "recordings"
BUNDLED = [name for name in DATASETS if name != "upload"]


@lru_cache(maxsize=64)
def recorded(experiment: Experiment) -> Snapshot | None:
    """The recording of a settled experiment, with the models of its mode; None where there is none.

    Modes and seeds are trained apart, so that one recording serves each mode and fewer seeds.
    """
    if experiment.data.name not in BUNDLED:
        return None
    query, run = read(experiment.data.name, tuple[dict[str, str], Snapshot])
    of = read_query(query)[0]
    modes, count = experiment.model.modes, len(experiment.each_seed)
    if of != experiment.set(mode="both", seeds=of.seeds) or count > len(run.seeds):
        return None
    results, *others = ({mode: seed[mode] for mode in modes} for seed in run.seeds[:count])
    past = tuple((epoch, models[:count]) for epoch, models in run.past)
    return replace(run, results=results, others=tuple(others), past=past)


def recorded_damage(case: str) -> Damage:
    """The recording for a mistake, by its key in MISTAKES."""
    return read(case, Damage)


@lru_cache(maxsize=32)
def read(name: str, kind: Any) -> Any:
    """What is in the file of this name, a record of this kind."""
    return decode(zlib.decompress((FOLDER / f"{name}.msgpack.z").read_bytes()), kind)
