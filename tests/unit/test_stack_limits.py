"""What doubles with each layer stops at a size: a line or a link can't use up a server's memory."""

import pytest

from lib.shapes.stack.base import MAX_LAYERS
from lib.shapes.stack.code import keras_code
from lib.shapes.stack.fixes import fixes
from lib.shapes.stack.link import from_text, read_text, to_text
from lib.shapes.stack.plain import Input
from lib.shapes.stack.read import read_model
from lib.shapes.stack.recurrent import CellStack
from lib.shapes.stack.tensors import letters
from lib.shapes.stack.tracing import MAX_AXES, MAX_SIZE, stopped, trace
from lib.shapes.stack.windows import Conv2D

TIMES = MAX_LAYERS - 1
TOO_MANY = f"(N, {', '.join('2' * 18)}) has 19 axes"


def twice(layer, sample="(3, 4)"):
    """Code that calls a layer on a tensor and itself, again and again."""
    return f"x = Input({sample})\n" + f"x = {layer}([x, x])\n" * TIMES + "model = Model(x, x)"


def linked(layer, sample="input_t3_f4"):
    """The same as a link."""
    calls = (f"{layer}_of{place}-{place}" for place in range(1, TIMES + 1))
    return "~".join([sample, *calls])


@pytest.mark.parametrize(
    ("stack", "received"),
    [
        (read_model(twice("Concatenate()")), "(N, 3, 1099511627776) has 3 axes"),
        (from_text(linked("concat")), "(N, 3, 1099511627776) has 3 axes"),
        (read_model(twice("Dot(2)", "(2, 2, 2)")), TOO_MANY),
        (from_text("input_t3" + "~upsample_s1000" * TIMES), "(N, 3000000000000, 3) has 3 axes"),
    ],
)
def test_what_doubles_with_each_layer_is_too_large_to_trace_at_some_point(stack, received):
    """What is written of it stays short, up to there."""
    steps = trace(stack)
    place = stopped(steps)
    assert place is not None
    assert received in steps[place].not_traced.reason
    assert all(len(letters(one)) < 60 for step in steps for one in step.tensors)
    assert len(keras_code(steps)) < 100 * MAX_LAYERS
    assert fixes(steps) == ()


def test_the_largest_that_is_traced():
    """As many axes as there may be, and as long a one."""
    looked_up = from_text("input_formother_x2.2.2.2.2.2.2.2" + "~embed" * 8)
    assert [len(step.tensors[0]) for step in trace(looked_up)[1:8]] == [*range(10, MAX_AXES + 1)]
    assert stopped(trace(looked_up)) == 8
    longest = from_text("input_t10~upsample_s1000~upsample_s1000~upsample_s1000~upsample_s100")
    assert trace(longest)[-1].tensors[0][1].size == MAX_SIZE


def test_cells_of_cells_are_counted():
    """A stack of two stacks of cells has twice as many; Keras would make each of them."""
    lines = ["c = LSTMCell(3)", *["c = StackedRNNCells([c, c])"] * TIMES]
    model = "model = Sequential([Input((3, 4)), RNN(c)])"
    layer = read_model("\n".join([*lines[:6], model]))[1]
    assert isinstance(layer, CellStack)
    assert len(layer.layers()) == 32
    step = trace(read_model("\n".join([*lines, model])))[1]
    assert "cells=256" in step.not_traced.reason


def test_sizes_in_a_link_are_numbers_of_seven_places_at_most():
    """Those of a kernel, whose product is written down, and of a sample."""
    digits = "9" * 3000
    stack, said = read_text(f"input_formother_x{digits}~conv2d_w{digits}.{digits}")
    assert stack == (Input(form="other"), Conv2D())
    assert len(said) == 2
    assert to_text(stack) == "input_formother~conv2d"
