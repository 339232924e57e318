"""How fast this session's runs are shown: the choice, which is in the link of every page."""

from collections.abc import Callable

from lib.pace import PACES, USUAL
from lib.ui.linked import Linked, linked_buttons

CHOICE = Linked("pace", tuple(PACES), tuple(PACES).index(USUAL), "run_pace")


def chosen_seconds() -> float | None:
    """For how long all epochs of a run are shown; None where nothing waits."""
    return PACES[CHOICE.texts[CHOICE.index]].seconds


def pick_pace(on_change: Callable[[], None], *, disabled: bool = False) -> None:
    """Draw the choice; a change is passed on to the run that trains."""
    labels = [pace.label for pace in PACES.values()]
    linked_buttons("Pace", labels, CHOICE, then=on_change, disabled=disabled)
