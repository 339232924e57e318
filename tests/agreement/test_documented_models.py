"""Models from public documentation and forum posts are read and traced.

Each file in `documented` names its source in its first line, and builds `model`. Some models also
have a JSON file, written by Keras 3 or Keras 2.
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
"""Matches the comment with the lines where reading may stop, and the reason."""
MASKS = ("NotEqual", "Any")
"""Operations that compute a mask. Keras lists them as layers."""


def code_of(name):
    """Return the script that builds a model."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def names(ending, *, readable=True):
    """Return the readable models, or the unreadable models, that have a file with this ending."""
    stems = sorted(path.name.removesuffix(ending) for path in FOLDER.glob(f"*{ending}"))
    models = [stem for stem in stems if "." not in stem]
    return [name for name in models if readable == (UNREADABLE.search(code_of(name)) is None)]


def check(source, answer):
    """Assert that the trace has Keras's parameters and as many outputs of each shape as Keras."""
    steps = trace(read_model(source))
    assert total(steps) == answer["parameters"]
    layers = [layer for layer in answer["layers"] if layer["class"] not in MASKS]
    calls = [call for layer in layers for call in layer["shapes"]]
    shapes = Counter(tuple(map(tuple, call)) for call in calls)
    assert Counter(step.shapes for step in steps) == shapes


@pytest.mark.parametrize("name", names(".txt"))
def test_traced_code_has_the_shapes_and_parameters_of_keras(name):
    """The trace includes inputs, sums of tensors and weights that aren't trained."""
    check(code_of(name), ask("documented.built", code_of(name)))


@pytest.mark.parametrize("name", names(".txt", readable=False))
def test_code_that_is_hard_to_read_is_traced_correctly_or_gets_a_note_with_its_line(name):
    """Loops, custom classes and functions of tensors never count as errors."""
    expected = UNREADABLE.search(code_of(name))
    source = read_source(code_of(name))
    steps = trace(source.stack)
    assert broken_at(steps) is None
    if stopped_at(steps) is None:
        assert total(steps) == ask("documented.built", code_of(name))["parameters"]
    else:
        assert {f"{note.line}" for note in source.notes} & {*expected[1].split(" or ")}


@pytest.mark.parametrize("ending", [".json", ".keras2.json"])
def test_the_configuration_of_a_model_gives_the_same_trace_as_its_code(ending):
    """The configuration is the output of `to_json` in Keras 3 or Keras 2."""
    for name in names(ending):
        text = (FOLDER / f"{name}{ending}").read_text(encoding="utf-8")
        check(text, ask("documented.built", code_of(name)))
