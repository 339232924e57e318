"""For how long a run's training is shown: it may be over in a blink, and people want to watch.

The choice is in the link of every page.
"""

from collections.abc import Callable

from lib.ui.linked import Linked, linked_buttons

PACES = {"slow": ("Slow", 24.0), "normal": ("Normal", 8.0), "fast": ("Fastest", None)}
"""By its name in the address: its label, and the seconds of a run; None where nothing waits."""
CHOICE = Linked("pace", tuple(PACES), 1, "run_pace")


def chosen_seconds() -> float | None:
    """For how long all epochs of a run are shown; None where nothing waits."""
    return PACES[CHOICE.texts[CHOICE.index]][1]


def pick_pace(on_change: Callable[[], None], *, disabled: bool = False) -> None:
    """Draw the choice; a change is passed on to the run that trains."""
    labels = [label for label, _ in PACES.values()]
    linked_buttons("Pace", labels, CHOICE, then=on_change, disabled=disabled)
