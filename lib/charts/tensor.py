"""One tensor, each axis to its own scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from lib.charts.html import svg_image, templates
from lib.charts.palette import Palette, mix
from lib.shapes import Axis, Tensor, readable_shape

ENTRY = 11.0  # the most that an entry takes, in pixels at the usual 16 px per rem
LEAST = 4.0  # the least that an axis takes
OPEN = 8  # how many entries an axis of any size is drawn with
GRID = 4.0  # from this width of an entry on, lines are drawn between entries
SHEET = 5.0  # the distance of one sample from the next
SCALES = "Each axis has its own scale, the same for all tensors here."
"""What a page says below them: 200 timesteps may be drawn shorter than 64 features."""
LETTER = 7.2  # the width of a letter of that size, about


@dataclass(frozen=True, slots=True)
class Scale:
    """How many pixels an entry takes, the same for all tensors of a picture."""

    down: float
    across: float

    @classmethod
    def of(cls, tensors: Iterable[Tensor], height: float = 120, width: float = 150) -> Scale:
        """The largest that lets each tensor fit into `height` × `width` pixels."""
        longest = {"batch": 1, "time": 1, "features": 1, "space": 1}
        for axis in (axis for tensor in tensors for axis in tensor):
            longest[axis.role] = max(longest[axis.role], axis.size or OPEN)
        return cls(min(ENTRY, height / longest["time"]), min(ENTRY, width / longest["features"]))


def tensor_image(tensor: Tensor, scale: Scale, palette: Palette, color: str) -> Markup:
    """A tensor as an image element, its samples in `color`."""
    by_role = {axis.role: axis for axis in reversed(tensor)}
    time, features = by_role.get("time"), by_role.get("features")
    batches = [axis for axis in tensor if axis.role == "batch"]
    sheets = min([3, *(axis.size for axis in batches if axis.size)])
    back = SHEET * (sheets - 1)
    spaces = [axis for axis in tensor if axis.role == "space"]
    samples = " · ".join(" × ".join(map(_label, axes)) for axes in (batches, spaces) if axes)
    # The foremost sample.
    x, y = LETTER * len(_label(time)) + 12 if time else 4, back + 5
    width = max(LEAST, (features.size or OPEN) * scale.across) if features else ENTRY
    height = max(LEAST, (time.size or OPEN) * scale.down) if time else ENTRY
    lines = ""  # between the entries, where there is room for them
    if time and scale.down >= GRID:
        rows = range(1, round(height / scale.down))
        lines += "".join(f"M{x:.1f} {y + scale.down * k:.1f}h{width:.1f}" for k in rows)
    if features and scale.across >= GRID:
        columns = range(1, round(width / scale.across))
        lines += "".join(f"M{x + scale.across * k:.1f} {y:.1f}v{height:.1f}" for k in columns)
    right, middle = x + width + back + 8 + LETTER * len(samples), x + width / 2
    if features:
        half = LETTER * len(_label(features)) / 2
        middle = max(middle, half)
        right = max(right, middle + half + 2)
    hidden = []  # how far each sample is shifted, its fill and its edge; the hindmost is palest
    for behind in reversed(range(sheets)):
        share = 1 - 0.27 * behind
        fill = mix(palette.background, mix(palette.surface, color, 0.42), share)
        hidden.append((SHEET * behind, fill, mix(palette.background, color, share)))
    named = time, features, samples, middle, palette
    body = _HTML.drawing(x, y, width, height, hidden, back, lines, *named)
    font = 'font-family="sans-serif" font-size="12" font-weight="600"'
    alt = readable_shape(tensor)
    return svg_image(body, right, y + height + (20 if features else 6), font, alt)


def _label(axis: Axis) -> str:
    """The letter and the size; one of them where any size will do, or where there is no letter."""
    alone = axis.size is None or axis.letter == f"{axis.size}"
    return axis.letter if alone else f"{axis.letter} {axis.size}"


_HTML = templates(__file__, label=_label, px="{:.1f}".format)
