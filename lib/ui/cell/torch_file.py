"""Weights from PyTorch: the user uploads a `state_dict` as .npz, and the Cell page shows it."""

import io
import zipfile

import numpy as np
import streamlit as st

from lib.data import Dataset, locked
from lib.experiment import LIMITS, Experiment
from lib.recurrence import from_torch, initial_model_weights
from lib.text import beside, counted, filled
from lib.ui import address
from lib.ui.session import LayerWeights, Loaded, TorchFile, once, session
from lib.ui.upload import take
from lib.ui.widgets import hint, plain, press, say

TEXTS: dict[str, str] = beside(__file__)
KEY, MOST_MB = "torch_file", 20


def read_torch_file(name: str, content: bytes) -> TorchFile:
    """Return the weights in an .npz file. Raises ValueError with the reason if there are none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MOST_MB * 10**6:
            raise ValueError(filled(TEXTS, "large", size=f"{unpacked / 1e6:.0f}", most=MOST_MB))
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            cell, layers, weights = from_torch(arrays)
    except ValueError:
        raise
    except Exception:  # broken bytes may raise any error
        raise ValueError(TEXTS["broken"]) from None
    return TorchFile(name, cell, layers, tuple(weights))


def shown_file(experiment: Experiment, dataset: Dataset) -> tuple[str, LayerWeights] | None:
    """Return the file's name and its weights with an untrained head; None if they don't fit."""
    file, features = session().cell.torch_file, dataset.shape[2]
    if file is None or file.features != features or not _follows(experiment, file):
        return None

    def with_head() -> LayerWeights:
        initial = initial_model_weights(experiment, features, dataset.targets)
        return (*file.weights, *initial[len(file.weights) :])

    return file.name, once("torch_weights", (file, experiment, dataset), with_head)


def _follows(experiment: Experiment, file: TorchFile) -> bool:
    """Return whether the settings have the file's cell, layers and units."""
    return all(experiment.get(key) == value for key, value in file.settings.items())


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
            hint(_status(page.torch_file, loaded))
            if not _follows(loaded.experiment, page.torch_file):
                press("Show the file again", "undo", "torch_again", _follow)
            if st.session_state.get(KEY) is None:  # the user has left the page and returned
                press("Remove the file", "close", "torch_remove", _remove)


def _status(file: TorchFile, loaded: Loaded) -> str:
    """Return whether the page shows the file, or what doesn't fit, with the fix."""
    features, others = file.features, loaded.dataset.shape[2]
    if features == others:
        key = "shown" if _follows(loaded.experiment, file) else "differs"
        return filled(TEXTS, key, file=file.name)
    can_set = "F" not in locked(loaded.experiment) and features <= LIMITS["F"].maximum
    fix = filled(TEXTS, "setting" if can_set else "data", features=features)
    reads = counted(features, "feature")
    return filled(TEXTS, "features", file=file.name, reads=reads, others=others, fix=fix)


def _read() -> None:
    """Read the widget's new file and set cell, layers and units, or forget a removed file."""
    if KEY not in st.session_state:  # an overlapping script run has dropped the widget
        return
    _remove()
    page = session().cell
    if named_content := take(st.session_state[KEY]):
        try:
            page.torch_file = read_torch_file(*named_content)
            _follow()
        except ValueError as error:
            page.torch_file, page.torch_problem = (
                None,
                f"{named_content[0]} can't be shown. {error}",
            )


def _follow() -> None:
    """Set the cell, the layers and the units to the file's. Raises ExperimentError."""
    if file := session().cell.torch_file:
        address.change({"head": "dense", **file.settings})


def _remove() -> None:
    session().cell.torch_file, session().cell.torch_problem = None, ""
