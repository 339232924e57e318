"""Mistakes in PyTorch code that raise no error: a note with its line for each."""

from collections.abc import Iterator

from lib.shapes.stack.base import Ref
from lib.shapes.stack.read.pasted import TEXTS, Note
from lib.shapes.stack.torch_layers import TorchRecurrent
from lib.shapes.stack.torch_operations import TorchActivation, TorchCat, TorchOperation
from lib.shapes.stack.tracing import TracedLayer
from lib.text import filled

Steps = tuple[TracedLayer, ...]


def mistakes(steps: Steps, code: str) -> Iterator[Note]:
    """Yield a note for each mistake without an error, and for the first layer with time first."""
    is_noted = False
    for place, step in enumerate(steps):
        layer, line = step.layer, step.layer.origin.line if step.layer.origin else None
        if isinstance(layer, TorchRecurrent) and step.tensors:
            batch, time = step.inputs.tensors[0][:2][:: 1 if layer.batch_first else -1]
            words = {"name": layer.title, "right": not layer.batch_first}
            if time.role == "batch":
                yield _note("swapped", line, **words)
            elif layer.packed:
                yield _note("packed", line)
            elif batch.role == "batch" and not layer.batch_first and not is_noted:
                is_noted = True
                yield _note("time first", line, steps=time.size or time.letter, **words)
        elif isinstance(layer, TorchOperation) and layer.name == "select" and step.tensors:
            yield from _mistakes_of_index(steps, place, layer, line)
        elif isinstance(layer, TorchActivation) and place == len(steps) - 1:
            if layer.function == "softmax" and (
                "CrossEntropyLoss" in code or "cross_entropy(" in code
            ):
                yield _note("softmax", line)


def _mistakes_of_index(
    steps: Steps, place: int, layer: TorchOperation, line: int | None
) -> Iterator[Note]:
    at, index = layer.numbers
    source = (layer.of or (Ref(place - 1),))[0]
    recurrent, axis = steps[source.place].layer, steps[place].inputs.tensors[0][at]
    if index == -1 and axis.role == "batch":
        yield _note("last sample", line, code=layer.title)
    if not isinstance(recurrent, TorchRecurrent) or not recurrent.bidirectional:
        return
    joined = [ref.place for one in steps if isinstance(one.layer, TorchCat) for ref in one.layer.of]
    if index == -1 and axis.role == "time":
        yield _note("half read", line, code=layer.title)
    elif source.output and at == 0 and place not in joined:
        yield _note("one direction", line, code=layer.title)


def _note(what: str, line: int | None, **words: object) -> Note:
    return Note(filled(TEXTS["notes"], what, **words), line)
