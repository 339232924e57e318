"""Arrays → sentences: the text twin of every picture, one module for each page or part.

A sentence says nothing that isn't computed from the arrays it was given, and rounds for reading.
It is alternative text too, so it stands without the picture. No HTML in here, no Markdown.
"""

from lib.charts.narrate import (
    cell,
    compare,
    data,
    explore,
    gradients,
    proofs,
    stack,
    sweep,
    takeaways,
    target,
    worth,
)

__all__ = [
    "cell",
    "compare",
    "data",
    "explore",
    "gradients",
    "proofs",
    "stack",
    "sweep",
    "takeaways",
    "target",
    "worth",
]
