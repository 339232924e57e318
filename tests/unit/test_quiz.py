"""Questions of the quiz: their order, their options, and the reasons for each option."""

import re
from dataclasses import replace

from lib.shapes.stack.quiz import FIRST, OPTIONS, RAISES, quiz_question, right_option
from lib.shapes.stack.tensors import readable_shapes
from lib.shapes.stack.tracing import broken_at


def test_a_number_always_has_the_same_question():
    """A shared link to `quiz=21` still opens its question."""
    assert [option.text for option in quiz_question(20).options] == [
        RAISES,
        "(N, 16, 9)",
        "(N, 2, 9)",
        "(N, 2, 7)",
    ]


def test_the_first_questions_are_easy():
    """They start with stacks of one layer. Only the last of these stacks breaks."""
    stacks = [quiz_question(number).steps for number in range(len(FIRST))]
    assert [len(steps) for steps in stacks[:3]] == [2, 2, 3]
    assert [broken_at(steps) is not None for steps in stacks] == [False] * (len(FIRST) - 1) + [True]
    assert {quiz_question(number).right for number in range(len(FIRST))} == set(range(OPTIONS))


def test_every_question_has_four_different_options():
    """The right option is the traced output or an error. Each reason has at most 15 words."""
    for number in range(300):
        question = quiz_question(number)
        texts = [option.text for option in question.options]
        assert len(set(texts)) == len(texts) == OPTIONS, number
        outputs = question.steps[-1].tensors
        assert texts[question.right] == (readable_shapes(outputs) if outputs else RAISES)
        for option in question.options:
            assert 4 <= len(option.why.split()) <= 15, option
            assert "None" not in option.why, option


SETTING = re.compile(r"needs (return_sequences|merge_mode)=(\w+) on layer (\d+)\. Here it is (\w+)")


def test_the_setting_in_a_reason_gives_the_stack_this_option():
    """A wrong option's reason names the setting with which the option would be right."""
    blamed = 0
    for number in range(300):
        question = quiz_question(number)
        stack = tuple(step.layer for step in question.steps)
        for option in question.options:
            if match := SETTING.search(option.why):
                name, value, place, here = match.groups()
                at = int(place) - 1
                assert f"{getattr(stack[at], name)}" == here
                values = {name: value == "True" if name == "return_sequences" else value}
                other = (*stack[:at], replace(stack[at], **values), *stack[at + 1 :])
                assert right_option(other).text == option.text
                blamed += 1
    assert blamed > 100


def test_some_stacks_break_and_the_right_option_has_any_place():
    """5% to 40% of the stacks of later questions break."""
    questions = [quiz_question(number) for number in range(len(FIRST), 300)]
    breaking = [broken_at(each.steps) is not None for each in questions]
    assert 0.05 < sum(breaking) / len(questions) < 0.4
    assert {each.right for each in questions} == set(range(OPTIONS))
