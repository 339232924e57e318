"""NumPy's arrays (.npy, .npz) → a table: rows as they are, samples (N, T, F) as a panel.

Nothing is unpickled: arrays of Python objects are refused by name. Which arrays there are, with
their shapes, is known before the first one is read.
"""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import pandas as pd

from lib.english import capital, counted, listed
from lib.experiment import limit_of
from lib.tables.table import MAX_COLUMNS
from lib.uploads.header import unique_names
from lib.uploads.limits import UploadError, check_size, check_unpacked
from lib.uploads.raw_table import RawTable

SERIES = "sample"
"""The column that tells samples apart."""
ONLY = ""
"""What stands for the one array of a .npy file, which has no name."""
_X = ("x_train", "xtrain", "x", "inputs", "features", "data", "sequences")
_Y = ("y_train", "ytrain", "y", "targets", "target", "labels", "label", "outputs")
"""What arrays of inputs and targets are called in small letters; the first one counts."""


@dataclass(frozen=True, slots=True)
class _Array:
    """An array that hasn't been read: its shape and type."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __str__(self) -> str:
        kind = "objects" if self.dtype.hasobject else f"{self.dtype}"
        return f"{self.name} {self.shape} of {kind}"

    @property
    def usable(self) -> bool:
        """Whether it holds numbers, as rows or samples."""
        return self.dtype.kind in "biuf" and 1 <= len(self.shape) <= 3 and 0 not in self.shape

    @property
    def deep(self) -> bool:
        """Whether it has samples of several timesteps, (N, T, F)."""
        return len(self.shape) == 3 and self.shape[1] > 1


def read_npy(content: bytes, _sheet: str = "") -> RawTable:
    """The rows of one array. Raises UploadError."""
    return _table(content, {ONLY: _header("the file", io.BytesIO(content))}, [])


def read_npz(content: bytes, _sheet: str = "") -> RawTable:
    """The rows of an archive's arrays. Raises UploadError."""
    found = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for member in packed.namelist():
                if member.endswith(".npy"):
                    with packed.open(member) as stream:
                        key = member.removesuffix(".npy")
                        found[key] = _header(key, stream)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise UploadError(
            f"The archive of arrays can't be opened: {error}. Save it again."
        ) from None
    return _table(content, found, [f"Arrays in the file: {listed(map(str, found.values()))}."])


def _header(name: str, stream: IO[bytes]) -> _Array:
    """What an array's first bytes say of it."""
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    try:
        version = np.lib.format.read_magic(stream)
        shape, _, dtype = read[version](stream)
    except Exception as error:  # broken bytes may raise anything
        why = f"{error}".splitlines()[0][:100]
        raise UploadError(
            f"{capital(name)} can't be read as an array: {why}. Save it again with numpy.save or "
            "numpy.savez."
        ) from None
    array = _Array(name, shape, dtype)
    check_unpacked(math.prod(shape) * dtype.itemsize)
    return array


def _table(content: bytes, found: dict[str, _Array], notes: list[str]) -> RawTable:
    usable = {key: array for key, array in found.items() if array.usable}
    if not usable:
        raise UploadError(
            f"No array of numbers with 1 to 3 axes was found: {listed(map(str, found.values()))}. "
            "Arrays of Python objects are never read, since they could run anything: save numbers, "
            "as rows (R, F) or samples (N, T, F)."
        )
    x, *rest = _roles(usable)
    used = [x, *rest]
    if left := [f"{array}" for key, array in found.items() if key not in used]:
        notes.append(f"Left out: {listed(left)}.")
    n, steps, features = usable[x].shape if usable[x].deep else (usable[x].shape[0], 1, 0)
    each = {key: steps if usable[key].shape[1:2] == (steps,) else 1 for key in used}
    widths = {key: math.prod(usable[key].shape) // (n * each[key]) for key in used}
    check_size(n * steps, sum(widths.values()) + (steps > 1))
    letters = dict(zip(used, "xy", strict=False)) if steps > 1 else {ONLY: "x"}
    names = [
        f"{letters.get(key, key)}{k + 1 if width > 1 else ''}"
        for key, width in widths.items()
        for k in range(width)
    ]
    names, renamed = unique_names(names)
    values = _load(content, used)
    parts = [values[key].reshape(n, each[key], -1) for key in used]
    parts = [np.broadcast_to(part, (n, steps, part.shape[-1])) for part in parts]
    frame = pd.DataFrame(np.concatenate(parts, axis=-1).reshape(n * steps, -1), columns=names)
    raw = RawTable(frame, {"function": "np.load"}, notes + renamed)
    lengths = [f"{each[key]}" for key in used]
    series = SERIES if steps > 1 else ""
    raw.mended.append(
        ("arrays", series, (f"{n}", f"{steps}", f"{len(used)}", *used, *lengths, *names))
    )
    if steps > 1:
        _as_panel(raw, (n, steps, features), rest, each)
    return raw


def _as_panel(
    raw: RawTable, shape: tuple[int, int, int], y: list[str], each: dict[str, int]
) -> None:
    """Make N series of rows, with targets at each timestep, or the next row's inputs as targets."""
    n, steps, features = shape
    raw.notes.append(f"{counted(n, 'sample')} of {counted(steps, 'timestep')}, a series each.")
    if y and each[y[0]] == 1:
        raw.notes.append("There is one target a sample, which is repeated at each timestep.")
    inputs, targets = tuple(raw.entries.columns[:features]), tuple(raw.entries.columns[features:])
    raw.entries.insert(0, SERIES, np.repeat(np.arange(n) + 1, steps))
    ahead = 0 if y else 1
    raw.known = {
        "series": SERIES,
        "inputs": inputs[:MAX_COLUMNS] if y else (),
        "targets": targets[:MAX_COLUMNS],
        "settings": {"T": int(limit_of("T").clamp(steps - ahead)), "horizon": ahead, "split": "id"},
    }


def _roles(arrays: dict[str, _Array]) -> list[str]:
    """Samples x (N, T, F) and their targets, or all arrays that are columns of the same rows.

    Raises UploadError where what is named as targets doesn't fit.
    """
    deep = [key for key, array in arrays.items() if array.deep]
    rows = {key: array.shape[0] for key, array in arrays.items()}
    x = _named(deep or list(arrays), _X) or (deep[0] if deep else max(rows, key=rows.__getitem__))
    n, *axes = arrays[x].shape
    rest = {key: array.shape for key, array in arrays.items() if key != x}
    fits = [key for key in rest if rows[key] == n and (key not in deep or rest[key][1] == axes[0])]
    named = _named(list(rest), _Y)
    if named and named not in fits:
        wanted = f"({n}, {axes[0]}, K), ({n}, {axes[0]}), ({n}, K) or " if deep else f"({n}, K) or "
        raise UploadError(
            f"{named} doesn't fit {x}: targets of {wanted}({n},) were expected, and there are "
            f"{listed(map(str, arrays.values()))}."
        )
    y = [named] if named else fits if len(fits) == 1 else []
    return [x, *(y if deep else fits)]


def _named(keys: list[str], names: tuple[str, ...]) -> str | None:
    lower = {key.lower(): key for key in keys}
    return next((lower[name] for name in names if name in lower), None)


def _load(content: bytes, names: list[str]) -> dict[str, np.ndarray]:
    """Some arrays, as float64."""
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
        return {
            name: np.asarray(loaded if name == ONLY else loaded[name], np.float64) for name in names
        }
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, MemoryError) as error:
        raise UploadError(f"The arrays can't be read: {error}. Save them again.") from None
