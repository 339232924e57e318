"""One fix, as offered by error messages, the target doctor and the stack tracer."""

from dataclasses import dataclass

from lib.shapes.stack.base import Stack


@dataclass(frozen=True, slots=True)
class Remedy:
    """A fix with the condition under which it is right."""

    condition: str  # a clause: "y holds class numbers"; "" where there is only one fix
    fix: str  # what to do, in sentences
    code: str = ""  # one statement per line; lines for the model follow those for the data
    output_shape: tuple[int, ...] = ()  # after the fix of a target, samples included
    target_shape: tuple[int, ...] = ()
    loss: str = ""
    stack: Stack = ()  # after the fix of a stack
    cause: str = ""  # of an error message: what happened if the condition holds

    @property
    def model_code(self) -> str:
        """The lines of the code that change the model; the others change y."""
        return "\n".join(line for line in self.code.split("\n") if not line.startswith("y = "))
