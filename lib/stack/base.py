"""What a layer of a stack is: settings with limits, and a rule from tensors to tensors.

The settings' limits feed the widgets, the address and the tests alike. Rules say what Keras 3.15
does when the model is built, and refuse in its words; tests/agreement holds them equal to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, Self, TypeAlias

from lib.experiment import Limit
from lib.stack.tensors import Tensor, Tensors, readable_shape, readable_shapes, sizes
from lib.toml import beside

_REFUSALS = beside(__file__, "refusals")
UNITS = Limit(1, 512)
STEPS = Limit(1, 200)


@dataclass(frozen=True, slots=True)
class LayerSetting:
    """One field of a layer: how a widget, the address and Keras call it, and what it allows."""

    name: str
    """The field's, which is Keras's own where Keras has one."""
    key: str
    """In the address: "u" in "lstm_u16"."""
    label: str
    default: Any
    limit: Limit | None = None
    options: Mapping[str, str] | None = None
    """Choice → how Keras writes it."""
    optional: bool = False
    """Whether None is a value: "any"."""
    in_call: bool = False
    """Whether Keras takes it where the layer is called, not where it is made."""


def setting(key: str, default: Any, label: str = "", **about: Any) -> Any:
    """A dataclass field, and what else its LayerSetting says; without that it is on or off."""
    return field(default=default, metadata={"key": key, "label": label, **about})


When = Literal["built", "run", "trained"]
"""At what a refusal comes: when the model is built, when it first runs, or when it trains."""


@dataclass(eq=False)
class ShapeError(Exception):
    """A layer that can't work with what it gets."""

    expected: str
    received: str
    message: str
    """The words of Keras's message; empty where it is wrong without a word."""
    when: When = "built"

    def __str__(self) -> str:
        return self.message

    @classmethod
    def of(cls, what: str, /, **words: object) -> Self:
        """The row of refusals.toml with this name, with these words."""
        return cls(**{key: text.format_map(words) for key, text in _REFUSALS[what].items()})


def known_width(tensor: Tensor, columns: int) -> int:
    """The size of the last axis, for a kernel with `columns`; it may not be open."""
    width = tensor[-1].size
    if width is None:
        raise ShapeError.of("open width", tensor=readable_shape(tensor), columns=columns)
    return width


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a layer is called with."""

    tensors: Tensors
    states: Tensors
    """Kept by the last `Unpack` below; () where there is none."""
    letter: str
    """Of its own width: "U", or "U₂" where there are several."""
    name: str
    """What Keras calls the layer in its messages: "lstm_1"."""
    above: tuple[Layer, ...] = ()
    """The layers that come after it."""

    def only_one(self, refusal: str | None = None, *, when: When = "built") -> Tensor:
        """The one tensor that there must be. Of several most say the same, some a `refusal`."""
        if (count := len(self.tensors)) > 1:
            row = "several" if refusal is None else "several, in other words"
            words = {"count": count, "tensors": readable_shapes(self.tensors), "name": self.name}
            raise ShapeError.of(row, refusal=refusal, when=when, **words)
        return self.tensors[0]

    def of_rank(self, rank: int) -> Tensor:
        """The one tensor, which must have `rank` axes: 2 or 3."""
        tensor = self.only_one()
        if len(tensor) != rank:
            words = {"axes": len(tensor), "tensor": readable_shape(tensor), "name": self.name}
            raise ShapeError.of(f"axes, {rank}", sizes=sizes(tensor), **words)
        return tensor


@dataclass(frozen=True, slots=True)
class Outputs:
    """What comes out of a layer, and what it has to learn for it."""

    tensors: Tensors
    parameters: int = 0
    product: str = ""
    """How they are counted: "4·16·(3+16+1)"; empty where there are none."""
    rule: str = ""
    """The same in letters: "4·U·(F+U+1)"."""
    states: Tensors | None = None
    """Tensors that the layers above may start from; None leaves those that were there."""


KINDS: dict[str, type[Layer]] = {}
"""Every kind of layer that a stack may have, by its name in the address; each class puts itself
here, and a menu offers them in the order of the classes in `recurrent` and `plain`."""
MAX_LAYERS = 12
"""In a stack, the input among them."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, by its settings. Its rule is `call`.

    The docstring of a kind is what a page says of it, in a sentence; its class names the rest.
    """

    kind: ClassVar[str]
    """In the address, and in KINDS, where there is one."""
    keras: ClassVar[str]
    """The class in `keras.layers`, which has its name unless it says another."""
    width_letter: ClassVar[str] = ""
    """The letter of its own width, where it has one."""

    def __init_subclass__(cls, **named: str) -> None:
        # Slots make each class twice: the second time without these words, which it has by then.
        for name, value in {"keras": cls.__dict__.get("keras", cls.__name__), **named}.items():
            setattr(cls, name, value)
        if "kind" in cls.__dict__:
            KINDS[cls.kind] = cls

    @property
    def about(self) -> str:
        """What it does: its docstring."""
        return f"{self.__doc__}"

    @classmethod
    def settings(cls) -> Iterator[LayerSetting]:
        """Its fields, in order."""
        for item in fields(cls):
            yield LayerSetting(item.name, default=item.default, **item.metadata)

    def classes(self) -> tuple[str, ...]:
        """What Keras makes for it, in order: an inner layer first, itself last."""
        return (self.keras,)

    def code(self) -> str:
        """The call that makes it: "layers.LSTM(16, return_sequences=True)"."""
        return f"layers.{self.keras}({', '.join(self.arguments())})"

    def arguments(self) -> Iterator[str]:
        """The arguments of that call: numbers, and what is switched on."""
        for setting in self.settings():
            value = getattr(self, setting.name)
            if setting.limit is not None:
                yield f"{value:g}"
            elif value is True and not setting.in_call:
                yield f"{setting.name}=True"

    def call(self, inputs: Inputs) -> Outputs:
        """What comes out. Raises ShapeError for what Keras refuses."""
        raise NotImplementedError


Stack: TypeAlias = tuple[Layer, ...]
"""From the input up."""


def put(stack: Stack, place: int, *layers: Layer) -> Stack:
    """The stack with these layers, or none, in the place of one."""
    return (*stack[:place], *layers, *stack[place + 1 :])
