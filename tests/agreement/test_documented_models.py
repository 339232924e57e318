"""Models as they stand in public documentation, and as people post them, are read and traced.

Each file in `documented` names its source in its first line, and builds `model`. Some were written
out by Keras too, today's and Keras 2, as JSON.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from lib.shapes import read_model, total, trace
from lib.shapes.stack.read import read_source
from lib.shapes.stack.tracing import broken_at, stopped_at
from tests.agreement.recorded import ask

FOLDER = Path(__file__).with_name("documented")
UNREADABLE = re.compile(r"^# unreadable: line ([\d or]+), (.*)$", re.MULTILINE)
"""In whose line reading may end, and why; several where each of them is a right answer."""
MASKS = ("NotEqual", "Any")
"""What computes a mask is an operation in Keras's list of layers, and no layer that is called."""


def code_of(name):
    """The script that builds a model."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def names(ending, *, readable=True):
    """The models of which there is a file with that ending, and whose code can be read, or not."""
    found = sorted(path.name.removesuffix(ending) for path in FOLDER.glob(f"*{ending}"))
    models = [name for name in found if "." not in name]
    return [name for name in models if readable == (UNREADABLE.search(code_of(name)) is None)]


def check(source, answer):
    """Compare what is traced with Keras's parameters, and with how often which shapes come out."""
    steps = trace(read_model(source))
    assert total(steps) == answer["parameters"]
    layers = [layer for layer in answer["layers"] if layer["class"] not in MASKS]
    calls = [call for layer in layers for call in layer["shapes"]]
    shapes = Counter(tuple(map(tuple, call)) for call in calls)
    assert Counter(step.shapes for step in steps) == shapes


@pytest.mark.parametrize("name", names(".txt"))
def test_code_is_traced_to_the_shapes_and_the_parameters_that_keras_reports(name):
    """Every layer's, inputs and sums of tensors included; weights that aren't trained count."""
    check(code_of(name), ask("documented.built", code_of(name)))


@pytest.mark.parametrize("name", names(".txt", readable=False))
def test_code_that_is_hard_to_read_is_right_or_told_with_its_line(name):
    """A loop, a class of their own, a function of tensors: Keras builds it, so it is no mistake."""
    told = UNREADABLE.search(code_of(name))
    found = read_source(code_of(name))
    steps = trace(found.stack)
    assert broken_at(steps) is None
    if stopped_at(steps) is None:
        assert total(steps) == ask("documented.built", code_of(name))["parameters"]
    else:
        assert {f"{note.line}" for note in found.notes} & {*told[1].split(" or ")}


@pytest.mark.parametrize("ending", [".json", ".keras2.json"])
def test_a_configuration_is_traced_as_the_code_is(ending):
    """What `to_json` writes holds all that the code says: today's, and that of Keras 2."""
    for name in names(ending):
        text = (FOLDER / f"{name}{ending}").read_text(encoding="utf-8")
        check(text, ask("documented.built", code_of(name)))
