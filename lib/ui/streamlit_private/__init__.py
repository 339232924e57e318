"""All that this app uses of Streamlit beyond its documentation, each beside a public way.

They are used with the release that was tested alone. With another one, or with `UNROLLED_PUBLIC=1`
in the environment, PRIVATE is False, and the public way is taken: the same with less speed or
polish. Here is what the running script needs; `server` is set up when the server starts.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

TESTED = "1.67."  # the releases of Streamlit whose private names these are
IS_TESTED = st.__version__.startswith(TESTED)
PRIVATE = IS_TESTED and os.environ.get("UNROLLED_PUBLIC", "0") in ("", "0")
"""Whether private names are used. Only then can a fragment draw in the place of another and change
its own interval; the public way has a fixed one, and draws all at each look."""

if PRIVATE:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_run_context import (
        ThreadState,
        enqueue_message,
    )
if not IS_TESTED:
    why = "Streamlit %s isn't the tested %sx: pages redraw more slowly, or stop until reloaded"
    logging.getLogger(__name__).warning(why, st.__version__, TESTED)


def is_history_navigation() -> bool:
    """Whether the browser's Back or Forward asked for this run. The public way: never."""
    context = get_script_run_ctx(suppress_warning=True) if PRIVATE else None
    return context is not None and context.is_history_navigation


def fragment_id() -> str:
    """The id of the fragment that runs; "" in a run of the whole page, and the public way."""
    return (PRIVATE and ThreadState.get().fragment_id) or ""


@contextmanager
def drawing_as(fragment: str) -> Iterator[None]:
    """Let the block draw in the places of the fragment with this id. For where PRIVATE."""
    with ThreadState.scoped(fragment_id=fragment, delta_path=None):
        yield


def look_every(seconds: float) -> None:
    """Have the fragment that runs do so at this interval from now on. For where PRIVATE."""
    message = ForwardMsg()
    message.auto_rerun.interval = seconds
    message.auto_rerun.fragment_id = fragment_id()
    enqueue_message(message)
