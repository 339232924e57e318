"""Stand-ins for compiled programs and worker processes: for tests without Keras."""

from types import SimpleNamespace

import numpy as np

from lib.data.dataset import Dataset
from lib.experiment import Experiment
from lib.results.run import Snapshot
from lib.training.client import TrainingClient
from lib.training.messages import Checkpoint, Event, Report, Start, Steer
from tests.clock import Clock
from tests.waiting import PATIENCE


def make_dataset(n=10, t=3, f=2, k=1, train=8):
    """Samples without meaning."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=(n, t, k)).astype(np.float32)
    return Dataset(
        name="fake",
        title="Fake",
        x=rng.normal(size=(n, t, f)).astype(np.float32),
        y=y,
        train=train,
        feature_names=tuple(f"f{i}" for i in range(f)),
        target_names=tuple(f"k{i}" for i in range(k)),
        timestep_names=tuple(f"{i + 1}" for i in range(t)),
        naive=np.zeros_like(y),
        naive_label="nothing",
    )


def make_experiment(**settings):
    """A small experiment: 5 epochs of 4 batches of 2 where nothing else is said."""
    return Experiment().set(**{"U": 2, "epochs": 5, "batch": 2, **settings})


class FakeProgram:
    """Trains by counting. `loss(step)` is the loss of a model's batch number `step`, from 0.

    `last_loss`, where it is given, is that of a last-step model. With a `clock` a batch takes so
    many `seconds` of it. An `error` is raised once `good` batches were trained.
    """

    def __init__(
        self,
        loss=lambda _: 1.0,
        max_steps=1000,
        last_loss=None,
        *,
        clock=None,
        seconds=0.0,
        error=None,
        good=0,
    ):
        self.max_steps = max_steps
        self.lanes = self.threads = 1
        self.calls = []
        self._losses = {"sequence": loss, "last": last_loss or loss}
        self._clock, self._seconds = clock, seconds
        self._error, self._good = error, good

    def load(self, models, _own, _settings, mode, *, step=0):
        """Models that have seen so many batches: that is what all weights are."""
        weights = [[np.full_like(array, step) for array in own] for own in models]
        return SimpleNamespace(weights=weights, mode=mode)

    def most_steps(self, _own):
        """How many batches a call can train."""
        return self.max_steps

    def samples(self, x, _y):
        """How many there are."""
        return len(x)

    def weights(self, state, *, with_optimizer=False):  # noqa: ARG002  as the program's
        """All the number of batches trained; no optimizer remembers anything."""
        return state.weights

    def train(self, state, _samples, batches, _thread=0):
        """The losses of the next batches (steps, L, B), in each lane the same: (steps, L)."""
        steps, lanes, _ = batches.shape
        done = int(state.weights[0][0].flat[0])
        if self._error and done >= self._good:
            raise self._error
        if self._clock:
            self._clock.forward(self._seconds * steps)
        state.weights = [[array + steps for array in own] for own in state.weights]
        self.calls.append(batches)
        losses = [self._losses[state.mode](done + i) for i in range(steps)]
        return np.repeat(np.array(losses, np.float32)[:, None], lanes, axis=1)


def counted_outputs(experiment, weights, x):  # noqa: ARG001
    """Outputs (1, T, K), for one sample at a time: everywhere the first weight.

    That is the number of batches trained, once trained; it stands for `outputs_in_parts`.
    """
    for _ in x:
        yield np.full((1, x.shape[1], weights[-1].shape[-1]), weights[0].flat[0], np.float32)


def broken_outputs(error, good, units=2):
    """Raises `error` for models of so many units that were trained on more than `good` batches.

    The weights of untrained models are random, and below 1.
    """

    def outputs(experiment, weights, x):
        if experiment.model.units == units and weights[0].flat[0] >= max(1, good + 1):
            raise error
        return counted_outputs(experiment, weights, x)

    return outputs


def lost_outputs(batches):
    """No numbers for models that were trained on exactly so many batches."""

    def outputs(experiment, weights, x):
        for part in counted_outputs(experiment, weights, x):
            yield np.full_like(part, np.nan) if weights[0].flat[0] == batches else part

    return outputs


def build(_key):
    """What a cache calls for a key."""
    return FakeProgram(lambda step: 1 / (step + 1))


def build_after(gate):
    """The same, once the gate is open."""

    def wait(key):
        assert gate.wait(PATIENCE)
        return build(key)

    return wait


def verb(command):
    """What a command asks for: "start", "pause", "ask", …."""
    return command.verb if isinstance(command, Steer) else type(command).__name__.lower()


def starts_of(worker, run):
    """The commands that start a run there."""
    return [c for c in worker.posted if isinstance(c, Start) and c.id == run.id]


class FakeWorker:
    """Notes what it is sent. The test says what it answers, and when it dies."""

    def __init__(self, on_message, on_end, delay=0.0, *arguments):
        self.arguments = arguments  # a driver's: its module and its server's name
        self.delay = delay
        self.ready = self.begun = self.closed = False
        self.ending = "was killed (SIGKILL)"
        self.unavailable = ""
        self.posted = []
        self._on_message, self._on_end = on_message, on_end

    def post(self, command):
        """Note it."""
        self.posted.append(command)

    def begin(self):
        """Note it."""
        self.begun = True

    def close(self):
        """Note it."""
        self.closed = True

    def say(self, message):
        """A message arrives from the worker."""
        if isinstance(message, Event) and message.kind == "ready":
            self.ready = True
        self._on_message(self, Report(message) if isinstance(message, Snapshot) else message)

    def die(self, unavailable=""):
        """Its process has ended, perhaps since none can train."""
        self.unavailable = unavailable
        self._on_end(self)

    @property
    def verbs(self):
        """The commands that it was sent."""
        return [verb(command) for command in self.posted]


class ClientRig:
    """A client on a clock of the test, and the workers that it has started."""

    def __init__(self, workers=1, *, clustered=False):
        self.workers = []
        self.clock = Clock()
        self.client = TrainingClient(
            workers=workers, clock=self.clock.now, make_worker=self._make, clustered=clustered
        )

    def _make(self, *arguments):
        self.workers.append(FakeWorker(*arguments))
        return self.workers[-1]

    @property
    def worker(self):
        """The one that was started last."""
        return self.workers[-1]

    def start(self, owner=None, paused=False):
        """A run of a small experiment."""
        return self.client.start(make_experiment(), make_dataset(), paused=paused, owner=owner)

    def say(self, run, status, epoch=0, saved=None):
        """The last worker reports, and perhaps sends a checkpoint."""
        self.worker.say(Snapshot(run.id, status, epoch, 5))
        if saved is not None:
            self.worker.say(Checkpoint(run.id, saved, b"state"))

    def forget(self, run):
        """The client forgets a run, and says something to who waits."""
        self.client._registry.drop(run.id)
        self.worker.say(Event("alive"))

    def latest(self, run):
        """The newest snapshot of a run that the client knows."""
        snapshot = self.client.latest(run)
        assert snapshot is not None
        return snapshot

    def status(self, run):
        """Where a run stands, as the client knows."""
        return self.latest(run).status
