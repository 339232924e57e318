"""NumPy's arrays (.npy, .npz) → a table: rows as they are, samples (N, T, F) as a panel.

Nothing is unpickled: arrays of Python objects are left out.
"""

import io

import numpy as np
import pandas as pd

from lib.english import counted, listed
from lib.experiment import LIMITS
from lib.tables.table import MAX_COLUMNS
from lib.uploads import UploadError, check_size
from lib.uploads.raw_table import RawTable, unique_names

SERIES = "sample"
"""The column that tells samples apart."""
ONLY = ""
"""What stands for the one array of a .npy file, which has no name."""
_X = ("x_train", "xtrain", "x", "inputs", "features", "data", "sequences")
_Y = ("y_train", "ytrain", "y", "targets", "target", "labels", "label", "outputs")
"""What arrays of inputs and targets are called in small letters; the first one counts."""


def read_arrays(content: bytes, _sheet: str = "") -> RawTable:
    """The rows of a file's array or arrays. Raises UploadError."""
    found, said = dict[str, np.ndarray](), dict[str, str]()
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
        for key in [ONLY] if isinstance(loaded, np.ndarray) else loaded.files:
            try:
                array = np.asarray(loaded if key == ONLY else loaded[key])
                said[key] = f"{key or 'the array'} {array.shape} of {array.dtype}"
            except ValueError as error:  # objects, or broken
                said[key] = f"{key} ({error})"
                continue
            if array.dtype.kind in "biuf" and 1 <= array.ndim <= 3 and array.size:
                found[key] = array
    except Exception as error:  # broken bytes may raise anything
        why = " ".join(f"{error}".split())[:100]
        raise UploadError.of("broken_arrays", error=why) from None
    if not found:
        raise UploadError.of("no_array", arrays=listed(said.values()))
    return _table(found, said)


def _is_deep(array: np.ndarray) -> bool:
    """Whether it has samples of several timesteps, (N, T, F)."""
    return array.ndim == 3 and array.shape[1] > 1


def _table(found: dict[str, np.ndarray], said: dict[str, str]) -> RawTable:
    """The rows of arrays of numbers; `said` are all arrays of the file, with their shapes."""
    x, *rest = used = _roles(found)
    notes = [f"Arrays in the file: {listed(said.values())}."] if ONLY not in said else []
    if left := [words for key, words in said.items() if key not in used]:
        notes.append(f"Left out: {listed(left)}.")
    n, steps, features = found[x].shape if _is_deep(found[x]) else (len(found[x]), 1, 0)
    each = [steps if found[key].shape[1:2] == (steps,) else 1 for key in used]
    widths = [found[key].size // (n * length) for key, length in zip(used, each, strict=True)]
    check_size(n * steps, sum(widths) + (steps > 1))
    letters = dict(zip(used, "xy", strict=False)) if steps > 1 else {ONLY: "x"}
    names, renamed = unique_names(
        [
            f"{letters.get(key, key)}{k + 1 if width > 1 else ''}"
            for key, width in zip(used, widths, strict=True)
            for k in range(width)
        ]
    )
    parts = [
        np.broadcast_to(found[key].reshape(n, length, -1), (n, steps, width))
        for key, length, width in zip(used, each, widths, strict=True)
    ]
    values = np.concatenate(parts, axis=-1, dtype=np.float64).reshape(n * steps, -1)
    frame = pd.DataFrame(values, columns=names)
    raw = RawTable(frame, {"function": "np.load"}, notes + renamed)
    series = SERIES if steps > 1 else ""
    sizes = map(str, (n, steps, len(used)))
    raw.mended.append(("arrays", series, (*sizes, *used, *map(str, each), *names)))
    if not series:
        return raw
    raw.notes.append(f"{counted(n, 'sample')} of {counted(steps, 'timestep')}, a series each.")
    if rest and each[1] == 1:
        raw.notes.append("There is one target a sample, which is repeated at each timestep.")
    frame.insert(0, SERIES, np.repeat(np.arange(n) + 1, steps))
    ahead = 0 if rest else 1  # without targets the next row's inputs are
    raw.known = {
        "series": SERIES,
        "inputs": tuple(names[:features][:MAX_COLUMNS]) if rest else (),
        "targets": tuple(names[features:][:MAX_COLUMNS]),
        "settings": {"T": int(LIMITS["T"].clamp(steps - ahead)), "horizon": ahead, "split": "id"},
    }
    return raw


def _roles(arrays: dict[str, np.ndarray]) -> list[str]:
    """Samples and their targets, or all columns of the same rows. Raises UploadError for others."""
    shapes = {key: array.shape for key, array in arrays.items()}
    deep = [key for key, array in arrays.items() if _is_deep(array)]
    x = _named(deep or list(arrays), _X)
    x = x or (deep[0] if deep else max(shapes, key=lambda key: shapes[key][0]))
    n, *axes = shapes.pop(x)
    fits = [
        key
        for key, shape in shapes.items()
        if shape[0] == n and (key not in deep or shape[1] == axes[0])
    ]
    named = _named(list(shapes), _Y)
    if named and named not in fits:
        wanted = f"({n}, {axes[0]}, K), ({n}, {axes[0]}), ({n}, K) or " if deep else f"({n}, K) or "
        shape = {"y_shape": shapes[named], "x_shape": (n, *axes)}
        raise UploadError.of("other_targets", y=named, x=x, n=n, wanted=wanted, **shape)
    y = [named] if named else fits if len(fits) == 1 else []
    return [x, *(y if deep else fits)]


def _named(keys: list[str], names: tuple[str, ...]) -> str | None:
    lower = {key.lower(): key for key in keys}
    return next((lower[name] for name in names if name in lower), None)
