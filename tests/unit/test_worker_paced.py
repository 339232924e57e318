"""A worker's loop with runs that wait for their time: on a clock of the test, in its own thread."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from lib.results.run import Snapshot, Status
from lib.training.messages import Message, Report, Start, decode, encode
from lib.training.timing import USUAL
from lib.training.worker import Loop
from tests.clock import Clock
from tests.unit.fakes import FakeProgram, make_dataset, make_experiment

When = Callable[[Snapshot], bool]


class Script:
    """A connection on which waiting takes no time but the clock's.

    It ends when the loop would wait for ever.
    """

    def __init__(self, clock, start):
        self.clock = clock
        self.seen = []
        """Every snapshot, and when it came."""
        self.waits = []
        """How long it was waited for."""
        self._next = list(start)
        self._over = False

    def poll(self, timeout):
        """Whether there is something to read, now or after so many seconds."""
        if self._next:
            return True
        if timeout is None:
            self._over = True
            raise EOFError
        self.waits.append(timeout)
        self.clock.forward(timeout)
        return False

    def recv_bytes(self):
        """The next command."""
        return encode(self._next.pop(0))

    def send_bytes(self, data):
        """Note a snapshot; signs of life end with the loop."""
        if self._over:
            raise OSError
        message = decode(data, Message)
        if not isinstance(message, Report):
            return
        self.seen.append((self.clock.seconds, message.snapshot))

    def of(self, run_id):
        """The snapshots of a run from its first epoch on."""
        return [(t, s) for t, s in self.seen if s.run_id == run_id and s.epoch]


def start(run_id, show_seconds, epochs=200):
    """A command to start a run."""
    experiment = make_experiment(epochs=epochs)
    return Start(run_id, experiment, make_dataset().samples, show_seconds=show_seconds)


def play(*starts):
    """Have a loop do all this until nothing is left to do; an epoch of a pair takes it 0.8 ms."""
    clock = Clock()
    script = Script(clock, list(starts))

    def make(_key):
        return FakeProgram(clock=clock, seconds=1e-4)

    Loop(script, make, {}, clock=clock.now).run()
    return script


def test_many_runs_at_a_pace_share_a_loop():
    """Each is over after its eight seconds, and none has had its epochs in a rush."""
    script = play(*[start(f"{number}", 8.0) for number in range(12)])
    for number in range(12):
        seen = script.of(f"{number}")
        assert seen[-1][1].status is Status.FINISHED
        assert seen[-1][0] - seen[0][0] == pytest.approx(8.0, abs=0.2)
        epochs = [snapshot.epoch for _, snapshot in seen]
        assert max(after - before for before, after in pairwise(epochs)) <= 8


def test_a_run_that_waits_for_its_time_costs_nothing_and_holds_nobody_up():
    """Three epochs, one an hour: the loop sleeps in between. Another run is over at once."""
    script = play(start("slow", 3 * 3600.0, epochs=3), start("fast", None))
    slow, fast = script.of("slow"), script.of("fast")
    assert (slow[-1][1].status, fast[-1][1].status) == (Status.FINISHED, Status.FINISHED)
    assert slow[-1][0] - slow[0][0] == pytest.approx(2 * 3600, abs=1)
    assert fast[-1][0] - fast[0][0] < 5
    sleeps = [wait for wait in script.waits if wait > USUAL.poll_seconds]
    assert sleeps == pytest.approx([3600, 3600], abs=5)


def test_a_pace_that_is_none_is_refused():
    """A run with it fails and says why."""
    reason = play(start("one", 0.0)).seen[-1][1].reason
    assert "a run must be shown for more than 0 seconds, got 0.0" in reason
