"""What a layer of a stack is: settings with limits, and a rule from tensors to tensors.

The settings' limits feed the widgets, the address and the tests alike. Rules say what Keras 3.15
does when the model is built, and refuse in its words; tests/agreement holds them equal to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, ClassVar, Literal, NamedTuple, Self, TypeAlias

from lib.experiment import Limit
from lib.shapes.output import bracketed
from lib.shapes.stack.errors import OUT_OF_RANGE, ShapeError, When
from lib.shapes.stack.settings import SHARE, SIGNATURES
from lib.shapes.stack.tensors import Tensor, Tensors


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
    pattern: str = ""
    """Of a text."""
    sizes: int | None = None
    """Of how many numbers a tuple is the value; 0 where of any number."""
    in_call: bool = False
    """Whether Keras takes it where the layer is called, not where it is made."""
    seldom: bool = False
    """Whether few need it, so that a page folds it."""
    least: float | None = None
    """The smallest number that Keras takes; that of the limit, unless it says another."""
    batched: bool = False
    """Whether its sizes are those of a sample, which a widget shows with the batch before them."""
    refusal: str = ""
    """Keras's words for a number that is too small or too large for it, with {name} and {value}."""

    def within(self, value: float) -> float:
        """The nearest number that is traced; one that Keras refuses stays, and breaks the layer."""
        if self.limit is None or (self.refusal and self.limit.step < 1):
            return value
        return min(value, self.limit.maximum) if self.refusal else self.limit.clamp(value)

    def check(self, value: Any) -> None:
        """Raise ShapeError for a number, or one of several, that Keras doesn't take."""
        least = self.limit.minimum if self.limit and self.least is None else self.least
        if least is None or not self.refusal or value is None:
            return
        numbers = value if self.sizes else [value]
        if min(numbers) < least or (self.limit == SHARE and max(numbers) > 1):
            words = {"name": self.name, "value": value, "least": f"{least:g}"}
            row = "share out of range" if self.limit == SHARE else "number out of range"
            raise ShapeError.of(row, message=self.refusal.format(**words), **words)


MaskWay = Literal["passes", "ends", "destroys"]


class Ref(NamedTuple):
    """What another layer gives."""

    place: int
    output: int | None = None
    """Which of its tensors; None for all."""


class Origin(NamedTuple):
    """Where in a person's code a layer is made."""

    line: int
    """Counted from 1."""
    text: str
    """The statement."""
    call: str
    """The part of it that makes the layer: "LSTM(16)"."""


def known_size(tensor: Tensor, *weights: int | str, axis: int = -1) -> int:
    """The size of the axis that weights of this shape begin with; it may not be open."""
    if (size := tensor[axis].size) is None:
        raise ShapeError.of("open width", tensor, weights=bracketed([None, *weights]))
    return size


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a layer is called with."""

    tensors: Tensors
    states: Tensors
    """To start from: those that the layer names, or else the last `Unpack` kept."""
    letter: str
    """Of its own width: "U", or "U₂" where there are several."""
    time: str
    """The letter of the timesteps that it makes: "T′"."""
    name: str
    """What Keras calls the layer in its messages: "lstm_1"."""
    masks: tuple[int, ...] = ()
    """Of each tensor, how many axes its mask has, (N, T) most often; 0 where it has none."""
    unchecked: bool = False
    """Whether Keras doesn't look at the axes first, as inside TimeDistributed."""

    def only_one(self, refusal: str | None = None) -> Tensor:
        """The one tensor that there must be. Of several most say the same, some a `refusal`."""
        if len(self.tensors) > 1:
            row = "several" if refusal is None else "several, in other words"
            raise ShapeError.of(row, *self.tensors, name=self.name, refusal=refusal)
        return self.tensors[0]

    def of_rank(self, rank: int, *, or_more: bool = False, when: When = "run") -> Tensor:
        """The one tensor, which must have `rank` axes, or more.

        Where Keras doesn't look at them first, it fails later, or is wrong without a word.
        """
        tensor = self.only_one()
        if len(tensor) < rank or (len(tensor) > rank and not or_more):
            row = "axes, unchecked" if self.unchecked else "axes, or more" if or_more else "axes"
            wanted = f"{rank} axes, {RANKS.get(rank, '')}".rstrip(", ")
            raise ShapeError.of(row, tensor, name=self.name, wanted=wanted, rank=rank, when=when)
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
    """Tensors that later layers may start from; None leaves those that were there."""
    fixed: int = 0
    """How many of the parameters Keras doesn't train."""


MAX_LAYERS = 200
"""In a stack, the inputs among them."""
RANKS = {2: "(N, F)", 3: "(N, T, F)", 4: "(N, T, W, C)", 5: "(N, T, H, W, C)"}
"""By how many axes a tensor has, what they usually are."""
LAYERS: dict[str, type[Layer]] = {}
"""Every kind that there is, by name."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, by its settings. Its rule is `call`.

    The docstring of a kind is what a page says of it, in a sentence; its class names the rest. One
    without settings of its own has the dataclass of the kind that it varies.
    """

    kind: ClassVar[str]
    """In the address, and in `lib.shapes.stack.kinds`."""
    keras: ClassVar[str]
    """The class in `keras.layers`, which has its name unless it says another."""
    takes_nothing: ClassVar[bool] = False
    """Whether it is called on no tensor."""
    width_letter: ClassVar[str] = ""
    """The letter of its own width, where it has one."""
    time_letter: ClassVar[str] = ""
    """The letter of timesteps that it makes, where it makes any."""
    mask: ClassVar[MaskWay] = "passes"
    """What becomes of a mask: it goes on, it is used up, or it is lost, which Keras warns of."""
    uses_mask: ClassVar[int | None] = None
    """How many axes a mask must have for it: -1 is one fewer than the tensor, 0 no mask at all."""
    knows_width: ClassVar[bool] = False
    """Whether Keras compares, where it is called again, the width with that of the first time."""
    knows_axes: ClassVar[bool] = False
    """The same of the number of axes."""

    of: tuple[Ref, ...] = field(default=(), kw_only=True)
    """What it is called on; () is all that the layer before it gives."""
    states: tuple[Ref, ...] = field(default=(), kw_only=True)
    """What it starts from, where layers are named for it."""
    shares: int | None = field(default=None, kw_only=True)
    """The place of the layer that it is, where that is called again."""
    origin: Origin | None = field(default=None, kw_only=True, compare=False, repr=False)
    """Where it stands in code that was read."""

    def __init_subclass__(cls, **named: Any) -> None:
        # Slots make each class twice: the second time without these words, which it has by then.
        for name, value in {"keras": cls.__dict__.get("keras", cls.__name__), **named}.items():
            setattr(cls, name, value)
        if "kind" in cls.__dict__:
            LAYERS[cls.kind] = cls

    @property
    def title(self) -> str:
        """What a page calls it: "LSTM", "TimeDistributed(Conv2D)"."""
        return self.keras

    @classmethod
    @cache
    def settings(cls) -> tuple[LayerSetting, ...]:
        """Its fields that a person sets, in order."""
        settings = []
        for one in fields(cls):
            names = (f"{base.__name__}.{one.name}" for base in cls.__mro__)
            said = next((OUT_OF_RANGE[name] for name in names if name in OUT_OF_RANGE), "")
            if one.metadata:
                about = {"default": one.default, "refusal": said, **one.metadata}
                settings.append(LayerSetting(one.name, **about))
        return tuple(settings)

    @property
    def inside(self) -> Layer:
        """The layer that has the settings: that inside a wrapper which has none, else itself."""
        return self

    def with_settings(self, **values: Any) -> Self:
        """The layer with other settings."""
        return replace(self, **values)

    def returned(self) -> tuple[str, ...]:
        """What each tensor is that it gives: "output", "h", "c"."""
        return ("output",)

    def refs(self) -> tuple[Ref, ...]:
        """What it takes from layers that it names: to be called on, and to start from."""
        return (*self.of, *self.states)

    def at(self, moved: Mapping[int, int]) -> Self:
        """The same in a stack whose layers have other places: those before, by those after."""
        of, states = (
            tuple(Ref(moved[place], output) for place, output in refs if place in moved)
            for refs in (self.of, self.states)
        )
        shares = None if self.shares is None else moved.get(self.shares)
        return replace(self, of=of, states=states, shares=shares)

    def again(self, first: Layer) -> Layer:
        """The first layer, called on what this one takes."""
        of, states, origin = self.of, self.states, self.origin
        return replace(first, of=of, states=states, shares=self.shares, origin=origin)

    def classes(self) -> tuple[str, ...]:
        """What Keras makes for it, in order: an inner layer first, itself last."""
        return (self.keras,)

    def code(self) -> str:
        """The call that makes it: "layers.LSTM(16, return_sequences=True)"."""
        return f"layers.{self.keras}({', '.join(self.arguments())})"

    def called_on(self, code: str, tensors: str) -> str:
        """The call of the layer, which `code` makes or names, on tensors by their names."""
        return f"{code}({tensors})"

    def arguments(self) -> Iterator[str]:
        """The arguments of that call: what must be there in order, and what isn't usual by name."""
        needed = SIGNATURES.get(self.keras, ())
        for setting in self.settings():
            value = getattr(self, setting.name)
            if setting.options is not None:
                written = setting.options[value]
            else:
                written = f"{value:g}" if isinstance(value, float) else f"{value}"
            if setting.name in needed:
                yield written
            elif value != setting.default and not setting.in_call:
                yield f"{setting.name}={written}"

    def check(self) -> None:
        """Raise ShapeError for settings that Keras doesn't take, whatever comes in."""
        for setting in self.settings():
            setting.check(getattr(self, setting.name))

    def call(self, inputs: Inputs) -> Outputs:
        """What comes out. Raises ShapeError for what Keras refuses, and NotTraced."""
        raise NotImplementedError

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """Of each tensor that comes out, how many axes its mask has: states have no mask."""
        keeps = self.mask == "passes" and getattr(self, "return_sequences", True)
        kept = max(inputs.masks, default=0) if keeps else 0
        return (kept,) + (0,) * (count - 1)


Stack: TypeAlias = tuple[Layer, ...]
"""From the input up."""


def put(stack: Stack, place: int, *layers: Layer) -> Stack:
    """The stack with these layers, or none, in the place of one; names of layers follow."""
    last = place + len(layers) - 1
    moved = {old: old if old < place else old + len(layers) - 1 for old in range(len(stack))}
    moved[place] = max(last, 0)
    rest = (layer.at(moved) for layer in stack[place + 1 :])
    return (*stack[:place], *layers, *rest)


def insert(stack: Stack, place: int, layer: Layer) -> Stack:
    """The stack with a layer before that at `place`, or at the end; names of layers follow."""
    return put(stack, place, layer, *stack[place : place + 1])


def swap(stack: Stack, place: int) -> Stack:
    """The stack with a layer in the place of the one after it."""
    first, second = stack[place : place + 2]
    moved = {old: old for old in range(len(stack))} | {place: place + 1, place + 1: place}
    rest = (layer.at(moved) for layer in stack[place + 2 :])
    return (*stack[:place], second, first, *rest)
