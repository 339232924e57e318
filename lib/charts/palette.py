"""The colors of all pictures, in the light and the dark theme. Each color has one meaning.

Blue, vermilion and green are from Okabe and Ito ("Color Universal Design", 2008). Marks or dashes
repeat each meaning for readers who don't see colors. `.streamlit/config.toml` has all page colors.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lib.text import beside

LEVELS = 9  # shades of a tensor's entries, from the lowest value to the highest


@dataclass(frozen=True, slots=True)
class Palette:
    """The colors of one theme, a key of PALETTES, as "#RRGGBB".

    Contrast with the background (WCAG 2.2): lines and marks at least 3, words (`_text`) 4.5.
    """

    theme: str
    background: str
    surface: str  # the fill of a box
    border: str
    grid: str
    ink: str  # the target, and words
    muted: str  # secondary words
    baseline: str
    sequence: str
    sequence_text: str
    last: str
    last_text: str
    pooled: str
    pooled_text: str
    best: str
    best_text: str
    time: str  # the axis of timesteps, as a line and as words
    features: str  # the axis of features, units and columns
    silent: str  # the fill behind a mistake that raises no error
    wrong: str  # a mistake that raises an error
    negative: str  # numbers below zero; numbers above zero have the color ink
    classes: tuple[str, ...]  # of labels; readers who don't see colors can tell them apart

    def axis(self, role: str) -> str:
        """Return the color of a tensor's axis: `time`, `features`, or muted for other roles."""
        return {"time": self.time, "features": self.features}.get(role, self.muted)

    def mode(self, mode: str) -> str:
        """Return the color of a mode, or of the field "baseline"."""
        return str(getattr(self, mode))

    def of(self, color: str) -> str:
        """Return the color of a field; a color such as "#EBD96E" is returned unchanged."""
        return color if color.startswith("#") else self.mode(color)

    def words(self, color: str) -> str:
        """Return a field's color for text, such as `sequence_text`; baselines have muted text."""
        plain = self.muted if color == "baseline" else getattr(self, color)
        return str(getattr(self, f"{color}_text", plain))

    def shades(self, color: str) -> tuple[str, ...]:
        """Return LEVELS shades for values from low to high, from the surface toward `color`."""
        shares = (0.14 + 0.86 * k / (LEVELS - 1) for k in range(LEVELS))
        return tuple(mix(self.surface, color, share) for share in shares)

    def signed(self, steps: int) -> tuple[str, ...]:
        """Return 2·steps + 1 shades for values from -1 to 1; 0 has the surface's color."""
        return tuple(
            mix(self.surface, self.negative if k < 0 else self.ink, abs(k) / steps)
            for k in range(-steps, steps + 1)
        )

    @staticmethod
    def text_on(color: str) -> str:
        """Return black or white, whichever has more contrast with a color (at least 4.5)."""
        parts = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
        linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        luminance = sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
        # Both contrasts are equal at this luminance: 1.05 / (l + 0.05) = (l + 0.05) / 0.05.
        return "#000000" if luminance > 0.179 else "#FFFFFF"


@lru_cache(4096)  # a picture needs hundreds of mixtures, mostly the same as the previous picture
def mix(start: str, end: str, share: float) -> str:
    """Return the color that is `share`, 0 to 1, of the way from `start` to `end`."""
    parts = ((int(start[k : k + 2], 16), int(end[k : k + 2], 16)) for k in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in parts)


def _read_palette(theme: str) -> Palette:
    config, own = Path(__file__).parents[2] / ".streamlit" / "config.toml", beside(__file__)
    options = tomllib.loads(config.read_text("utf-8"))["theme"][theme]
    shared = {field: options[option] for field, option in own["shared"].items()}
    colors = own[theme] | {"classes": tuple(own[theme]["classes"])}
    return Palette(theme, **shared, **colors)


PALETTES = {theme: _read_palette(theme) for theme in ("light", "dark")}
