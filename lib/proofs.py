"""What Keras measured for a claim on the Cell page: the record that sentence and card share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One difference that was measured."""

    of: str
    """What is compared, as code: "sequence[:, -1] − last"."""
    value: float | None
    """None while there is no answer."""
    close_enough: float = 0.0
    """Up to here both are called the same."""

    @property
    def same(self) -> bool:
        """Whether the two are one."""
        return self.value is not None and self.value <= self.close_enough


@dataclass(frozen=True, slots=True)
class ProofCard:
    """A claim, what was measured for it, and why it is so."""

    title: str
    measures: tuple[Measure, ...]
    takeaway: str
    """What was found, in a line; it needs no more room while there is no answer."""
    why: str
