"""Cases of which `make test` checks a few, and `make test-live` all."""

import pytest


def first_of(cases, count=1):
    """Values for `parametrize`; all but the first `count` of them are marked weekly."""
    return [
        case if place < count else pytest.param(case, marks=pytest.mark.weekly)
        for place, case in enumerate(cases)
    ]
