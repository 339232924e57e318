"""Messages that tell too little: what can be said about them, and what to look at."""

from __future__ import annotations

import re

from lib.errors.explanations import CALLING, Explanation, Messages

MESSAGES = Messages()


@MESSAGES.add(r"Dimensions must be equal, but are (\d+) and (\d+)(?! for)")
def _two_sizes(found: re.Match[str]) -> Explanation:
    one, other = found[1], found[2]
    return Explanation(
        f"Somewhere {one} and {other} meet, and have to be equal: a layer got other features than "
        "it was made for, or states of another size than its units. The rest of the message says "
        "which, in the name behind the numbers.",
        "Print the shapes on both sides of the layer that the traceback names, and make the two "
        "sizes one.",
        "print([layer.output.shape for layer in model.layers])\nprint(x.shape)",
    )


@MESSAGES.add(rf"{CALLING}(?:\.call\(\))?\.?$")
def _first_line(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"This line says only where it happened, in {found['layer']}. What happened stands in the "
        "lines below it, and with what shapes at their end.",
        "Paste the message down to its last line.",
        "print(x.shape)  # of what the layer gets",
    )
