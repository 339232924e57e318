"""One fix, as offered by error messages, the target doctor and the stack tracer."""

from dataclasses import dataclass

from lib.shapes.stack.base import Stack


@dataclass(frozen=True, slots=True)
class Remedy:
    """A fix with the condition under which it is right."""

    condition: str  # a clause, "y holds class numbers"; "" if there is only one fix
    fix: str  # what to do, in sentences
    code: str = ""  # one statement per line; lines that change y come before lines for the model
    output_shape: tuple[int, ...] = ()  # the output's shape after a target's fix, samples first
    target_shape: tuple[int, ...] = ()  # y's shape after the fix, samples first
    loss: str = ""  # the loss after a fix of the target
    stack: Stack = ()  # the stack after a fix of the stack
    cause: str = ""  # for an error message: what happened, if the condition holds

    @property
    def model_code(self) -> str:
        """The lines of `code` that change the model, without the lines that change y."""
        return "\n".join(line for line in self.code.split("\n") if not line.startswith("y = "))
