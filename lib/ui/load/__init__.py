"""How thirty viewers share one Python: scripts take turns, and look as often as there is room."""
