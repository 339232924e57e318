"""Threads that give way have a lower priority than others, and others keep theirs."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from lib.training.machine import HELPER_NICE, give_way


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere threads have no priority of their own"
)
def test_only_the_thread_that_gives_way_has_a_lower_priority() -> None:
    """And a thread that it starts."""
    priorities: list[int] = []

    def note() -> None:
        priorities.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def work() -> None:
        give_way()
        note()
        later = threading.Thread(target=note)
        later.start()
        later.join()

    note()
    helper = threading.Thread(target=work)
    helper.start()
    helper.join()
    note()
    later = max(HELPER_NICE, priorities[0])
    assert priorities == [priorities[0], later, later, priorities[0]]
