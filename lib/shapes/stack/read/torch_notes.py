"""Mistakes in PyTorch code that raise no error: a note with its line for each."""

from collections.abc import Iterator

from lib.shapes.stack.base import Ref
from lib.shapes.stack.read.pasted import TEXTS, Note
from lib.shapes.stack.torch_layers import TorchRecurrent
from lib.shapes.stack.torch_operations import TorchOperation
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
    if isinstance(layer, TorchRecurrent):
        time = source[0][1 if layer.batch_first else 0]
        words = {"name": layer.title, "right": not layer.batch_first}
        if time.role == "batch":
            yield "swapped", words
        elif not layer.batch_first:
            yield "time first", words | {"steps": time.size or time.letter}
    if not isinstance(layer, TorchOperation):
        return
    uses_entropy = "CrossEntropyLoss" in code or "cross_entropy(" in code
    if layer.name == "softmax" and place == len(steps) - 1 and uses_entropy:
        yield "softmax", {}
    if layer.name == "pack_padded_sequence":
        yield "packed", {}
    if layer.name == "index" and len(layer.numbers) == 2:
        at, index = layer.numbers
        before = (layer.of or (Ref(place - 1),))[0]
        joins = [one.layer for one in steps if getattr(one.layer, "name", "") == "cat"]
        is_joined = any(ref.place == place for cat in joins for ref in cat.of)
        both = getattr(steps[before.place].layer, "bidirectional", False)
        if index == -1 and source[0][at].role == "batch":
            yield "last sample", {"code": layer.title}
        elif both and index == -1 and source[0][at].role == "time":
            yield "half read", {"code": layer.title}
        elif both and before.output and at == 0 and not is_joined:
            yield "one direction", {"code": layer.title}
