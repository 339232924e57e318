"""Quiz questions by number: fair, easy ones first, with answers of the tracer."""

import re
from dataclasses import replace

from lib.shapes.stack.quiz import FIRST, OPTIONS, RAISES, quiz_question, right_option
from lib.shapes.stack.tensors import readable_shapes
from lib.shapes.stack.tracing import broken_at


def test_a_link_to_a_question_after_the_first_ones_opens_what_it_always_did():
    """A shared link to `quiz=21` keeps its question."""
    assert [option.text for option in quiz_question(20).options] == [
        RAISES,
        "(N, 16, 9)",
        "(N, 2, 9)",
        "(N, 2, 7)",
    ]


def test_it_begins_with_one_layer_and_an_error_comes_last():
    """The first questions start with one layer, and only the last one breaks."""
    stacks = [quiz_question(number).steps for number in range(len(FIRST))]
    assert [len(steps) for steps in stacks[:3]] == [2, 2, 3]
    assert [broken_at(steps) is not None for steps in stacks] == [False] * (len(FIRST) - 1) + [True]
    assert {quiz_question(number).right for number in range(len(FIRST))} == set(range(OPTIONS))


def test_every_question_has_one_right_option_among_four_different_ones():
    """The right option is the output or an error; each reason has at most 15 words."""
    for number in range(300):
        asked = quiz_question(number)
        texts = [option.text for option in asked.options]
        assert len(set(texts)) == len(texts) == OPTIONS, number
        outputs = asked.steps[-1].tensors
        assert texts[asked.right] == (readable_shapes(outputs) if outputs else RAISES)
        for option in asked.options:
            assert 4 <= len(option.why.split()) <= 15, option
            assert "None" not in option.why, option


SETTING = re.compile(r"needs (return_sequences|merge_mode)=(\w+) on layer (\d+)\. Here it is (\w+)")


def test_a_setting_that_a_reason_blames_would_have_led_to_that_option():
    """With the setting of "That needs …", the stack gives that option."""
    blamed = 0
    for number in range(300):
        asked = quiz_question(number)
        stack = tuple(step.layer for step in asked.steps)
        for option in asked.options:
            if found := SETTING.search(option.why):
                name, value, place, here = found.groups()
                at = int(place) - 1
                assert f"{getattr(stack[at], name)}" == here
                values = {name: value == "True" if name == "return_sequences" else value}
                other = (*stack[:at], replace(stack[at], **values), *stack[at + 1 :])
                assert right_option(other).text == option.text
                blamed += 1
    assert blamed > 100


def test_some_questions_break_and_the_right_option_may_stand_anywhere():
    """Some questions break, and the right option may be at any place."""
    asked = [quiz_question(number) for number in range(len(FIRST), 300)]
    breaking = [broken_at(one.steps) is not None for one in asked]
    assert 0.05 < sum(breaking) / len(asked) < 0.4
    assert {one.right for one in asked} == set(range(OPTIONS))
