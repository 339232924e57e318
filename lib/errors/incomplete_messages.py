"""Messages that tell too little: what can be said about them, and what to look at."""

from __future__ import annotations

from lib.errors.message import CALLING, Message, Messages

MESSAGES = Messages()


MESSAGES.rows(
    Message(
        r"Dimensions must be equal, but are (?P<one>\d+) and (?P<other>\d+)(?! for)",
        "Somewhere {one} and {other} meet, and have to be equal: a layer got other features than "
        "it was made for, or states of another size than its units. The rest of the message says "
        "which, in the name behind the numbers.",
        "Print the shapes on both sides of the layer that the traceback names, and make the two "
        "sizes one.",
        "print([layer.output.shape for layer in model.layers])\nprint(x.shape)",
    ),
    Message(
        rf"{CALLING}(?:\.call\(\))?\.?$",
        "This line says only where it happened, in {layer}. What happened stands in the lines "
        "below it, and with what shapes at their end.",
        "Paste the message down to its last line.",
        "print(x.shape)  # of what the layer gets",
    ),
)
