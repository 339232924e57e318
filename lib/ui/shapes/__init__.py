"""The parts of the Shapes page. `pages/shapes.py` shows the chosen one."""
