"""Recorded runs: what each dataset looks like after training, to be seen before anybody trains.

`python -m lib.training.recorded` trains every bundled dataset with its suggested settings through
the real worker, and writes one `.npz` file each into `lib/training/recordings/`. Reading them back
needs no TensorFlow.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lib.datasets import DATASETS, make_dataset, suggested
from lib.experiment import Experiment, read_query, to_query
from lib.run import ModeResult, SeedWeights, Snapshot, Status
from lib.training.limits import with_seeds

PAST = 9
PAST_BYTES = 1_000_000
"""How many weights of the past a recording holds, and their bytes."""
FOLDER = Path(__file__).parent / "recordings"
ARRAYS = tuple(p.name for p in fields(ModeResult) if p.name not in {"weights", "kept_epoch"})


@lru_cache(maxsize=64)
def recorded(experiment: Experiment) -> Snapshot | None:
    """The recording of a settled experiment, with the models of its mode; None where there is none.

    Modes and seeds are trained apart, so that one recording serves each mode and fewer seeds.
    """
    name = experiment.data.name
    recording = read(FOLDER / f"{name}.npz") if name in DATASETS else None
    if recording is None or recording[0] != experiment.set(mode="both", seeds=recording[0].seeds):
        return None
    modes, seeds = experiment.model.modes, recording[1].seeds
    if (count := len(experiment.each_seed)) > len(seeds):
        return None
    results, *others = ({mode: seed[mode] for mode in modes} for seed in seeds[:count])
    past = tuple((epoch, models[:count]) for epoch, models in recording[1].past)
    return replace(recording[1], results=results, others=tuple(others), past=past)


@lru_cache(maxsize=32)
def read(path: Path) -> tuple[Experiment, Snapshot] | None:
    """The run of both modes in a file that `write` has made; None if there is no such file."""
    if not path.exists():
        return None
    with np.load(path) as file:
        arrays = dict(file)
    about = json.loads(str(arrays.pop("about")))
    seeds: list[dict[str, ModeResult]] = []
    then: list[dict[str, tuple[np.ndarray, ...]]] = []  # each array for all epochs, (P, …)
    for seed in range(about["seeds"]):
        place = {mode: f"{seed}.{mode}." for mode in ("sequence", "last")}
        seeds.append(
            {
                mode: ModeResult(
                    **{name: arrays[f"{start}{name}"] for name in ARRAYS},
                    weights=_arrays_under(arrays, f"{start}weights.") or None,
                )
                for mode, start in place.items()
            }
        )
        then.append({m: _arrays_under(arrays, f"{start}past.") for m, start in place.items()})
    past = tuple(
        (epoch, tuple({m: tuple(a[place] for a in of[m]) for m in of} for of in then))
        for place, epoch in enumerate(about["past"])
    )
    snapshot = Snapshot(
        "recorded",
        Status.FINISHED,
        about["epochs"],
        about["epochs"],
        about["epochs_per_second"],
        samples=arrays["samples"],
        results=seeds[0],
        others=tuple(seeds[1:]),
        past=past,
    )
    return read_query(about["query"])[0], snapshot


def _arrays_under(arrays: dict[str, Any], prefix: str) -> tuple[np.ndarray, ...]:
    return tuple(arrays[key] for key in sorted(arrays) if key.startswith(prefix))


def write(experiment: Experiment, snapshot: Snapshot, path: Path) -> None:
    """Keep a finished run of both modes, and its past, in a file that `recorded` can read."""
    about = {
        "past": [epoch for epoch, _ in snapshot.past],
        "query": {"data": experiment.data.name, **to_query(experiment)},  # whatever the default is
        "epochs": snapshot.epochs,
        "epochs_per_second": snapshot.epochs_per_second,
        "seeds": len(snapshot.seeds),
    }
    arrays: dict[str, Any] = {"about": np.array(json.dumps(about)), "samples": snapshot.samples}
    for seed, results in enumerate(snapshot.seeds):
        for mode, result in results.items():
            start = f"{seed}.{mode}."
            arrays |= {f"{start}{name}": getattr(result, name) for name in ARRAYS}
            for index, weights in enumerate(result.weights or ()):
                arrays[f"{start}weights.{index:02d}"] = weights
            past = [models[seed][mode] for _, models in snapshot.past]
            for index, then in enumerate(zip(*past, strict=True)):
                arrays[f"{start}past.{index:02d}"] = np.stack(then)
    np.savez_compressed(path, **arrays)


def _thin_past(known: Sequence[tuple[int, SeedWeights]]) -> tuple[tuple[int, SeedWeights], ...]:
    """As many of a run's past weights as a recording has room for: most changes early."""
    models = [arrays for seed in known[-1][1] for arrays in seed.values()]
    size = sum(array.nbytes for arrays in models for array in arrays)
    most = max(2, min(PAST, PAST_BYTES // size))
    places = np.unique(np.geomspace(1, len(known), most).astype(int) - 1)
    return tuple(known[place] for place in places if known[place][0])


def main(names: list[str]) -> None:
    """Record the named datasets, or all that need no upload."""
    from lib.training.client import TrainingClient  # noqa: PLC0415  readers need no worker

    FOLDER.mkdir(exist_ok=True)
    with TrainingClient() as client:
        for name in names or [name for name in DATASETS if name != "upload"]:
            dataset = make_dataset(suggested(name))
            experiment = with_seeds(suggested(name), dataset)
            run = client.start(experiment, dataset, paused=True)
            known: list[tuple[int, SeedWeights]] = []
            # Epoch by epoch, since the models are judged at each pause: a full curve of errors.
            while not (snapshot := client.wait(run, 60, lambda s: not s.status.active)).status.over:
                weights = ({m: r.weights or () for m, r in s.items()} for s in snapshot.seeds)
                known.append((snapshot.epoch, tuple(weights)))
                client.step(run)
            if snapshot.status is not Status.FINISHED:
                raise SystemExit(f"{name}: {snapshot.status}: {snapshot.reason}")
            past = _thin_past(known)
            write(experiment, replace(snapshot, past=past), FOLDER / f"{name}.npz")
            errors = {mode: r.final_mse for mode, r in snapshot.results.items()}
            print(f"{name}: last-step error {errors}")


if __name__ == "__main__":
    main(sys.argv[1:])
