"""The order of samples: all of them in every epoch, and the same however it is taken."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.training.checkpoint import BatchOrder

quickly = settings(derandomize=True, deadline=None)


@quickly
@given(st.integers(1, 30), st.integers(1, 12), st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_the_order_does_not_depend_on_how_it_is_taken(n, b, parts):
    """Slices of any length give the batches that one long call gives."""
    whole = BatchOrder(n, b, 3).take(sum(parts))
    order = BatchOrder(n, b, 3)
    np.testing.assert_array_equal(np.concatenate([order.take(part) for part in parts]), whole)


@pytest.mark.parametrize(
    ("n", "batch", "steps", "sizes"),
    [(10, 4, 3, [4, 4, 2]), (8, 4, 2, [4, 4]), (3, 32, 1, [3]), (1, 1, 1, [1])],
)
def test_the_last_batch_has_what_is_left(n, batch, steps, sizes):
    """It is filled up with -1; a batch is never larger than the data."""
    order = BatchOrder(n, batch, 0)
    assert order.steps == steps
    assert order.sizes.tolist() == sizes
    assert (order.take(steps) >= 0).sum(axis=1).tolist() == sizes


@quickly
@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 9999), st.integers(0, 40))
def test_an_order_goes_on_from_the_place_of_another(n, b, seed, epochs):
    """With the very batches that come next there, however many came before."""
    first, second = BatchOrder(n, b, seed), BatchOrder(n, b, seed)
    if epochs:
        first.take(epochs * first.steps - 1)
        first.take(1)
    second.take(1)
    second.rng_state = first.rng_state
    np.testing.assert_array_equal(second.take(50), first.take(50))
