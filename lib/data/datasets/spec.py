"""What the app knows of a dataset before it is made: `DatasetSpec`, one entry of the registry.

It holds names, sentences and the settings that go with a dataset, from its row of `specs.toml`. It
makes nothing itself: its `make` does, in `synthetic` and `series`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.data.dataset import Dataset
from lib.data.tables import Table

GROUPS = {"Idea": "To understand", "Task": "Tasks", "Series": "Real series", "File": "Your own"}
"""Kinds of data in order: what stands before a title in a list, and the heading of a kind."""


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """One dataset that can be chosen. Settings go by their URL keys, as in `SETTINGS`."""

    name: str
    """Its key in `DATASETS`, and the value of `data` in the URL."""
    make: Callable[..., Dataset]
    """`make(spec, experiment, table)` → its arrays, for this spec and a settled experiment, and of
    the person's own table where that is asked."""
    table: Callable[[], Table] | None
    """Loads the table of a bundled series, to be shown."""
    uses: frozenset[str]
    """Which of the optional data settings matter: all but T and F are."""
    group: str
    """A key of `GROUPS`."""
    title: str
    shows: str
    """What it is there to show, in at most 12 words, for who picks one."""
    about: str
    """One sentence: what has to be predicted from what."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Settings that can't be other than this."""
    why: Mapping[str, str] = field(default_factory=dict)
    """Why settings can't be chosen here: all of `fixed`, and what follows from other choices."""
    at_least: Mapping[str, float] = field(default_factory=dict)
    """Minimums above the usual ones."""
    at_most: Mapping[str, float] = field(default_factory=dict)
    """Maximums below the usual ones."""
    suggested: Mapping[str, Any] = field(default_factory=dict)
    """What a person who picks this dataset should start from, where it isn't the default."""
    targets: int = 1
    """K, the number of target columns; 0 where it follows from the columns of a table."""

    @property
    def label(self) -> str:
        """Its title behind its kind: "Task · Echo"."""
        return f"{self.group} · {self.title}"
