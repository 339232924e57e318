"""The keys of each page: from them come the script, the list of keys and the letters on buttons.

A key clicks something that the page shows. The pages' own are in keys.toml; `lib.ui.listener` hears
them. Not `st.button(shortcut=)`: in Streamlit 1.67 it did nothing while a slider had the focus, a
button has a single one, and no list of keys. `C` is Streamlit's own.
"""

from typing import Any

from lib.text import beside

BUTTON = "button"  # the part that Streamlit's own buttons consist of; each shows its key
KEYS: dict[str, list[dict[str, Any]]] = {
    page: [{"part": BUTTON, **row} for row in rows] for page, rows in beside(__file__).items()
}
"""Page → its own keys. Where what one works on isn't there, the key does nothing."""
MENU = "menu"  # the Streamlit key of the menu, which has a link for each page
EVERYWHERE: list[dict[str, Any]] = [
    {
        "name": f"Shift+{k}",
        "does": f"go to {page}",
        "on": [MENU],
        "part": f":scope > :nth-child({k}) a",
    }
    for k, page in enumerate((page for page in KEYS if page != "Present"), start=1)
]
"""The keys that all pages have, besides `?`, which shows them all."""
