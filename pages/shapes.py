"""Shapes: trace a stack of layers, check a target, and read an error message."""

from lib.ui.browser import current_palette
from lib.ui.frame import frame
from lib.ui.shapes.parts import decoder, doctor
from lib.ui.shapes.shown_stack import remember_sidebar_stack
from lib.ui.shapes.tracer import tracer
from lib.ui.shown import load_data
from lib.ui.widgets import PART, open_part

loaded = load_data(frame("Shapes", (PART, "stack", "check", "error")))
stack, palette = remember_sidebar_stack(loaded), current_palette()
titles = {"stack": "Trace a stack", "target": "Check a target", "error": "Read an error"}
match open_part(titles, "shapes_part"):
    case "target":
        doctor(palette)
    case "error":
        decoder()
    case _:
        tracer(stack, palette)
