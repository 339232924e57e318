"""How long a run's training is shown for: it may be over in a blink, and people want to watch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """One choice of how fast epochs follow each other."""

    label: str
    seconds: float | None
    """For all epochs of a run; None where nothing waits for anybody to see it."""


PACES = {
    "slow": Pace("Slow", 24.0),
    "normal": Pace("Normal", 8.0),
    "fast": Pace("Fastest", None),
}
USUAL = "normal"
