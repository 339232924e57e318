"""Files that aren't text → their entries: workbooks, Parquet, and NumPy's arrays.

calamine reads a workbook (.xlsx, .xlsb, .xls, .ods), by way of pandas: where does the table begin,
and what are its columns called? Formulas aren't computed: their last values count, and errors are
missing. pyarrow, which comes with Streamlit, reads the plain columns of a Parquet file, the index
that pandas wrote among them; its own list says how large it is before it is read. Arrays (.npy,
.npz) are rows as they are, or samples (N, T, F) as a panel. Nothing is unpickled: arrays of Python
objects are left out.
"""

import datetime
import io
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lib.data.tables.table import MAX_COLUMNS
from lib.data.uploads import MIN_ROWS, UploadError, check_size, check_unpacked
from lib.data.uploads.raw_table import RawTable, has_header, unique_names
from lib.experiment import LIMITS
from lib.text import counted, listed

_ABOVE = 20
"""So many rows may stand above the table."""


def read_workbook(content: bytes, sheet: str = "") -> RawTable:
    """The entries of a sheet, by default the first with a table. Raises UploadError."""
    cells, chosen, sheets = _cells(content, sheet)
    check_size(*cells.shape)
    filled = cells.notna().sum(axis=1).to_numpy()
    if not filled.any():
        others = f"; there are the sheets {listed(sheets)}" if len(sheets) > 1 else ""
        raise UploadError.of("empty_sheet", sheet=chosen, others=others)
    top, headed, names, notes = _header(cells, filled)
    if rest := [name for name in sheets if name != chosen]:
        notes.insert(0, f"The sheet {chosen} was read; there are {listed(rest)}, too.")
    entries = cells.iloc[top:].reset_index(drop=True).set_axis(names, axis=1)
    raw = RawTable(entries, notes, known={"sheets": tuple(sheets), "sheet": chosen})
    if (empty := raw.entries.isna().all(axis=1)).any():
        raw.drop_rows(empty)
    raw.entries = raw.entries.infer_objects()
    for name, column in raw.entries.items():
        if column.dtype != object:
            continue
        if column.dropna().map(lambda cell: isinstance(cell, datetime.date)).all():
            raw.entries[name] = pd.to_datetime(column)
        else:  # cells of several kinds
            raw.entries[name] = column.map(str, na_action="ignore").astype("str")
    if headed:
        raw.drop_row_numbers()
    return raw


def _cells(content: bytes, sheet: str) -> tuple[pd.DataFrame, str, list[str]]:
    """All cells of a sheet, its name, and those of all sheets."""
    try:
        with pd.ExcelFile(io.BytesIO(content), engine="calamine") as book:
            sheets = [str(name) for name in book.sheet_names]
            if sheet and sheet not in sheets:
                raise UploadError.of("no_such_sheet", sheet=sheet, sheets=listed(sheets))
            for chosen in [sheet] if sheet else [*sheets, sheets[0]]:
                cells = pd.read_excel(book, sheet_name=chosen, header=None)
                if _has_table(cells):
                    break
    except UploadError:
        raise
    except Exception as error:  # calamine's own, and whatever pandas makes of broken cells
        raise UploadError.of("broken_workbook", error=error) from None
    return cells, chosen, sheets


def _has_table(cells: pd.DataFrame) -> bool:
    """Whether a sheet may hold a table, rather than words about the other sheets."""
    sample = cells.iloc[:1000]
    numbers = sample.map(lambda cell: isinstance(cell, (int, float))) & sample.notna()
    return int(numbers.any(axis=1).sum()) >= MIN_ROWS


def _header(cells: pd.DataFrame, filled: Any) -> tuple[int, bool, list[str], list[str]]:
    """In which row the entries begin, whether names stand above, the columns' names, and notes.

    `filled` are the cells of each row that hold something, (R,). Titles stand above the table in
    rows of one cell; names may take two rows where cells were merged.
    """
    width = int(filled.max())
    likely = (i for i, count in enumerate(filled[:_ABOVE]) if count > max(width / 3, width > 1))
    first = next(likely, int(filled.argmax()))
    above = [str(cell) for i in range(first) for cell in cells.iloc[i].dropna()]
    notes = [f"Rows above the table left out: {listed(above)}."] if above else []
    top, *body = [_texts(cells.iloc[i]) for i in range(first, min(first + 100, len(cells)))]
    if not has_header(top, body):
        names, _ = unique_names([""] * len(top))
        notes.append("The first row holds values, not names, so the columns are numbered.")
        return first, False, names, notes
    merged = len(body) > 1 and filled[first] < width
    if merged and all(isinstance(cell, str) for cell in cells.iloc[first + 1].dropna()):
        groups = _texts(cells.iloc[first].ffill())
        pairs = zip(top, groups, body[0], strict=True)
        top = [f"{group} {name}".strip() if name else own for own, group, name in pairs]
        first += 1
    names, renamed = unique_names(top)
    return first + 1, True, names, notes + renamed


def _texts(row: pd.Series) -> list[str]:
    return ["" if pd.isna(cell) else str(cell) for cell in row]


_PLAIN = "integer floating decimal boolean string large_string string_view timestamp date null"


def read_parquet(content: bytes, _sheet: str = "") -> RawTable:
    """The entries of a Parquet file. Raises UploadError."""
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        about, schema = file.metadata, file.schema_arrow
        groups = [about.row_group(i) for i in range(about.num_row_groups)]
        check_unpacked(sum(group.total_byte_size for group in groups))
        plain = [field.name for field in schema if _is(field.type, _PLAIN)]
        check_size(about.num_rows, len(plain))
        table = file.read(columns=plain)
        for i, field in enumerate(table.schema):  # numbers that pandas would have as objects
            if _is(field.type, "decimal float16"):
                table = table.set_column(i, field.name, table[i].cast(pa.float64()))
            elif _is(field.type, "boolean") and table[i].null_count:
                table = table.set_column(i, field.name, table[i].cast(pa.int8()))
        frame = table.to_pandas(date_as_object=False)
    except UploadError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        why = f"{error}".splitlines()[0].rstrip(".")
        raise UploadError.of("broken_parquet", error=why) from None
    raw = RawTable(frame)
    left_over = frame.index.names == [None] and pd.api.types.is_integer_dtype(frame.index)
    if not left_over:  # by sorting: row numbers are no column
        raw.entries = frame.reset_index()
    raw.entries = raw.entries.reset_index(drop=True)
    others = [f"{field.name} ({field.type})" for field in schema if field.name not in plain]
    if not len(raw.entries.columns):
        raise UploadError.of("no_plain_column", others=listed(others))
    names, raw.notes = unique_names([str(name) for name in raw.entries.columns])
    raw.entries.columns = pd.Index(names)
    if others:
        raw.notes.append(f"Columns of lists and other values left out: {listed(others)}.")
    raw.drop_row_numbers()
    return raw


def _is(kind: pa.DataType, names: str) -> bool:
    """Whether a column, or what its dictionary holds, is of one of these types."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(getattr(pa.types, f"is_{name}")(kind) for name in names.split())


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
    raw = RawTable(frame, notes + renamed)
    if steps == 1:
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
