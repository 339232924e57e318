"""Pasted PyTorch code has the shapes, parameters and errors of PyTorch, and an equal in Keras."""

import re

import keras
import numpy as np
import pytest
import torch

from lib.recurrence import from_torch
from lib.shapes import broken_at, keras_code, read_source, stopped_at, to_keras, total, trace
from tests.agreement.test_stack import in_words
from tests.agreement.torch_models import ERRORS, MODELS


def ran(code):
    """Run a test's code. Return the output shapes of its layers, the parameters and the answer."""
    shapes, layers, outputs = [], {}, []

    def record(layer, _, output):
        outputs.append(output)
        if type(layer).__module__.startswith("torch.nn") and not [*layer.children()]:
            shapes.append([tuple(one.shape) for one in leaves(output)])
            layers[id(layer)] = sum(weight.numel() for weight in layer.parameters())

    hook = torch.nn.modules.module.register_module_forward_hook(record)
    try:
        exec(code, {})  # noqa: S102  the tests' own code
    finally:
        hook.remove()
    return shapes, sum(layers.values()), next(leaves(outputs[-1]))


def leaves(output):
    """Yield the tensors in nested tuples. A packed sequence is unpacked."""
    if isinstance(output, torch.nn.utils.rnn.PackedSequence):
        output, _ = torch.nn.utils.rnn.pad_packed_sequence(output)
    if isinstance(output, torch.Tensor):
        yield output
    else:
        for one in output:
            yield from leaves(one)


def fits(ours, theirs):
    """Return whether a traced shape equals PyTorch's. None is the batch."""
    pairs = zip(ours, theirs, strict=False)
    return len(ours) == len(theirs) and all(one in (None, other) for one, other in pairs)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_the_shapes_and_parameters_of_pytorch(name):
    """Every output of every layer is equal, also of operations such as x[:, -1], in order."""
    shapes, parameters, answer = ran(MODELS[name])
    steps = trace(read_source(MODELS[name]).stack)
    assert stopped_at(steps) is None
    assert total(steps) == parameters
    assert fits(steps[-1].shapes[0], answer.shape)
    traced = iter([step.shapes for step in steps])
    for theirs in shapes:  # Some steps are operations, which have no hook.
        assert any(len(ours) == len(theirs) and all(map(fits, ours, theirs)) for ours in traced)


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_is_the_error_of_pytorch(code):
    """The message is in PyTorch's, with N for the batch size, and "…" for numbers made with N."""
    with pytest.raises(
        (RuntimeError, TypeError, ValueError, LookupError, AttributeError)
    ) as raised:
        ran(code)
    steps = trace(read_source(code).stack)
    message = steps[broken_at(steps)].error.message
    assert message
    assert in_words(re.sub(r"\bN\b", "…", message), f"{raised.value}")


REASONS = {
    "part of speech tagger": "no batch axis",
    "language model": "view(-1, 40)",
    "packed sentiment": "mask_zero",
    "sentiment of reviews": "view(-1, 16)",
    "mean and max over time": "other tensors",
    "states by direction": "other tensors",
    "states of a slice": "other tensors",
    "states first": "other tensors",
    "arguments by name": "flatten",
    "one sample": "no batch axis",
    "residual": "other tensors",
    "weighted sum": "softmax",
    "attention of the last state": "other tensors",
    "products of matrices": "other tensors",
    "padded pool": "-inf",
}
"""Models without an equal in Keras, and a part of the reason."""


@pytest.mark.parametrize("name", MODELS)
def test_the_same_model_in_keras_has_the_same_answer(name):
    """Keras builds the code. Its output has PyTorch's sizes, batch first. Or there is a reason."""
    steps = trace(read_source(MODELS[name]).stack)
    if name in REASONS:
        assert REASONS[name] in to_keras(steps)
        return
    first, *rest = steps[-1].tensors[0]
    axes = [first, *rest] if first.role == "batch" else [rest[0], first, *rest[1:]]
    assert in_keras(steps).output_shape == tuple(axis.size for axis in axes)


def in_keras(steps):
    """Return the model that the Keras code builds."""
    names = {}
    exec(keras_code(trace(to_keras(steps))).replace("model.summary()", ""), names)  # noqa: S102
    return names["model"]


@pytest.mark.parametrize("name", ["every step", "last output", "flattened outputs"])
def test_with_the_same_weights_keras_has_the_same_values(name):
    """The answers to the same samples differ by less than 1e-6."""
    names = {}
    exec(MODELS[name], names)  # noqa: S102  the tests' own code
    theirs, ours = names["model"], in_keras(trace(read_source(MODELS[name]).stack))
    arrays = {key: value.numpy() for key, value in theirs.state_dict().items()}
    recurrent = from_torch({key: one for key, one in arrays.items() if "fc" not in key})[2]
    ours.set_weights([*recurrent, arrays["fc.weight"].T, arrays["fc.bias"]])
    x = np.random.default_rng(0).normal(size=(6, 9, 3)).astype("float32")
    expected = theirs(torch.from_numpy(x)).detach().numpy()
    assert np.abs(keras.ops.convert_to_numpy(ours(x)) - expected).max() < 1e-6
