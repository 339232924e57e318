"""Shapes: trace a stack of layers, check a target, read an error message, and take a quiz."""

from lib.ui.browser import current_palette
from lib.ui.frame import frame
from lib.ui.shapes.parts import decoder, doctor, quiz
from lib.ui.shapes.shown_stack import remember_sidebar_stack
from lib.ui.shapes.tracer import tracer
from lib.ui.shown import load_data
from lib.ui.widgets import PART, open_part

loaded = load_data(frame("Shapes", (PART, "stack", "check", "error", "quiz")))
stack, palette = remember_sidebar_stack(loaded), current_palette()
titles = {"stack": "Trace a stack", "target": "Check a target", "error": "Read an error"}
match open_part(titles | {"quiz": "Predict first"}, "shapes_part"):
    case "target":
        doctor(palette)
    case "error":
        decoder(palette)
    case "quiz":
        quiz(palette)
    case _:
        tracer(stack, palette)
