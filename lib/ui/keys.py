"""The keys of each page: from them come the script, the list of keys and the letters on buttons.

A key clicks something that the page shows. The pages' own are in keys.toml; `lib.ui.listener` hears
them. Not `st.button(shortcut=)`: in Streamlit 1.67 it did nothing while a slider had the focus, a
button has a single one, and no list of keys. `C` is Streamlit's own.
"""

from dataclasses import dataclass

from lib.text import beside

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


_FILE = beside(__file__)
KEYS = {
    page: tuple(Key(**{**row, "on": tuple(row["on"])}) for row in rows)
    for page, rows in _FILE.items()
}
"""Page → its own keys. Where what one works on isn't there, the key does nothing."""

MENU = "menu"
"""The Streamlit key of the menu, which has a link for each page."""
EVERYWHERE = tuple(
    Key(f"Shift+{k}", f"go to {page}", (MENU,), f":scope > :nth-child({k}) a")
    for k, page in enumerate((page for page in KEYS if page != "Present"), start=1)
)
"""The keys that all pages have, besides `?`, which shows them all."""
