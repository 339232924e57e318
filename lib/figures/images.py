"""Images as data URIs: a matrix as a PNG, and a drawing as SVG, which `st.html` lets through so.

A matrix has one pixel for each number, which the browser enlarges without blurring. A hundred
timesteps of 128 units are some kilobytes so, and cost a browser nothing to draw.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence

import numpy as np

STEPS = 60
"""Shades on either side of zero: more than an eye tells apart."""


def shade_indexes(values: np.ndarray, reach: float) -> np.ndarray:
    """Values from -reach to reach as indexes of the 2·STEPS + 1 shades, uint8.

    What is beyond has the last shade, what isn't a number that of zero.
    """
    share = np.nan_to_num(np.asarray(values, np.float64) / reach, posinf=1.0, neginf=-1.0)
    return (np.clip(share, -1, 1) * STEPS + STEPS).round().astype(np.uint8)


def png_uri(indexes: np.ndarray, colors: Sequence[str]) -> str:
    """The picture of `indexes` (height, width) into `colors` ("#RRGGBB"), for an `img`."""
    height, width = indexes.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each begins with its filter: none
    rows[:, 1:] = indexes
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(bytes.fromhex(color[1:]) for color in colors)),
        (b"IDAT", zlib.compress(rows.tobytes(), 6)),
        (b"IEND", b""),
    )
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return f"data:image/png;base64,{b64encode(png).decode()}"


def svg_uri(svg: str) -> str:
    """A whole `<svg>` element with its namespace, for an `img` or a CSS `url()`."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
