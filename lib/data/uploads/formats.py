"""Read workbooks, Parquet files and NumPy arrays into entries. A formula's saved value is used."""

import datetime
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lib.data.tables.table import MAX_COLUMNS, MIN_ROWS, UploadError, check_size
from lib.data.uploads.entries import NUMBERED_COLUMNS, Entries, has_header, unique_names
from lib.experiment import LIMITS
from lib.text import counted, listed

_ROWS_ABOVE = 20  # how many rows to search for the header
_IGNORED = (  # types of columns that aren't read
    *(pa.types.is_nested, pa.types.is_binary, pa.types.is_large_binary),
    *(pa.types.is_fixed_size_binary, pa.types.is_binary_view),
)
SERIES = "sample"  # the column that identifies samples
# Names of input and target arrays, in lower case, in order of priority.
_X_NAMES = ("x_train", "xtrain", "x", "inputs", "features", "data", "sequences")
_Y_NAMES = ("y_train", "ytrain", "y", "targets", "target", "labels", "label", "outputs")


def read_workbook(content: bytes) -> Entries:
    """Return the entries of the first sheet with a table. Raises UploadError."""
    cells, chosen, others = _cells(content)
    check_size(*cells.shape)
    filled = cells.notna().sum(axis=1).to_numpy()
    if not filled.any():
        raise UploadError(
            f"The sheet {chosen} is empty. Expected a header row and rows of numbers."
        )
    top, names, notes = _header(cells, filled)
    unique, renamed = unique_names(names)
    notes += renamed
    if others:
        move = "To read another sheet, move it to the front"
        notes.insert(0, f"Sheet {chosen} read. Other sheets: {listed(others)}. {move}.")
    frame = cells.iloc[top:].reset_index(drop=True).set_axis(unique, axis=1)
    entries = Entries(frame, notes)
    entries.drop_empty_rows()
    entries.frame = entries.frame.infer_objects()
    for name, column in entries.frame.items():
        if column.dtype != object:
            continue
        if column.dropna().map(lambda cell: isinstance(cell, datetime.date)).all():
            entries.frame[name] = pd.to_datetime(column)
        else:  # the cells have several types
            entries.frame[name] = column.map(str, na_action="ignore").astype("str")
    return entries


def _cells(content: bytes) -> tuple[pd.DataFrame, str, list[str]]:
    """Return a sheet's cells, its name, and the names of other sheets. Raises UploadError."""
    try:
        with pd.ExcelFile(io.BytesIO(content), engine="calamine") as book:
            sheets = [str(name) for name in book.sheet_names]
            for chosen in [*sheets, sheets[0]]:  # the first if none fits
                cells = pd.read_excel(book, sheet_name=chosen, header=None)
                sample = cells.iloc[:1000]
                numbers = sample.map(lambda cell: isinstance(cell, (int, float))) & sample.notna()
                if numbers.any(axis=1).sum() >= MIN_ROWS:  # skip a cover sheet of texts
                    break
    except Exception as error:  # calamine's own errors, or any error for broken cells
        raise UploadError(
            f"The workbook can't be read: {error}. Save it again as .xlsx, without a password, or "
            "export the sheet as CSV. If the file is another ZIP file, unpack it first."
        ) from None
    return cells, chosen, [name for name in sheets if name != chosen]


def _header(cells: pd.DataFrame, filled: np.ndarray) -> tuple[int, list[str], list[str]]:
    """Return the first row below the header, names, notes; `filled` (R,): entries per row."""
    width = int(filled.max())
    # A header fills over a third of the columns, and at least two, unless there is only one.
    least = max(width / 3, 1) if width > 1 else 0
    wide = np.flatnonzero(filled[:_ROWS_ABOVE] > least)
    first = int(wide[0]) if len(wide) else int(filled.argmax())
    above = [str(cell) for i in range(first) for cell in cells.iloc[i].dropna()]
    notes = [f"Rows above the table ignored: {listed(above)}."] if above else []
    texts = cells.iloc[first : first + 100].map(lambda cell: "" if pd.isna(cell) else str(cell))
    names, *body = texts.to_numpy().tolist()
    if has_header(names, body):
        return first + 1, names, notes
    return first, [""] * len(names), [*notes, NUMBERED_COLUMNS.format("row")]


def read_parquet(content: bytes) -> Entries:
    """Return a Parquet file's entries. Raises UploadError."""
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        schema = file.schema_arrow
        plain = [f.name for f in schema if not any(is_kind(f.type) for is_kind in _IGNORED)]
        check_size(file.metadata.num_rows, len(plain))
        nullable = {pa.bool_(): pd.BooleanDtype()}  # otherwise Python objects, if any is missing
        frame = file.read(columns=plain).to_pandas(date_as_object=False, types_mapper=nullable.get)
    except UploadError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        why = f"{error}".splitlines()[0].rstrip(".")
        raise UploadError(
            f"The Parquet file can't be read: {why}. It may be incomplete or encrypted. Write it "
            "again, or export the table as CSV."
        ) from None
    is_plain_index = frame.index.names == [None] and pd.api.types.is_integer_dtype(frame.index)
    frame = frame.reset_index(drop=is_plain_index)
    left_out = listed(f"{field.name} ({field.type})" for field in schema if field.name not in plain)
    if not len(frame.columns):
        raise UploadError(f"The table needs a column of numbers, but has only: {left_out}.")
    names, notes = unique_names([str(name) for name in frame.columns])
    if len(plain) < len(schema):
        notes.append(f"Columns with unsupported types ignored: {left_out}.")
    return Entries(frame.set_axis(names, axis=1), notes)


def read_arrays(content: bytes) -> Entries:
    """Return the rows of a .npy or .npz file's arrays. Raises UploadError."""
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
        named = {"": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
        found = {key: np.asarray(array) for key, array in named.items()}
    except MemoryError:
        raise
    except Exception as error:  # broken bytes may raise any error
        raise UploadError(
            f"The arrays can't be read: {f'{error}'[:100].rstrip('.')}. Python objects aren't "
            "read, since they could run code. Save numbers with numpy.save or numpy.savez."
        ) from None
    described = {
        key: f"{key or 'the array'} {array.shape} of {array.dtype}" for key, array in found.items()
    }
    arrays = {
        key: array
        for key, array in found.items()
        if array.dtype.kind in "biuf" and 1 <= array.ndim <= 3 and array.size
    }
    if not arrays:
        raise UploadError(
            f"Expected a numeric array with 1 to 3 axes, got: {listed(described.values())}. Save "
            "rows (R, F) or samples (N, T, F) with numpy.save or numpy.savez."
        )
    used = _choose(arrays)
    notes = [f"Arrays in the file: {listed(described.values())}."] if len(described) > 1 else []
    if ignored := [text for key, text in described.items() if key not in used]:
        notes.append(f"Ignored: {listed(ignored)}.")
    x, *targets = used.values()
    if _is_samples(x):
        return _panel(x, targets, notes)
    rows = {key or "x": array.reshape(len(array), -1) for key, array in used.items()}
    return Entries(_side_by_side(rows, notes), notes)


def _is_samples(array: np.ndarray) -> bool:
    """Return whether an array holds samples (N, T, F) with more than one timestep."""
    return array.ndim == 3 and array.shape[1] > 1


def _choose(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return samples and their targets; if there are no samples, all arrays of equal length."""
    samples = {key: array for key, array in arrays.items() if _is_samples(array)}
    longest = max(samples or arrays, key=lambda key: len(arrays[key]))
    x = _named(samples or arrays, _X_NAMES) or longest
    others = {k: array for k, array in arrays.items() if k != x and len(array) == len(arrays[x])}
    if samples:
        y = _named(others, _Y_NAMES) or (next(iter(others)) if len(others) == 1 else "")
        others = {y: others[y]} if y else {}
    return {x: arrays[x], **others}


def _named(arrays: dict[str, np.ndarray], names: tuple[str, ...]) -> str:
    """Return the key of the array with the first of `names` that occurs; "" if none occurs."""
    lower = {key.lower(): key for key in arrays}
    return next((lower[name] for name in names if name in lower), "")


def _side_by_side(arrays: dict[str, np.ndarray], notes: list[str]) -> pd.DataFrame:
    """Join arrays (R, columns) to one frame with column names such as "wind", "sea1", "sea2"."""
    check_size(len(next(iter(arrays.values()))), sum(a.shape[1] for a in arrays.values()))
    names = list[str]()
    for key, array in arrays.items():
        columns = range(1, array.shape[1] + 1)
        names += [f"{key}{k}" for k in columns] if len(columns) > 1 else [key]
    names, renamed = unique_names(names)
    notes += renamed
    values = np.concatenate([*arrays.values()], axis=1, dtype=np.float64)
    return pd.DataFrame(values, columns=names)


def _panel(x: np.ndarray, targets: list[np.ndarray], notes: list[str]) -> Entries:
    """Return samples (N, T, F), and targets if any, as a panel in which each sample is a series."""
    n, steps, features = x.shape
    check_size(n * steps, features)
    rows = {"x": x.reshape(n * steps, features)}
    notes.append(f"{counted(n, 'sample')} of {counted(steps, 'timestep')}, read as series.")
    for y in targets:
        by_step = y.shape[1:2] == (steps,)
        columns = y.reshape(n * steps if by_step else n, -1)
        check_size(n * steps, columns.shape[1])
        if not by_step:
            columns = np.repeat(columns, steps, axis=0)
            notes.append("One target per sample, repeated at each timestep.")
        rows["y"] = columns
    frame = _side_by_side(rows, notes)
    names = [*map(str, frame.columns)]
    frame.insert(0, SERIES, np.repeat(np.arange(n) + 1, steps))
    horizon = 0 if targets else 1  # if there are no targets, predict the next row's inputs
    timesteps = int(LIMITS["T"].clamp(steps - horizon))
    known = {
        "series": SERIES,
        "inputs": tuple(names[:features][:MAX_COLUMNS]) if targets else (),
        "targets": tuple(names[features:][:MAX_COLUMNS]),
        "settings": {"T": timesteps, "horizon": horizon, "split": "id"},
    }
    return Entries(frame, notes, known=known)
