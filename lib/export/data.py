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
from lib.experiment import Experiment
from lib.shapes import readable_shape

LINE = 100  # the longest line of a script


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
    keep_trailing_newline=True,
    variable_start_string="<<",  # Python's dicts and f-strings have braces.
    variable_end_string=">>",
    trim_blocks=True,
)
_TEMPLATES.filters.update(
    comment=comment, quoted=quoted, readable_shape=readable_shape, source=source
)


def render(template: str, fields: dict[str, Any]) -> str:
    """Return the text of `template`.py.jinja, such as a whole script."""
    return _TEMPLATES.get_template(f"{template}.py.jinja").render(fields)


def blocks(template: str, **fields: Any) -> dict[str, str]:
    """Return the text of each block of `template`.py.jinja, by name."""
    loaded = _TEMPLATES.get_template(f"{template}.py.jinja")
    context = loaded.new_context(fields)
    return {n: "".join(block(context)).strip("\n") for n, block in loaded.blocks.items()}


def data_name(dataset: Dataset) -> str:
    """Return a safe stem for file names: the dataset's key, or the name of an upload."""
    name = PurePath(dataset.title).stem if dataset.name == "upload" else dataset.name
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", letters)[:40].strip("-") or "upload"


def is_loaded(dataset: Dataset) -> bool:
    """Return whether a script loads the file of `arrays`: for tables and bundled sequences."""
    return dataset.origin is not None or dataset.name in SEQUENCES


def data_fields(experiment: Experiment, dataset: Dataset) -> dict[str, Any]:
    """Return the fields of data.py.jinja for a task, the worked example, or a file of `arrays`."""
    if task := TASKS.get(dataset.name) or LABEL_TASKS.get(dataset.name):
        return {"task": task.function, "arguments": task.arguments(experiment)}
    if not is_loaded(dataset):
        return {"worked": {"x": DATA_X, "y": DATA_Y}}
    x, y = np.ascontiguousarray(dataset.x), np.ascontiguousarray(saved_targets(dataset))
    checksum = zlib.crc32(y.data, zlib.crc32(x.data))
    return {"file": f"{data_name(dataset)}.npz", "y_shape": y.shape, "checksum": checksum}


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
        "dataset": dataset,
        "origin": origin,
        "steps": dataset.shape[1],
        "each": len(origin.horizons) > 1,
        "most": max(origin.horizons),
        "minus": "" if dataset.base is None else " - y_rows[:rows]",
        "stride": stride * origin.every,
    }
    return render("windows", fields).rstrip()
