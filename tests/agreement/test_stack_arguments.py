"""A layer from the arguments that people give is the one that Keras makes, or is refused alike."""

import ast

import pytest

from lib.shapes.stack import making
from lib.shapes.stack.code import model_line
from lib.shapes.stack.making import ALIASES, SIGNATURES, made
from lib.shapes.stack.plain import Input
from lib.shapes.stack.settings import ACTIVATIONS
from lib.shapes.stack.tracing import broken, total, trace
from lib.text import beside
from tests.agreement.argument_cases import REFUSED, TAKEN
from tests.agreement.recorded import ask
from tests.agreement.test_stack import in_words

OLDER = ("CuDNNGRU", "CuDNNLSTM", "InputLayer")
"""Names that Keras 3 hasn't any more, or that are of another class."""


def value_of(node):
    """A plain value, or the layer of a call."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        keywords = {f"{one.arg}": value_of(one.value) for one in node.keywords}
        return made(node.func.id, [value_of(one) for one in node.args], keywords)
    if isinstance(node, ast.List):
        return [value_of(one) for one in node.elts]
    return ast.literal_eval(node)


def traced(code):
    """The trace of an input (4, 3) and the layer of this code, and what Keras makes of it."""
    layer = value_of(ast.parse(code, mode="eval").body)
    steps = trace((Input(4, 3), layer))
    called = "(x, x)" if code.startswith("MultiHead") else "(x)"
    lines = ["x = inputs = keras.Input((4, 3))", f"x = {code}{called}"]
    return steps, ask("stacks.built", lines, model_line(steps), "", (2, 4))


@pytest.mark.parametrize("code", TAKEN)
def test_a_layer_has_the_shape_that_keras_gives_for_these_arguments(code):
    """By name, in order, by earlier names, in capitals."""
    steps, answer = traced(code)
    assert broken(steps) is None
    assert "raised" not in answer, answer
    assert [[*map(list, step.shapes)] for step in steps] == answer["shapes"]
    assert total(steps) == answer["parameters"]


@pytest.mark.parametrize("code", REFUSED)
def test_a_layer_is_refused_in_keras_words(code):
    """With what was expected; where it is clear what is wrong, without that it works."""
    steps, answer = traced(code)
    assert broken(steps) == 1
    error = steps[1].error
    assert error is not None
    assert answer.get("raised") == "built", answer
    assert error.expected
    assert error.message
    assert in_words(error.message, answer["message"])


def test_every_layer_has_the_arguments_that_keras_gives_it():
    """In their order, and which of them may be left out."""
    answer = ask("stacks.signatures", sorted(SIGNATURES))
    assert {name: ", ".join(words) for name, words in SIGNATURES.items()} == answer


def test_what_the_usual_rest_takes_is_what_keras_takes():
    """Each name with each layer: the usual ones, and those that some take besides."""
    table = beside(making.__file__, "signatures")
    more = table["more"]
    asked = sorted({*table["every_layer"], *(word for words in more.values() for word in words)})
    asked += ["batch_input_shape", "input_spec", "time_major"]
    for name, words in SIGNATURES.items():
        takes = ask("stacks.takes", name, asked)
        own = {word.removesuffix("=") for word in words}
        known = own | {*more.get(name, [])} | ({*table["every_layer"]} if "**" in own else set())
        assert [word for word in asked if word in known] == takes, name


def test_every_alias_is_the_same_layer_in_keras():
    """But for names that Keras 3 hasn't any more."""
    names = {name: right for name, right in ALIASES.items() if name not in OLDER}
    assert ask("stacks.same", sorted(names.items())) == [True] * len(names)


def test_activations_are_those_that_keras_has():
    """By name; what isn't among them is refused."""
    assert ask("stacks.activations") == sorted(ACTIVATIONS)
