"""Test cases that `make test` samples and `make test-live` runs in full."""

import pytest


def rest_weekly(cases, count=1):
    """Return values for `parametrize`. All values after the first `count` are marked weekly."""
    return [
        case if place < count else pytest.param(case, marks=pytest.mark.weekly)
        for place, case in enumerate(cases)
    ]
