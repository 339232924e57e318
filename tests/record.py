"""Record what the pages open with: `python -m tests.record` all of it, or what is named.

Every bundled dataset is trained with its suggested settings through the real worker, silent
mistakes (`lib.doctor.damage`) in it, and so are the ready sweeps. Of a run or a mistake it writes a
file into `lib/training/recordings/`, as messages are, compressed; of a sweep a CSV into
`lib/sweep/recorded/`.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lib.datasets import make_dataset, suggested
from lib.doctor.damage import MISTAKES, Damage
from lib.experiment import to_query
from lib.run import SeedWeights, Status, weight_bytes
from lib.sweep import run_plan
from lib.sweep.rows import READY
from lib.training import recorded
from lib.training.client import TrainingClient
from lib.training.limits import with_seeds
from lib.training.messages import encode

PAST = 16
PAST_BYTES = 1_000_000
"""How many weights of the past a recording holds, and their bytes."""


def write(name: str, record: Any) -> None:
    """Keep a record in the file of this name, from where `recorded.read` takes it."""
    recorded.FOLDER.mkdir(exist_ok=True)
    path = recorded.FOLDER / f"{name}.msgpack.z"
    path.write_bytes(zlib.compress(encode(record), 9))


def _thin_past(known: Sequence[tuple[int, SeedWeights]]) -> tuple[tuple[int, SeedWeights], ...]:
    """As many of a run's past weights as a recording has room for: more of the early ones.

    Less so than by powers, since some tasks are learned late, and all at once.
    """
    most = max(2, min(PAST, PAST_BYTES // weight_bytes(known[-1][1])))
    places = len(known) * np.linspace(0, 1, most + 2)[1:-1] ** 1.5
    return tuple(known[place] for place in np.unique(places.round().astype(int)) if place)


def record_run(name: str, client: TrainingClient) -> None:
    """Train a dataset with its suggested settings."""
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
    write(name, (query, replace(snapshot, run_id="recorded", past=_thin_past(known))))
    errors = {mode: r.final_mse for mode, r in snapshot.results.items()}
    print(f"{name}: last-step error {errors}")


def record_mistake(name: str, client: TrainingClient) -> None:
    """Train the right target and a mistaken one."""
    damage = Damage(**client.ask("target_damage", case=name).result(timeout=120))
    write(name, damage)
    print(f"{name}: error {damage.error('right')}, {damage.error('wrong')}")


def record_sweep(name: str) -> None:
    """Train a ready sweep."""
    ready = READY[name]
    ready.path.unlink(missing_ok=True)
    print(name, len(run_plan(ready.plan, out=ready.path)), flush=True)


def main(names: list[str]) -> None:
    """Record the named datasets, mistakes and sweeps, or all."""
    with TrainingClient() as client:
        for name in names or [*recorded.BUNDLED, *MISTAKES, *READY]:
            if name in READY:
                record_sweep(name)
            elif name in MISTAKES:
                record_mistake(name, client)
            else:
                record_run(name, client)


if __name__ == "__main__":
    main(sys.argv[1:])
