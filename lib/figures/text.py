"""Words inside a picture that is HTML."""

from __future__ import annotations

from html import escape


def code_words(words: str, color: str, *, bold: bool = False) -> str:
    """A shape or a call in the letters of code."""
    return (
        f'<span style="font-family:monospace;font-size:0.8125rem;'
        f'font-weight:{600 if bold else 400};color:{color};white-space:nowrap">'
        f"{escape(words)}</span>"
    )
