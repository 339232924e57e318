"""Stacks of Keras layers by arithmetic: shapes, parameters, where one breaks, and how to mend it.

    steps = trace(from_text("input_t12_f3~lstm_u16~lstm_u8"))
    steps[1].shapes, steps[1].parameters   # ((None, 16),), 1280
    steps[2].error.message   # "… expected ndim=3, found ndim=2. Full shape received: (None, 16)"

    steps = trace(read_model("model = Sequential([Input((12, 3)), Lambda(f), Dense(1)])"))
    steps[1].error, f"{steps[1].not_traced}"   # None, "not traced: Lambda isn’t known here"

A step's `error` is what Keras refuses, `not_traced` why this tracer can't tell what comes out; the
steps after either have no `shapes`.

Nothing is built or run here, whatever a person pastes; tests hold every shape, count and message
equal to Keras's.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lib.shapes.stack.link import from_text
    from lib.shapes.stack.read import ModelError, read_model
    from lib.shapes.stack.tracing import total, trace

__all__ = ["ModelError", "from_text", "read_model", "total", "trace"]
_HOMES = {"from_text": "link", "ModelError": "read", "read_model": "read"}


def __getattr__(name: str) -> Any:
    """A name of this room, from its module.

    Every page traces a model when a server starts; what reads links and code is imported where it
    is asked for.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'tracing')}"), name)
