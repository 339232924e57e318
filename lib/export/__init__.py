"""Downloads of an experiment: scripts, a report, tables, saved runs. Nothing is trained here."""

from lib.export.archive import KeptError, is_kept
from lib.export.data import arrays, data_name, is_loaded, keras_windows
from lib.export.files import (
    Reported,
    forecast_csv,
    frame_csv,
    history_csv,
    report,
    runs_csv,
    sweep_csv,
    weights_npz,
)
from lib.export.kept import Kept, keep, open_kept, versions
from lib.export.predictions import predictions
from lib.export.script import EXPORTS, name_of
from lib.export.streaming import streaming_code
from lib.export.torch_weights import torch_loader, torch_weights
