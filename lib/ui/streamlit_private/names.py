"""Private names are looked up once, and what is lost without them is said once."""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

SWITCH = "UNROLLED_PUBLIC"
"""The environment variable that has the public way taken everywhere."""
T = TypeVar("T")
_log = logging.getLogger(__name__)


def is_public() -> bool:
    """Whether the public way is to be taken everywhere."""
    return os.environ.get(SWITCH, "0") not in ("", "0")


def available(lost: str, load: Callable[[], T]) -> T | None:
    """Return the private names that `load` looks up; None, and a warning, where one is missing.

    `load` raises ImportError, AttributeError or OSError for a missing one, TypeError or ValueError
    for one of another form. `lost` says in the log what the app does without them.
    """
    if is_public():
        return None
    try:
        return load()
    except (ImportError, AttributeError, TypeError, ValueError, OSError) as error:
        _log.warning("Streamlit %s has changed (%s): %s", st.__version__, error, lost)
        return None


def takes(function: Callable[..., object], *parameters: str) -> None:
    """Raise TypeError unless a function has just these parameters."""
    found = (*inspect.signature(function).parameters,)
    if found != parameters:
        raise TypeError(f"{function.__qualname__} takes {', '.join(found)}")


def sets(kind: type, *attributes: str) -> None:
    """Raise AttributeError unless instances of a class get these attributes when they are made."""
    fields = getattr(kind, "__dataclass_fields__", ())
    known = {*inspect.unwrap(kind.__init__).__code__.co_names, *fields}  # type: ignore[misc]
    if missing := {*attributes} - known:
        raise AttributeError(f"{kind.__qualname__} has no {', '.join(sorted(missing))}")
