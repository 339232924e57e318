"""One way to put something right, as error messages, the target doctor and stacks offer it."""

from dataclasses import dataclass

from lib.shapes.stack.base import Stack


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to put something right."""

    condition: str  # when it is the right one: "y holds class numbers"; "" where there is no other
    fix: str  # what to do, in sentences
    code: str = ""
    cause: str = ""  # of an error message: what happened, if the condition holds
    # Of a target: the lines of `code` that change the model, and the shapes and the loss after it.
    model: str = ""
    output_shape: tuple[int, ...] = ()
    target_shape: tuple[int, ...] = ()
    loss: str = ""
    stack: Stack = ()  # of a stack: the stack after it
