"""Every trace equals Keras: shapes, parameters, and the error message if a stack breaks.

Keras runs the page's code of each stack line by line, so the code is tested, too.
"""

import re
from dataclasses import replace
from math import prod
from zlib import crc32

import pytest
from hypothesis import given

from lib.shapes.stack.code import HEAD, code_lines, keras_code, model_line, output_places
from lib.shapes.stack.fixes import fixes
from lib.shapes.stack.link import PATTERNS, from_text, read_text
from lib.shapes.stack.making import KINDS
from lib.shapes.stack.plain import Embedding, Input, NumberOperation, Reshape, Unread
from lib.shapes.stack.read import read_model
from lib.shapes.stack.recurrent import BATCH_SIZE, LAYER_OF_CELL, TIMESTEPS
from lib.shapes.stack.tensors import shape_of
from lib.shapes.stack.tracing import broken_at, stopped_at, total, trace
from tests.agreement.layer_cases import CASES
from tests.agreement.recorded import ask
from tests.layers import CHAINS, GRAPHS, WORKING_CHAINS, always

RECURRENT_KINDS = {kind.kind for kind in LAYER_OF_CELL.values()}
KERAS_RAISES = {"AttributeError", "IndexError", "NameError", "NotImplementedError", "TypeError"}
KERAS_RAISES |= {"ValueError", "ZeroDivisionError"}
DEFAULT_SIZES = BATCH_SIZE, TIMESTEPS  # sizes of data if a model leaves them open


def check(stack, *, called=False):
    """Compare the trace of a stack with Keras layer by layer, and return the trace.

    Keras also calls some working stacks on data, or all of them if `called` is true.
    """
    steps = trace(stack)
    place = broken_at(steps)
    if place is not None:
        check_broken(steps[: place + 1])
    elif stopped_at(steps) is None:  # After an untraced layer, a trace has no shapes to compare.
        action = "call" if can_run(steps) and (called or should_run(steps)) else ""
        answer = ask("stacks.built", code_lines(steps), model_line(steps), action, DEFAULT_SIZES)
        assert "raised" not in answer, answer
        expected = [as_lists(step) for step in steps]
        assert list(map(list, zip(answer["shapes"], answer["masks"], strict=True))) == expected
        assert answer["lost"] == [at for at, step in enumerate(steps) if step.loses_mask]
        assert answer["parameters"] == total(steps)
        if action:
            shapes = [shape for at in output_places(steps) for shape in steps[at].shapes]
            assert all(map(fits, answer["returned"], shapes)), answer["returned"]
    return steps


def check_broken(steps):
    """Compare the error of the last layer with Keras: the message, and when it is raised."""
    error = trace(tuple(step.layer for step in steps))[-1].error
    action = {"built": "", "run": "predict", "trained": "fit"}[error.when]
    if action and not can_run(steps):
        return
    answer = ask("stacks.built", code_lines(steps), model_line(steps), action, DEFAULT_SIZES)
    if error.when == "built" or error.message:
        assert answer.get("raised") == ("run" if action else "built"), answer
        assert in_words(error.message, answer["message"])
        assert answer["type"] in KERAS_RAISES or action
    elif "raised" not in answer:  # Silently wrong: the output has another shape.
        assert not all(map(fits, answer["returned"], answer["shapes"][-1])), answer
    expected = [as_lists(step) for step in steps[:-1]]
    pairs = list(map(list, zip(answer["shapes"], answer["masks"], strict=True)))
    assert pairs[: len(expected)] == expected


def in_words(message, whole):
    """Return whether Keras's message contains this message. "…" matches any words."""
    return re.search(".*".join(map(re.escape, message.split("…"))), whole, re.S) is not None


def as_lists(step):
    """Return a layer's shapes, and whether each tensor has a mask."""
    return [[list(shape) for shape in step.shapes], list(map(bool, step.masks))]


def fits(sizes, shape):
    """Return whether sizes of data match a shape, in which None matches any size."""
    pairs = zip(sizes, shape, strict=False)
    return len(sizes) == len(shape) and all(size in (None, n) for n, size in pairs)


def should_run(steps):
    """Return whether to call a working stack: it has initial states, or is in a random quarter.

    A stack with open sizes isn't called, because a later Reshape may need other sizes.
    """
    if any(None in step.shapes[0][1:] for step in steps if isinstance(step.layer, Input)):
        return False
    has_initial_states = any(
        step.inputs.states and step.layer.kind in RECURRENT_KINDS for step in steps
    )
    return has_initial_states or crc32(repr(code_lines(steps)).encode()) % 4 == 0


def can_run(steps):
    """Return whether a model can run on data: the data are small, and all needed sizes are known.

    A Reshape needs known sizes. An Embedding can't read the results of arithmetic. Several inputs
    need known sizes and the same batch size.
    """
    layers = [step.layer.inside for step in steps]
    has_arithmetic = any(isinstance(layer, NumberOperation) for layer in layers)
    if has_arithmetic and any(isinstance(layer, Embedding) for layer in layers):
        return False
    reshaped = [step.inputs.tensors[0] for step in steps if isinstance(step.layer.inside, Reshape)]
    if any(None in shape_of(tensor)[1:] for tensor in reshaped):
        return False
    shapes = [step.shapes[0] for step in steps if isinstance(step.layer, Input)]
    is_chain = len(shapes) == 1 and not any(step.layer.refs() for step in steps)
    is_small = all(prod(size or 1 for size in shape) < 2000 for shape in shapes)
    one_batch_size = len({shape[0] for shape in shapes} - {None}) < 2
    is_open = any(None in shape[1:] for shape in shapes)
    return is_small and (is_chain or (one_batch_size and not is_open))


def test_every_kind_of_layer_has_cases():
    """A new kind of layer needs cases in layer_cases.py."""
    assert set(CASES) == set(KINDS) - {Unread.kind}


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in CASES.items() for text in texts]
)
def test_the_trace_of_a_layer_equals_keras(kind, text):
    """Shapes, masks, parameters and errors equal Keras's, and the code runs."""
    stack, sentences = read_text(text)
    assert not sentences
    steps = check(stack, called=True)
    assert kind in {step.layer.kind for step in steps}


@pytest.mark.parametrize("kind", CASES)
def test_every_setting_of_a_layer_equals_keras(kind):
    """Settings change one at a time, to values other than their defaults."""
    *before, layer = from_text(CASES[kind][0])
    for setting in layer.settings():
        for value in other_values(setting):
            check((*before, replace(layer, **{setting.name: value})))


def other_values(setting):
    """Return some values of a setting that differ from its default."""
    values = [None] if setting.optional else []
    if setting.options is not None:
        return values + [*setting.options][1:3]
    if setting.limit is not None:
        least = int(setting.limit.minimum)
        return values + ([0.5] if setting.limit.step < 1 else [least, least + 1])
    if setting.tuple_length is not None:
        return [*values, (1,) * (setting.tuple_length or 1), (2,) * (setting.tuple_length or 2)]
    return [not setting.default]


@pytest.mark.parametrize("line", ["x = x1 + x", "x = x1 - x", "x = x1 * x"])
def test_code_that_a_link_cannot_contain_has_keras_error(line):
    """Operators on different shapes raise Keras's error."""
    lines = ["x = x1 = keras.Input((10, 4))", "x = keras.Input((10, 3))", line]
    model = "model = keras.Model(x, x)"
    error = trace(read_model("\n".join(["import keras", *lines, model])))[-1].error
    answer = ask("stacks.built", lines, model, "", DEFAULT_SIZES)
    assert answer["raised"] == "built"
    assert in_words(error.message, answer["message"])


@pytest.mark.parametrize("name", PATTERNS)
def test_the_script_of_a_pattern_runs_with_the_traced_shapes_and_parameters(name):
    """The script's model in Keras has the same output shapes and parameters as the trace."""
    steps = check(PATTERNS[name].stack)
    assert broken_at(steps) is None
    code = keras_code(steps)
    assert code.startswith(HEAD)
    answer = ask("stacks.script", code.replace("model.summary()", ""), DEFAULT_SIZES)
    assert tuple(map(tuple, answer["shapes"])) == steps[-1].shapes
    assert answer["parameters"] == total(steps)


@always(80)
@given(CHAINS)
def test_the_trace_of_any_stack_equals_keras(stack):
    """A random stack has Keras's shapes and parameters, or breaks with Keras's message."""
    check(stack)


@always(40)
@given(WORKING_CHAINS)
def test_the_trace_of_any_working_stack_has_no_error(stack):
    """A random working stack has Keras's shapes and parameters."""
    assert broken_at(check(stack)) is None


@always(20)
@given(CHAINS.filter(lambda stack: broken_at(trace(stack)) is not None))
def test_a_fix_makes_the_broken_layer_work(stack):
    """The layer works in Keras, too. A later layer may break."""
    before = broken_at(trace(stack)) or 0
    for fix in fixes(trace(stack))[:1]:
        after = broken_at(check(fix.stack))
        assert after is None or after >= before + len(fix.stack) - len(stack)


@always(300)
@given(GRAPHS)
def test_the_trace_of_any_graph_equals_keras(stack):
    """A random graph may have several inputs, branches, merges, states and shared layers."""
    check(stack)
