"""Steps of time between a table's rows. Without pandas: the page reads this before any table."""

import numpy as np

STEPS = {
    "second": (1, 1),
    "minute": (60, 60),
    "hour": (3_600, 3_600),
    "day": (86_400, 86_400),
    "week": (604_800, 604_800),
    "month": (2_419_200, 2_678_400),
    "quarter": (7_776_000, 7_948_800),
    "year": (31_536_000, 31_622_400),
}
"""Step → the fewest and the most seconds that it has."""
SECONDS = {step: least for step, (least, _) in STEPS.items()}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def on_weekdays(places: np.ndarray) -> bool:
    """Whether these are dates (R,), none of them on a weekend: then Monday follows Friday."""
    if places.dtype.kind != "M" or len(places) <= 10:
        return False
    if not np.is_busday(places[:10].astype("M8[D]")).all():  # most tables: spare the rest
        return False
    days = places.astype("M8[D]")
    return bool((np.is_busday(days) & (days == places)).all())
