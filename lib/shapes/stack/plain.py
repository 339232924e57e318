"""The simplest layers: Input, Dense, Embedding, layers that reshape, and Python operations."""

from collections.abc import Iterator
from dataclasses import field, replace
from math import prod
from typing import Any, Self

from lib.experiment import Limit
from lib.shapes.output import formula
from lib.shapes.stack.base import Inputs, Layer, NotTraced, Outputs, ShapeError, Stack, known_size
from lib.shapes.stack.settings import REFUSED, STEPS, UNITS, count, function, option, setting
from lib.shapes.stack.tensors import Axis, Role, Tensor, axes_of, drop_axis, flat, shape_of, widened

FORMS = {"sequence": "(T, F)", "flat": "(F,)", "tokens": "(T,)", "other": "another"}
_OTHER = {1: "T", 2: "TF", 3: "TWC", 4: "THWC"}  # number of a sample's axes → their letters
_ROLES: dict[str, Role] = {"T": "time", "H": "space", "W": "space"}
# Function of Python's `operator` module → its sign.
SIGNS = {"mul": "*", "add": "+", "sub": "-", "truediv": "/", "pow": "**"}


class Input(Layer, kind="input"):
    """The shape of one sample. Keras adds the batch axis."""

    timesteps: int | None = setting("t", 12, "timesteps T", limit=STEPS, optional=True)
    features: int | None = setting("f", 3, "features F", limit=UNITS, optional=True)
    batch: int | None = setting("b", None, "batch size", limit=Limit(1, 8192), optional=True)
    form: str = setting("form", "sequence", "shape", options=FORMS)
    # Only for the form "other"; 0 means any size.
    shape: tuple[int, ...] = setting("x", (12, 28, 28, 1), "sizes", tuple_length=0)

    def axes(self) -> Tensor:
        """Return the output tensor, batch first."""
        time, batch = Axis("T", self.timesteps, "time"), Axis("N", self.batch, "batch")
        features = Axis("F", self.features, "features")
        if self.form == "other":
            letters = _OTHER.get(len(self.shape), "T" + "ABCDEFGH"[: len(self.shape) - 1])
            axes = zip(letters, self.shape, strict=False)
            return batch, *(Axis(one, n or None, _ROLES.get(one, "features")) for one, n in axes)
        by_form = {"flat": (batch, features), "tokens": (batch, time)}
        return by_form.get(self.form, (batch, time, features))

    def code(self) -> str:
        batch, *sample = shape_of(self.axes())
        shape = f"{(*sample,)}" if batch is None else f"batch_shape={(batch, *sample)}"
        return f"keras.Input({shape})"

    def call(self, inputs: Inputs) -> Outputs:  # noqa: ARG002  an Input has no inputs
        return Outputs((self.axes(),))


class Dense(Layer, kind="dense", width_letter="K", checks_width=True):
    """Applies the same linear map at every timestep, along the last axis."""

    units: int = count("k", 1)
    activation: str = function("act", "linear")
    use_bias: bool = setting("nobias", True, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(…, F) → (…, K)."""
        tensor, units, letter = inputs.only_one(), self.units, inputs.letter
        width, bias = known_size(tensor, units), int(self.use_bias)
        output = (*tensor[:-1], widened(tensor[-1], letter, units))
        rule = formula([letter], [tensor[-1].letter, bias])
        return Outputs((output,), units * (width + bias), formula([units], [width, bias]), rule)


class TimeDistributed(Layer, kind="td"):
    """Applies the inner layer at every timestep. Dense needs no TimeDistributed for that."""

    layer: Layer = Dense()

    @property
    def inside(self) -> Layer:
        return self.layer

    def with_settings(self, **values: Any) -> Self:
        return replace(self, layer=self.layer.with_settings(**values))

    def arguments(self) -> Iterator[str]:
        yield self.layer.code()

    def check(self) -> None:
        self.layer.check()

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, …) → (N, T, …), where the inner layer maps the axes after T."""
        tensor, *others = inputs.tensors
        if len(others) > 1:  # Keras mistakes the shapes for one shape.
            raise ShapeError.of("several at once", *inputs.tensors)
        if others or len(tensor) < 3:
            raise ShapeError.of("axes to distribute", *inputs.tensors)
        inner = self.layer
        several = inner.returned()
        if len(several) > 1 and (len(tensor) > 3 or tensor[0].size is not None):
            raise ShapeError.of("several at each step", layer=inner.keras, names=", ".join(several))
        step = replace(inputs, tensors=(drop_axis(tensor, 1),), keras_skips_check=True)
        outputs = inner.call(step)
        tensors = tuple((tensor[0], tensor[1], *output[1:]) for output in outputs.tensors)
        return replace(outputs, tensors=tensors)


class Embedding(Layer, kind="embed", width_letter="E", mask="warns"):
    """Replaces each whole number with a vector, a row of a trained table."""

    input_dim: int = setting("v", 1000, limit=Limit(1, 10_000_000), refusal=REFUSED)
    output_dim: int = count("e", 16)
    mask_zero: bool = setting("mask", False)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T) → (N, T, E)."""
        batch, *rest = inputs.only_one("'tuple' object has no attribute 'shape'")
        if len(rest) == 1:  # The input is a sequence of whole numbers.
            letter = "T" if rest[0].letter == "F" else rest[0].letter
            rest = [replace(rest[0], letter=letter, role="time")]
        output = (batch, *rest, Axis(inputs.letter, self.output_dim, "features"))
        rows, columns = self.input_dim, self.output_dim
        return Outputs((output,), rows * columns, f"{rows}·{columns}", f"V·{inputs.letter}")

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        return (len(inputs.tensors[0]) if self.mask_zero else 0,) * count


class RepeatVector(Layer, kind="repeat", width_letter="T′", mask="warns"):
    """Repeats one vector for n timesteps."""

    n: int = setting("n", 6, limit=STEPS, refusal=REFUSED)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, F) → (N, T′, F)."""
        batch, features = inputs.of_rank(2)
        return Outputs(((batch, Axis(inputs.letter, self.n, "time"), features),))


class Flatten(Layer, kind="flatten", mask="warns"):
    """Joins timesteps and features into one axis."""

    data_format: str = option("df", "channels_last", "channels_first", seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T·F)."""
        batch, *rest = inputs.only_one()
        return Outputs(((batch, flat(tuple(rest))),))


class Reshape(Layer, kind="reshape", mask="warns"):
    """Gives each sample another shape. Its numbers keep their order."""

    target_shape: tuple[int, ...] = setting("to", (6, -1), tuple_length=0)  # -1: the remaining size

    def check(self) -> None:
        if self.target_shape.count(-1) > 1:
            raise ShapeError.of("two open sizes", target=self.target_shape)
        if min(self.target_shape, default=1) < -1:
            raise ShapeError.of("no sizes", target=self.target_shape)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, …), with T·F numbers per sample."""
        batch, *rest = inputs.only_one("'tuple' object has no attribute 'shape'")
        size, known = flat(tuple(rest)).size, prod(n for n in self.target_shape if n >= 0)
        is_open, open_size = -1 in self.target_shape, None
        if size is not None:
            open_size = size // known if known else 0
            fits = (known > 0 and size % known == 0) if is_open else size == known
            if not fits:
                row = "sizes that don't divide" if is_open else "other sizes"
                words = {"target": self.target_shape, "numbers": size}
                raise ShapeError.of(row, (batch, *rest), sizes=shape_of(tuple(rest)), **words)
        axes = [open_size if n == -1 else n for n in self.target_shape]
        return Outputs(((batch, *axes_of(axes, rest)),))


class Permute(Layer, kind="permute", mask="warns"):
    """Reorders the axes of each sample, counted from 1."""

    dims: tuple[int, ...] = setting("d", (2, 1), tuple_length=0)

    def check(self) -> None:
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ShapeError.of("no order", dims=self.dims)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, F, T)."""
        tensor = inputs.of_rank(len(self.dims) + 1)
        # An axis takes the role of its new place: the second axis becomes time.
        pairs = zip(self.dims, tensor[1:], strict=True)
        moved = [replace(tensor[place], role=axis.role) for place, axis in pairs]
        return Outputs(((tensor[0], *moved),))


class Unpack(Layer, kind="unpack", keras="x, *states = x"):
    """Passes on the first of several tensors, such as the output without the states."""

    def call(self, inputs: Inputs) -> Outputs:
        if len(inputs.tensors) == 1:
            raise ShapeError.of("one alone", *inputs.tensors)
        return Outputs(inputs.tensors[:1])


class LastStep(Layer, kind="last", keras="x[:, -1]", mask="ends"):
    """Keeps only the last timestep of a sequence, like return_sequences=False."""

    keeps_axis: bool = setting("axis", False, "keep the time axis", seldom=True)

    @property
    def title(self) -> str:
        return "x[:, -1:]" if self.keeps_axis else "x[:, -1]"

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, F), or (N, 1, F) with the time axis."""
        tensor = inputs.only_one("indices must be integers or slices, not tuple")
        if len(tensor) < 3:  # Keras returns one number per sample, without an axis
            raise NotTraced.of("no steps to take", tensor)
        time = replace(tensor[1], letter="1", size=1)
        return Outputs(((tensor[0], *((time,) if self.keeps_axis else ()), *tensor[2:]),))


class NumberOperation(Layer, kind="number", keras="x * 2", mask="ends"):
    """Combines every entry with a number, such as x * 2. The shape stays the same."""

    sign: str = setting("s", "mul", options=SIGNS)
    number: float = setting("n", 2.0, limit=Limit(-1e6, 1e6, 0.1))
    reversed: bool = setting("rev", False, seldom=True)

    @property
    def title(self) -> str:
        sides = "x", f"{self.number:g}"
        return f" {SIGNS[self.sign]} ".join(reversed(sides) if self.reversed else sides)

    def call(self, inputs: Inputs) -> Outputs:
        if len(inputs.tensors) > 1:  # Python would extend or repeat the list.
            raise NotTraced.of("a number with a list", *inputs.tensors)
        return Outputs(inputs.tensors)


PYTHON_OPS = (Unpack, LastStep, NumberOperation)  # no Keras layers; titles are Python code


class Unread(Layer, kind="unread", mask="warns"):
    """A layer that this page can't trace, or that Keras refuses to create."""

    # Entered by the user, without the batch; 0 for any size.
    output: tuple[int, ...] = setting("x", (), "output sizes, 0 for any", tuple_length=0)
    called: str = setting("n", "layer", pattern=r"[\w.-]{1,40}")
    error: ShapeError | NotTraced | None = field(default=None, compare=False)
    fixed: Layer | None = None  # the corrected layer, if the correction is obvious
    change: str = field(default="", compare=False)  # the correction: "Rename output_dim to units"

    def corrected(self) -> Layer:
        """Return the corrected layer, or this layer if there is none."""
        calls: dict[str, Any] = {"of": self.of, "states": self.states, "shares": self.shares}
        return replace(self.fixed or self, origin=self.origin, **calls)

    @property
    def keras(self) -> str:  # type: ignore[override]
        return self.called

    def arguments(self) -> Iterator[str]:
        yield "..."

    def call(self, inputs: Inputs) -> Outputs:
        """Return the shape that the user entered, without parameters."""
        if not self.output or isinstance(self.error, ShapeError):
            raise self.error or NotTraced.of("not known", name=self.called)
        batch, *before = inputs.tensors[0] if inputs.tensors else Input().axes()
        return Outputs(((batch, *axes_of([size or None for size in self.output], before)),))


def with_given_outputs(stack: Stack, other: Stack) -> Stack:
    """Return the stack with the output shapes that the user entered in the stack `other`."""
    if len(stack) != len(other):
        return stack
    layers = list(stack)
    for place, (layer, entered) in enumerate(zip(stack, other, strict=True)):
        if isinstance(layer, Unread) and isinstance(entered, Unread):
            layers[place] = replace(layer, output=entered.output)
    return tuple(layers)
