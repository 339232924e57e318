"""Pasted PyTorch code has the shapes, parameters and errors of PyTorch, and an equal in Keras."""

import itertools
import re
from collections import namedtuple

import keras
import numpy as np
import pytest

from lib.recurrence import from_torch
from lib.shapes import broken_at, keras_code, read_source, stopped_at, to_keras, total, trace
from tests.agreement.test_stack import in_words
from tests.agreement.torch_models import ERRORS, HEAD, MODELS
from tests.weekly import rest_weekly

torch = pytest.importorskip("torch")
PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


Ran = namedtuple("Ran", "shapes layers model inputs answer")
"""A test's code after its run: the output shapes of its layers, and the layers, in order of their
calls; the model that was called last, its inputs and its first output."""


def ran(code):
    """Run a test's code."""
    shapes, layers, calls = [], {}, []

    def record(layer, inputs, output):
        calls.append((layer, inputs, next(leaves(output))))
        if type(layer).__module__.startswith("torch.nn") and not [*layer.children()]:
            shapes.append([tuple(one.shape) for one in leaves(output)])
            layers[id(layer)] = layer

    torch.manual_seed(0)
    hook = torch.nn.modules.module.register_module_forward_hook(record)
    try:
        exec(code, {})  # noqa: S102  the tests' own code
    finally:
        hook.remove()
    return Ran(shapes, [*layers.values()], *calls[-1])


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


def assert_as_in_pytorch(code):
    """Assert that the trace has all shapes of PyTorch's layers, in order, and the parameters."""
    expected, steps = ran(code), trace(read_source(code).stack)
    assert stopped_at(steps) is None, code
    count = sum(weight.numel() for layer in expected.layers for weight in layer.parameters())
    assert total(steps) == count, code
    assert fits(steps[-1].shapes[0], expected.answer.shape), code
    traced = iter([step.shapes for step in steps])
    for theirs in expected.shapes:  # Some steps are operations, which have no hook.
        is_next = (len(ours) == len(theirs) and all(map(fits, ours, theirs)) for ours in traced)
        assert any(is_next), code


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_the_shapes_and_parameters_of_pytorch(name):
    """Every output of every layer is equal, also of operations such as x[:, -1], in order."""
    assert_as_in_pytorch(MODELS[name])


@pytest.mark.parametrize("cell", ["LSTM", "GRU", "RNN"])
def test_every_recurrent_layer_has_the_shapes_and_parameters_of_pytorch(cell):
    """With 1 to 3 layers, one or two directions, batch first or time first, biases or none."""
    for layers, *flags in itertools.product((1, 2, 3), *[(False, True)] * 3):
        names = ("bidirectional", "batch_first", "bias")
        given = ", ".join(f"{name}={flag}" for name, flag in zip(names, flags, strict=True))
        code = f"{HEAD}rnn = nn.{cell}(3, 4, {layers}, {given})\nrnn(torch.zeros(5, 6, 3))"
        assert_as_in_pytorch(code)


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
    "lstm of the documentation": "from given states",
    "gru of the documentation": "from given states",
    "part of speech tagger": "no batch axis",
    "language model": "view(-1, 40)",
    "packed sentiment": "mask_zero",
    "sentiment of reviews": "view(-1, 16)",
    "mean and max over time": "other tensors",
    "largest of two": "other tensors",
    "scaled timesteps": "BatchNorm1d reads other axes",
    "states by direction": "other tensors",
    "states of a slice": "other tensors",
    "states first": "other tensors",
    "arguments by name": "flatten",
    "tensors by name": "other tensors",
    "views of directions": "no equal",
    "one sample": "no batch axis",
    "scaled": "no equal",
    "residual": "other tensors",
    "weighted sum": "softmax",
    "attention of the last state": "other tensors",
    "products of matrices": "other tensors",
    "padded pool": "-inf",
}
"""Models without an equal in Keras, and a part of the reason."""


@pytest.mark.parametrize("name", rest_weekly([*MODELS], 12))
def test_the_same_model_in_keras_has_the_same_values(name):
    """With PyTorch's weights, Keras's answers differ by less than 1e-6. Or there is a reason."""
    steps = trace(read_source(MODELS[name]).stack)
    if name in REASONS:
        assert REASONS[name] in to_keras(steps)
        return
    theirs, names = ran(MODELS[name]), {}
    exec(keras_code(trace(to_keras(steps))).replace("model.summary()", ""), names)  # noqa: S102
    ours = names["model"]
    ours.set_weights([array for layer in theirs.layers for array in weights_of(layer)])
    with torch.no_grad():
        expected = next(leaves(theirs.model.eval()(*theirs.inputs))).numpy()
    first, last = steps[0].tensors[0], steps[-1].tensors[0]
    sizes = batch_first(np.empty([axis.size or 0 for axis in last]), last).shape
    assert tuple(size or 0 for size in ours.output_shape) == sizes
    given = batch_first(theirs.inputs[0].numpy(), first)
    returned = keras.ops.convert_to_numpy(ours(given))
    np.testing.assert_allclose(returned, batch_first(expected, last), rtol=1e-6, atol=1e-6)


def batch_first(array, tensor):
    """Return an array with Keras's order of axes: batch, time, and then the others."""
    places = {"batch": 0, "time": 1}
    return np.transpose(array, np.argsort([places.get(axis.role, 2) for axis in tensor]))


def weights_of(layer):
    """Return the weights of a PyTorch layer as Keras stores them."""
    arrays = {name: value.numpy() for name, value in layer.state_dict().items()}
    if isinstance(layer, torch.nn.Embedding):
        return [arrays["weight"]]
    if not isinstance(layer, torch.nn.RNNBase):
        return [array.T for array in arrays.values() if array.ndim]  # no count of batches
    weights, parts = [], PARTS[: 2 + 2 * layer.bias]
    for k, end in itertools.product(range(layer.num_layers), ["", "_reverse"]):
        if f"weight_ih_l{k}{end}" in arrays:
            own = {f"{part}_l0": arrays[f"{part}_l{k}{end}"] for part in parts}
            weights += from_torch(own)[2][: 2 + layer.bias]
    return weights
