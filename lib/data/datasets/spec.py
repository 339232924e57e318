"""`DatasetSpec`, one entry of the registry: names, sentences and settings of a dataset."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.data.dataset import Dataset
from lib.data.tables.table import Table

GROUPS = {"Idea": "To understand", "Task": "Tasks", "Series": "Real series", "File": "Your own"}
"""Kinds of data in order: the word before a title in a list → the heading of the kind."""


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """One dataset that can be chosen. Settings go by their URL keys, as in `SETTINGS`."""

    name: str  # its key in `DATASETS`, and the value of `data` in the URL
    make: Callable[..., Dataset]
    """`make(spec, experiment, table)` → the `Dataset` of a settled experiment, for uploads of this
    table."""
    table: Callable[[], Table] | None  # loads the table of a bundled series
    uses: frozenset[str]  # the optional data settings that matter; T and F always do
    group: str  # a key of `GROUPS`
    title: str
    shows: str  # what it demonstrates, in at most 12 words
    about: str  # one sentence: what has to be predicted from what
    fixed: Mapping[str, Any] = field(default_factory=dict)  # settings that can't have another value
    why: Mapping[str, str] = field(default_factory=dict)
    """Why settings can't be chosen: all of `fixed`, and those that follow from other choices."""
    at_least: Mapping[str, float] = field(default_factory=dict)  # minimums above the usual ones
    at_most: Mapping[str, float] = field(default_factory=dict)  # maximums below the usual ones
    suggested: Mapping[str, Any] = field(default_factory=dict)
    """Settings to start from when this dataset is picked, besides the defaults."""
    targets: int = 1
    """K, the number of target columns; 0 where it follows from the columns of a table."""

    @property
    def label(self) -> str:
        """Its title behind its kind: "Task · Echo"."""
        return f"{self.group} · {self.title}"
