"""Datasets as they were made last, for all who ask for the same."""

import ctypes
from contextlib import suppress
from functools import lru_cache

from lib.dataset import Dataset
from lib.datasets import make_settled_dataset
from lib.experiment import Experiment, ModelSettings, TrainingSettings
from lib.tables import Table
from lib.ui.session import session

with suppress(OSError, AttributeError, TypeError):  # glibc's alone
    # M_MMAP_THRESHOLD: arrays of 1 MB go back to the system with their last user. Without this the
    # bound grows with each that is freed, to 32 MB, and what was cut once from a long table stays.
    ctypes.CDLL(None).mallopt(-3, 2**20)
# A handful, since a dataset may take 24 MB, and sliders ask for many that nobody comes back to.
_made = lru_cache(maxsize=8)(make_settled_dataset)


def dataset_of(settled: Experiment, table: Table | None) -> Dataset:
    """The dataset of a settled experiment; of a table the session keeps the last one.

    Raises ExperimentError where there is none.
    """
    key = Experiment(settled.data, ModelSettings(), TrainingSettings(), settled.seed)
    if table is None or settled.data.name != "upload":
        return _made(key)
    last = session().upload.dataset
    if last is None or last[0] != key or last[1] is not table:
        last = session().upload.dataset = key, table, make_settled_dataset(key, table)
    return last[2]
