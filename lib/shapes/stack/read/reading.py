"""What reading a model comes to, and what is said of it."""

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
    """Something to know of what was read."""

    sentence: str
    line: int | None = None
    """In the text, counted from 1."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the stack, and what stands beside it."""

    stack: Stack
    source: str
    """What it was read from: "code", "configuration"."""
    notes: tuple[Note, ...] = ()
    """What couldn't be read, or was read in another way than it stands there."""
    loss: str = ""
    """That of `compile`, by Keras's name; empty where none stands there."""
    target: Shape | None = None
    """The shape of y in `fit`, its samples first, where the code tells it."""
    text: str = ""
    """The code that it was read from: of a notebook its cells."""
