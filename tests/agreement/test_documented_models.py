"""Models from public documentation and forum posts are read and traced.

Each file in `documented` names its source in its first line, and builds `model`. Some also have a
JSON file, written by Keras 3 or Keras 2.
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
"""The line where reading may stop, and why; several lines if each is right."""
MASKS = ("NotEqual", "Any")
"""Operations that compute a mask are in Keras's list of layers, but aren't called layers."""


def code_of(name):
    """Return the script that builds a model."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def names(ending, *, readable=True):
    """Return the models with such a file, and whose code can be read (or can't)."""
    found = sorted(path.name.removesuffix(ending) for path in FOLDER.glob(f"*{ending}"))
    models = [name for name in found if "." not in name]
    return [name for name in models if readable == (UNREADABLE.search(code_of(name)) is None)]


def check(source, answer):
    """Compare the trace with Keras's parameters, and with the number of outputs of each shape."""
    steps = trace(read_model(source))
    assert total(steps) == answer["parameters"]
    layers = [layer for layer in answer["layers"] if layer["class"] not in MASKS]
    calls = [call for layer in layers for call in layer["shapes"]]
    shapes = Counter(tuple(map(tuple, call)) for call in calls)
    assert Counter(step.shapes for step in steps) == shapes


@pytest.mark.parametrize("name", names(".txt"))
def test_code_is_traced_to_the_shapes_and_the_parameters_that_keras_reports(name):
    """All layers count, with inputs, sums of tensors and weights that aren't trained."""
    check(code_of(name), ask("documented.built", code_of(name)))


@pytest.mark.parametrize("name", names(".txt", readable=False))
def test_code_that_is_hard_to_read_is_right_or_noted_with_its_line(name):
    """Loops, custom classes and functions of tensors never count as errors."""
    expected = UNREADABLE.search(code_of(name))
    found = read_source(code_of(name))
    steps = trace(found.stack)
    assert broken_at(steps) is None
    if stopped_at(steps) is None:
        assert total(steps) == ask("documented.built", code_of(name))["parameters"]
    else:
        assert {f"{note.line}" for note in found.notes} & {*expected[1].split(" or ")}


@pytest.mark.parametrize("ending", [".json", ".keras2.json"])
def test_a_configuration_is_traced_as_the_code_is(ending):
    """The output of `to_json` gives the same trace as the code, from Keras 3 and Keras 2."""
    for name in names(ending):
        text = (FOLDER / f"{name}{ending}").read_text(encoding="utf-8")
        check(text, ask("documented.built", code_of(name)))
