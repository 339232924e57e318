"""A run as an `.unrolled` file: `keep` writes it, `open_kept` reads and checks all of it.

Generated data aren't in the file but made again, and compared with a sketch of the original. An
upload's rows are in it where the person says so; else the upload is asked for.
"""

import platform
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from lib.data import Dataset, Table, make_settled_dataset, settle
from lib.experiment import Experiment, validate
from lib.export.archive import VERSION, KeptError, pack, unpack
from lib.export.table_record import TableRecord, record_of, table_of
from lib.recurrence import initial_model_weights
from lib.results import KEPT_EPOCHS, RunAt, SeedWeights, Snapshot, Status, kept_places, weight_bytes
from lib.text import joined
from lib.training import check

_PACKAGES = ("numpy", "pandas", "keras", "tensorflow", "tensorflow-cpu", "streamlit")
_ABOUT = Path(__file__).parents[2] / "pyproject.toml"
_LARGEST, _LARGEST_FIGURE = 1e15, 1e80
"""Limits of weights and predictions, beyond which sums overflow, and of all other figures."""


@dataclass(frozen=True, slots=True, eq=False)
class _Record:
    version: int
    kept: datetime
    versions: dict[str, str]
    experiment: Experiment
    snapshot: Snapshot
    file: str  # name of the uploaded file
    fingerprint: str  # `Table.fingerprint` of the upload
    sketch: tuple[float, ...]
    rows: TableRecord | None


@dataclass(frozen=True, slots=True, eq=False)
class Kept(RunAt):
    """A run from a file: its experiment is settled, its snapshot has the file's id."""

    name: str  # name of the file
    table: Table | None  # the upload that the run is of
    kept: datetime
    versions: dict[str, str]
    """Versions of Unrolled, Python and the packages that the run was made with."""

    @property
    def about(self) -> dict[str, str]:
        """Name, date and versions, for sentences."""
        known = [(name, self.versions.get(name, "?")[:20]) for name in ("unrolled", "keras")]
        made = joined([f"{name.capitalize()} {version}" for name, version in known])
        return {"name": self.name, "date": f"{self.kept:%Y-%m-%d}", "made": made}


def versions() -> dict[str, str]:
    """Versions of Unrolled, Python and the installed packages."""
    found = {"python": platform.python_version()}
    if _ABOUT.exists():
        found["unrolled"] = tomllib.loads(_ABOUT.read_text("utf-8"))["project"]["version"]
    there = {each for each in _PACKAGES if any(metadata.distributions(name=each))}
    return found | {name: metadata.version(name) for name in _PACKAGES if name in there}


def keep(run: RunAt, past: Sequence[tuple[int, SeedWeights]], table: Table | None = None) -> bytes:
    """Write the file of a run, with weights of `past` epochs, and an upload's rows if `table`."""
    dataset, snapshot, is_own = run.dataset, run.snapshot, run.experiment.data.name == "upload"
    snapshot = replace(snapshot, run_id="", past=_thinned(snapshot, past), seconds_left=None)
    try:
        _check_figures(replace(run, snapshot=snapshot))
    except ValueError as error:
        raise KeptError(
            f"A run whose figures can be opened again was expected, and this one has {error}. "
            "Train it again, or go on with it, and keep it then."
        ) from None
    record = _Record(
        version=VERSION,
        kept=datetime.now(UTC).replace(microsecond=0),
        versions=versions(),
        experiment=run.experiment,
        snapshot=snapshot,
        file=dataset.title if is_own else "",
        fingerprint=dataset.fingerprint,
        sketch=_sketch(dataset),
        rows=record_of(table) if table and is_own else None,
    )
    return pack(record)


def _thinned(
    snapshot: Snapshot, past: Sequence[tuple[int, SeedWeights]]
) -> tuple[tuple[int, SeedWeights], ...]:
    """The epochs that a file has room for, with the snapshot's models alone."""
    known: list[tuple[int, SeedWeights]] = []
    for epoch, weights in past:
        if epoch and snapshot.has_all(weights):
            seeds = zip(snapshot.seeds, weights, strict=False)
            own = tuple({mode: models[mode] for mode in seed} for seed, models in seeds)
            known.append((epoch, own))
    size = weight_bytes(known[-1][1]) if known else 0
    return tuple(known[place] for place in kept_places(size, len(known)))


def _sketch(dataset: Dataset) -> tuple[float, ...]:
    """Sizes, and of x and y the norm and a projection: alike but for a processor's rounding."""
    found: list[float] = [dataset.train, dataset.test, *dataset.shape, dataset.targets]
    for flat in (dataset.x.reshape(-1), dataset.y.reshape(-1)):
        norm = np.linalg.norm(flat)
        found += [float(norm), float(flat @ np.cos(np.arange(flat.size)) / (norm or 1))]
    return tuple(found)


def open_kept(name: str, content: bytes, table: Table | None = None) -> Kept:
    """Read the run of a file called `name`; `table` is the upload, for a file without rows.

    Raises KeptError for anything but a whole run, and where the upload is neither in the file nor
    the same as `table`.
    """
    try:
        record = unpack(content, _Record)
        return _opened(name, sha256(content).hexdigest()[:12], record, table)
    except KeptError:
        raise
    except Exception as error:  # damaged bytes and settings that don't fit may raise anything
        why = " ".join(f"{error}".split())[:150].rstrip(".")
        raise KeptError(
            f"A whole kept run (.unrolled) was expected, and this file is damaged or was changed: "
            f"{why}. Take it from where it came once more."
        ) from None


def _opened(name: str, run_id: str, record: _Record, table: Table | None) -> Kept:
    experiment, file = record.experiment, record.file[:60]
    validate(experiment)
    if experiment.data.name != "upload":
        table = None
    elif record.rows:
        table = table_of(record.rows)
    elif table is None or not record.fingerprint or table.fingerprint != record.fingerprint:
        raise KeptError(
            f"It is a run of {file}, whose rows aren't in it. Give {file} first, just as it was "
            "then, and the run after it."
        )
    if settle(experiment, table) != experiment or not experiment.seeds:
        raise ValueError("its settings don't fit its data")
    dataset = make_settled_dataset(experiment, table)
    check(experiment, dataset)
    if not np.allclose(_sketch(dataset), record.sketch, rtol=1e-4, atol=1e-4):
        version = record.versions.get("unrolled", "another")[:20]
        raise KeptError(
            f"The run was trained on {dataset.title} as Unrolled {version} makes it, and here "
            "other numbers come out. Open it with that version."
        )
    _check_figures(RunAt(experiment, dataset, record.snapshot))
    snapshot = replace(record.snapshot, run_id=run_id, reason=record.snapshot.reason[:300])
    if snapshot.status.active:  # it was kept while it trained, and goes no further
        snapshot = replace(snapshot, status=Status.STOPPED)
    return Kept(experiment, dataset, snapshot, name[:40], table, record.kept, record.versions)


def _check_figures(run: RunAt) -> None:
    """Raise ValueError unless all models, sizes and numbers fit the experiment."""
    experiment, dataset, snapshot = run.experiment, run.dataset, run.snapshot
    most, seeds, last = experiment.training.epochs, len(experiment.each_seed), snapshot.epoch
    if not (0 <= last <= snapshot.epochs == most) or len(snapshot.past) > KEPT_EPOCHS:
        raise ValueError(f"epoch {last:,} of {snapshot.epochs:,}, or too many with weights")
    models: list[Any] = [snapshot.seeds, *(weights for _, weights in snapshot.past)]
    if any([each.keys() for each in of] != [{*experiment.model.modes}] * seeds for of in models):
        raise ValueError(f"other models than those of {seeds} seeds and its mode")
    if not np.array_equal(snapshot.samples, dataset.shown):
        raise ValueError("samples that aren't those that are shown")
    _check("epochs", np.array([epoch for epoch, _ in snapshot.past], np.int64), None, last)
    (_, steps, features), targets = dataset.shape, dataset.targets
    weights = [own for _, models in snapshot.past for seed in models for own in seed.values()]
    for result in (result for seed in snapshot.seeds for result in seed.values()):
        epochs, losses = result.checked_epochs, result.loss_epochs
        if not len(epochs) or not all(result.kept_epoch in (None, *of) for of in (epochs, losses)):
            raise ValueError("a model that was never judged, or not at its best epoch")
        _check("epochs", epochs, None, last)
        _check("epochs", losses, None, last)
        _check("loss", result.loss, losses.shape)
        _check("last-step errors", result.last_step_mse, epochs.shape)
        of_validation = (len(epochs) * dataset.has_validation,)
        _check("validation losses", result.validation_loss, of_validation)
        _check("errors by timestep", result.step_mse, (steps,))
        _check("predictions", result.predictions, (*dataset.shown.shape, steps, targets))
        weights += [result.weights] if result.weights is not None else []
    shapes = [each.shape for each in initial_model_weights(experiment, features, targets)]
    for own in weights:
        if len(own) != len(shapes):
            raise ValueError(f"{len(own)} arrays of weights, expected {len(shapes)}")
        for array, shape in zip(own, shapes, strict=True):
            _check("weights", array, shape)


def _check(name: str, array: np.ndarray, shape: tuple[int, ...] | None, last: int = -1) -> None:
    """Raise ValueError for another shape or kind, or values too large; epochs go up to `last`."""
    kind = "i" if name == "epochs" else "f"
    if array.shape != (shape or (len(array),)) or array.dtype.kind != kind:
        raise ValueError(f"{name} of {array.dtype} {array.shape}, expected {shape}")
    largest = _LARGEST if name in ("weights", "predictions") else _LARGEST_FIGURE
    if not (np.abs(array) <= largest).all():
        raise ValueError(f"{name} that are no numbers up to {largest:g}")
    if name == "epochs" and (np.diff(array, prepend=-1, append=last + 1) <= 0).any():
        raise ValueError(f"epochs that don't increase up to {last:,}")
