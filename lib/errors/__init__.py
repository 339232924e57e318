"""What Keras's error messages about recurrent layers mean: of today, and of earlier versions.

Messages are those of Keras 3.15 on TensorFlow 2.21, which tests provoke in Keras, and of earlier
versions, which people still paste. `lib.errors.message.MessageRow` says how they are written down;
README, what to touch to add one. What raises no error at all is the subject of `lib.doctor`.
"""

from importlib import import_module

from lib.errors.message import Explanation, Messages, readable
from lib.toml import beside

__all__ = ["CHECKLIST", "EXAMPLES", "FAMILIES", "Explanation", "explain_error"]

FAMILIES = [
    Messages(family, vars(import_module(f"{__name__}.{module}")) if module else {})
    for family, module in beside(__file__, "families").items()
]
"""In the order in which they are tried."""
_EXAMPLES = beside(__file__, "examples")
EXAMPLES, CHECKLIST = _EXAMPLES["examples"], _EXAMPLES["checklist"]
"""What Keras says of the commonest mistakes, by a short name, which stands in the address; and what
to look at, in this order, when a message says nothing."""


def explain_error(message: str) -> Explanation | None:
    """What a message means, or a traceback that ends in it; None for one that isn't known here."""
    text = readable(message)
    return next(filter(None, (family.explain(text) for family in FAMILIES)), None)
