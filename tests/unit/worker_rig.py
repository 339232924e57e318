"""A worker's loop in a thread of the test, and the client's end of its connection."""

import threading
from functools import partial
from multiprocessing import Pipe
from types import MappingProxyType

from msgspec import structs

from lib.results.run import Snapshot
from lib.training import worker
from lib.training.messages import Answer, Ask, Event, Message, Report, Start, decode, encode
from lib.training.timing import USUAL
from tests.unit.fakes import build, fake_dataset, make_experiment
from tests.waiting import PATIENCE


def double(number):
    """Return twice a number as an answer. Raise an error for a negative number."""
    if number < 0:
        raise ValueError(f"expected a number of 0 or more, received {number}.")
    return {"double": 2 * number}


ANSWERS = {"double": double}
START_PAUSED = Start("one", make_experiment(), fake_dataset().samples, paused=True)


class WorkerRig:
    """The client's end of the connection to a worker loop in a thread."""

    def __init__(self, build=build, answers=ANSWERS, timing=USUAL, buckets=MappingProxyType({})):
        self.seen = []  # all messages received, with snapshots instead of reports
        self.connection, self.other_end = Pipe()
        loop = partial(worker.Loop, self.other_end, build, answers, timing, buckets=buckets)
        self.thread = threading.Thread(target=self._run, args=(loop,), daemon=True)
        self.thread.start()

    def _run(self, loop):
        with self.other_end:
            loop().run()

    def send(self, command):
        """Send a command like the client."""
        self.connection.send_bytes(encode(command))

    def start(self, run_id, *, paused=False, background=False, **settings):
        """Start a run."""
        start = Start(run_id, make_experiment(**settings), fake_dataset().samples, paused)
        self.send(structs.replace(start, background=background))

    def ask(self, question, **arguments):
        """Ask a question and wait for its answer."""
        self.send(Ask("q", question, arguments))
        return self.find(lambda m: isinstance(m, Answer) and m.id == "q")

    def receive(self):
        """Return the next message, without heartbeats."""
        return self.find(lambda m: m != Event("alive"))

    def find(self, condition):
        """Return the next message for which `condition` returns True; skip earlier messages."""
        while True:
            assert self.connection.poll(PATIENCE)
            message = decode(self.connection.recv_bytes(), Message)
            self.seen.append(message.snapshot if isinstance(message, Report) else message)
            if condition(self.seen[-1]):
                return self.seen[-1]

    def find_status(self, run_id, status):
        """Return a run's next snapshot with this status."""
        return self.find(
            lambda m: isinstance(m, Snapshot) and (m.run_id, m.status) == (run_id, status)
        )

    def find_over(self, run_id):
        """Return a run's last snapshot."""
        return self.find(lambda m: isinstance(m, Snapshot) and m.run_id == run_id and m.status.over)

    def wait_for_end(self):
        """Wait for the loop to end."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    def close(self):
        """Close the connection, which ends the loop."""
        self.connection.close()
        self.wait_for_end()
