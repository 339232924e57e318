"""An experiment as something to take away: scripts, a report, CSV files, kept runs; no training."""

from lib.export import results
from lib.export.archive import KeptError, is_kept
from lib.export.data import arrays, data_name, keras_windows
from lib.export.kept import Kept, card_of, keep, open_kept, read_card, versions
from lib.export.results import Reported, report, runs_csv
from lib.export.script import EXPORTS, name_of
