"""Recorded runs: what each dataset looks like after training, to be seen before anybody trains.

`python -m lib.training.recorded` trains every bundled dataset with its suggested settings through
the real worker, and what silent mistakes do (`lib.doctor.damage`). It writes a file for each into
`lib/training/recordings/`: as it crosses the `wire`, compressed. Reading needs no TensorFlow.
"""

import sys
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lib.datasets import DATASETS, make_dataset, suggested
from lib.doctor.damage import MISTAKES, Damage
from lib.experiment import Experiment, read_query, to_query
from lib.run import SeedWeights, Snapshot, Status, weight_bytes
from lib.training.limits import with_seeds
from lib.training.wire import decode, encode

PAST = 9
PAST_BYTES = 1_000_000
"""How many weights of the past a recording holds, and their bytes."""
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
    """What `write` has put into the file of this name, a record of this kind."""
    return decode(zlib.decompress((FOLDER / f"{name}.msgpack.z").read_bytes()), kind)


def write(name: str, record: Any) -> None:
    """Keep a record in the file of this name."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.msgpack.z").write_bytes(zlib.compress(encode(record), 9))


def _thin_past(known: Sequence[tuple[int, SeedWeights]]) -> tuple[tuple[int, SeedWeights], ...]:
    """As many of a run's past weights as a recording has room for: most changes early."""
    most = max(2, min(PAST, PAST_BYTES // weight_bytes(known[-1][1])))
    places = np.unique(np.geomspace(1, len(known), most).astype(int) - 1)
    return tuple(known[place] for place in places if known[place][0])


def main(names: list[str]) -> None:
    """Record the named datasets and mistakes, or all."""
    from lib.training.client import TrainingClient  # noqa: PLC0415  readers need no worker

    with TrainingClient() as client:
        for name in names or [*BUNDLED, *MISTAKES]:
            if name in MISTAKES:
                damage = Damage(**client.ask("target_damage", case=name).result(timeout=120))
                write(name, damage)
                print(f"{name}: error {damage.error('right')}, {damage.error('wrong')}")
                continue
            dataset = make_dataset(suggested(name))
            experiment = with_seeds(suggested(name), dataset)
            run = client.start(experiment, dataset, paused=True)
            known: list[tuple[int, SeedWeights]] = []
            # Epoch by epoch, since the models are judged at each pause: a full curve of errors.
            while not (snapshot := client.wait(run, 60, lambda s: not s.status.active)).status.over:
                known.append((snapshot.epoch, snapshot.weights))
                client.step(run)
            if snapshot.status is not Status.FINISHED:
                raise SystemExit(f"{name}: {snapshot.status}: {snapshot.reason}")
            query = {"data": name, **to_query(experiment)}  # whatever the default is
            kept = replace(snapshot, run_id="recorded", past=_thin_past(known))
            write(name, (query, kept))
            errors = {mode: r.final_mse for mode, r in snapshot.results.items()}
            print(f"{name}: last-step error {errors}")


if __name__ == "__main__":
    main(sys.argv[1:])
