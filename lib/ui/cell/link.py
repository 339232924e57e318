"""What the Cell page has in the address for itself."""

KEYS = ("sample", "layer", "weights", "order", "step", "unit")
"""In the address: numbers from 1. The epoch is every page's: see `lib.ui.epoch`."""
