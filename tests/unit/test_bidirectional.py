"""Two directions put together: what each mode gives back, and what is refused.

That it is Keras's Bidirectional is shown in tests/agreement/test_recurrence_options.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from lib.cell.bidirectional import MERGE_MODES, unroll_both_ways
from lib.recurrence import initial_weights, unroll

RNG = np.random.default_rng(0)
WEIGHTS = [*initial_weights("gru", 3, 4, RNG), *initial_weights("gru", 3, 4, RNG)]
X = RNG.standard_normal((2, 5, 3)).astype(np.float32)


def test_the_last_step_is_each_directions_own_last() -> None:
    """Forward at the last timestep, backward at the first: it has read to there."""
    both = unroll_both_ways("gru", WEIGHTS, X)
    sequence, last = both.sequence, both.last
    assert (sequence.shape, last.shape) == ((2, 5, 8), (2, 8))
    np.testing.assert_array_equal(last[:, :4], sequence[:, -1, :4])
    np.testing.assert_array_equal(last[:, 4:], sequence[:, 0, 4:])
    assert not np.allclose(last[:, 4:], sequence[:, -1, 4:])


def test_the_backward_layer_reads_the_input_from_its_end() -> None:
    """Its own trace is in the order that it read in."""
    both = unroll_both_ways("gru", WEIGHTS, X)
    read = unroll("gru", WEIGHTS[3:], X[:, ::-1])
    np.testing.assert_array_equal(both.backward.hidden, read.hidden)


@pytest.mark.parametrize("mode", MERGE_MODES)
def test_a_merge_is_done_unit_by_unit_but_for_concat(mode: str) -> None:
    """The last axis doubles for "concat" alone."""
    assert unroll_both_ways("gru", WEIGHTS, X, merge_mode=mode).last.shape == (
        (2, 8) if mode == "concat" else (2, 4)
    )


def test_masked_steps_are_zero_in_the_sequence() -> None:
    """Elsewhere a masked step repeats the output before it."""
    mask = np.array([[1, 1, 0, 1, 1], [1, 1, 1, 1, 0]], bool)
    both = unroll_both_ways("gru", WEIGHTS, X, mask)
    assert not both.sequence[~mask].any()
    assert both.sequence[mask].all()
    np.testing.assert_array_equal(both.last[:, :4], both.forward.hidden[:, -1])


def test_what_is_unknown_is_refused() -> None:
    """Expected and received."""
    with pytest.raises(ValueError, match=r"one of \['concat', .*\], got 'max'"):
        unroll_both_ways("gru", WEIGHTS, X, merge_mode="max")
    with pytest.raises(ValueError, match="6 arrays, 3 for each direction, got 3"):
        unroll_both_ways("gru", WEIGHTS[:3], X)
