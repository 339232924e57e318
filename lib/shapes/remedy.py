"""One way to put something right: when it is the right one, what to do, and the code for it."""

from dataclasses import dataclass

LAST_STEP = "LSTM(units, return_sequences=False)"
EVERY_STEP = "LSTM(units, return_sequences=True)"


def compile_with(loss: str) -> str:
    """The line that sets a model's loss."""
    return f'model.compile(optimizer, loss="{loss}")'


@dataclass(frozen=True, slots=True)
class Remedy:
    """What the target doctor and the explanations of error messages offer."""

    condition: str
    """When it is the right one: "y holds class numbers". Empty where there is no other."""
    fix: str
    """What to do, in sentences."""
    code: str
    cause: str = ""
    """What happened, if the condition holds; filled in by an explanation of an error."""
