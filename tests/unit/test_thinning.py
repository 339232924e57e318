"""What a run remembers stays small, and says how fast it really goes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.results.replay import History

quickly = settings(derandomize=True, deadline=None)


@quickly
@given(st.integers(4, 40), st.lists(st.integers(1, 30), min_size=1, max_size=300))
def test_a_history_is_bounded_increasing_and_keeps_both_ends(limit, gaps):
    """However the epochs are spaced: the first and the newest are there, with their figures."""
    history, epoch, seen = History(limit), 0, {}
    for gap in gaps:
        seen[epoch] = float(epoch**2)
        history.add(epoch, seen[epoch])
        last = epoch
        epoch += gap
    epochs = history.epochs.tolist()
    assert 1 <= len(epochs) <= limit
    assert epochs == sorted(set(epochs))
    assert (epochs[0], epochs[-1]) == (0, last)
    assert history.values.tolist() == [seen[e] for e in epochs]
    assert history.points == [(e, seen[e]) for e in epochs]


def test_what_came_after_an_epoch_can_be_forgotten():
    """And be added again."""
    history = History(10)
    history.extend(1, [1.0, 2.0, 3.0, 4.0])
    history.cut(2)
    assert history.points == [(1, 1.0), (2, 2.0)]
    history.add(3, 9.0)
    assert history.points == [(1, 1.0), (2, 2.0), (3, 9.0)]


def test_an_epoch_that_was_thinned_out_can_be_put_back():
    """In its place, with its value."""
    history = History(4)
    history.extend(0, range(20))
    known = history.epochs.tolist()
    assert 7 not in known
    history.put_back(7, 7)
    assert history.epochs.tolist() == history.values.tolist() == sorted([7, *known])


@pytest.mark.parametrize("count", [700, 100_000])
def test_a_long_history_is_spaced_evenly(count):
    """No part of a run is shown more closely than another, and a third of the room is used."""
    history = History(600)
    for epoch in range(count):
        history.add(epoch, 0.0)
    gaps = set((history.epochs[1:] - history.epochs[:-1])[:-1].tolist())
    assert len(gaps) == 1
    assert 200 <= len(history.epochs) <= 600


def test_a_history_can_be_thinned_and_grows_on_as_thinly():
    """The first and the newest stay."""
    history = History[int](64)
    for epoch in range(40):
        history.add(epoch, epoch)
    history.thin(8)
    assert len(history.points) <= 8
    assert (history.points[0][0], history.points[-1][0]) == (0, 39)
    for epoch in range(40, 50):
        history.add(epoch, epoch)
    assert len(history.points) <= 10
    assert history.points[-1][0] == 49
