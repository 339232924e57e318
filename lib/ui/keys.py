"""The keys of each page, of which script, overlay, letters on buttons and tests are made.

A key does what a click on something that the page shows does. Not `R` and `C`: Streamlit keeps
those for itself. See `lib.ui.listener`.
"""

from __future__ import annotations

from dataclasses import dataclass

BUTTON = "button"
"""The part that Streamlit's own buttons consist of; each shows its key."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and what it stands for."""

    name: str
    """As people write it; a digit is the key in that place, whatever a layout has there."""
    does: str
    """In words that follow it: "train, or resume"."""
    on: tuple[str, ...]
    """The Streamlit keys of what it works on: the first that can be pressed is."""
    part: str = BUTTON
    """What of that, as CSS. A range is moved, anything else is clicked."""


def _arrows(on: str, part: str, what: str) -> tuple[Key, Key]:
    """← and → for a range."""
    return Key("←", f"{what} before", (on,), part), Key("→", f"{what} after", (on,), part)


KEYS: dict[str, tuple[Key, ...]] = {
    "Explore": (
        Key("T", "train, or resume", ("do_train",)),
        Key("P", "pause, or resume", ("do_pause", "do_resume")),
        Key("S", "step: train one epoch", ("do_step",)),
        Key("X", "stop", ("do_stop",)),
        *_arrows("run_epoch", "[type=range]", "epoch"),
    ),
    "Cell": (
        *_arrows("cell_playhead", ".step-in", "timestep"),
        Key("space", "play, or pause", ("cell_playhead",), ".play"),
    ),
    "Data": (),
    "Shapes": (
        *(Key(f"{k}", f"answer {k}", (f"option_{k - 1}",)) for k in (1, 2, 3, 4)),
        Key("N", "next question", ("quiz_next",)),
    ),
}
"""Page → its own keys. Where what one works on isn't there, the key does nothing."""

MENU = "menu"
"""The Streamlit key of the menu, which has a link for each page."""
EVERYWHERE = tuple(
    Key(f"Shift+{k}", f"go to {page}", (MENU,), f":scope > :nth-child({k}) a")
    for k, page in enumerate(KEYS, start=1)
)
"""The keys that all pages have, besides `?`, which shows them all."""
