"""Cards that say what Keras measured: a claim, the figures, and where they come from.

An HTML fragment for `st.html`. A figure of exactly 0.0 is written so, and so is the difference
that 32-bit numbers leave; green says that two things are one.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lib.english import difference
from lib.figures.palette import Palette
from lib.proofs import Measure, ProofCard


def proof_cards(proofs: Sequence[ProofCard], palette: Palette, missing: str) -> str:
    """All cards, as many side by side as fit; `missing` stands where a figure isn't known."""
    cards = "".join(_card(proof, palette, missing) for proof in proofs)
    return (
        '<div style="display:grid;gap:0.75rem;align-items:stretch;'
        "grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));font-size:0.875rem;"
        f'line-height:1.45;color:{palette.ink}">{cards}</div>'
    )


def _card(proof: ProofCard, palette: Palette, missing: str) -> str:
    figures = "".join(_measure(measure, palette, missing) for measure in proof.measures)
    return (
        f'<div style="border:1px solid {palette.border};border-radius:0.5rem;padding:0.75rem 1rem">'
        f'<div style="font-weight:600">{escape(proof.title)}</div>{figures}'
        f'<div style="color:{palette.muted};margin-top:0.35rem">{escape(proof.why)}</div></div>'
    )


def _measure(measure: Measure, palette: Palette, missing: str) -> str:
    if measure.value is None:
        figure = f'<span style="color:{palette.muted};font-size:0.875rem">{escape(missing)}</span>'
    else:
        color, mark = (palette.best_text, "✓") if measure.same else (palette.ink, "≠")
        figure = f'<span style="color:{color}">{mark} {difference(measure.value)}</span>'
    return (
        '<div style="margin-top:0.35rem"><div style="font-size:1.35rem;font-weight:700;'
        f'line-height:1.75rem;height:1.75rem">{figure}</div>'
        f'<div style="font-family:monospace;font-size:0.8125rem;overflow-wrap:anywhere">'
        f"{escape(measure.of)}</div></div>"
    )
