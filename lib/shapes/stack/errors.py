"""Why a layer has no output: Keras refuses it, or this tracer doesn't know what Keras does."""

from dataclasses import dataclass
from typing import Literal, Self

from lib.shapes.stack.tensors import Tensor, readable_shape, readable_shapes, sizes
from lib.text import beside, say

_REFUSALS = beside(__file__, "refusals") | beside(__file__, "refused_arguments")
_NOT_TRACED = beside(__file__, "not_traced")
When = Literal["built", "run", "trained"]
"""When Keras refuses: as the model is built, as it first runs, or as it trains."""


@dataclass(eq=False)
class ShapeError(Exception):
    """Keras refuses this layer on this input, or computes another shape than it reports."""

    expected: str
    received: str
    message: str
    """Keras's message, "…" for words left out; empty where Keras raises no error."""
    when: When = "built"

    def __str__(self) -> str:
        return self.message or f"expected {self.expected}, received {self.received}"

    @classmethod
    def of(cls, what: str, /, *tensors: Tensor, **words: object) -> Self:
        """The error with this name in refusals.toml, filled with these words and the tensors."""
        row = {"received": "{tensors}", "message": ""} | _REFUSALS[what]
        words = _described(tensors) | words
        return cls(**{key: text.format_map(words) for key, text in row.items()})


@dataclass(eq=False)
class NotTraced(Exception):  # noqa: N818  Keras may well accept the layer
    """This tracer doesn't know the output of the layer, which Keras may accept."""

    reason: str

    def __str__(self) -> str:
        return f"not traced: {self.reason}"

    @classmethod
    def of(cls, what: str, /, *tensors: Tensor, **words: object) -> Self:
        """The reason with this name in not_traced.toml, filled like a `ShapeError`."""
        return cls(say(_NOT_TRACED, what, **(_described(tensors) | words)))


def _described(tensors: tuple[Tensor, ...]) -> dict[str, object]:
    if not tensors:
        return {}
    shapes = tuple(map(sizes, tensors))
    return {
        "tensor": readable_shape(tensors[0]),
        "tensors": readable_shapes(tensors),
        "axes": len(tensors[0]),
        "count": len(tensors),
        "sizes": shapes if len(shapes) > 1 else shapes[0],
        "listed": [*shapes],
    }
