"""What all pictures over time on the Cell page share: columns for timesteps, and the playhead.

A picture is a block whose width is cut into T equal columns. The playhead is a band over one of
them, and the picked unit a band over one row of a matrix. Both stand where the page's custom
properties `--cell-t` and `--cell-row` say, so that moving them sends and draws nothing else: see
`lib.ui.cell.playhead`, which also takes clicks on blocks of the class `TIME`. How they are drawn
stands in timeline.html.
"""

from lib.figures.html import templates

TIME = "cell-time"
"""The class of a block whose columns are timesteps: pressed, it moves the playhead."""
UNITS = "cell-units"
"""The class of such a block whose rows are units: pressed, it picks one as well."""


def named(steps: int, most: int) -> dict[int, str]:
    """The columns, by index, that have their numbers below them: first, last, and round ones."""
    stride = next(k for k in (1, 2, 5, 10, 20, 25, 50, 100, 200) if steps / k <= most)
    round_ones = range(stride, steps, stride)
    chosen = [1, *(k for k in round_ones if k - 1 > stride / 2 and steps - k >= stride), steps]
    return {k - 1: f"{k}" for k in chosen}


OVER_TIME = templates(__file__, TIME=TIME, UNITS=UNITS, named=named)
"""The macros that such pictures are made of."""
