"""Weights from PyTorch: the user uploads a `state_dict` as .npz, and the Cell page shows it."""

import io
import zipfile
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from lib.data import Dataset
from lib.experiment import LIMITS, MODES, Experiment
from lib.recurrence import from_torch, initial_model_weights
from lib.text import beside, filled, joined
from lib.ui import address
from lib.ui.session import LayerWeights, Loaded, once, session
from lib.ui.upload import take
from lib.ui.widgets import hint, plain, press, say

TEXTS: dict[str, str] = beside(__file__)
KEY, MOST_MB = "torch_file", 6


def read_torch_file(content: bytes, mode: str = "") -> tuple[dict[str, Any], LayerWeights, str]:
    """Return the settings that an .npz file's layers need, their weights, and the model's mode.

    A file of `lib.export.torch_weights` has several models: `mode` is the preferred one. The mode
    of other files is "". Raises ValueError with the reason if the page can't show the file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if any("data.pkl" in name for name in archive.namelist()):
                raise ValueError(TEXTS["saved"])
        if unpacked > MOST_MB * 10**6:
            raise ValueError(filled(TEXTS, "large", size=f"{unpacked / 1e6:.0f}", most=MOST_MB))
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            mode = next((m for m in (mode, *MODES) if f"{m}/outputs" in arrays), "")
            names = [name for name in arrays if name.startswith(f"{mode}/")]
            of_mode = {name.removeprefix(f"{mode}/"): arrays[name] for name in names}
            cell, layers, weights = from_torch(of_mode or arrays)
    except ValueError as error:
        words = TEXTS["objects"] if "Object arrays" in f"{error}" else f"{error}"
        raise ValueError(words) from None
    except Exception:  # broken bytes may raise any error
        raise ValueError(TEXTS["broken"]) from None
    sizes = {"layers": layers, "U": len(weights[1]), "F": len(weights[0])}
    for name, size in sizes.items():
        limit = LIMITS[name]
        if size != limit.clamp(size):
            limits = {"least": limit.minimum, "most": limit.maximum}
            raise ValueError(filled(TEXTS, "limited", name=name, value=size, **limits))
    if not all(np.isfinite(each).all() for each in weights):
        raise ValueError(TEXTS["infinite"])
    return {"cell": cell, **sizes}, tuple(weights), mode


def shown_file(experiment: Experiment, dataset: Dataset) -> tuple[str, LayerWeights] | None:
    """Return the file's name and its weights with an untrained head; None if they don't fit."""
    if (file := session().cell.torch_file) is None or _missing(experiment, dataset):
        return None
    name, _, weights = file

    def with_head() -> LayerWeights:
        initial = initial_model_weights(experiment, dataset.shape[2], dataset.targets)
        return (*weights, *initial[len(weights) :])

    return name, once("torch_weights", (weights, experiment, dataset), with_head)


def _missing(experiment: Experiment, dataset: Dataset) -> list[str]:
    """Return what the file needs and the page hasn't: ["U = 16", "F = 5"]."""
    _, needed, _ = session().cell.torch_file or ("", {}, ())
    now = {key: experiment.get(key) for key in needed} | {"F": dataset.shape[2]}
    return [f"{key} = {value}" for key, value in needed.items() if value != now[key]]


def draw_torch_file(loaded: Loaded) -> None:
    """Draw the lines that save weights, the file widget, and whether the page shows the file."""
    page = session().cell
    with st.expander("Weights from PyTorch"):
        say(TEXTS["about"])
        st.code(TEXTS["code"], language="python", wrap_lines=True)
        st.file_uploader("Your file", "npz", key=KEY, on_change=_read, max_upload_size=MOST_MB)
        if page.torch_problem:
            st.error(plain(page.torch_problem), icon=":material/error:")
        if page.torch_file:
            needs = joined(_missing(loaded.experiment, loaded.dataset))
            key = "needs" if needs else "shown"
            hint(filled(TEXTS, key, file=page.torch_file[0], needs=needs))
            if not st.session_state.get(KEY):  # the user has left the page and returned
                remove = partial(setattr, page, "torch_file", None)
                press("Remove the file", "close", "torch_remove", remove)


def _read() -> None:
    """Read the widget's new file and set cell, layers and units, or forget a removed file."""
    page = session().cell
    if KEY not in st.session_state:  # an overlapping script run has dropped the widget
        return
    file = st.session_state[KEY]
    if file is None:
        page.torch_file, page.torch_problem = None, ""
    elif named_content := take(file):  # None if an earlier script run has taken the file
        page.torch_file, page.torch_problem = None, ""
        name, content = named_content
        try:
            needed, weights, mode = read_torch_file(content, address.page_value("model"))
            layers = {key: value for key, value in needed.items() if key != "F"}
            address.change({"head": "dense", **layers})
        except ValueError as error:
            page.torch_problem = f"{name} can't be shown. {error}"
        else:
            name = f"{name}, {MODES[mode].name}" if mode else name
            page.torch_file = name, needed, weights
