"""The run that each browser has opened from a file last: a reload finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lib.data import remember
from lib.results import memory_of
from lib.ui.browser import browser_id

if TYPE_CHECKING:  # it brings pandas along
    from lib.export import Kept

_KEPT: dict[str, Kept] = {}
"""By browser."""
MOST, MOST_BYTES = 8, 1_200_000
"""So many runs, none of more bytes, and none with a person's own rows."""


def note_kept(kept: Kept | None) -> None:
    """Remember what this browser has opened, or forget it."""
    if not (browser := browser_id()):
        return
    _KEPT.pop(browser, None)
    if kept is None:
        return
    size = memory_of(kept.snapshot) + kept.dataset.nbytes
    if kept.table is None and size < MOST_BYTES:
        remember(_KEPT, browser, kept, MOST)


def kept_before() -> Kept | None:
    """What this browser has opened from a file, in a session before."""
    return _KEPT.get(browser_id() or "")
