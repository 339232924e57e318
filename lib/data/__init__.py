"""Turn a chosen dataset or a file into arrays: `make_dataset`, `read_upload`, `DATASETS`.

A `Dataset` has `.x` (N, T, F), `.y` (N, T, K), and a split into training, validation and test.
"""

from lib.data import memory
from lib.data.caches import OBJECT_CACHES, cached_with_object, keep_newest
from lib.data.dataset import Baseline, Dataset, Origin
from lib.data.datasets.bundled import SEQUENCES
from lib.data.datasets.label_tasks import LABEL_TASKS
from lib.data.datasets.registry import (
    DATASETS,
    FIRST,
    SPEC_GROUPS,
    example_of_upload,
    find_spec,
    locked,
    make_dataset,
    make_settled_dataset,
    options_of,
    settle,
    suggested,
    table_of,
)
from lib.data.datasets.synthetic import DATA_X, DATA_Y, TASKS
from lib.data.labels import KerasTarget, keras_target
from lib.data.memory import GB, GROUPS, MB, share, total_memory
from lib.data.samples import Samples, class_numbers, class_probabilities
from lib.data.tables.baselines import season_length
from lib.data.tables.cutting import every_kth
from lib.data.tables.leaks import Finding, find_leaks
from lib.data.tables.table import (
    CALENDAR,
    MAX_BYTES,
    MAX_COLUMNS,
    MIN_ROWS,
    Table,
    UploadError,
    WindowError,
    calendar_names,
    check_size,
    default_columns,
    label_columns,
    on_a_circle,
)
from lib.data.uploads.upload import Reading, begins_as, read_upload
