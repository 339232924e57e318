"""What follows the playhead: formulas and sentences, written out anew when it moves.

They stand in slots that the sections leave for them, and are written into these twice in a run of
the whole page: at once by the section, so that nothing is blank for a moment, and by the fragment
with the playhead, which alone runs when it moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from streamlit.delta_generator import DeltaGenerator

from lib.figures.by_hand import by_hand
from lib.figures.palette import Palette
from lib.figures.unit import unit_lines
from lib.narrate.cell import step_sentence
from lib.narrate.proofs import prefix_sentence
from lib.recurrence.formulas import Opened, lines
from lib.ui.cell.playhead import At, playhead
from lib.ui.fragment import fragment
from lib.ui.text import say_steadily


@dataclass(frozen=True, slots=True, eq=False)
class Formulas:
    """Where one unit's formulas go, and every number by hand, where the layer is small."""

    layer: Opened
    lines: DeltaGenerator
    words: DeltaGenerator
    by_hand: DeltaGenerator | None
    top: bool
    """Whether it is the top layer, of whose outputs one mode keeps the last alone."""

    def write(self, at: At, palette: Palette) -> None:
        """For this timestep and this unit."""
        written = lines(self.layer, at.unit, at.step)
        self.lines.html(unit_lines(written, palette, top=self.top))
        with self.words:
            say_steadily(step_sentence(written, at.unit, at.step))
        if self.by_hand is not None:
            self.by_hand.html(by_hand(self.layer, at.step, palette))


@dataclass(frozen=True, slots=True, eq=False)
class Prefixes:
    """Where the modes are compared at a timestep, and what they say there, (T, U) each."""

    words: DeltaGenerator
    sequence: np.ndarray
    prefixes: np.ndarray
    who: str
    """Whose numbers they are."""

    def write(self, at: At) -> None:
        """For this timestep and this unit."""
        with self.words:
            say_steadily(prefix_sentence(self.sequence, self.prefixes, at.unit, at.step, self.who))


def follow_playhead(
    bar: DeltaGenerator, formulas: Formulas, prefixes: Prefixes, palette: Palette
) -> None:
    """Draw the playhead into `bar`. When it moves, pictures stay as they are."""
    with bar:
        fragment(_follow)(formulas, prefixes, palette)


def _follow(formulas: Formulas, prefixes: Prefixes, palette: Palette) -> None:
    at = playhead(formulas.layer)
    formulas.write(at, palette)
    prefixes.write(at)
