"""Mistakes in PyTorch code that raise no error: a note with its line for each."""

from collections.abc import Iterator

from lib.shapes.stack.base import Ref
from lib.shapes.stack.read.pasted import TEXTS, Note
from lib.shapes.stack.torch_layers import TorchConv1d, TorchPool, TorchRecurrent
from lib.shapes.stack.torch_operations import TorchActivation, TorchCat, TorchIndex
from lib.shapes.stack.tracing import TracedLayer
from lib.text import filled

Steps = tuple[TracedLayer, ...]


def misreads_time(step: TracedLayer) -> bool:
    """Return whether a recurrent layer reads the batch as time, or a convolution the features."""
    layer, tensors = step.layer, step.inputs.tensors
    if not tensors or len(tensors[0]) < 3:
        return False
    if isinstance(layer, (TorchConv1d, TorchPool)):
        return tensors[0][-1].role != "time"
    if isinstance(layer, TorchRecurrent):
        return tensors[0][1 if layer.batch_first else 0].role == "batch"
    return False


def mistakes(steps: Steps, code: str) -> Iterator[Note]:
    """Yield a note for each mistake without an error, and for the first layer with time first."""
    has_note = False
    for place, step in enumerate(steps):
        layer, line = step.layer, step.layer.origin.line if step.layer.origin else None
        words: dict[str, object] = {"name": layer.title}
        if isinstance(layer, TorchRecurrent) and misreads_time(step):
            yield _note("swapped", line, right=not layer.batch_first, **words)
        elif isinstance(layer, TorchRecurrent) and layer.packed:
            yield _note("packed", line)
        elif isinstance(layer, TorchRecurrent) and not layer.batch_first and not has_note:
            tensors, has_note = step.inputs.tensors, True
            if tensors and len(tensors[0]) == 3:
                steps_text = tensors[0][0].size or tensors[0][0].letter
                yield _note("time first", line, steps=steps_text, **words)
        elif isinstance(layer, TorchIndex) and step.tensors:
            for what in _mistakes_of_index(steps, place, layer):
                yield _note(what, line, code=layer.title)
    last = steps[-1].layer if steps else None
    is_softmax = isinstance(last, TorchActivation) and last.function == "softmax"
    if is_softmax and ("CrossEntropyLoss" in code or "cross_entropy(" in code):
        yield _note("softmax", last.origin.line if last and last.origin else None)


def _mistakes_of_index(steps: Steps, place: int, layer: TorchIndex) -> Iterator[str]:
    source = (layer.of or (Ref(place - 1),))[0]
    recurrent = steps[source.place].layer
    both = isinstance(recurrent, TorchRecurrent) and recurrent.bidirectional
    joined = [one.layer for one in steps if isinstance(one.layer, TorchCat)]
    is_joined = any(ref.place == place for one in joined for ref in one.of)
    for axis, part in zip(steps[place].inputs.tensors[0], layer.parts(), strict=False):
        if part == -1 and axis.role == "batch":
            yield "last sample"
        elif part == -1 and axis.role == "time" and both and not source.output:
            yield "half read"
        elif isinstance(part, int) and axis.role == "space" and both and not is_joined:
            yield "one direction"


def _note(what: str, line: int | None, **words: object) -> Note:
    return Note(filled(TEXTS["notes"], what, **words), line)
