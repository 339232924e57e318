"""The script run of this thread: its session, its fragments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from lib.ui.streamlit_private.names import available, sets, takes


def _load_context() -> Callable[..., Any]:
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

    takes(get_script_run_ctx, "suppress_warning")
    sets(ScriptRunContext, "is_history_navigation")
    return get_script_run_ctx


_get_context = available("Back may keep a page's settings.", _load_context)


def _context() -> Any:
    """The context of the script run of this thread; None where there is none."""
    return _get_context(suppress_warning=True) if _get_context else None


def is_history_navigation() -> bool:
    """Whether the browser's Back or Forward asked for this run. The public way: never."""
    context = _context()
    return context is not None and bool(context.is_history_navigation)


# Fragments


def _load_fragments() -> tuple[Any, Any, Callable[[Any], object]]:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from streamlit.runtime.scriptrunner_utils.script_run_context import (
        FragmentThreadState,
        ThreadState,
        enqueue_message,
    )

    takes(enqueue_message, "msg")
    takes(ThreadState.get)
    takes(ThreadState.scoped, "overrides")
    sets(FragmentThreadState, "fragment_id", "delta_path")
    return ForwardMsg, ThreadState, enqueue_message


_fragments = available("Each look at a run draws all of a page's part anew.", _load_fragments)
CAN_FOLLOW = _fragments is not None
"""Whether a fragment can draw in the place of another, and change its own interval. The public way:
a fragment with a fixed interval, which draws all of itself at each look."""


def fragment_id() -> str:
    """The id of the fragment that runs; "" in a run of the whole page, and the public way."""
    return (_fragments and _fragments[1].get().fragment_id) or ""


@contextmanager
def drawing_as(fragment: str) -> Iterator[None]:
    """Let the block draw as the fragment with this id. For where CAN_FOLLOW.

    What a fragment itself draws outside of its own place goes where it isn't drawn again, and gets
    a container of Streamlit's own there.
    """
    state = _fragments and _fragments[1]
    with state.scoped(fragment_id=fragment, delta_path=None) if state else nullcontext():
        yield


def look_every(seconds: float, fragment: str = "") -> None:
    """Have the fragment with this id, or the one that runs, run again at this interval from now on.

    For where CAN_FOLLOW. Streamlit lets an interval be set by a run of the page alone, which costs
    as much as ten looks. So this sends the message that such a run would send.
    """
    if not _fragments:
        return
    message_type, _, send = _fragments
    message = message_type()
    message.auto_rerun.interval = seconds
    message.auto_rerun.fragment_id = fragment or fragment_id()
    send(message)
