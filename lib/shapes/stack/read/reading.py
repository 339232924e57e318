"""What reading a model results in."""

from dataclasses import dataclass

from lib.shapes.output import Shape
from lib.shapes.stack.base import Stack


@dataclass
class ModelError(ValueError):
    """A text or file that no model can be read from: a sentence and, of code, the line."""

    sentence: str
    line: int | None = None

    def __str__(self) -> str:
        return self.sentence if self.line is None else f"Line {self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about what was read, with its line in the text, counted from 1."""

    sentence: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The stack that was read, and what else the text says of the model."""

    stack: Stack
    source: str
    """"code" or "configuration"."""
    notes: tuple[Note, ...] = ()
    """What couldn't be read, or was read in another way than it is written."""
    loss: str = ""
    """Keras's name of the loss of `compile`; empty where there is none."""
    target: Shape | None = None
    """The shape of y in `fit`, its samples first, where the code tells it."""
    text: str = ""
    """The code that was read; of a notebook its cells."""
