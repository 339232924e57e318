"""Every stack is what Keras makes of it: shapes, parameters, and the words where it breaks.

The page's own code is run line by line, so that the code is tested too.
"""

import re
from dataclasses import replace
from math import prod
from zlib import crc32

import pytest
from hypothesis import given

from lib.shapes.stack.code import HEAD, code_lines, keras_code, model_line, output_places
from lib.shapes.stack.fixes import fixes
from lib.shapes.stack.link import PATTERNS, from_text, read_text, read_value
from lib.shapes.stack.making import KINDS
from lib.shapes.stack.plain import Embedding, Input, Reshape, Unread, WithNumber
from lib.shapes.stack.read import read_model
from lib.shapes.stack.recurrent import BATCH_SIZE, LAYER_OF_CELL, TIMESTEPS
from lib.shapes.stack.tensors import shape_of
from lib.shapes.stack.tracing import broken_at, stopped_at, total, trace
from tests.agreement.layer_cases import CASES
from tests.agreement.recorded import ask
from tests.layers import CHAINS, GRAPHS, WORKING_CHAINS, always

STARTS = {kind.kind for kind in LAYER_OF_CELL.values()}
KERAS_RAISES = {"AttributeError", "IndexError", "NameError", "NotImplementedError", "TypeError"}
KERAS_RAISES |= {"ValueError", "ZeroDivisionError"}
USUAL = BATCH_SIZE, TIMESTEPS


def check(stack, *, called=False):
    """Compare all that is told about a stack with what Keras makes of it, layer by layer.

    Some that work are called as well; all of them where it says so.
    """
    steps = trace(stack)
    place = broken_at(steps)
    if place is not None:
        check_broken(steps[: place + 1])
    elif stopped_at(steps) is None:  # else nothing is claimed
        then = "call" if can_run(steps) and (called or is_run(steps)) else ""
        answer = ask("stacks.built", code_lines(steps), model_line(steps), then, USUAL)
        assert "raised" not in answer, answer
        told = [as_told(step) for step in steps]
        assert list(map(list, zip(answer["shapes"], answer["masks"], strict=True))) == told
        assert answer["lost"] == [at for at, step in enumerate(steps) if step.loses_mask]
        assert answer["parameters"] == total(steps)
        if then:
            shapes = [shape for at in output_places(steps) for shape in steps[at].shapes]
            assert all(map(fits, answer["given"], shapes)), answer["given"]
    return steps


def check_broken(steps):
    """Compare a stack whose last layer breaks: what Keras says, and when."""
    error = trace(tuple(step.layer for step in steps))[-1].error  # no layer is above it here
    then = {"built": "", "run": "predict", "trained": "fit"}[error.when]
    if then and not can_run(steps):
        return
    answer = ask("stacks.built", code_lines(steps), model_line(steps), then, USUAL)
    if error.when == "built" or error.message:
        assert answer.get("raised") == ("run" if then else "built"), answer
        assert in_words(error.message, answer["message"])
        assert answer["type"] in KERAS_RAISES or then
    elif "raised" not in answer:  # wrong without a word: it has another shape than told
        assert not all(map(fits, answer["given"], answer["shapes"][-1])), answer
    told = [as_told(step) for step in steps[:-1]]
    pairs = list(map(list, zip(answer["shapes"], answer["masks"], strict=True)))
    assert pairs[: len(told)] == told


def in_words(message, whole):
    """Whether a message is Keras's, or a part of it; "…" stands for words that are left out."""
    return re.search(".*".join(map(re.escape, message.split("…"))), whole, re.S) is not None


def as_told(step):
    """A layer's shapes, and whether each tensor has a mask."""
    return [[list(shape) for shape in step.shapes], list(map(bool, step.masks))]


def fits(given, shape):
    """Whether data of these sizes are of that shape."""
    pairs = zip(given, shape, strict=False)
    return len(given) == len(shape) and all(size in (None, n) for n, size in pairs)


def is_run(steps):
    """Whether data go through a stack that works: if it starts from states, or is in a sample.

    Not where the sizes of a sample are open, which a Reshape further up may need to be others.
    """
    if any(None in step.shapes[0][1:] for step in steps if isinstance(step.layer, Input)):
        return False
    starts = any(step.inputs.states and step.layer.kind in STARTS for step in steps)
    return starts or crc32(repr(code_lines(steps)).encode()) % 4 == 0


def can_run(steps):
    """Whether there are data for a model: small, and sizes of a graph's inputs aren't guessed.

    Nor how many numbers of open sizes there are to be put into another shape. What comes of
    arithmetic is no word that an Embedding knows.
    """
    layers = [step.layer.inside for step in steps]
    if any(isinstance(layer, WithNumber) for layer in layers) and any(
        isinstance(layer, Embedding) for layer in layers
    ):
        return False
    reshaped = [step.inputs.tensors[0] for step in steps if isinstance(step.layer.inside, Reshape)]
    if any(None in shape_of(tensor)[1:] for tensor in reshaped):
        return False
    shapes = [step.shapes[0] for step in steps if isinstance(step.layer, Input)]
    is_chain = len(shapes) == 1 and not any(step.layer.refs() for step in steps)
    one_batch = len({shape[0] for shape in shapes} - {None}) < 2
    is_small = all(prod(size or 1 for size in shape) < 2000 for shape in shapes)
    return is_small and (is_chain or (one_batch and not any(None in n[1:] for n in shapes)))


def test_every_kind_of_layer_has_cases():
    """A layer is added with its class, its entry in the registry, and a row here."""
    assert set(CASES) == set(KINDS) - {Unread.kind}


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in CASES.items() for text in texts]
)
def test_a_layer_is_what_keras_makes_of_it(kind, text):
    """Shapes, masks, parameters, the words where it breaks; and its code runs."""
    stack, said = read_text(text)
    assert not said
    steps = check(stack, called=True)
    assert kind in {step.layer.kind for step in steps}


@pytest.mark.parametrize("kind", CASES)
def test_every_setting_of_a_layer_is_what_keras_makes_of_it(kind):
    """One by one, each with values that aren't its usual one."""
    *before, layer = from_text(CASES[kind][0])
    for setting in layer.settings():
        for value in other_values(setting):
            check((*before, replace(layer, **{setting.name: value})))


def other_values(setting):
    """Some values of a setting, at its ends or beside what is usual."""
    values = [None] if setting.optional else []
    if setting.options is not None:
        return values + [*setting.options][1:3]
    if setting.limit is not None:
        least = int(setting.limit.minimum)
        return values + ([0.5] if setting.limit.step < 1 else [least, least + 1])
    if setting.cells:
        texts = "gru2", "rnn3-lstm2.nobias-gru1.before.nobias"
        return [read_value(setting, text) for text in texts]
    if setting.sizes is not None:
        return [*values, (1,) * (setting.sizes or 1), (2,) * (setting.sizes or 2)]
    return [not setting.default]


@pytest.mark.parametrize(
    "line",
    [
        "x = x1 + x",
        "x = x1 - x",
        "x = x1 * x",
        "x = keras.Sequential([keras.Input((10, 4)), layers.GRUCell(3)])(x1)",
        "x = keras.Sequential([keras.Input((10, 4)), layers.StackedRNNCells([LSTMCell(3)])])(x1)",
    ],
)
def test_code_that_no_stack_stands_for_is_refused_as_keras_refuses_it(line):
    """Signs between shapes that differ, cells in a Sequential."""
    lines = ["x = x1 = keras.Input((10, 4))", "x = keras.Input((10, 3))", line]
    model = "model = keras.Model(x, x)"
    error = trace(read_model("\n".join(["import keras", *lines, model])))[-1].error
    answer = ask("stacks.built", lines, model, "", USUAL)
    assert answer["raised"] == "built"
    assert in_words(error.message, answer["message"])


@pytest.mark.parametrize("name", PATTERNS)
def test_a_patterns_code_builds_runs_and_has_the_shapes_and_the_parameters(name):
    """The whole script, as it is copied, and data through the model."""
    steps = check(PATTERNS[name].stack)
    assert broken_at(steps) is None
    code = keras_code(steps)
    assert code.startswith(HEAD)
    answer = ask("stacks.script", code.replace("model.summary()", ""), USUAL)
    assert tuple(map(tuple, answer["shapes"])) == steps[-1].shapes
    assert answer["parameters"] == total(steps)


@always(80)
@given(CHAINS)
def test_any_stack_is_what_keras_makes_of_it(stack):
    """Shapes of every layer and all parameters, or the layer that breaks, with Keras's words."""
    check(stack)


@always(40)
@given(WORKING_CHAINS)
def test_any_stack_that_works_has_the_shapes_and_the_parameters(stack):
    """As high as chance makes it, with no layer that breaks."""
    assert broken_at(check(stack)) is None


@always(20)
@given(CHAINS.filter(lambda stack: broken_at(trace(stack)) is not None))
def test_a_fix_gets_past_the_layer_that_broke(stack):
    """Keras agrees with the mended stack, whatever it says about the layers after that one."""
    before = broken_at(trace(stack)) or 0
    for fix in fixes(trace(stack))[:1]:
        after = broken_at(check(fix.stack))
        assert after is None or after >= before + len(fix.stack) - len(stack)


@always(300)
@given(GRAPHS)
def test_any_graph_is_what_keras_makes_of_it(stack):
    """Several inputs, branches, merges, states, layers that are called again."""
    check(stack)
