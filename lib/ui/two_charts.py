"""The two charts of one place on a page, of which the newer one covers the older one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lib.figures.chart import Chart


@dataclass(frozen=True, slots=True, eq=False)
class ShownChart:
    """A figure with its alternative text, and as it is drawn, which may be in another height."""

    figure: Chart
    alt: str
    drawn: Chart

    def shows(self, figure: Chart, alt: str) -> bool:
        """Whether it is this figure, of whatever height, with this alternative text."""
        is_same = self.figure is figure or self.figure.to_dict() == figure.to_dict()
        return is_same and self.alt == alt


@dataclass(slots=True)
class TwoCharts:
    """The two charts of a place, and which of them lies above: see `lib.ui.text`."""

    top: int = 1
    shown: list[ShownChart | None] = field(default_factory=lambda: [None, None])
