"""NumPy's arrays (.npy, .npz) → entries: rows as they are, or samples (N, T, F) as a panel."""

import io

import numpy as np
import pandas as pd

from lib.data.tables.table import MAX_COLUMNS, UploadError, check_size
from lib.data.uploads.entries import Entries, unique_names
from lib.experiment import LIMITS
from lib.text import counted, listed

SERIES = "sample"  # the column that identifies samples
_NAMELESS = ""  # the name that the one array of a .npy file has here
# What arrays of inputs and targets are called in small letters; the first one counts.
_X_NAMES = ("x_train", "xtrain", "x", "inputs", "features", "data", "sequences")
_Y_NAMES = ("y_train", "ytrain", "y", "targets", "target", "labels", "label", "outputs")


def read_arrays(content: bytes) -> Entries:
    """The rows of a file's array or arrays. Raises UploadError."""
    arrays, described = dict[str, np.ndarray](), dict[str, str]()
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
        for key in [_NAMELESS] if isinstance(loaded, np.ndarray) else loaded.files:
            try:
                array = np.asarray(loaded if key == _NAMELESS else loaded[key])
                described[key] = f"{key or 'the array'} {array.shape} of {array.dtype}"
                if array.dtype.kind in "biuf" and 1 <= array.ndim <= 3 and array.size:
                    arrays[key] = array
            except ValueError as error:  # objects, or broken
                described[key] = f"{key} ({_told(error)})"
    except MemoryError:
        raise
    except Exception as error:  # broken bytes may raise anything
        described[_NAMELESS] = _told(error)
    if not arrays:
        raise UploadError(
            f"No array of numbers with 1 to 3 axes can be read: {listed(described.values())}. "
            "Python objects are never read, since they could run anything. Save numbers with "
            "numpy.save or numpy.savez, as rows (R, F) or samples (N, T, F)."
        )
    used = _choose(arrays)
    notes = [] if _NAMELESS in arrays else [f"Arrays in the file: {listed(described.values())}."]
    if left_out := [words for key, words in described.items() if key not in used]:
        notes.append(f"Left out: {listed(left_out)}.")
    x, *targets = used.values()
    if _is_samples(x):
        return _panel(x, targets, notes)
    rows = {key or "x": array.reshape(len(array), -1) for key, array in used.items()}
    return Entries(_side_by_side(rows, notes), notes)


def _told(error: Exception) -> str:
    """What NumPy complains of, in plain words."""
    words = " ".join(f"{error}".split())
    return "it holds Python objects" if words.startswith("Object arrays") else words[:100]


def _is_samples(array: np.ndarray) -> bool:
    """Whether it has samples of several timesteps, (N, T, F)."""
    return array.ndim == 3 and array.shape[1] > 1


def _choose(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Samples and their targets, or all columns of the same rows. Raises UploadError for others."""
    samples = {key: array for key, array in arrays.items() if _is_samples(array)}
    longest = max(samples or arrays, key=lambda key: 0 if samples else len(arrays[key]))
    x = _named(samples or arrays, _X_NAMES) or longest
    n, steps = len(arrays[x]), arrays[x].shape[1:2]
    others = {key: array for key, array in arrays.items() if key != x}
    fitting = [
        key
        for key, array in others.items()
        if len(array) == n and (key not in samples or array.shape[1:2] == steps)
    ]
    y = _named(others, _Y_NAMES)
    if y and y not in fitting:
        wanted = f"({n}, {steps[0]}, K), ({n}, {steps[0]}), " if samples else ""
        raise UploadError(
            f"{y} {arrays[y].shape} doesn't fit {x} {arrays[x].shape}: targets of {wanted}"
            f"({n}, K) or ({n},) were expected."
        )
    if samples:
        fitting = [y] if y else fitting if len(fitting) == 1 else []
    return {key: arrays[key] for key in (x, *fitting)}


def _named(arrays: dict[str, np.ndarray], names: tuple[str, ...]) -> str:
    """The array that has the first of these names; "" for none."""
    lower = {key.lower(): key for key in arrays}
    return next((lower[name] for name in names if name in lower), "")


def _side_by_side(arrays: dict[str, np.ndarray], notes: list[str]) -> pd.DataFrame:
    """Arrays (R, columns) as one frame with names such as "wind", "sea1", "sea2"."""
    check_size(len(next(iter(arrays.values()))), sum(a.shape[1] for a in arrays.values()))
    names, renamed = unique_names(
        [
            f"{key}{k + 1 if array.shape[1] > 1 else ''}"
            for key, array in arrays.items()
            for k in range(array.shape[1])
        ]
    )
    notes += renamed
    values = np.concatenate([*arrays.values()], axis=1, dtype=np.float64)
    return pd.DataFrame(values, columns=names)


def _panel(x: np.ndarray, targets: list[np.ndarray], notes: list[str]) -> Entries:
    """Samples (N, T, F), each a series of T rows, and their targets where there are any."""
    n, steps, features = x.shape
    check_size(n * steps, features)
    rows = {"x": x.reshape(n * steps, features)}
    notes.append(f"{counted(n, 'sample')} of {counted(steps, 'timestep')}, a series each.")
    for y in targets:
        by_step = y.shape[1:2] == (steps,)
        columns = y.reshape(n * steps if by_step else n, -1)
        check_size(n * steps, columns.shape[1])
        if not by_step:
            columns = np.repeat(columns, steps, axis=0)
            notes.append("There is one target a sample, which is repeated at each timestep.")
        rows["y"] = columns
    frame = _side_by_side(rows, notes)
    names = [*map(str, frame.columns)]
    frame.insert(0, SERIES, np.repeat(np.arange(n) + 1, steps))
    horizon = 0 if targets else 1  # without targets the next row's inputs are predicted
    timesteps = int(LIMITS["T"].clamp(steps - horizon))
    known = {
        "series": SERIES,
        "inputs": tuple(names[:features][:MAX_COLUMNS]) if targets else (),
        "targets": tuple(names[features:][:MAX_COLUMNS]),
        "settings": {"T": timesteps, "horizon": horizon, "split": "id"},
    }
    return Entries(frame, notes, known=known)
