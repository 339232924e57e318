"""An experiment as something to take away: scripts, a report, CSV files, kept runs; no training."""

from lib.export.archive import KeptError, is_kept
from lib.export.data import arrays, data_name, keras_windows
from lib.export.files import (
    Reported,
    history_csv,
    predictions_csv,
    predictions_parquet,
    report,
    runs_csv,
    weights_npz,
)
from lib.export.kept import Kept, card_of, keep, open_kept, read_card, versions
from lib.export.script import EXPORTS, name_of
