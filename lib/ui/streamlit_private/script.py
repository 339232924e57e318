"""The script run of this thread: why it was asked for, and its fragments."""

from collections.abc import Iterator
from contextlib import contextmanager

from lib.ui.streamlit_private import PRIVATE

if PRIVATE:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_run_context import (
        ThreadState,
        enqueue_message,
    )

CAN_FOLLOW = PRIVATE
"""Whether a fragment can draw in the place of another, and change its own interval. The public way:
a fragment with a fixed interval, which draws all of itself at each look."""


def is_history_navigation() -> bool:
    """Whether the browser's Back or Forward asked for this run. The public way: never."""
    context = get_script_run_ctx(suppress_warning=True) if PRIVATE else None
    return context is not None and context.is_history_navigation


def fragment_id() -> str:
    """The id of the fragment that runs; "" in a run of the whole page, and the public way."""
    return (PRIVATE and ThreadState.get().fragment_id) or ""


@contextmanager
def drawing_as(fragment: str) -> Iterator[None]:
    """Let the block draw in the places of the fragment with this id. For where CAN_FOLLOW."""
    with ThreadState.scoped(fragment_id=fragment, delta_path=None):
        yield


def look_every(seconds: float, fragment: str = "") -> None:
    """Have the fragment with this id, or the one that runs, run at this interval from now on.

    For where CAN_FOLLOW. Publicly a run of the page alone sets an interval, by this message.
    """
    message = ForwardMsg()
    message.auto_rerun.interval = seconds
    message.auto_rerun.fragment_id = fragment or fragment_id()
    enqueue_message(message)
