"""Mistakes in PyTorch code that raise no error: a note with its line for each."""

from collections.abc import Iterator
from typing import Any

from lib.shapes.stack.base import Ref
from lib.shapes.stack.read.pasted import TEXTS, Note
from lib.shapes.stack.tensors import Tensor
from lib.shapes.stack.torch_layers import TorchRecurrent
from lib.shapes.stack.torch_operations import TorchOperation, softmax_axis
from lib.shapes.stack.torch_views import scramble
from lib.shapes.stack.tracing import TracedLayer
from lib.text import filled

Steps = tuple[TracedLayer, ...]


def mistakes(steps: Steps, code: str) -> Iterator[Note]:
    """Yield a note for each mistake without an error, and for the first layer with time first."""
    noted = set[str]()
    for place, step in enumerate(steps):
        line = step.layer.origin.line if step.layer.origin else None
        for what, words in _mistakes(steps, place, code) if step.tensors else ():
            if what != "time first" or what not in noted:
                yield Note(filled(TEXTS["notes"], what, **words), line)
            noted.add(what)


def _mistakes(steps: Steps, place: int, code: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the name of each note on a layer, and the words to fill in."""
    layer, source = steps[place].layer, steps[place].inputs.tensors
    words: dict[str, Any] = {"code": layer.title, "name": layer.title}
    if isinstance(layer, TorchRecurrent):
        time = layer.time_axis(source[0])
        if time.role == "batch":
            yield "swapped", words | {"right": not layer.batch_first}
        elif not layer.batch_first and len(source[0]) == 3:
            yield "time first", words | {"steps": time.size or time.letter}
        if layer.dropout and layer.num_layers == 1:
            yield "no dropout", words | {"share": layer.dropout}
    if isinstance(layer, TorchOperation):
        uses_entropy = "CrossEntropyLoss" in code or "cross_entropy(" in code
        if layer.name == "softmax" and place == len(steps) - 1 and uses_entropy:
            yield "softmax", {}
        if layer.name == "pack_padded_sequence":
            yield "packed", {}
        if layer.name == "index" and len(layer.numbers) == 2:
            yield from ((name, words) for name in _taken(steps, place, *layer.numbers))
        yield from ((name, words) for name in _mixed(layer, source[0], steps[place].tensors[0]))


def _taken(steps: Steps, place: int, axis: int, index: int) -> Iterator[str]:
    """Yield the names of the notes on one entry of a tensor: out[:, -1] or h_n[-1]."""
    of, role = steps[place].layer.of, steps[place].inputs.tensors[0][axis].role
    before = (of or (Ref(place - 1),))[0]
    both = getattr(steps[before.place].layer, "bidirectional", False)
    if index == -1 and role == "batch":
        yield "last sample"
    elif both and index == -1 and role == "time":
        yield "half read"
    elif both and before.output and axis == 0 and sum(one.layer.of == of for one in steps) == 1:
        yield "one direction"


def _mixed(layer: TorchOperation, tensor: Tensor, output: Tensor) -> Iterator[str]:
    """Yield the names of the notes on an operation along a wrong axis, or a mixed-up view."""
    if "softmax" in layer.name and softmax_axis(layer, tensor).role == "batch":
        yield "softmax over samples"
    is_squeeze = layer.name == "squeeze" and len(output) == len(tensor)
    if is_squeeze and any(tensor[dim].size for dim in layer.numbers):
        yield "nothing to squeeze"
    if layer.name in ("view", "reshape") and (mistake := scramble(tensor, layer.numbers)):
        yield mistake
    for axis in output:
        roles = {part.role for part in axis.parts if axis not in tensor}
        if "batch" in roles and roles - {"batch", "time"}:
            yield "mixed samples" if "features" in roles else "more samples"
