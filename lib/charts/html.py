"""Shared parts of HTML pictures: templates, images, and drawings of tensors.

A picture's markup is a macro in the HTML file next to its module, and `render` calls it by name.
`st.html` removes SVG elements, so a drawing is an image with a data URI. A matrix is a PNG with one
pixel for each number. `lib.ui.cell.chosen` moves bands by setting `--cell-t` and `--cell-row`.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from lib.charts.palette import Palette, mix
from lib.experiment import MODES
from lib.recurrence import ROUNDING
from lib.results import BOTH_MODES
from lib.shapes import Axis, Tensor, has_time, readable_shape, shape_in_letters
from lib.text import number, percent, readable, short

LIB = Path(__file__).parents[1]  # the folder `lib`
CSS = Path(__file__).with_suffix(".css").read_text("utf-8")
STEPS = 60  # shades on either side of zero, more than the eye can tell apart
TIME = "cell-time"  # class of a block whose columns are timesteps; a click moves the playhead
UNITS = "cell-units"  # a second class of blocks whose rows are units; a click also picks a unit


def _source(template: str) -> str:
    return "".join(map(str.strip, (LIB / template).read_text("utf-8").splitlines()))


_TEMPLATES = Environment(loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined)


def render(template: str, macro: str, *values: Any, **names: Any) -> str:
    """Return the HTML of a macro: `render("charts/proofs.html", "equation", one, other, …)`.

    `template` is a path below `lib`. The macro escapes the values. jinja2 compiles a template at
    its first use and caches it. Don't call this in an import: it would delay the first visitor.
    """
    return str(getattr(_TEMPLATES.get_template(template).module, macro)(*values, **names))


def colors_css(palette: Palette) -> str:
    """Return a palette's colors as CSS variables, "--ink:#1F2933;…", which pictures use."""
    names = ["background", "surface", "border", "ink", "muted", "wrong"]
    names += ["sequence_text", "last_text", "pooled_text", "best_text"]
    colors = "".join(f"--{name.replace('_', '-')}:{getattr(palette, name)};" for name in names)
    return f"{colors}--wrong-tint:{mix(palette.background, palette.wrong, 0.08)};"


def shade_indexes(values: np.ndarray, reach: float) -> np.ndarray:
    """Return shades, uint8, 0 to 2·STEPS, of values from -reach to reach; NaN counts as 0."""
    share = np.nan_to_num(np.asarray(values, np.float64) / reach, posinf=1.0, neginf=-1.0)
    return (np.clip(share, -1, 1) * STEPS + STEPS).round().astype(np.uint8)


def png_uri(indexes: np.ndarray, colors: Sequence[str]) -> str:
    """Return a picture as a data URI: `indexes` (height, width) into `colors` ("#RRGGBB")."""
    image = Image.frombytes("P", indexes.shape[::-1], indexes.tobytes())
    image.putpalette(bytes.fromhex("".join(color[1:] for color in colors)))
    png = BytesIO()
    image.save(png, "PNG")
    return f"data:image/png;base64,{b64encode(png.getvalue()).decode()}"


def enlarged(indexes: np.ndarray, colors: Sequence[str], size: str) -> Markup:
    """Return `png_uri`'s picture as an `img` as wide as its block; `size` is CSS for the height."""
    image = Markup('<img alt="" class="enlarged" src="{}" style="{}">')
    return image.format(png_uri(indexes, colors), size)


def shaded(values: np.ndarray, palette: Palette, size: str, reach: float = 1.0) -> Markup:
    """Return values from -reach to reach as shades in an `img` as wide as its block."""
    return enlarged(shade_indexes(values, reach), palette.signed(STEPS), size)


def svg_uri(body: str, view_box: str, attributes: str = "") -> str:
    """Return an SVG drawing as a data URI, for an `img` or a CSS `url()`."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box}" {attributes}>{body}</svg>'
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def drawing(body: str, box: Sequence[float], style: str, alt: str = "") -> Markup:
    """Return an SVG drawing as an `img`, with its texts above the `img` as HTML.

    An `img` can't use the font of the page. So each `text` element becomes a `span` at the same
    place, which grows with the drawing and is never smaller than 11 px. `box` is the left, top,
    width and height of the drawing in SVG units, and `style` is CSS for its size on the page.
    """
    left, top, width, height = box
    root = ElementTree.fromstring(f"<svg>{body}</svg>")  # noqa: S314  our own templates
    spans = Markup()
    for text in root.findall("text"):
        root.remove(text)
        x, y = float(text.attrib["x"]) - left, float(text.attrib["y"]) - top
        size = float(text.get("font-size", 13)) / width
        place = f"left:{x / width:.2%};top:{y / height:.2%}"
        css = f"{place};color:{text.get('fill')};--size:{size:.4f}"
        span = Markup('<span class="{}" style="{}">{}</span>')
        spans += span.format(text.get("class", ""), css, text.text)
    shapes = "".join(ElementTree.tostring(part, "unicode") for part in root)
    uri = svg_uri(shapes, f"{left:.1f} {top:.1f} {width:.1f} {height:.1f}")
    image = Markup('<img alt="{}" decoding="sync" src="{}">').format(alt, uri)
    return Markup('<div class="drawing" style="{}">{}{}</div>').format(style, image, spans)


def svg_image(body: str, width: float, height: float, alt: str = "") -> Markup:
    """Return a drawing of this size in pixels, at 16 px per rem."""
    size = f"width:{width / 16:.2f}rem;height:{height / 16:.2f}rem"
    return drawing(body, (0, 0, width, height), size, alt)


def plotted_line(heights: np.ndarray, color: str, width: float, dash: str = "none") -> str:
    """Return an SVG line through T columns, 1000 wide, at `heights` (T,) from the top."""
    across = (np.arange(len(heights)) + 0.5) * 1000 / len(heights)
    points = " ".join(f"{x:.0f},{y:.1f}" for x, y in zip(across, heights, strict=True))
    return (
        f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="{width}" '
        f'stroke-dasharray="{dash}" vector-effect="non-scaling-stroke"/>'
    )


def named(steps: int, most: int) -> dict[int, str]:
    """Return at most `most` numbers below columns, by index: the first, the last, round ones."""
    stride = next(k for k in (1, 2, 5, 10, 20, 25, 50, 100, 200) if steps / k <= most)
    # Leave out numbers that would touch the first or the last number.
    chosen = [k for k in range(stride, steps, stride) if k - 1 > stride / 2 and steps - k >= stride]
    return {k - 1: f"{k}" for k in (1, *chosen, steps)}


# Drawings of tensors. Each axis has its own scale. Sizes are in pixels at 16 px per rem.

ENTRY = 11.0  # the largest size of an entry
LEAST = 4.0  # the smallest length of an axis
OPEN = 8  # entries drawn for an axis of unknown size (None)
GRID = 4.0  # smaller entries have no lines between them
SHEET = 5.0  # the distance between samples
SCALES = "Lengths are drawn to scale, separately for each axis."
LETTER = 7.2  # the average width of a letter


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of an entry in pixels, the same for all tensors of a picture."""

    down: float
    across: float

    @classmethod
    def of(cls, tensors: Iterable[Tensor], height: float = 120, width: float = 150) -> "Scale":
        """Return the largest scale at which each tensor fits into `height` × `width` pixels."""
        longest = {"batch": 1, "time": 1, "features": 1, "space": 1}
        for axis in (axis for tensor in tensors for axis in tensor):
            longest[axis.role] = max(longest[axis.role], axis.size or OPEN)
        return cls(min(ENTRY, height / longest["time"]), min(ENTRY, width / longest["features"]))


def tensor_image(tensor: Tensor, scale: Scale, palette: Palette, color: str) -> Markup:
    """Return a tensor as an `img` with its samples in `color`."""
    by_role = {axis.role: axis for axis in reversed(tensor)}
    time, features = by_role.get("time"), by_role.get("features")
    batches = [axis for axis in tensor if axis.role == "batch"]
    count = min([3 if batches else 1, *(axis.size for axis in batches if axis.size)])  # drawn
    back = SHEET * (count - 1)  # how far the rear sample is shifted
    spaces = [axis for axis in tensor if axis.role == "space"]
    sample_label = " · ".join(" × ".join(map(_label, axes)) for axes in (batches, spaces) if axes)
    # The place and size of the front sample.
    x, y = LETTER * len(_label(time)) + 12 if time else 4, back + 5
    width = max(LEAST, (features.size or OPEN) * scale.across) if features else ENTRY
    height = max(LEAST, (time.size or OPEN) * scale.down) if time else ENTRY
    lines = ""  # Only large entries have lines between them.
    if time and scale.down >= GRID:
        rows = range(1, round(height / scale.down))
        lines += "".join(f"M{x:.1f} {y + scale.down * k:.1f}h{width:.1f}" for k in rows)
    if features and scale.across >= GRID:
        columns = range(1, round(width / scale.across))
        lines += "".join(f"M{x + scale.across * k:.1f} {y:.1f}v{height:.1f}" for k in columns)
    right, middle = x + width + back + 8 + LETTER * len(sample_label), x + width / 2
    if features:
        half = LETTER * len(_label(features)) / 2
        middle = max(middle, half)
        right = max(right, middle + half + 2)
    sheets = []  # shift, fill and edge of each sample, from the palest at the back to the front
    for behind in reversed(range(count)):
        share = 1 - 0.27 * behind
        fill = mix(palette.background, mix(palette.surface, color, 0.42), share)
        sheets.append((SHEET * behind, fill, mix(palette.background, color, share)))
    place, labels = (x, y, width, height), (time, features, sample_label, middle)
    body = render("charts/tensor.html", "drawing", *place, sheets, back, lines, *labels, palette)
    return svg_image(body, right, y + height + (20 if features else 6), alt=readable_shape(tensor))


def _label(axis: Axis) -> str:
    """Return an axis's letter and size; only the letter if the size is unknown or is the letter."""
    is_letter_enough = axis.size is None or axis.letter == f"{axis.size}"
    return axis.letter if is_letter_enough else f"{axis.letter} {axis.size}"


def _breaking(name: str) -> Markup:
    """Return a layer's name with a possible line break before each capital letter inside."""
    return Markup("<wbr>").join(re.split(r"(?<=[a-z])(?=[A-Z])", name))


_TEMPLATES.globals.update(number=number, percent=percent, readable=readable, short=short)
_TEMPLATES.globals.update(letters=shape_in_letters, readable_shape=readable_shape)
_TEMPLATES.globals.update(axis_label=_label, breaking=_breaking, named=named, px="{:.1f}".format)
_TEMPLATES.globals.update(has_time=has_time, shaded=shaded, scaled=drawing, TIME=TIME, UNITS=UNITS)
_TEMPLATES.globals.update(MODES=MODES, BOTH_MODES=BOTH_MODES, ROUNDING=ROUNDING)
