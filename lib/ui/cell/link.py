"""What the Cell page has in the address for itself."""

from __future__ import annotations

from lib.ui import parts

KEYS = (parts.NAME, "sample", "layer", "weights", "order", "step", "unit")
"""In the address: the open part, and numbers from 1. The epoch is every page's: `lib.ui.epoch`."""
