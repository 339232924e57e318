"""What all pictures over time on the Cell page share: columns for timesteps, and the playhead.

A picture is a block whose width is cut into T equal columns. The playhead is a band over one of
them, and the picked unit a band over one row of a matrix. Both stand where the page's custom
properties `--cell-t` and `--cell-row` say, so that moving them sends and draws nothing else: see
`lib.ui.cell.playhead`, which also takes clicks on blocks of the class `TIME`.
"""

from __future__ import annotations

from html import escape

from lib.figures.palette import Palette

TIME = "cell-time"
"""The class of a block whose columns are timesteps: pressed, it moves the playhead."""
UNITS = "cell-units"
"""The class of such a block whose rows are units: pressed, it picks one as well."""


def over_time(
    body: str, steps: int, palette: Palette, *, units: int = 0, start: int = 0, above: str = ""
) -> str:
    """`body` as a block of T columns with the playhead over it, and over a matrix the picked unit.

    A matrix has `units` rows, of which `start` is marked before anybody has picked one. The
    playhead doesn't hide what is `above`.
    """
    band = (
        f"position:absolute;top:-2px;bottom:-2px;width:calc(100%/{steps});"
        f"left:calc(100%*var(--cell-t,0)/{steps});box-sizing:border-box;"
        f"border:2px solid {palette.ink};border-radius:3px;pointer-events:none"
    )
    row = row_band("--cell-row", start, units, palette) if units > 1 else ""
    return (
        f'<div class="{TIME}{f" {UNITS}" if units else ""}" style="position:relative;'
        f'cursor:pointer;touch-action:pan-y;user-select:none">{body}{row}'
        f'<div style="{band}"></div>{above}</div>'
    )


def row_band(place: str, start: int, rows: int, palette: Palette) -> str:
    """A band over one of `rows` rows, where the custom property `place` says; at first `start`."""
    return (
        f'<div style="position:absolute;left:0;right:0;height:calc(100%/{rows});'
        f"top:calc(100%*var({place},{start})/{rows});box-sizing:border-box;min-height:3px;"
        f'border:1px solid {palette.ink};pointer-events:none"></div>'
    )


def last_column(steps: int, palette: Palette) -> str:
    """The outline of the timestep that `return_sequences=False` keeps."""
    return (
        f'<div style="position:absolute;right:2px;top:0;bottom:0;width:calc(100%/{steps} - 4px);'
        f"min-width:3px;box-sizing:border-box;border:2px solid {palette.last};border-radius:3px;"
        'pointer-events:none"></div>'
    )


def ticks(steps: int, palette: Palette, most: int = 12) -> str:
    """The numbers below the columns: the first, the last, and round ones, about `most` in all.

    So many as fit a phone.
    """
    stride = next(k for k in (1, 2, 5, 10, 20, 25, 50, 100, 200) if steps / k <= most)
    named = [
        1,
        *(k for k in range(stride, steps, stride) if k - 1 > stride / 2 and steps - k >= stride),
        steps,
    ]
    spans = "".join(
        f'<span style="position:absolute;left:{100 * (k - 0.5) / steps:.2f}%;'
        f'transform:translateX(-50%)">{k}</span>'
        for k in dict.fromkeys(named)
    )
    return (
        f'<div style="position:relative;height:1.2rem;font-size:0.75rem;color:{palette.muted}">'
        f"{spans}</div>"
    )


def picture(body: str, sentence: str, palette: Palette) -> str:
    """Several blocks as one picture, with what it says as its alternative text."""
    return (
        f'<div role="img" aria-label="{escape(sentence)}" '
        f'style="font-size:0.875rem;line-height:1.35;color:{palette.ink};">{body}</div>'
    )
