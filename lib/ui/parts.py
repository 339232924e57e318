"""A page in parts, one of which is open: buttons choose it, and the link says which it is."""

from collections.abc import Mapping

from lib.ui.linked import Linked, linked_buttons

NAME = "part"
"""In the address; the first part of a page needs no word there."""


def open_part(titles: Mapping[str, str], key: str) -> str:
    """Draw the buttons of a page's parts; returns the name of the one that is open.

    Args:
        titles: by the part's name in the address, in order. NAME is one of the page's own keys.
        key: the widget's.
    """
    names = list(titles)
    choice = Linked(NAME, names, 0, key)
    labels = list(titles.values())
    return names[linked_buttons("Part", labels, choice, label_visibility="collapsed")]
