"""The benchmarks' statistics."""

import pytest

from tests.bench.figures import percentile, slope
from tests.bench.soak import summary


def test_a_percentile_is_one_of_the_values():
    """Five of a hundred values are above the 95th percentile."""
    assert percentile([*range(100, 0, -1)], 95) == 95
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([0.7], 95) == 0.7


def test_a_slope_is_a_least_squares_fit():
    """A single point has no slope."""
    assert slope([(0.0, 1.0)]) is None
    assert slope([(1.0, 500.0), (2.0, 520.0), (3.0, 540.0)]) == pytest.approx(20.0)
    assert slope([(0.0, 0.0), (1.0, 3.0), (2.0, 0.0)]) == pytest.approx(0.0)


def test_a_soak_test_measures_memory_from_the_tenth_minute():
    """Memory growth in the first minutes doesn't count."""
    by_minute = [
        {
            "minute": float(n),
            "page_mb": 100 if n < 10 else 130 + n - 10,
            "worker_mb": 400,
            "workers": 1,
            "workers_so_far": 1 + (n > 15),
            "trained": n,
        }
        for n in range(1, 21)
    ]
    measured = summary(by_minute, ["TimeoutError"], tracebacks=0)
    assert measured["memory_mb_warm"] == 530
    assert measured["memory_mb_end"] == 540
    assert measured["memory_mb_per_hour"] == pytest.approx(60.0)
    assert (measured["workers_replaced"], measured["failed"]) == (1, 1)
    assert summary(by_minute[:5], [], 0)["memory_mb_per_hour"] is None
