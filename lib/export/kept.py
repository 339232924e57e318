"""Write and read runs as `.unrolled` files.

Generated data are made again, and compared with a sketch: a few numbers of the original data. Files
have an upload's rows if the user chooses. Anyone can write a file, so all is checked.
"""

import platform
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from lib.data import Dataset, Table, make_settled_dataset, settle
from lib.experiment import Experiment
from lib.export import archive
from lib.export.archive import KeptError, TableRecord
from lib.results import RunAt, SeedWeights, Snapshot, Status, kept_places, memory_of, untrained
from lib.training import limits

_PACKAGES = ("numpy", "pandas", "keras", "tensorflow", "tensorflow-cpu", "streamlit")
_ABOUT = Path(__file__).parents[2] / "pyproject.toml"


@dataclass(frozen=True, slots=True, eq=False)
class _Record:
    version: int
    kept: datetime
    versions: dict[str, str]
    experiment: Experiment
    snapshot: Snapshot
    file: str  # name of the uploaded file
    fingerprint: str  # `Table.fingerprint` of the upload
    sketch: tuple[float, ...]  # the result of `_sketch`
    rows: TableRecord | None


@dataclass(frozen=True, slots=True, eq=False)
class Kept(RunAt):
    """A run from a file. Its experiment is settled, and its id is a hash of the file."""

    name: str  # name of the file
    table: Table | None  # the upload that the run was trained on
    kept: datetime  # when the file was written
    versions: dict[str, str]  # versions of Unrolled, Python and packages that wrote the file

    @property
    def about(self) -> dict[str, str]:
        """The file's name, date and versions, as fields of sentences."""
        unrolled, keras = (self.versions.get(name, "?")[:20] for name in ("unrolled", "keras"))
        made = f"Unrolled {unrolled} and Keras {keras}"
        return {"name": self.name, "date": f"{self.kept:%Y-%m-%d}", "made": made}


def versions() -> dict[str, str]:
    """Return the versions of Unrolled, Python and the installed packages."""
    found = {"python": platform.python_version()}
    if _ABOUT.exists():
        found["unrolled"] = tomllib.loads(_ABOUT.read_text("utf-8"))["project"]["version"]
    installed = (name for name in _PACKAGES if any(metadata.distributions(name=name)))
    return found | {name: metadata.version(name) for name in installed}


def keep(run: RunAt, past: Sequence[tuple[int, SeedWeights]], table: Table | None = None) -> bytes:
    """Return a run's file, with the weights of `past` epochs, and the rows of `table` if given."""
    dataset, snapshot, is_upload = run.dataset, run.snapshot, run.experiment.data.name == "upload"
    known: list[tuple[int, SeedWeights]] = []
    for epoch, weights in past:
        if epoch and snapshot.has_all(weights):
            seeds = zip(snapshot.seeds, weights, strict=False)
            of_run = tuple({mode: models[mode] for mode in seed} for seed, models in seeds)
            known.append((epoch, of_run))
    size = memory_of(known[-1][1]) if known else 0
    thinned = tuple(known[place] for place in kept_places(size, len(known)))
    record = _Record(
        version=archive.VERSION,
        kept=datetime.now(UTC).replace(microsecond=0),
        versions=versions(),
        experiment=run.experiment,
        snapshot=replace(snapshot, run_id="", past=thinned, seconds_left=None),
        file=dataset.title if is_upload else "",
        fingerprint=dataset.fingerprint,
        sketch=_sketch(dataset),
        rows=archive.record_of(table) if table and is_upload else None,
    )
    return archive.pack(record)


def _sketch(dataset: Dataset) -> tuple[float, ...]:
    """Return sizes, norms and projections of x and y: equal data differ only by rounding."""
    sketch: list[float] = [dataset.train, dataset.test, *dataset.shape, dataset.targets]
    for flat in (dataset.x.reshape(-1), dataset.y.reshape(-1)):
        norm = np.linalg.norm(flat)
        sketch += [float(norm), float(flat @ np.cos(np.arange(flat.size)) / (norm or 1))]
    return tuple(sketch)


def open_kept(name: str, content: bytes, table: Table | None = None) -> Kept:
    """Return a file's run; `table` is the upload, if the file has no rows. Raises KeptError."""
    try:
        return _opened(name, content, table)
    except KeptError:
        raise
    except Exception as error:  # damaged bytes and unfit settings raise any error
        damaged = "It isn't a saved run (.unrolled), or it is damaged"
        why = "" if isinstance(error, BadZipFile) else f": {' '.join(f'{error}'.split())[:150]}"
        raise KeptError(f"{damaged}{why.rstrip('.')}. Download or copy the file again.") from None


def _opened(name: str, content: bytes, table: Table | None) -> Kept:
    record = archive.unpack(content, _Record)
    experiment, file = record.experiment, record.file[:60]
    experiment.validate()
    if experiment.data.name != "upload":
        table = None
    elif record.rows:
        table = archive.table_of(record.rows)
    elif table is None or not record.fingerprint or table.fingerprint != record.fingerprint:
        raise KeptError(
            f"The run was trained on {file}, whose rows weren't saved. Upload the unchanged {file} "
            "first, then this file."
        )
    if settle(experiment, table) != experiment or not experiment.seeds:
        raise ValueError("its settings don't fit its data")
    dataset = make_settled_dataset(experiment, table)
    limits.check_trainable(experiment, dataset)
    if not np.allclose(_sketch(dataset), record.sketch, rtol=1e-4, atol=1e-4):
        version = record.versions.get("unrolled", "another")[:20]
        raise KeptError(
            f"The run was trained on {dataset.title} as generated by Unrolled {version}. This "
            "version generates different numbers. Open the file with that version."
        )
    saved, run_id = record.snapshot, sha256(content).hexdigest()[:12]
    status = Status.STOPPED if saved.status.active else saved.status  # an opened run doesn't train
    snapshot = replace(saved, run_id=run_id, reason=saved.reason[:300], status=status)
    _check_fit(RunAt(experiment, dataset, snapshot))
    return Kept(experiment, dataset, snapshot, name[:40], table, record.kept, record.versions)


def _check_fit(run: RunAt) -> None:
    """Raise ValueError unless all models and shapes fit the experiment."""
    snapshot, start = run.snapshot, untrained(run.experiment, run.dataset)
    past = [seed for _, models in snapshot.past for seed in models]
    modes: set[frozenset[str]] = {*map(frozenset, snapshot.seeds), *map(frozenset, past)}
    if len(snapshot.seeds) != len(start.seeds) or modes != {frozenset(start.results)}:
        raise ValueError("its models don't fit its seeds and mode")
    weights = [arrays for seed in (*snapshot.weights, *past) for arrays in seed.values()]
    fresh = next(iter(start.results.values()))
    shapes = [array.shape for array in fresh.weights or ()]
    if any([array.shape for array in arrays] != shapes for arrays in weights):
        raise ValueError(f"expected weights of shapes {shapes}")
    for result in (result for seed in snapshot.seeds for result in seed.values()):
        checked = result.checked_epochs
        if not len(checked) or result.kept_epoch not in (None, *checked):
            raise ValueError("a model wasn't evaluated, or its best epoch wasn't")
        expected = {
            "loss": result.loss_epochs.shape,
            "last_step_mse": checked.shape,
            "last_step_accuracy": checked.shape if fresh.labels else (0,),
            "validation_loss": checked.shape if run.dataset.has_validation else (0,),
            "step_mse": fresh.step_mse.shape,
            "predictions": fresh.predictions.shape,
        }
        _check_shapes(result, expected)
        if (result.labels is None) != (fresh.labels is None):
            raise ValueError("expected scores of labels for a run on labels, and for no other run")
        if result.labels and fresh.labels:
            scores = {each.name: getattr(fresh.labels, each.name) for each in fields(fresh.labels)}
            _check_shapes(result.labels, {name: array.shape for name, array in scores.items()})
            counts = result.labels.confusion
            if counts.dtype.kind != "i" or counts.min() < 0 or not counts.any():
                raise ValueError("expected a confusion matrix that counts samples")


def _check_shapes(part: object, expected: dict[str, tuple[int, ...]]) -> None:
    for name, shape in expected.items():
        if (found := getattr(part, name).shape) != shape:
            raise ValueError(f"{name} of shape {found}, expected {shape}")
