"""Which epochs, frames or samples are kept of many: evenly spaced, the first and the last too."""

import numpy as np


def evenly_spaced(count: int, most: int) -> list[int]:
    """At most `most` places of 0 to `count` - 1, increasing; with two or more both ends."""
    places = np.linspace(0, count - 1, min(most, count)).round().astype(int)
    return [*map(int, np.unique(places))]
