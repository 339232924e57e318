"""The base class of a layer, with settings, inputs, outputs and errors as in Keras 3.15."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, ClassVar, Literal, NamedTuple, Self, TypeAlias, dataclass_transform

from lib.experiment import Limit
from lib.shapes.output import bracketed
from lib.shapes.stack.settings import SHARE, SIGNATURES
from lib.shapes.stack.tensors import Tensor, Tensors, readable_shape, readable_shapes, shape_of
from lib.text import beside, filled

_REFUSALS = beside(__file__, "refusals") | beside(__file__, "refused_arguments")
_NOT_TRACED = beside(__file__, "not_traced")
When = Literal["built", "run", "trained"]  # the stage at which Keras fails


@dataclass(eq=False)
class ShapeError(Exception):
    """Raised if Keras refuses a layer, fails to run it, or returns an unexpected shape."""

    expected: str
    received: str
    message: str  # Keras's message, with "…" for omitted words; "" if Keras raises no error
    when: When = "built"

    def __str__(self) -> str:
        return self.message or f"expected {self.expected}, received {self.received}"

    @classmethod
    def of(cls, what: str, /, *tensors: Tensor, **words: object) -> Self:
        """Return the error named `what` in refusals.toml, filled in with tensors and words."""
        row = {"received": "{tensors}", "message": ""} | _REFUSALS[what]
        words = _described(tensors) | words
        return cls(**{key: text.format_map(words) for key, text in row.items()})


@dataclass(eq=False)
class NotTraced(Exception):  # noqa: N818  Keras may accept the layer
    """Raised if this tracer can't compute a layer's output, although Keras may accept the layer."""

    reason: str

    def __str__(self) -> str:
        return f"not traced: {self.reason}"

    @classmethod
    def of(cls, what: str, /, *tensors: Tensor, **words: object) -> Self:
        """Return the error named `what` in not_traced.toml, filled in with tensors and words."""
        return cls(filled(_NOT_TRACED, what, **(_described(tensors) | words)))


def _described(tensors: tuple[Tensor, ...]) -> dict[str, object]:
    if not tensors:
        return {}
    shapes = tuple(map(shape_of, tensors))
    return {
        "tensor": readable_shape(tensors[0]),
        "tensors": readable_shapes(tensors),
        "axes": len(tensors[0]),
        "count": len(tensors),
        "sizes": shapes if len(shapes) > 1 else shapes[0],
        "listed": [*shapes],
    }


@dataclass(frozen=True, slots=True)
class LayerSetting:
    """A setting of a layer: its names in Keras, address and widget, and its allowed values."""

    name: str  # the argument in Keras
    key: str  # the prefix in the address: "u" in "lstm_u16"
    label: str
    default: Any
    limit: Limit | None = None
    options: Mapping[str, str] | None = None  # choice → its Keras code
    optional: bool = False
    pattern: str = ""  # regular expression for a text value
    tuple_length: int | None = None  # 0 for any length; None if the value is no tuple
    seldom: bool = False  # whether the page lists this setting after the usual ones
    least: float | None = None  # smallest value that Keras accepts; None for the limit's minimum
    in_call: bool = False  # whether the setting is an argument of the layer's call
    refusal: str = ""  # Keras's message for a number out of range, with {name} and {value}

    def within(self, value: float) -> float:
        """Return the nearest number that can be traced. Numbers that Keras refuses are kept."""
        if self.limit is None or (self.refusal and self.limit == SHARE):
            return value
        return min(value, self.limit.maximum) if self.refusal else self.limit.clamp(value)

    def check(self, value: Any) -> None:
        """Raise ShapeError if Keras refuses the number, or a number of the tuple."""
        least = self.limit.minimum if self.limit and self.least is None else self.least
        if least is None or not self.refusal or value is None:
            return
        numbers, is_share = (value if self.tuple_length else [value]), self.limit == SHARE
        if min(numbers) < least or (is_share and max(numbers) > 1):
            expected = "between 0 and 1" if is_share else f"of at least {least:g}"
            message = self.refusal.format(name=self.name, value=value)
            raise ShapeError(f"{self.name} {expected}", f"{self.name}={value}", message)


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to one output tensor of an earlier layer, or to all if `output` is None."""

    place: int
    output: int | None = None


class Origin(NamedTuple):
    """The place in the user's code that creates a layer: line number, statement and call."""

    line: int
    text: str
    call: str


def known_size(tensor: Tensor, *weights: int | str) -> int:
    """Return the last axis's size, the number of kernel rows. Raises ShapeError if it is None."""
    if (size := tensor[-1].size) is None:
        raise ShapeError.of("open width", tensor, weights=bracketed([None, *weights]))
    return size


@dataclass(frozen=True, slots=True)
class Inputs:
    """The arguments of a layer's call, and the letters of its outputs."""

    tensors: Tensors
    states: Tensors
    letter: str  # letter of the output's last axis: "U₂"
    time_letter: str  # letter of the output's time axis: "T′"
    masks: tuple[int, ...] = ()  # number of axes of each tensor's mask: 2 for (N, T), 0 for no mask
    keras_skips_check: bool = False  # whether the number of axes isn't checked: TimeDistributed

    def only_one(self, message: str | None = None) -> Tensor:
        """Return the only input tensor. Raises ShapeError for several, with `message` if given."""
        if len(self.tensors) > 1:
            error = ShapeError.of("several", *self.tensors)
            raise error if message is None else replace(error, message=message)
        return self.tensors[0]

    def of_rank(self, rank: int, *, or_more: bool = False, when: When = "run") -> Tensor:
        """Return the only input tensor. Raises ShapeError unless it has `rank` axes (`or_more`)."""
        tensor = self.only_one()
        if len(tensor) == rank or (len(tensor) > rank and or_more):
            return tensor
        words = {"rank": rank, "usual": RANKS.get(rank, ""), "least": "min_" if or_more else ""}
        error = ShapeError.of("another rank", tensor, **words)
        raise replace(error, message="", when=when) if self.keras_skips_check else error


@dataclass(frozen=True, slots=True)
class Outputs:
    """The output tensors of a layer, and its number of parameters."""

    tensors: Tensors
    parameters: int = 0
    product: str = ""  # the count as a product of numbers, "4·16·(3+16+1)"
    rule: str = ""  # the same product in letters, "4·U·(F+U+1)"


MAX_LAYERS = 200
CLASSES: list[type["Layer"]] = []  # all classes with a kind
RANKS = {2: ", (N, F)", 3: ", (N, T, F)", 4: ", (N, T, W, C)", 5: ", (N, T, H, W, C)"}


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
@dataclass(frozen=True)
class Layer:
    """One layer with its settings. `call` computes its output shapes.

    A subclass becomes a frozen dataclass without the decorator, and is added to CLASSES. Keywords
    after the base class set the class variables below: `class Add(Merge, kind="add")` has the
    fields of `Merge`, and `keras` is "Add". The Shapes page shows the docstring as the help text.
    """

    kind: ClassVar[str]
    keras: ClassVar[str]  # the class in `keras.layers`, by default with the same name
    width_letter: ClassVar[str] = ""  # letter of a new last axis; "" for a layer without one
    time_letter: ClassVar[str] = ""  # letter of a new time axis
    # What happens to a mask: the layer passes it on, ends it, or drops it with a warning.
    mask: ClassVar[Literal["passes", "ends", "warns"]] = "passes"
    # Number of axes that a mask must have; -1 for one fewer than the tensor, 0 for no mask allowed.
    mask_rank: ClassVar[int | None] = None
    checks_width: ClassVar[bool] = False  # whether Keras refuses a second call with another width
    checks_rank: ClassVar[bool] = False  # whether Keras refuses a call with another rank

    of: tuple[Ref, ...] = field(default=(), kw_only=True)  # inputs; () means the previous layer
    states: tuple[Ref, ...] = field(default=(), kw_only=True)  # initial states
    shares: int | None = field(default=None, kw_only=True)  # place of the layer's first call
    origin: Origin | None = field(default=None, kw_only=True, compare=False, repr=False)

    def __init_subclass__(cls, **named: Any) -> None:
        for name, value in {"keras": cls.__dict__.get("keras", cls.__name__), **named}.items():
            setattr(cls, name, value)
        dataclass(frozen=True)(cls)
        if "kind" in named:
            CLASSES.append(cls)

    @property
    def title(self) -> str:
        """The name on a page: "LSTM", "TimeDistributed(Conv2D)"."""
        return self.keras if self.inside is self else f"{self.keras}({self.inside.title})"

    @classmethod
    @cache
    def settings(cls) -> tuple[LayerSetting, ...]:
        """Return the settings of the layer, in the order of its fields."""
        found = [one for one in fields(cls) if one.metadata]
        return tuple(LayerSetting(one.name, default=one.default, **one.metadata) for one in found)

    @property
    def inside(self) -> "Layer":
        """The layer with the settings: TimeDistributed's inner layer, or the layer itself."""
        return self

    def with_settings(self, **values: Any) -> Self:
        """Return the layer with other settings."""
        return replace(self, **values)

    def returned(self) -> tuple[str, ...]:
        """Return the names of the output tensors: "output", "h", "c"."""
        return ("output",)

    def refs(self) -> tuple[Ref, ...]:
        """Return all references to other layers: inputs, then initial states."""
        return (*self.of, *self.states)

    def with_moved_refs(self, moved: Mapping[int, int]) -> Self:
        """Return the layer with references moved to new places, or dropped if not in `moved`."""

        def move(refs: tuple[Ref, ...]) -> tuple[Ref, ...]:
            return tuple(Ref(moved[ref.place], ref.output) for ref in refs if ref.place in moved)

        shares = None if self.shares is None else moved.get(self.shares)
        return replace(self, of=move(self.of), states=move(self.states), shares=shares)

    def code(self) -> str:
        """Return the code that creates the layer: "layers.LSTM(16, return_sequences=True)"."""
        return f"layers.{self.keras}({', '.join(self.arguments())})"

    def arguments(self) -> Iterator[str]:
        """Yield the code's arguments: required ones in order, then changed settings by name."""
        needed = self.needed()
        for setting in self.settings():
            value = getattr(self, setting.name)
            written = f"{value:g}" if isinstance(value, float) else f"{value}"
            if setting.options is not None:
                written = setting.options[value]
            if setting.name in needed:
                yield written
            elif value != setting.default and not setting.in_call:
                yield f"{setting.name}={written}"

    def needed(self) -> tuple[str, ...]:
        """Return the names of the arguments without a default."""
        return tuple(SIGNATURES.get(self.keras, {}).get("required", ()))

    def check(self) -> None:
        """Raise ShapeError for settings that Keras refuses for any input."""
        for setting in self.settings():
            setting.check(getattr(self, setting.name))

    def call(self, inputs: Inputs) -> Outputs:
        """Return the outputs. Raises ShapeError if Keras fails, NotTraced if they are unknown."""
        raise NotImplementedError

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """Return the number of axes of each output's mask; 0 for states, which have no mask."""
        passes = self.mask == "passes" and getattr(self, "return_sequences", True)
        axes = max(inputs.masks, default=0) if passes else 0
        return (axes,) + (0,) * (count - 1)


Stack: TypeAlias = tuple[Layer, ...]


def put(stack: Stack, place: int, *layers: Layer) -> Stack:
    """Return the stack with the layer at `place` replaced by `layers`, and references adapted."""
    more = len(layers) - 1
    moved = {old: old if old < place else max(0, old + more) for old in range(len(stack))}
    rest = (layer.with_moved_refs(moved) for layer in stack[place + 1 :])
    return (*stack[:place], *layers, *rest)
