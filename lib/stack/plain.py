"""The layers of a stack that aren't recurrent: the input, Dense, and what only changes shapes."""

from collections.abc import Iterator
from dataclasses import dataclass

from lib.experiment import Limit
from lib.shapes import dense_parameter_count
from lib.stack.base import STEPS, UNITS, Inputs, Layer, Outputs, ShapeError, known_width, setting
from lib.stack.recurrent import BATCH_SIZE
from lib.stack.tensors import Axis, Tensor, flat, readable_shape, sizes, widened

FORMS = {"sequence": "(T, F)", "flat": "(F,)", "inside": "(N, T, F)"}


@dataclass(frozen=True, slots=True)
class Input(Layer, kind="input"):
    """What one sample looks like; Keras adds the batch."""

    timesteps: int | None = setting("t", 12, "timesteps T", limit=STEPS, optional=True)
    features: int = setting("f", 3, "features F", limit=Limit(1, 64))
    batch: int | None = setting("b", None, "batch size", limit=Limit(1, 512), optional=True)
    form: str = setting("form", "sequence", "shape", options=FORMS)

    def axes(self) -> Tensor:
        """The tensor that it stands for, the batch first."""
        time = Axis("T", self.timesteps, "time")
        features = Axis("F", self.features, "features")
        if self.form == "inside":
            samples = Axis("N", self.batch or BATCH_SIZE, "batch")
            return Axis("N", None, "batch"), samples, time, features
        batch = Axis("N", self.batch, "batch")
        return (batch, features) if self.form == "flat" else (batch, time, features)

    def code(self) -> str:
        """`keras.Input` isn't in `keras.layers` by habit, nor is its batch an axis by default."""
        shape = sizes(self.axes())
        if shape[0] is None:
            return f"keras.Input({shape[1:]})"
        return f"keras.Input(batch_shape={shape})"

    def call(self, inputs: Inputs) -> Outputs:  # noqa: ARG002  nothing is below it
        """The first tensor."""
        return Outputs((self.axes(),))


@dataclass(frozen=True, slots=True)
class Dense(Layer, kind="dense", width_letter="K"):
    """The same linear map wherever the last axis is read, at every timestep."""

    units: int = setting("k", 1, "units", limit=UNITS)

    def call(self, inputs: Inputs) -> Outputs:
        """(…, F) → (…, K)."""
        tensor, units, letter = inputs.only_one(), self.units, inputs.letter
        width = known_width(tensor, units)
        return Outputs(
            ((*tensor[:-1], widened(tensor[-1], letter, units)),),
            dense_parameter_count(width, units),
            f"{units}·({width}+1)",
            f"{letter}·({tensor[-1].letter}+1)",
        )


@dataclass(frozen=True, slots=True)
class TimeDistributed(Dense, kind="td"):
    """Dense at every timestep, which Dense alone does as well."""

    def classes(self) -> tuple[str, ...]:
        """The inner layer, and the wrapper."""
        return ("Dense", self.keras)

    def arguments(self) -> Iterator[str]:
        """The inner layer."""
        yield Dense(units=self.units).code()

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, K)."""
        # Keras takes several shapes for one, with shapes as its sizes.
        shapes = tuple(map(sizes, inputs.tensors))
        refusal = (
            "`TimeDistributed` Layer should be passed an `input_shape` with at least 3 "
            f"dimensions, received: {shapes if len(shapes) > 1 else shapes[0]}"
        )
        if len(shapes) > 2:
            refusal = f"Cannot convert '({shapes[2]}, {self.units})' to a shape. "
            refusal += f"Found invalid dimension '{shapes[2]}'"
        tensor = inputs.only_one(refusal)
        if len(tensor) < 3:
            words = {"axes": len(tensor), "tensor": readable_shape(tensor)}
            raise ShapeError.of("axes to distribute", refusal=refusal, **words)
        return Dense.call(self, inputs)


@dataclass(frozen=True, slots=True)
class Dropout(Layer, kind="drop"):
    """Sets a share of all entries to 0 while training. Shapes stay."""

    rate: float = setting("p", 0.2, "rate", limit=Limit(0.0, 0.9, 0.1))

    def call(self, inputs: Inputs) -> Outputs:
        """Any shape stays."""
        return Outputs((inputs.only_one(_packing_refusal(inputs), when="trained"),))


def _packing_refusal(inputs: Inputs) -> str:
    """Keras's words where it packs several tensors into one; of equal ones, where it unpacks them.

    Nothing where they are unpacked: the first is then all of them as one, for what is above.
    """
    first, last, above = inputs.tensors[0], inputs.tensors[-1], inputs.above
    if len(first) != len(last):
        return f"Shapes must be equal rank, but are {len(first)} and {len(last)}"
    if first == last and above and above[0].kind == Unpack.kind:
        return ""
    if first == last:  # without a layer above, the first is all of them, and the second missing
        return f"Output with path `{0 if above else 1}` is not connected to `inputs`"
    return f"Dimension 1 in both shapes must be equal, but are {first[1].size} and {last[1].size}"


@dataclass(frozen=True, slots=True)
class RepeatVector(Layer, kind="repeat", width_letter="T′"):
    """Gives the same vector at every one of n new timesteps."""

    n: int = setting("n", 6, "n", limit=STEPS)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, F) → (N, T′, F)."""
        batch, features = inputs.of_rank(2)
        return Outputs(((batch, Axis(inputs.letter, self.n, "time"), features),))


@dataclass(frozen=True, slots=True)
class Flatten(Layer, kind="flatten"):
    """Lays timesteps and features end to end, on one axis."""

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T·F)."""
        batch, *rest = inputs.only_one()
        return Outputs(((batch, flat(tuple(rest))),))


@dataclass(frozen=True, slots=True)
class Masking(Layer, kind="mask"):
    """Marks timesteps of nothing but zeros, so that later layers skip them."""

    def call(self, inputs: Inputs) -> Outputs:
        """Any shape stays."""
        refusal = "axis -1 is out of bounds for an array with dimension 0"
        return Outputs((inputs.only_one(refusal),))


@dataclass(frozen=True, slots=True)
class GlobalAveragePooling1D(Layer, kind="pool"):
    """Takes the mean over all timesteps."""

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, F)."""
        batch, _, features = inputs.of_rank(3)
        return Outputs(((batch, features),))


@dataclass(frozen=True, slots=True)
class Unpack(Layer, kind="unpack", keras="x, *states = x"):
    """Passes on the first tensor, and keeps the others for initial_state."""

    def code(self) -> str:
        """Python's own unpacking."""
        return self.keras

    def call(self, inputs: Inputs) -> Outputs:
        """Several tensors → the first one."""
        if len(inputs.tensors) == 1:
            raise ShapeError.of("one alone", tensor=readable_shape(inputs.tensors[0]))
        return Outputs(inputs.tensors[:1], states=inputs.tensors[1:])
