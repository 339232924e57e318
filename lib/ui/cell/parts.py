"""The parts of the Cell page. One is open: only that one asks Keras and is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lib.figures.palette import Palette
from lib.ui.cell import break_it, learn, proof, unrolled
from lib.ui.cell.ask import Reply
from lib.ui.cell.chosen import Chosen
from lib.ui.cell.playhead import Follower
from lib.ui.linked import PART

KEYS = (PART, "sample", "layer", "weights", "order", "step", "unit")
"""In the address: the open part, and numbers from 1. The epoch is every page's: `lib.ui.epoch`."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked for a part, and how it is drawn."""

    title: str
    places: tuple[str, ...]
    """Of its answers, keys of `lib.ui.cell.questions.PLACES`."""
    draw: Callable[[Chosen, Sequence[Reply], Palette], Sequence[Follower]]
    """Returns what has to be written anew when the playhead moves."""


PARTS = {
    "unrolled": Part("Unrolled", (), unrolled.draw),
    "proof": Part("Proof", ("modes",), proof.draw),
    "break": Part("Break it", ("breakings",), break_it.draw),
    "learn": Part("How they learn", ("reach", "one way", "both ways", "padding"), learn.draw),
}
"""By their name in the address."""
