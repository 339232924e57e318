"""Operations on one tensor outside of layers: arithmetic with a number, functions of keras.ops."""

from dataclasses import dataclass, replace
from typing import ClassVar

from lib.experiment import Limit
from lib.stack.base import Inputs, Layer, MaskWay, Outputs
from lib.stack.errors import NotTraced, ShapeError
from lib.stack.joining import Joining
from lib.stack.plain import LastStep, Unpack
from lib.stack.settings import AXIS, STEPS, option, setting
from lib.stack.tensors import Axis, sizes

SIGNS = {"mul": "*", "add": "+", "sub": "-", "truediv": "/", "pow": "**"}
"""Python's operators by their names in its module `operator`."""
NODES = {"mul": "Mult", "add": "Add", "sub": "Sub", "truediv": "Div", "pow": "Pow"}
"""The same names → those of Python's syntax tree."""
KEEPS = (
    *("tanh", "sigmoid", "relu", "softmax", "gelu", "silu", "softplus", "elu", "selu"),
    *("abs", "exp", "log", "sqrt", "square", "negative", "sin", "cos", "sign", "stop_gradient"),
)
REDUCES = ("sum", "mean", "max", "min", "prod", "std", "var")
FUNCTIONS = (*KEEPS, *REDUCES, "expand_dims", "squeeze")
"""The functions of keras.ops that are traced, each of one tensor."""


class Operation(Layer):
    """What isn't a layer of Keras's. A mask doesn't go on, and Keras says nothing of it."""

    mask: ClassVar[MaskWay] = "ends"
    needs_batch: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class WithNumber(Operation, kind="number", keras="x * 2"):
    """Adds a number to every entry, or multiplies it, and so on. The shape stays."""

    sign: str = setting("s", "mul", options=SIGNS)
    number: float = setting("n", 2.0, limit=Limit(-1e6, 1e6, 0.1))
    reversed: bool = setting("rev", False, seldom=True)
    """Whether the number stands first."""

    def code(self) -> str:
        """As Python writes it."""
        return self.called_on("", "x")

    @property
    def title(self) -> str:
        """As Python writes it."""
        return self.code()

    def called_on(self, code: str, tensors: str) -> str:  # noqa: ARG002  no call
        """With a sign between tensor and number."""
        sides = tensors, f"{self.number:g}"
        return f" {SIGNS[self.sign]} ".join(reversed(sides) if self.reversed else sides)

    def classes(self) -> tuple[str, ...]:
        """Keras's operation."""
        return ({"mul": "Multiply", "sub": "Subtract"}.get(self.sign, self.sign.capitalize()),)

    def call(self, inputs: Inputs) -> Outputs:
        """Any shape stays."""
        if len(inputs.tensors) > 1:  # Python adds to a list, or repeats it
            raise NotTraced.of("a number with a list", *inputs.tensors)
        return Outputs(inputs.tensors)


@dataclass(frozen=True, slots=True)
class Function(Operation, kind="ops", keras="ops"):
    """A function of keras.ops: of each number, or along an axis."""

    function: str = option("f", *FUNCTIONS)
    axis: int = setting("a", -1, limit=AXIS)
    """Of those along an axis; softmax takes it too."""
    keepdims: bool = setting("keep", False, seldom=True)

    @property
    def title(self) -> str:
        """With its name."""
        return f"ops.{self.function}"

    def is_along(self) -> bool:
        """Whether it works along an axis."""
        return self.function == "softmax" or self.function not in KEEPS

    def code(self) -> str:
        """The function itself, which the tensor is given to."""
        return f"keras.{self.title}"

    def called_on(self, code: str, tensors: str) -> str:
        """With its axis, where it has one."""
        along = f", axis={self.axis}" * self.is_along()
        keeps = ", keepdims=True" * (self.keepdims and self.function in REDUCES)
        return f"{code}({tensors}{along}{keeps})"

    def classes(self) -> tuple[str, ...]:
        """Keras's operation."""
        return ("".join(word.capitalize() for word in self.function.split("_")),)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) stays, or loses the axis, or gets one of size 1 there."""
        tensor = inputs.only_one("'tuple' object has no attribute …")
        if not self.is_along():
            return Outputs((tensor,))
        count = len(tensor) + (self.function == "expand_dims")
        if not -count <= self.axis < count:
            row = "no axis to squeeze" if self.function == "squeeze" else "no axis to go along"
            raise ShapeError.of(row, tensor, axis=self.axis)
        at = self.axis % count
        if self.function == "softmax":
            return Outputs((tensor,))
        if at == 0:
            raise NotTraced.of("the batch reduced", function=self.function)
        one = Axis("1", 1, "features" if at == count - 1 else "space")
        if self.function == "expand_dims":
            return Outputs(((*tensor[:at], one, *tensor[at:]),))
        if self.function == "squeeze" and tensor[at].size != 1:
            raise ShapeError.of("no axis of size 1", tensor, axis=self.axis)
        kept = (one,) * (self.keepdims and self.function in REDUCES)
        return Outputs(((*tensor[:at], *kept, *tensor[at + 1 :]),))


@dataclass(frozen=True, slots=True)
class Transpose(Operation, kind="transpose", keras="ops.transpose"):
    """Puts all axes into another order, the batch among them."""

    axes: tuple[int, ...] = setting("a", (0, 2, 1), sizes=0)

    def code(self) -> str:
        """Keras's function."""
        return "keras.ops.transpose"

    def called_on(self, code: str, tensors: str) -> str:
        """With the order."""
        return f"{code}({tensors}, {self.axes})"

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, F, T)."""
        tensor = inputs.only_one("'tuple' object has no attribute …")
        if sorted(self.axes) != [*range(len(tensor))]:
            raise NotTraced.of("no order of axes", tensor, order=self.axes)
        # What stands in the place of an axis is read as that: a time axis comes before features.
        roles = iter([axis.role for axis in tensor if axis.role != "batch"])
        moved = [tensor[place] for place in self.axes]
        named = (
            axis if axis.role == "batch" else replace(axis, role=next(roles)) for axis in moved
        )
        return Outputs((tuple(named),))


@dataclass(frozen=True, slots=True)
class Stacked(Joining, kind="stack", keras="ops.stack", time_letter="T′", mask="ends"):
    """Puts tensors of one shape one after another, along a new axis."""

    axis: int = setting("a", 1, limit=AXIS)

    def code(self) -> str:
        """Keras's function."""
        return "keras.ops.stack"

    def called_on(self, code: str, tensors: str) -> str:
        """With the place of the new axis."""
        return f"{code}({tensors}, axis={self.axis})"

    def call(self, inputs: Inputs) -> Outputs:
        """Several (N, F) → (N, T, F)."""
        count = len(inputs.tensors[0]) + 1
        if not -count <= self.axis < count:
            raise ShapeError.of("no axis to go along", *inputs.tensors, axis=self.axis)
        first, *others = self.list_of(inputs, "no list to stack")
        if any(sizes(one) != sizes(first) for one in others):
            raise NotTraced.of("tensors to stack", *inputs.tensors)
        at = self.axis % count
        axis = Axis(inputs.time, len(inputs.tensors), "time")
        return Outputs(((*first[:at], axis, *first[at:]),))


@dataclass(frozen=True, slots=True)
class Range(Layer, kind="range", keras="ops.arange", takes_nothing=True):
    """The whole numbers from 0 on, as for an Embedding of positions. It takes no tensor."""

    stop: int = setting("n", 12, limit=STEPS)

    def code(self) -> str:
        """Keras's function."""
        return f"keras.ops.arange({self.stop})"

    def call(self, inputs: Inputs) -> Outputs:  # noqa: ARG002  it takes none
        """(T,), without a batch."""
        return Outputs(((Axis("T", self.stop, "time"),),))


BY_PYTHON = (Unpack, LastStep, WithNumber, Function, Transpose, Stacked, Range)
"""What isn't a layer of Keras's, but done to what layers give."""
