"""Cases of which `make test` checks a few, and `make test-live` all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first_of(cases: Iterable[Any], count: int = 1) -> list[Any]:
    """Values for `parametrize`; all but the first `count` of them are marked weekly."""
    return [
        case if place < count else pytest.param(case, marks=pytest.mark.weekly)
        for place, case in enumerate(cases)
    ]
