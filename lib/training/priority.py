"""Which threads come first where there are more of them than processors."""

import contextlib
import os
import sys
import threading

NICE = 5
"""On Linux's scale from 0 to 19: a third of the time of a thread that doesn't give way.

While eight architectures are compiled (`tests/bench/load.py`), a run's longest pause is 0.40 s
instead of 0.48 s, and the last model is ready 1 s later.
"""


LAST = 8
"""The same for what nobody waits for: half of the time of a thread that has given way. With less it
would hold Python's lock for long where others use the processors (tried: 19)."""


def give_way(nice: int = NICE) -> None:
    """Let this thread, and those that it will start, wait for others: for what takes long anyway.

    On Linux each thread has a priority of its own (setpriority(2), "C library/kernel differences");
    elsewhere nothing happens, and nothing where the whole process has given way already.
    """
    if sys.platform == "linux":
        me = os.PRIO_PROCESS, threading.get_native_id()
        with contextlib.suppress(OSError):  # it is faster with it, but works without
            os.setpriority(*me, max(nice, os.getpriority(*me)))
