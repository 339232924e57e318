"""Render Python code from Jinja templates, mainly the code that makes a script's data.

A task's script contains the source of its function. Scripts of tables and bundled sequences load
the file of `arrays`.
"""

import inspect
import io
import json
import re
import unicodedata
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePath
from textwrap import shorten, wrap
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lib.data import DATA_X, DATA_Y, LABEL_TASKS, SEQUENCES, TASKS, Dataset, Origin, class_numbers

LINE = 100  # the longest line of a script


def imports(
    dataset: Dataset,
    *others: str,
    standard: tuple[str, ...] = (),
    before: tuple[str, ...] = ("import keras",),
) -> str:
    """Return a script's imports: Python's `standard` modules, NumPy, and modules around NumPy."""
    standard += ("import zlib",) if is_loaded(dataset) else ()
    blank = [""] if standard else []
    return "\n".join([*standard, *blank, *before, "import numpy as np", *others])


def short(title: str) -> str:
    """Return a dataset's title, shortened to a third of a line."""
    return shorten(plain(title), LINE // 3, placeholder=" …")


@cache  # A page writes three scripts after each move of a slider.
def source(function: Callable[..., object]) -> str:
    """Return the source of one of the project's functions."""
    return inspect.getsource(function).rstrip()


def plain(text: str) -> str:
    """Return a text that is safe in a docstring or a comment."""
    words = " ".join(text.replace("\\", "/").replace('"', "'").split())
    return "".join(filter(str.isprintable, words))  # Python refuses source with a NUL


def comment(text: str) -> str:
    """Return a text as the lines of a comment."""
    return "\n".join(wrap(plain(text), LINE, initial_indent="# ", subsequent_indent="# "))


def quoted(text: str) -> str:
    """Return a Python string literal in double quotes."""
    return json.dumps(text, ensure_ascii=False)


_TEMPLATES = Environment(  # noqa: S701  Python code needs no HTML escapes
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    variable_start_string="<<",  # Python's dicts and f-strings have braces.
    variable_end_string=">>",
    trim_blocks=True,
)
_TEMPLATES.filters |= {"comment": comment, "quoted": quoted, "source": source}


def blocks(template: str, *names: str, **fields: Any) -> dict[str, str]:
    """Render the named blocks of `template`.py.jinja, or all blocks; return the texts by name."""
    loaded = _TEMPLATES.get_template(f"{template}.py.jinja")
    context = loaded.new_context(fields)
    return {n: "".join(loaded.blocks[n](context)).strip("\n") for n in names or loaded.blocks}


def data_name(dataset: Dataset) -> str:
    """Return a safe stem for file names: the dataset's key, or the name of an upload."""
    name = PurePath(dataset.title).stem if dataset.name == "upload" else dataset.name
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", letters)[:40].strip("-") or "upload"


def is_loaded(dataset: Dataset) -> bool:
    """Return whether a script loads the file of `arrays`: for tables and bundled sequences."""
    return dataset.origin is not None or dataset.name in SEQUENCES


def data_code(fields: dict[str, Any]) -> list[str]:
    """Return the code that makes `x`, the targets and `train`, after a task's function."""
    dataset, before, more = fields["dataset"], list[str](), dict[str, Any]()
    if task := TASKS.get(dataset.name) or LABEL_TASKS.get(dataset.name):
        kind, values = "task", task.arguments(fields["experiment"]).items()
        arguments = ", ".join(f"{n}={quoted(v) if isinstance(v, str) else v}" for n, v in values)
        more = {"function": task.function.__name__, "arguments": arguments}
        before = [source(task.function)]
    elif not is_loaded(dataset):  # the worked example, as literal numbers
        kind = "worked"
        for array, samples in {"x": DATA_X, "y": DATA_Y}.items():
            lines = [f"[{', '.join(str([*step]) for step in sample)}]," for sample in samples]
            more[array] = "\n        ".join(lines)
    else:
        x, y = np.ascontiguousarray(dataset.x), np.ascontiguousarray(saved_targets(dataset))
        kind = "table"
        more = {
            "origin": dataset.origin,
            "file": f"{data_name(dataset)}.npz",
            "y": "labels" if dataset.has_labels else "y",
            "y_shape": y.shape,
            "checksum": zlib.crc32(y.data, zlib.crc32(x.data)),
        }
    names = [kind, "order"] if fields["moves_padding"] else [kind]
    names += ["labels"] if dataset.has_labels else []
    return [*before, "\n\n".join(blocks("data", *names, **fields | more).values())]


def saved_targets(dataset: Dataset) -> np.ndarray:
    """Return y as in the file of `arrays`: for labels, class numbers (N, T)."""
    return class_numbers(dataset.y) if dataset.has_labels else dataset.y


def arrays(dataset: Dataset) -> bytes:
    """Return a NumPy archive for `np.load`: x (N, T, F) and y (N, T, K), float32, sizes and names.

    For labels, y has class numbers (N, T), `classes` their names, and `mask` (N, T) marks the real
    steps if sequences are padded.

    A table also has each sample's series and first time, and the scaling. Raw inputs are
    x * x_scale + x_offset, and raw targets y * y_scale + y_offset, plus base (N, T, K) if the model
    predicts changes.
    """
    names = ("x", "y", "train", "test", "feature_names", "target_names", "timestep_names", "base")
    fields: dict[str, Any] = {name: getattr(dataset, name) for name in names}
    fields |= {"y_offset": dataset.target_offset, "y_scale": dataset.target_scale}
    if dataset.has_labels:
        fields |= {"y": saved_targets(dataset), "mask": dataset.mask, "classes": dataset.classes}
        fields["target_names"] = (dataset.target_column,)
    if (origin := dataset.origin) is not None:
        series = origin.series[origin.starts]
        fields["series"] = np.array(origin.names)[series]
        fields |= {"x_offset": origin.x_scale.offset, "x_scale": origin.x_scale.deviation}
        if origin.times is not None:
            begins = origin.times[origin.starts].to_numpy()
            fields["begins"] = begins if begins.dtype.kind == "M" else begins.astype("U")
    # A script's checksum reads the bytes in C order.
    saved = {name: np.asarray(v, order="C") for name, v in fields.items() if v is not None}
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **saved)
    return file.getvalue()


def keras_windows(dataset: Dataset, origin: Origin, stride: int) -> str:
    """Return code that cuts windows every `stride` rows with `timeseries_dataset_from_array`."""
    fields = {
        "origin": origin,
        "steps": dataset.shape[1],
        "each": len(origin.horizons) > 1,
        "most": max(origin.horizons),
        "minus": "" if dataset.base is None else " - y_rows[:rows]",
        "stride": stride * origin.every,
    }
    return blocks("data", "keras", dataset=dataset, **fields)["keras"]
