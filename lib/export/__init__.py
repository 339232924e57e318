"""An experiment as something to take away: scripts, a report, CSV files, and kept runs.

Another form of script is another entry of `EXPORTS`. Nothing is trained or drawn in here.
"""

from lib.export import results
from lib.export.card import card_of, read_card
from lib.export.data import arrays, data_name, keras_windows
from lib.export.exports import EXPORTS, name_of
from lib.export.kept import file
from lib.export.kept.container import KeptError, is_kept
from lib.export.kept.file import Kept, NeedsFileError, open_kept
from lib.export.report import Reported, report
from lib.export.results import runs_csv
