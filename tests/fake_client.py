"""A fake training client: the test sets the snapshots of runs and the answers to questions."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from lib.results.run import Run, Snapshot, Status


@dataclass(slots=True, eq=False)
class Question:
    """A question to a worker, and the future of its answer."""

    name: str
    arguments: dict[str, Any]
    answer: Future[dict[str, Any]] = field(default_factory=Future)


class FakeClient:
    """A client with the methods of `TrainingClient` that pages use, without a worker process."""

    def __init__(self):
        self.pool = SimpleNamespace(ready=False, places=1, unavailable="", away="", cluster=None)
        self.runs, self.snapshots = {}, {}  # by run id; a test replaces snapshots here
        self.calls = []  # pairs such as ("pause", run id)
        self.paces, self.resumed = {}, {}  # arguments of `set_pace` and `resume`, by run id
        self.prepared, self.questions = [], []  # model settings passed to `prepare`; all questions
        self.awaited = []  # the runs passed to `wait`

    def start(self, experiment, dataset, paused=False, owner=None, show_seconds=None, **_):  # noqa: ARG002
        """Return a new run, running or paused before its first epoch."""
        run = Run(f"r{len(self.runs)}", experiment, dataset)
        self.runs[run.id] = run
        self.set_pace(run, show_seconds)
        self.set(run, Status.PAUSED if paused else Status.RUNNING)
        return run

    def set(self, run, status, **figures):
        """Set the newest snapshot of a run."""
        epochs = run.experiment.training.epochs
        self.snapshots[run.id] = Snapshot(run.id, status, epochs=epochs, **figures)

    def set_pace(self, run, show_seconds):
        """Record the pace of a run."""
        self.paces[run.id] = show_seconds

    def pause(self, run):
        """Pause a run."""
        self._do("pause", run, Status.PAUSED)

    def resume(self, run, epochs=None):
        """Resume a run."""
        self.resumed[run.id] = epochs
        self._do("resume", run, Status.RUNNING)

    def step(self, run):
        """Train one epoch, then pause."""
        self._do("step", run, Status.PAUSED)

    def stop(self, run):
        """Stop a run."""
        self._do("stop", run, Status.STOPPED)

    def _do(self, call, run, status):
        self.set(run, status)
        self.calls.append((call, run.id))

    def get(self, run_id):
        """Return a run by its id; None if the test has removed the run from `runs`."""
        return self.runs.get(run_id)

    def latest(self, run):
        """Return the newest snapshot of a run."""
        return self.snapshots.get(run.id) if run.id in self.runs else None

    def wait(self, run, timeout, until):  # noqa: ARG002
        """Raise TimeoutError unless `until` is true for the snapshot that the test has set."""
        self.awaited.append(run)
        if not until(self.snapshots[run.id]):
            raise TimeoutError

    def checkpoints(self, run):  # noqa: ARG002
        """Return no weights of earlier epochs."""
        return []

    def prepare(self, experiment, dataset):
        """Record the model if the dataset has training samples."""
        if dataset.train:
            self.prepared.append(experiment.model)

    def ask(self, name, **arguments):
        """Return a future that the test resolves."""
        self.questions.append(Question(name, arguments))
        return self.questions[-1].answer
