"""Arithmetic of a tensor and a number, outside of layers. Functions of keras.ops aren't traced."""

from dataclasses import dataclass

from lib.experiment import Limit
from lib.stack.base import Inputs, Layer, Outputs
from lib.stack.errors import NotTraced
from lib.stack.plain import LastStep, Unpack
from lib.stack.settings import setting

SIGNS = {"mul": "*", "add": "+", "sub": "-", "truediv": "/", "pow": "**"}
"""Python's operators by their names in its module `operator`."""
NODES = {"mul": "Mult", "add": "Add", "sub": "Sub", "truediv": "Div", "pow": "Pow"}
"""The same names → those of Python's syntax tree."""


@dataclass(frozen=True, slots=True)
class WithNumber(Layer, kind="number", keras="x * 2", mask="ends"):
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


BY_PYTHON = (Unpack, LastStep, WithNumber)
"""What isn't a layer of Keras's, but done to what layers give."""
