"""A button that saves a file, by a few lines of script in the browser.

`st.download_button` leaves its file on the server, at an address of its own, for as long as the
page says so, or, with a callable, until two runs of any session have ended (Streamlit 1.67,
`media_file_manager.py`). Where pages redraw themselves five times a second a click may come too
late. Here a text is in the page, so what is seen is what is saved; bytes come when they are asked
for.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

_component = st.components.v2.component(
    "save",
    html='<button type="button">⤓ Download</button>',  # until the script says what
    css="""
button {
  padding: 0.5rem 0.75rem;
  font: inherit;
  font-family: var(--st-font);
  color: var(--st-text-color);
  background: var(--st-background-color);
  border: 1px solid var(--st-border-color);
  border-radius: 0.5rem;
  cursor: pointer;
}
button:hover {
  border-color: var(--st-text-color);
}
button:focus-visible {
  outline: 2px solid var(--st-text-color);
  outline-offset: 2px;
}
""",
    js="""
export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button");
  const save = (content) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: button.about.mime }));
    link.download = button.about.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  if (data instanceof Uint8Array) {
    if (button.waits) save(data);
    button.waits = false;
    button.made = data;
    return;
  }
  button.about = data;
  button.made = data.text;
  button.textContent = `⤓ ${data.label}`;
  button.onclick = () => {
    if (button.made !== undefined) return save(button.made);
    button.waits = true;
    setTriggerValue("asked", true);
  };
}
""",
)


def save_button(label: str, text: str, name: str, mime: str) -> None:
    """Draw the button; a press saves `text` as a file called `name`."""
    _component(
        key=f"save_{name}",
        data={"label": label, "text": text, "name": name, "mime": mime},
        width="content",
    )


def save_when_asked(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    """Draw the button; a press runs the page once more, and what `make` returns there is saved."""
    key = f"save_{name}"
    asked = (st.session_state.get(key) or {}).get("asked")
    data = make() if asked else {"label": label, "name": name, "mime": mime}
    _component(key=key, data=data, width="content", on_asked_change=lambda: None)
