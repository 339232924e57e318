"""What pictures in HTML are made of: templates and images.

A picture's markup stands in the HTML file beside its module, as macros that the module calls.
`st.html` drops SVG elements, so a drawing is an image with a data URI. A matrix is a PNG of a
pixel for each number. `--cell-t` and `--cell-row` place bands: see `lib.ui.cell.chosen`.
"""

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from lib.charts.palette import Palette

CSS = Path(__file__).with_suffix(".css").read_text("utf-8")
STEPS = 60  # shades on either side of zero: more than an eye tells apart
TIME = "cell-time"
"""The class of a block whose columns are timesteps: pressed, it moves the playhead."""
UNITS = "cell-units"
"""The class of such a block whose rows are units: pressed, it picks one as well."""


def _joined(name: str) -> str:
    """A template by its path, or its name in this package, with its lines joined."""
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return "".join(line.strip() for line in lines)


_TEMPLATES = Environment(loader=FunctionLoader(_joined), autoescape=True, undefined=StrictUndefined)


def templates(module: str, **names: Any) -> Any:
    """The macros in the HTML file beside a module; they see `names`, and escape what they get."""
    template = f"{Path(module).with_suffix('.html')}"
    return _TEMPLATES.get_template(template, globals=names).module


def shade_indexes(values: np.ndarray, reach: float) -> np.ndarray:
    """Values from -reach to reach as indexes of 2·STEPS + 1 shades, uint8; NaN has that of zero."""
    share = np.nan_to_num(np.asarray(values, np.float64) / reach, posinf=1.0, neginf=-1.0)
    return (np.clip(share, -1, 1) * STEPS + STEPS).round().astype(np.uint8)


def png_uri(indexes: np.ndarray, colors: Sequence[str]) -> str:
    """The picture of `indexes` (height, width) into `colors` ("#RRGGBB"), for an `img`."""
    image = Image.frombytes("P", indexes.shape[::-1], indexes.tobytes())
    image.putpalette(bytes.fromhex("".join(color[1:] for color in colors)))
    png = BytesIO()
    image.save(png, "PNG")
    return f"data:image/png;base64,{b64encode(png.getvalue()).decode()}"


def enlarged(indexes: np.ndarray, colors: Sequence[str], size: str) -> Markup:
    """The same as an element as wide as its block; `size` is its height, as CSS."""
    image = Markup('<img alt="" class="enlarged" src="{}" style="{}">')
    return image.format(png_uri(indexes, colors), size)


def shaded(values: np.ndarray, palette: Palette, size: str, reach: float = 1.0) -> Markup:
    """Values from -reach to reach as such an element."""
    return enlarged(shade_indexes(values, reach), palette.signed(STEPS), size)


def svg_uri(body: str, view_box: str, attributes: str = "") -> str:
    """A drawing with its `viewBox`, for an `img` or a CSS `url()`."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box}" {attributes}>{body}</svg>'
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def svg_image(body: str, width: float, height: float, attributes: str, alt: str = "") -> Markup:
    """A drawing of so many pixels, at the usual 16 px per rem, as an image element."""
    uri = svg_uri(body, f"0 0 {width:.1f} {height:.1f}", attributes)
    return Markup(
        '<img alt="{}" decoding="sync" src="{}" style="width:{:.2f}rem;height:{:.2f}rem;'
        'max-width:none;display:block">'
    ).format(alt, uri, width / 16, height / 16)


def plot_image(shapes: str, height: int, background: str, rem: float) -> Markup:
    """Shapes on a plane of 1000 × `height` as an image as wide as its block and `rem` high."""
    ground = f'<rect width="1000" height="{height}" fill="{background}"/>'
    uri = svg_uri(ground + shapes, f"0 0 1000 {height}", 'preserveAspectRatio="none"')
    image = Markup('<img alt="" src="{}" style="display:block;width:100%;height:{:g}rem">')
    return image.format(uri, rem)


def plotted_line(heights: np.ndarray, color: str, width: float, dash: str = "none") -> str:
    """A line through the middle of each column of that plane; `heights` (T,) from the top down."""
    across = (np.arange(len(heights)) + 0.5) * 1000 / len(heights)
    points = " ".join(f"{x:.0f},{y:.1f}" for x, y in zip(across, heights, strict=True))
    return (
        f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="{width}" '
        f'stroke-dasharray="{dash}" vector-effect="non-scaling-stroke"/>'
    )


def named(steps: int, most: int) -> dict[int, str]:
    """The columns, by index, that have their numbers below them: first, last, and round ones."""
    stride = next(k for k in (1, 2, 5, 10, 20, 25, 50, 100, 200) if steps / k <= most)
    round_ones = range(stride, steps, stride)
    chosen = [1, *(k for k in round_ones if k - 1 > stride / 2 and steps - k >= stride), steps]
    return {k - 1: f"{k}" for k in chosen}


OVER_TIME = templates(
    f"{Path(__file__).with_name('timeline')}", TIME=TIME, UNITS=UNITS, named=named
)
"""The macros that pictures over time on the Cell page are made of."""
