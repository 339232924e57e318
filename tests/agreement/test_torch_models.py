"""Pasted PyTorch code has the shapes, parameters and errors of PyTorch, and an equal in Keras."""

import pytest
import torch

from lib.shapes import read_source, total, trace
from lib.shapes.stack.code import HEAD, keras_code
from lib.shapes.stack.torch_to_keras import to_keras
from lib.shapes.stack.tracing import broken_at, stopped_at
from tests.agreement.recorded import ask
from tests.agreement.test_stack import DEFAULT_SIZES, in_words
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


@pytest.mark.filterwarnings("ignore:LSTM with projections")
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
        assert any(len(ours) == len(theirs) and all(map(fits, ours, theirs)) for ours in traced), (
            theirs
        )


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_the_error_of_pytorch(name):
    """The message is in PyTorch's, with "…" for the batch size."""
    with pytest.raises(
        (RuntimeError, TypeError, ValueError, LookupError, AttributeError)
    ) as raised:
        ran(ERRORS[name])
    steps = trace(read_source(ERRORS[name]).stack)
    place = broken_at(steps)
    assert place is not None
    assert in_words(steps[place].error.message, f"{raised.value}")


REASONS = {
    "projections": "proj_size",
    "unbatched": "no batch axis",
    "part of speech tagger": "no batch axis",
    "language model": "x.view(-1, 40)",
    "packed sentiment": "mask_zero",
    "sentiment of reviews": "x.view(-1, 16)",
    "states by direction": "h_n",
}
"""Models without an equal in Keras, and a part of the reason."""


@pytest.mark.parametrize("name", MODELS)
def test_the_same_model_in_keras_has_the_same_answer(name):
    """Keras builds the code. Its output has PyTorch's sizes, batch first. Or there is a reason."""
    steps = trace(read_source(MODELS[name]).stack)
    stack = to_keras(steps)
    if name in REASONS:
        assert REASONS[name] in stack
        return
    code = keras_code(trace(stack))
    assert code.startswith(HEAD)
    answer = ask("stacks.script", code.replace("model.summary()", ""), DEFAULT_SIZES)
    first, *rest = steps[-1].tensors[0]
    axes = [first, *rest] if first.role == "batch" else [rest[0], first, *rest[1:]]
    assert tuple(answer["shapes"][0]) == tuple(axis.size for axis in axes)
