"""What all pictures over time on the Cell page share: columns for timesteps, and the playhead.

A picture is a block whose width is cut into T equal columns. The playhead is a band over one of
them, and the picked unit a band over one row of a matrix. Both stand where the page's custom
properties `--cell-t` and `--cell-row` say, so that moving them sends and draws nothing else: see
`lib.ui.cell.playhead`, which also takes clicks on blocks of the class `TIME`.
"""

from collections.abc import Mapping
from html import escape

from lib.figures.html import block, span
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
    at = f"top:-2px;bottom:-2px;width:calc(100%/{steps});left:calc(100%*var(--cell-t,0)/{steps})"
    row = row_band("--cell-row", start, units, palette) if units > 1 else ""
    kind = f"{TIME} {UNITS}" if units else TIME
    return block(kind, body, row, outline(at, palette.ink), above)


def outline(place: str, color: str) -> str:
    """A frame within a block, where the CSS of its `place` says."""
    return block("outline", style=f"{place};border:2px solid {color}")


def outline_mark(color: str) -> str:
    """A small outline in a key, as one is drawn around a column."""
    return span("swatch", f"width:0.6rem;border:2px solid {color}")


def row_band(place: str, start: int, rows: int, palette: Palette) -> str:
    """A band over one of `rows` rows, where the custom property `place` says; at first `start`."""
    at = f"top:calc(100%*var({place},{start})/{rows});height:calc(100%/{rows})"
    return block("row-band", style=f"{at};border:1px solid {palette.ink}")


def last_column(steps: int, palette: Palette) -> str:
    """The outline of the timestep that `return_sequences=False` keeps."""
    at = f"right:2px;top:0;bottom:0;width:calc(100%/{steps} - 4px);min-width:3px"
    return outline(at, palette.last)


def ticks(steps: int, most: int = 12) -> str:
    """The numbers below the columns: first, last, and round ones, `most` that fit a phone."""
    stride = next(k for k in (1, 2, 5, 10, 20, 25, 50, 100, 200) if steps / k <= most)
    round_ones = range(stride, steps, stride)
    named = [1, *(k for k in round_ones if k - 1 > stride / 2 and steps - k >= stride), steps]
    return below_columns({k - 1: f"{k}" for k in named}, steps)


def below_columns(names: Mapping[int, str], count: int) -> str:
    """What stands below some of `count` columns, by their index."""
    spans = (
        f'<span style="left:{100 * (column + 0.5) / count:.2f}%">{escape(name)}</span>'
        for column, name in names.items()
    )
    return block("below-columns", *spans)
