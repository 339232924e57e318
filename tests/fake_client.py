"""A training client without a training process: runs go as a test says, questions wait for it."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from lib.results.run import Run, Snapshot, Status


@dataclass(slots=True, eq=False)
class Question:
    """What Keras was asked, and the future of its answer."""

    name: str
    arguments: dict[str, Any]
    answer: Future[dict[str, Any]] = field(default_factory=Future)


class FakeClient:
    """Stands in for the `TrainingClient` that pages use."""

    def __init__(self):
        self.pool = SimpleNamespace(ready=False, places=1, unavailable="", away="", cluster=None)
        self.runs, self.snapshots = {}, {}  # by id; a test puts other snapshots here
        self.calls = []  # "pause", "resume", "step" or "stop", and a run's id
        self.paces, self.resumed = {}, {}  # by run: seconds of its epochs, epochs asked for
        self.prepared, self.questions = [], []  # models that were prepared, and all questions
        self.cards, self.found = {}, []  # other servers' runs by id, and those looked for
        self.is_silent = False  # whether nobody answers `find` until a test calls `answer`
        self._unanswered = []
        self.awaited = []  # runs whose first point a page waits for

    def start(self, experiment, dataset, paused=False, owner=None, show_seconds=None, **_):  # noqa: ARG002
        """A run that trains, or one that is paused before its first epoch."""
        run = Run(f"r{len(self.runs)}", experiment, dataset)
        self.runs[run.id] = run
        self.set_pace(run, show_seconds)
        self.set(run, Status.PAUSED if paused else Status.RUNNING)
        return run

    def find(self, run_id):
        """The card of a run of another page server."""
        self.found.append(run_id)
        answer = Future()
        self._unanswered.append((run_id, answer))
        if not self.is_silent:
            self.answer()
        return answer

    def answer(self, error=None):
        """Answer who looks for a run, or raise the error for them."""
        while self._unanswered:
            run_id, answer = self._unanswered.pop()
            if error:
                answer.set_exception(error)
            else:
                answer.set_result({"card": self.cards.get(run_id)})

    def adopt(self, run):
        """A run of another page server."""
        self.runs[run.id] = run
        self.set(run, Status.RUNNING)

    def set(self, run, status, **figures):
        """Let a run's newest snapshot be this."""
        epochs = run.experiment.training.epochs
        self.snapshots[run.id] = Snapshot(run.id, status, epochs=epochs, **figures)

    def set_pace(self, run, show_seconds):
        """Its epochs come so fast."""
        self.paces[run.id] = show_seconds

    def pause(self, run):
        """It rests."""
        self._do("pause", run, Status.PAUSED)

    def resume(self, run, epochs=None):
        """It goes on."""
        self.resumed[run.id] = epochs
        self._do("resume", run, Status.RUNNING)

    def step(self, run):
        """It rests again."""
        self._do("step", run, Status.PAUSED)

    def stop(self, run):
        """It ends."""
        self._do("stop", run, Status.STOPPED)

    def _do(self, call, run, status):
        self.set(run, status)
        self.calls.append((call, run.id))

    def get(self, run_id):
        """A run that hasn't been forgotten: a test may take it out of `runs`."""
        return self.runs.get(run_id)

    def latest(self, run):
        """Its newest snapshot."""
        return self.snapshots.get(run.id) if run.id in self.runs else None

    def wait(self, run, timeout, until):  # noqa: ARG002
        """Nothing: a run trains no epoch until a test says so."""
        self.awaited.append(run)
        if not until(self.snapshots[run.id]):
            raise TimeoutError

    def checkpoints(self, run):  # noqa: ARG002  as the client's
        """None: it has only the weights that its snapshot has."""
        return []

    def prepare(self, experiment, dataset):
        """Nothing is compiled; the model is noted, if there are data to learn from."""
        if dataset.train:
            self.prepared.append(experiment.model)

    def ask(self, name, **arguments):
        """A question whose answer a test gives."""
        self.questions.append(Question(name, arguments))
        return self.questions[-1].answer
