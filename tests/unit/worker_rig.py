"""A worker's loop in a thread of the test, and the end of the connection that the client has."""

import threading
from functools import partial
from multiprocessing import Pipe
from types import MappingProxyType

from msgspec import structs

from lib.results.run import Snapshot
from lib.training import worker
from lib.training.messages import Answer, Ask, Event, Message, Report, Start, decode, encode
from lib.training.timing import USUAL
from tests.unit.fakes import build, make_dataset, make_experiment
from tests.waiting import PATIENCE


def double(number):
    """An answer that can be checked; of a negative number there is none."""
    if number < 0:
        raise ValueError(f"expected a number of 0 or more, received {number}.")
    return {"double": 2 * number}


ANSWERS = {"double": double}
START_PAUSED = Start("one", make_experiment(), make_dataset().samples, paused=True)


class WorkerRig:
    """The client's end of the connection to a loop that runs in a thread."""

    def __init__(self, build=build, answers=ANSWERS, timing=USUAL, buckets=MappingProxyType({})):
        self.seen = []  # all messages that were read
        self.connection, self.theirs = Pipe()
        loop = partial(worker.Loop, self.theirs, build, answers, timing, buckets=buckets)
        self.thread = threading.Thread(target=self._run, args=(loop,), daemon=True)
        self.thread.start()

    def _run(self, loop):
        with self.theirs:
            loop().run()

    def send(self, command):
        """Send it as the client does."""
        self.connection.send_bytes(encode(command))

    def start(self, run_id, *, paused=False, background=False, **settings):
        """Start a run."""
        start = Start(run_id, make_experiment(**settings), make_dataset().samples, paused)
        self.send(structs.replace(start, background=background))

    def ask(self, question, **arguments):
        """Ask, and wait for what comes of it."""
        self.send(Ask("q", question, arguments))
        return self.find(lambda m: isinstance(m, Answer) and m.id == "q")

    def receive(self):
        """The next message that isn't a sign of life."""
        return self.find(lambda m: m != Event("alive"))

    def find(self, true):
        """The next message that this is true of."""
        while True:
            assert self.connection.poll(PATIENCE)
            message = decode(self.connection.recv_bytes(), Message)
            self.seen.append(message.snapshot if isinstance(message, Report) else message)
            if true(self.seen[-1]):
                return self.seen[-1]

    def find_status(self, run_id, status):
        """The next snapshot of a run that has this status."""
        return self.find(
            lambda m: isinstance(m, Snapshot) and (m.run_id, m.status) == (run_id, status)
        )

    def find_over(self, run_id):
        """The last snapshot of a run."""
        return self.find(lambda m: isinstance(m, Snapshot) and m.run_id == run_id and m.status.over)

    def wait_for_end(self):
        """Wait until the loop has ended."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    def close(self):
        """End the connection, and with it the loop."""
        self.connection.close()
        self.wait_for_end()
