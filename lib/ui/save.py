"""A button that saves a text as a file, by a few lines of script in the browser.

`st.download_button` leaves its file on the server, at an address of its own, for as long as the
page says so, or, with a callable, until two runs of any session have ended (Streamlit 1.67,
`media_file_manager.py`). Where pages redraw themselves five times a second a click may come too
late. Here the text is in the page, so what is seen is what is saved.
"""

from __future__ import annotations

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
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.textContent = `⤓ ${data.label}`;
  button.onclick = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([data.text], { type: data.mime }));
    link.download = data.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
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
