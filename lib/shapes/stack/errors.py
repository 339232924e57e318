"""Why a layer has no output: Keras refuses it, or this tracer can't tell what Keras makes of it."""

from dataclasses import dataclass
from typing import Literal, Self

from lib.shapes.stack.tensors import Tensor, readable_shape, readable_shapes, sizes
from lib.text import beside, say

_REFUSALS = beside(__file__, "refusals")
_NOT_TRACED: dict[str, str] = _REFUSALS.pop("not traced")
OUT_OF_RANGE: dict[str, str] = _REFUSALS.pop("out of range")
"""Keras's words for a number out of range, by "class.setting"."""
When = Literal["built", "run", "trained"]
"""When Keras refuses: as the model is built, as it first runs, or as it trains."""


@dataclass(eq=False)
class ShapeError(Exception):
    """Keras refuses this layer on this input, or computes another shape than it reports."""

    expected: str
    received: str
    message: str
    """Keras's, with "…" for words that are left out; empty where Keras reports nothing."""
    when: When = "built"

    def __str__(self) -> str:
        return self.message or f"expected {self.expected}, received {self.received}"

    @classmethod
    def of(cls, what: str, /, *tensors: Tensor, **words: object) -> Self:
        """The row of refusals.toml with this name, with these words, and what the tensors are."""
        words = _described(tensors) | words
        return cls(**{key: text.format_map(words) for key, text in _REFUSALS[what].items()})


@dataclass(eq=False)
class NotTraced(Exception):  # noqa: N818  Keras may well accept the layer
    """This tracer can't tell what the layer gives. Keras may accept it."""

    reason: str
    """What is beyond the tracer: "Lambda isn't known here"."""

    def __str__(self) -> str:
        return f"not traced: {self.reason}"

    @classmethod
    def of(cls, what: str, /, *tensors: Tensor, **words: object) -> Self:
        """The row "not traced" of refusals.toml with this name, filled in as by `ShapeError.of`."""
        return cls(say(_NOT_TRACED, what, **(_described(tensors) | words)))


def _described(tensors: tuple[Tensor, ...]) -> dict[str, object]:
    """What a row of refusals.toml may say of tensors, by the name in its braces."""
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
