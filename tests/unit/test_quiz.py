"""Questions from a seed: fair, and answered by the same engine as the page."""

from __future__ import annotations

from lib.stack.quiz import OPTIONS, RAISES, question
from lib.stack.tensors import numbers_of
from lib.stack.tracing import broken


def test_the_same_seed_gives_the_same_question():
    """So that a room can be sent one."""
    assert question(7).options == question(7).options
    assert question(7).steps[0].layer == question(7).steps[0].layer
    assert question(7).options != question(8).options


def test_every_question_has_one_right_option_among_four_different_ones():
    """It is what the stack gives, or that it raises."""
    for seed in range(300):
        asked = question(seed)
        assert len(set(asked.options)) == len(asked.options) == OPTIONS, seed
        right = asked.options[asked.right]
        if broken(asked.steps) is None:
            assert right == numbers_of(asked.steps[-1].tensors)
        else:
            assert right == RAISES


def test_some_questions_break_and_the_right_option_may_stand_anywhere():
    """Nobody can guess from the place, nor from the kind."""
    asked = [question(seed) for seed in range(300)]
    breaking = [broken(one.steps) is not None for one in asked]
    assert 0.05 < sum(breaking) / len(asked) < 0.4
    assert {one.right for one in asked} == set(range(OPTIONS))
    offered = [
        RAISES in one.options for one, breaks in zip(asked, breaking, strict=True) if not breaks
    ]
    assert any(offered)
    assert not all(offered)
