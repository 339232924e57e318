"""The parts of the Shapes page, one file each. `pages/shapes.py` shows the one that is chosen."""
