"""One way to put something right, as error messages, the target doctor and stacks offer it."""

from dataclasses import dataclass

from lib.shapes.stack.base import Stack


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to put something right."""

    condition: str  # when it is the right one: "y holds class numbers"; "" where there is no other
    fix: str  # what to do, in sentences
    code: str = ""  # one statement in a line; lines for the model come after those for the data
    output_shape: tuple[int, ...] = ()  # after the fix of a target, of the samples too
    target_shape: tuple[int, ...] = ()
    loss: str = ""
    stack: Stack = ()  # after the fix of a stack
    cause: str = ""  # of an error message: what happened, if the condition holds

    @property
    def model_code(self) -> str:
        """The lines of a target's code that change the model; the others change y."""
        return "\n".join(line for line in self.code.split("\n") if not line.startswith("y = "))
