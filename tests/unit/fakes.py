"""Fake compiled programs and worker processes, for tests without Keras."""

from types import SimpleNamespace

import numpy as np

from lib.data.dataset import Baseline, Dataset
from lib.experiment import Experiment
from lib.results.run import Snapshot
from lib.training.client import TrainingClient
from lib.training.messages import Checkpoint, Event, Report, Start, Steer
from tests.clock import Clock
from tests.waiting import PATIENCE


def fake_dataset(n=10, t=3, f=2, k=1, train=8):
    """Return a dataset with arbitrary samples."""
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
        baseline=np.zeros_like(y),
        baseline_label="nothing",
    )


def fake_labels(n, t, f, classes, *, train, padding="none"):
    """Return a dataset of arbitrary labels with `classes` classes, padded after or before."""
    rng = np.random.default_rng(1)
    numbers, mask = rng.integers(0, classes, (n, t)), None
    numbers[0, :classes] = np.arange(classes)[:t]  # every class occurs
    x = rng.normal(size=(n, t, f)).astype(np.float32)
    if padding != "none":
        lengths = rng.integers(1, t + 1, (n, 1))
        mask = np.arange(t) < lengths
        mask = mask if padding == "after" else mask[:, ::-1]
        x, numbers = x * mask[..., None], numbers * mask
    y = np.eye(classes, dtype=np.float32)[numbers]
    y = y if classes > 2 else y[..., 1:]
    names = tuple(f"class {k}" for k in range(classes))
    baseline = np.repeat(y[:train].mean(axis=0, keepdims=True), n, axis=0)
    return Dataset(
        name="fake",
        title="Fake",
        x=x,
        y=y,
        train=train,
        mask=mask,
        classes=names,
        target_column="class",
        feature_names=tuple(f"f{i}" for i in range(f)),
        target_names=names[-y.shape[-1] :],
        timestep_names=tuple(f"{i + 1}" for i in range(t)),
        baseline=baseline,
        baseline_label="most frequent class",
        baselines=(Baseline("frequent", "most frequent class", baseline[:, -1]),),
    )


def make_experiment(**settings):
    """Return a small experiment: by default, 5 epochs of 4 batches with 2 samples."""
    return Experiment().set(**{"U": 2, "epochs": 5, "batch": 2, **settings})


class FakeProgram:
    """A program that only counts batches. `loss(step)` is the loss of batch `step`, from 0.

    `last_loss`, if given, is the last-step model's loss. A batch takes `seconds` of the `clock`, if
    there is one. After `good` batches the program raises `error`, if given.
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

    def load(self, models, _architecture, _settings, *, step=0, pooling="none"):  # noqa: ARG002
        """Return models in which each weight is the number of trained batches."""
        weights = [[np.full_like(array, step) for array in arrays] for arrays in models]
        return SimpleNamespace(weights=weights)

    def most_steps(self, _architecture):
        """Return the maximum number of batches per call."""
        return self.max_steps

    def samples(self, arrays):
        """Return the mode, whose loss counts all steps or only the last step."""
        counted = arrays[2][..., 1]
        return "sequence" if counted.all() else "last"

    def weights(self, state, *, with_optimizer=False):  # noqa: ARG002
        """Return weights equal to the number of trained batches, without optimizer arrays."""
        return state.weights

    def train(self, state, mode, batches, _thread=0):
        """Return the losses of the next batches (steps, L, B), equal in each lane: (steps, L)."""
        steps, lanes, _ = batches.shape
        done = int(state.weights[0][0].flat[0])
        if self._error and done >= self._good:
            raise self._error
        if self._clock:
            self._clock.forward(self._seconds * steps)
        state.weights = [[array + steps for array in arrays] for arrays in state.weights]
        self.calls.append(batches)
        losses = [self._losses[mode](done + i) for i in range(steps)]
        return np.repeat(np.array(losses, np.float32)[:, None], lanes, axis=1)


def counted_outputs(experiment, weights, x, mask, *, pooling="none"):  # noqa: ARG001
    """Yield outputs (1, T, K) for one sample at a time, instead of `outputs_in_parts`.

    All outputs equal the first weight, which is the number of trained batches.
    """
    for _ in x:
        yield np.full((1, x.shape[1], weights[-1].shape[-1]), weights[0].flat[0], np.float32)


def broken_outputs(error, good, units=2):
    """Return a fake that raises `error` for models of `units` units after `good` batches.

    The weights of untrained models are random and below 1.
    """

    def outputs(experiment, weights, x, mask, **_):
        if experiment.model.units == units and weights[0].flat[0] >= max(1, good + 1):
            raise error
        return counted_outputs(experiment, weights, x, mask)

    return outputs


def lost_outputs(batches):
    """Return a fake that yields NaN for models after exactly this number of batches."""

    def outputs(experiment, weights, x, mask, **_):
        for part in counted_outputs(experiment, weights, x, mask):
            yield np.full_like(part, np.nan) if weights[0].flat[0] == batches else part

    return outputs


def build(_key):
    """Return a fake program whose losses fall, for any key."""
    return FakeProgram(lambda step: 1 / (step + 1))


def build_after(gate):
    """Return a `build` that waits for the gate."""

    def wait(key):
        assert gate.wait(PATIENCE)
        return build(key)

    return wait


def verb(command):
    """Return a command's verb, such as "start", "pause" or "ask"."""
    return command.verb if isinstance(command, Steer) else type(command).__name__.lower()


def starts_of(worker, run):
    """Return the commands to start a run that a worker has received."""
    return [c for c in worker.posted if isinstance(c, Start) and c.id == run.id]


class FakeWorker:
    """A worker that records its commands. A test lets it `send` messages, or `die`."""

    def __init__(self, on_message, on_end, delay=0.0, *arguments):
        self.arguments = arguments  # the module of a driver; () for a local worker
        self.delay = delay
        self.ready = self.begun = self.closed = False
        self.ending = "was killed (SIGKILL)"
        self.unavailable = ""
        self.posted = []
        self._on_message, self._on_end = on_message, on_end

    def post(self, command):
        """Record a command."""
        self.posted.append(command)

    def begin(self):
        """Record the call."""
        self.begun = True

    def close(self):
        """Record the call."""
        self.closed = True

    def send(self, message):
        """Deliver a message from the worker."""
        if isinstance(message, Event) and message.kind == "ready":
            self.ready = True
        self._on_message(self, Report(message) if isinstance(message, Snapshot) else message)

    def die(self, unavailable=""):
        """End the process, perhaps because training is unavailable."""
        self.unavailable = unavailable
        self._on_end(self)

    @property
    def verbs(self):
        """The verbs of the commands sent so far."""
        return [verb(command) for command in self.posted]


class ClientRig:
    """A client with a test clock, and its fake workers."""

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
        """The worker that started last."""
        return self.workers[-1]

    def start(self, owner=None, paused=False):
        """Start a run of a small experiment."""
        return self.client.start(make_experiment(), fake_dataset(), paused=paused, owner=owner)

    def report(self, run, status, epoch=0, saved=None):
        """Let the last worker send a snapshot and, for a `saved` epoch, a checkpoint."""
        self.worker.send(Snapshot(run.id, status, epoch, 5))
        if saved is not None:
            self.worker.send(Checkpoint(run.id, saved, b"state"))

    def forget(self, run):
        """Let the client forget a run and notify waiting callers."""
        self.client._registry.drop(run.id)
        self.worker.send(Event("alive"))

    def latest(self, run):
        """Return a run's newest snapshot."""
        snapshot = self.client.latest(run)
        assert snapshot is not None
        return snapshot

    def status(self, run):
        """Return a run's status at the client."""
        return self.latest(run).status
