"""Every stack is what Keras makes of it: shapes, parameters, and the words where it breaks.

The page's own code is run line by line, so that the code is tested too.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from lib.stack.base import Layer, Setting
from lib.stack.code import HEAD, code_line, keras_code
from lib.stack.fixes import fixes
from lib.stack.kinds import KINDS, Stack
from lib.stack.patterns import PATTERNS
from lib.stack.plain import Dropout, Input
from lib.stack.tensors import sizes
from lib.stack.trace import Step, broken, total, trace

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def shapes_of(x: Any) -> tuple[tuple[int | None, ...], ...]:
    """The shapes of one Keras tensor or several."""
    return tuple(tuple(one.shape) for one in (x if isinstance(x, (list, tuple)) else [x]))


def run(model: keras.Model, *, fit: bool) -> None:
    """Let data go through a model: all zeros, of the batch size that it wants."""
    n = model.input_shape[0] or 2
    x = np.zeros((n, *(size or 3 for size in model.input_shape[1:])), "float32")
    if not fit:
        model.predict(x, batch_size=n, verbose=0)
        return
    y = [np.zeros((n, *(size or 3 for size in output.shape[1:]))) for output in model.outputs]
    model.compile("sgd", ["mse"] * len(y))
    model.fit(x, y, batch_size=n, verbose=0)


def check(stack: Stack) -> tuple[Step, ...]:
    """Build a stack in Keras, layer by layer, and compare all that is told about it."""
    steps = trace(stack)
    keras.backend.clear_session()
    names: dict[str, Any] = {"keras": keras, "layers": layers}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of masks that are lost on the way
        for step in steps:
            if step.error and step.error.building:
                with pytest.raises((ValueError, NotImplementedError, NameError)) as caught:
                    exec(code_line(step), names)  # noqa: S102 - the code that the page shows
                assert step.error.says in COLOUR.sub("", str(caught.value)), stack
                return steps
            exec(code_line(step), names)  # noqa: S102 - the code that the page shows
            if step.error:
                model = keras.Model(names["inputs"], names["x"])
                with pytest.raises(Exception, match=re.escape(step.error.says)):
                    run(model, fit=isinstance(step.layer, Dropout))
                return steps
            assert shapes_of(names["x"]) == tuple(map(sizes, step.tensors)), stack
        assert keras.Model(names["inputs"], names["x"]).count_params() == total(steps), stack
    return steps


@pytest.mark.parametrize("name", PATTERNS)
def test_a_patterns_code_builds_runs_and_has_the_shapes_and_the_parameters(name):
    """The whole script, as it is copied, and data through the model."""
    steps = check(PATTERNS[name].stack)
    assert broken(steps) is None
    names: dict[str, Any] = {}
    code = keras_code(steps)
    assert code.startswith(HEAD)
    exec(code.replace("model.summary()", ""), names)  # noqa: S102 - the code that the page shows
    model = names["model"]
    assert shapes_of(model.outputs) == tuple(map(sizes, steps[-1].tensors))
    assert model.count_params() == total(steps)
    run(model, fit=True)


def values(setting: Setting) -> st.SearchStrategy[Any]:
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


@always(160)
@given(STACKS)
def test_any_stack_is_what_keras_makes_of_it(stack):
    """Shapes of every layer and all parameters, or the layer that breaks, with Keras's words."""
    check(stack)


@always(120)
@given(WORKING)
def test_any_stack_that_works_has_the_shapes_and_the_parameters(stack):
    """As high as chance makes it, with no layer that breaks."""
    assert broken(check(stack)) is None


@always(30)
@given(STACKS.filter(lambda stack: broken(trace(stack)) is not None))
def test_a_fix_gets_past_the_layer_that_broke(stack):
    """Keras agrees with the mended stack, whatever it says about the layers after that one."""
    before = broken(trace(stack))
    for fix in fixes(trace(stack))[:1]:
        after = broken(check(fix.stack))
        assert after is None or before is None or after >= before
