"""Every stack is what Keras makes of it: shapes, parameters, and the words where it breaks.

The page's own code is run line by line, so that the code is tested too.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.stack.base import Layer, LayerSetting, Stack
from lib.stack.code import HEAD, code_lines, keras_code
from lib.stack.fixes import fixes
from lib.stack.kinds import KINDS
from lib.stack.link import PATTERNS, from_text, to_text
from lib.stack.plain import Input
from lib.stack.recurrent import BATCH_SIZE, TIMESTEPS, Recurrent
from lib.stack.tensors import sizes
from lib.stack.tracing import TracedLayer, broken, total, trace
from tests.agreement.recorded import ask

USUAL = BATCH_SIZE, TIMESTEPS


def check(stack: Stack) -> tuple[TracedLayer, ...]:
    """Compare all that is told about a stack with what Keras makes of it, layer by layer."""
    steps = trace(stack)
    place = next((i for i, step in enumerate(steps) if step.error), None)
    error = None if place is None else steps[place].error
    lines = code_lines(steps)[: None if place is None else place + 1]
    if error is None:
        answer = ask("stacks.built", lines, "predict" if is_run(stack) else "", USUAL)
        assert "raised" not in answer, stack
        assert shapes(answer) == [sizes_of(step) for step in steps], stack
        assert answer["parameters"] == total(steps), stack
    elif error.when == "built":
        answer = ask("stacks.built", lines, "", USUAL)
        assert answer["raised"] == "built", stack
        assert answer["type"] in {"ValueError", "NotImplementedError", "NameError"}, stack
        assert error.message in answer["message"], stack
        assert shapes(answer) == [sizes_of(step) for step in steps[:place]], stack
    else:
        then = "fit" if error.when == "trained" else "predict"
        answer = ask("stacks.built", lines, then, USUAL)
        alone = trace(stack[: len(lines)])[-1].error  # no layer is above it here
        assert alone is not None
        assert alone.message
        assert answer["raised"] == "run", stack
        assert alone.message in answer["message"], stack
        assert shapes(answer)[:place] == [sizes_of(step) for step in steps[:place]], stack
    return steps


def shapes(answer: dict[str, Any]) -> list[tuple[tuple[int | None, ...], ...]]:
    """By layer those of its tensors."""
    return [tuple(map(tuple, tensors)) for tensors in answer["shapes"]]


def sizes_of(step: TracedLayer) -> tuple[tuple[int | None, ...], ...]:
    """The shapes that are told of a layer's tensors."""
    return tuple(map(sizes, step.tensors))


def is_run(stack: Stack) -> bool:
    """Whether data goes through a stack that works: if it starts from states, or is in a sample."""
    starts = any(isinstance(layer, Recurrent) and layer.initial_state for layer in stack)
    return starts or crc32(to_text(stack).encode()) % 8 == 0


@pytest.mark.parametrize("name", PATTERNS)
def test_a_patterns_code_builds_runs_and_has_the_shapes_and_the_parameters(name):
    """The whole script, as it is copied, and data through the model."""
    steps = check(PATTERNS[name].stack)
    assert broken(steps) is None
    code = keras_code(steps)
    assert code.startswith(HEAD)
    answer = ask("stacks.script", code.replace("model.summary()", ""), USUAL)
    assert tuple(map(tuple, answer["shapes"])) == sizes_of(steps[-1])
    assert answer["parameters"] == total(steps)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("data", ["", "_t3", "_tany", "_t1", "_b4_t3", "_b4_t4", "_b1_t3"])
def test_a_sequence_as_a_state_breaks_when_the_model_runs(cell, data):
    """Two directions that stay apart leave one, (N, T, U), where a state, (N, U), is wanted."""
    state = "_state" if cell == "lstm" else ""  # an LSTM wants two, of which the first is it
    text = f"input{data}~bi_u4_mnone_seq{state}~unpack~{cell}_u4_init_seq~dense"
    steps = check(from_text(text))
    by_chance = cell == "rnn" and data in ("_b4_t4", "_b1_t3")
    assert broken(steps) == (None if by_chance else 3)


@pytest.mark.parametrize(
    "text",
    ["input~bi_mnone_seq~unpack~gru_u16_init_seq~dense", "input~bi_mnone_seq~unpack~gru_u8_init"],
)
def test_a_sequence_as_a_state_of_more_units_or_of_others(text):
    """16 and 12: the time axis is cut to the units; 16 and 8: the kernel comes first."""
    assert broken(check(from_text(text))) == 3


@pytest.mark.parametrize(
    "text",
    [
        "input~rnn_state~drop",
        "input~bi_mnone~drop",
        "input~rnn_state~drop~drop",
        "input~lstm_state~drop~unpack~dense",
        "input~bi_mnone~drop~unpack~dense",
    ],
)
def test_dropout_on_several_tensors_goes_wrong_in_training_alone(text):
    """Predicting works; training says what is told, or takes all tensors for the first."""
    steps = trace(from_text(text))
    place = broken(steps)
    assert place == 2
    error = steps[place].error
    assert error is not None
    assert error.when == "trained"
    answer = ask("stacks.called", code_lines(steps), (BATCH_SIZE, TIMESTEPS, 3))
    if error.message:
        assert answer["type"] == "ValueError"
        assert error.message in answer["message"]
        return
    tensors = len(steps[place].inputs.tensors)
    (predicting,) = answer["predicting"]
    assert answer["training"] == [[tensors, *predicting]]


def values(setting: LayerSetting) -> st.SearchStrategy[Any]:
    """Small values of a setting, so that Keras is quick and sizes coincide."""
    if setting.options is not None:
        return st.sampled_from(list(setting.options))
    if setting.limit is None:
        return (
            st.booleans() if setting.name != "stateful" else st.sampled_from([False] * 7 + [True])
        )
    if setting.limit.step < 1:
        return st.just(0.5)
    numbers = st.integers(1, 4)
    return numbers | st.none() if setting.optional else numbers


def layer_of(kind: type[Layer]) -> st.SearchStrategy[Layer]:
    """A layer of that kind with any settings."""
    return st.builds(kind, **{setting.name: values(setting) for setting in kind.settings()})


OTHERS = [kind for kind in KINDS.values() if kind is not Input]


def grown(parts: tuple[Layer, list[Layer]]) -> Stack:
    """Of the layers those that keep the stack working, so that it gets high."""
    stack: Stack = (parts[0],)
    for layer in parts[1]:
        if broken(trace((*stack, layer))) is None:
            stack = (*stack, layer)
    return stack


ANY = st.sampled_from(OTHERS).flatmap(layer_of)
STACKS = st.tuples(layer_of(Input), st.lists(ANY, max_size=5)).map(lambda p: (p[0], *p[1]))
WORKING = st.tuples(layer_of(Input), st.lists(ANY, min_size=4, max_size=12)).map(grown)


def always(examples: int) -> settings:
    """So many examples, the same ones every time."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@always(80)
@given(STACKS)
def test_any_stack_is_what_keras_makes_of_it(stack):
    """Shapes of every layer and all parameters, or the layer that breaks, with Keras's words."""
    check(stack)


@always(40)
@given(WORKING)
def test_any_stack_that_works_has_the_shapes_and_the_parameters(stack):
    """As high as chance makes it, with no layer that breaks."""
    assert broken(check(stack)) is None


@always(20)
@given(STACKS.filter(lambda stack: broken(trace(stack)) is not None))
def test_a_fix_gets_past_the_layer_that_broke(stack):
    """Keras agrees with the mended stack, whatever it says about the layers after that one."""
    before = broken(trace(stack))
    for fix in fixes(trace(stack))[:1]:
        after = broken(check(fix.stack))
        assert after is None or before is None or after >= before
