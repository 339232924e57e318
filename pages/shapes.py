"""Shapes: trace a stack of layers, check a target, read an error message, predict first."""

from collections.abc import Callable
from functools import partial

from lib.charts import Palette
from lib.ui.browser import current_palette
from lib.ui.data import load_data
from lib.ui.frame import frame
from lib.ui.linked import PART, open_part
from lib.ui.shapes.decoder import decoder
from lib.ui.shapes.doctor import doctor
from lib.ui.shapes.quiz import quiz
from lib.ui.shapes.shown_stack import remember_sidebar_stack
from lib.ui.shapes.tracer import tracer

stack = remember_sidebar_stack(
    load_data(frame("Shapes", (PART, "stack", "check", "error", "quiz")))
)
parts: dict[str, tuple[str, Callable[[Palette], None]]] = {
    "stack": ("Trace a stack", partial(tracer, stack)),
    "target": ("Check a target", doctor),
    "error": ("Read an error", decoder),
    "quiz": ("Predict first", quiz),
}
"""Part, as the address names it → its title, and what draws it."""

part = open_part({name: title for name, (title, _) in parts.items()}, "shapes_part")
parts[part][1](current_palette())
