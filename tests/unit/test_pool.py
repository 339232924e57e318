"""Several clients that are used like one, with workers that are only pretended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lib.run import Run, Snapshot, Status
from lib.training import client as module
from lib.training.messages import Event
from lib.training.pool import TrainingPool
from tests.unit.fakes import make_dataset, make_experiment
from tests.unit.test_client import FakeWorker


class Scene:
    """A pool of two, and the workers that it has started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.workers: list[FakeWorker] = []

        def make(*arguments: object) -> FakeWorker:
            self.workers.append(FakeWorker(*arguments))  # type: ignore[arg-type]
            self.workers[-1].pid = len(self.workers)
            return self.workers[-1]

        monkeypatch.setattr(module, "WorkerProcess", make)
        self.pool = TrainingPool(2)

    def start(self, owner: str | None = None) -> Run:
        """A run of a small experiment."""
        return self.pool.start(make_experiment(), make_dataset(), owner=owner)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Two workers that aren't ready yet."""
    scene = Scene(monkeypatch)
    yield scene
    scene.pool.close()


def test_closing_ends_all_workers(scene: Scene) -> None:
    """As with one client."""
    scene.pool.close()
    assert [worker.closed for worker in scene.workers] == [True, True]


def test_a_run_goes_where_there_is_the_least_to_do(scene: Scene) -> None:
    """And stays there: what is said to it goes to its worker."""
    one, other = scene.workers
    runs = [scene.start() for _ in range(3)]
    assert (one.verbs, other.verbs) == (["start", "start"], ["start"])
    other.say(Snapshot(runs[1].id, Status.FINISHED))
    scene.start()
    assert other.verbs == ["start", "start"]
    for verb in ("pause", "resume", "step", "stop", "drop"):
        getattr(scene.pool, verb)(runs[2])
    assert one.verbs[2:] == ["pause", "resume", "step", "stop", "drop"]
    assert scene.pool.get(runs[2].id) is None
    assert scene.pool.latest(runs[2].id) is None


def test_runs_are_found_and_waited_for_wherever_they_are(scene: Scene) -> None:
    """By their id, as of one client."""
    first, second = scene.start(), scene.start()
    for run, worker in ((first, scene.workers[0]), (second, scene.workers[1])):
        assert scene.pool.get(run.id) is run
        worker.say(Snapshot(run.id, Status.FINISHED, 5))
        assert scene.pool.wait(run, 1).epoch == 5
    again = scene.pool.restart(second)
    assert again.id != second.id


def test_what_is_prepared_or_asked_goes_to_the_one_that_a_run_would_go_to(scene: Scene) -> None:
    """So that the run finds it compiled."""
    scene.start()
    scene.pool.prepare(make_experiment(), make_dataset())
    scene.pool.ask("versions")
    scene.start()
    assert scene.workers[1].verbs == ["prepare", "ask", "start"]


def test_a_question_waits_for_those_of_its_own_worker_alone(scene: Scene) -> None:
    """What others are asked doesn't count."""
    first = [scene.pool.ask("versions") for _ in range(2)]
    scene.start()
    second = scene.pool.ask("versions")
    assert [scene.pool.ahead(future) for future in (*first, second)] == [0, 1, 0]


def test_one_worker_dies_and_the_other_goes_on(scene: Scene) -> None:
    """Its run begins again with the next; the notice is the pool's."""
    one, other = scene.workers
    for worker in (one, other):
        worker.say(Event("ready"))
    assert scene.pool.worker_ready
    runs = [scene.start(), scene.start()]
    other.say(Snapshot(runs[1].id, Status.RUNNING, 3))
    assert scene.pool.notice is None
    one.die()
    assert scene.pool.notice is not None
    assert scene.pool.worker_pids == (3, 2)
    assert scene.workers[2].verbs == ["start"]
    assert scene.pool.latest(runs[1]).epoch == 3


def test_an_owners_runs_count_wherever_they_are(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound holds for all workers together."""
    monkeypatch.setattr(module, "MAX_RUNS_EACH", 3)
    runs = [scene.start("me") for _ in range(4)]
    statuses = [scene.pool.latest(run).status for run in runs]
    assert statuses == [Status.QUEUED] * 3 + [Status.FAILED]
    assert "and this one has 3" in scene.pool.latest(runs[3]).reason
