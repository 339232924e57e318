"""What the client keeps and decides, with workers that are only pretended. See also agreement/."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from lib.dataset import Dataset
from lib.run import Run, Snapshot, Status
from lib.training import client as module
from lib.training import run_book
from lib.training.client import STARTING, TrainingClient
from lib.training.messages import Answer, Command, Event
from lib.training.questions import AnswerError
from tests.unit.fakes import make_dataset, make_experiment
from tests.unit.pictures import a_result


class FakeWorker:
    """Notes what it is sent. The test says what it answers, and when it dies."""

    def __init__(
        self,
        on_message: Callable[..., None],
        on_end: Callable[..., None],
        delay: float | None = 0.0,
    ) -> None:
        self.ready = False
        self.silent_beats = 0
        self.retiring = False
        self.closed = False
        self.begun = False
        self.delay = delay
        self.ending = "was killed (SIGKILL)"
        self.pid = 1
        self.posted: list[Command] = []
        self._on_message = on_message
        self._on_end = on_end

    def post(self, command: Command) -> None:
        """Note it."""
        self.posted.append(command)

    def begin(self) -> None:
        """Note it."""
        self.begun = True

    def unsent(self) -> list[Command]:
        """Before it is ready everything waits."""
        return [] if self.ready else list(self.posted)

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def say(self, message: Snapshot | Event | Answer) -> None:
        """A message arrives from the worker."""
        if message == Event("ready"):
            self.ready = True
        self._on_message(self, message)

    def die(self) -> None:
        """Its process has ended."""
        self._on_end(self)

    @property
    def verbs(self) -> list[str]:
        """What it was told."""
        return [command.verb for command in self.posted]


def starts(command: Command, run: Run) -> bool:
    """Whether this starts a run, with its settings and what the worker reads of its data."""
    sent, kept = command.samples, run.dataset
    assert sent is not None
    return (
        (command.verb, command.run_id, command.experiment) == ("start", run.id, run.experiment)
        and (sent.x is kept.x, sent.y is kept.y, sent.train) == (True, True, kept.train)
        and not isinstance(sent, Dataset)
    )


class Scene:
    """A client, and the workers that it has started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, two_fit: bool = True) -> None:
        self.workers: list[FakeWorker] = []

        def make(*arguments: object) -> FakeWorker:
            self.workers.append(FakeWorker(*arguments))  # type: ignore[arg-type]
            return self.workers[-1]

        monkeypatch.setattr(module, "WorkerProcess", make)
        monkeypatch.setattr(module.memory, "two_fit", lambda _: two_fit)
        self.client = TrainingClient()

    @property
    def worker(self) -> FakeWorker:
        """The one that was started last."""
        return self.workers[-1]

    def start(self) -> Run:
        """A run of a small experiment."""
        return self.client.start(make_experiment(), make_dataset())

    def say(self, run: Run, status: Status, epoch: int = 0) -> None:
        """The last worker reports."""
        self.worker.say(Snapshot(run.id, status, epoch, 5))

    def status(self, run: Run) -> Status:
        """Where a run stands, as the client knows."""
        snapshot = self.client.latest(run)
        assert snapshot is not None
        return snapshot.status


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A client whose worker isn't ready yet."""
    scene = Scene(monkeypatch)
    yield scene
    scene.client.close()


def test_a_run_is_queued_while_the_worker_starts(scene: Scene) -> None:
    """It says so, and what to wait for; once the worker is ready it doesn't any more."""
    run = scene.start()
    snapshot = scene.client.latest(run)
    assert snapshot is not None
    assert (snapshot.status, snapshot.reason) == (Status.QUEUED, STARTING)
    assert snapshot.epochs == 5
    assert not scene.client.worker_ready
    scene.worker.say(Event("ready"))
    assert scene.client.worker_ready
    assert scene.client.latest(run).reason == ""  # type: ignore[union-attr]
    (command,) = scene.worker.posted
    assert starts(command, run)


def test_a_client_can_start_its_worker_with_the_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that may not train at all needs no process."""
    scene = Scene(monkeypatch)
    scene.client.close()
    scene.workers.clear()
    scene.client = TrainingClient(start_now=False)
    assert scene.workers == []
    scene.start()
    assert len(scene.workers) == 1
    scene.client.close()


def test_a_run_ends_the_first_delay_and_no_other(scene: Scene) -> None:
    """What is only likely to be wanted doesn't, and a worker after one that died keeps its wait."""
    first = scene.worker
    scene.client.prepare(make_experiment(), make_dataset())
    assert not first.begun
    scene.start()
    assert first.begun
    first.die()
    scene.worker.die()
    scene.start()
    assert scene.worker.delay == module.RESTART_DELAYS[1]
    assert not scene.worker.begun


def test_runs_are_found_by_their_id(scene: Scene) -> None:
    """A reloaded page knows the id alone. Unknown ids are answered with None."""
    run = scene.start()
    assert scene.client.get(run.id) is run
    assert scene.client.latest(run.id) is scene.client.latest(run)
    assert scene.client.get("unknown") is None
    assert scene.client.latest("unknown") is None


def test_the_newest_snapshot_is_the_one_that_is_seen(scene: Scene) -> None:
    """Older ones are gone, and one of a run that was dropped is passed over."""
    run = scene.start()
    scene.say(run, Status.RUNNING, 1)
    scene.say(run, Status.RUNNING, 2)
    assert scene.client.latest(run).epoch == 2  # type: ignore[union-attr]
    scene.client.drop(run)
    assert scene.worker.verbs == ["start", "drop"]
    scene.say(run, Status.RUNNING, 3)
    assert scene.client.latest(run) is None


@pytest.mark.parametrize(("size", "kept"), [(10, run_book.MAX_CHECKPOINTS), (100_000, 2)])
def test_weights_are_kept_by_epoch_within_a_megabyte(scene: Scene, size: int, kept: int) -> None:
    """Of small models many, of large ones the first and the newest; each epoch once."""
    run = scene.start()
    assert scene.client.checkpoints(run) == []
    for epoch in range(200):
        weights = (np.full(size, epoch, np.float32),)
        result = replace(a_result(make_dataset(), 0.5), weights=weights)
        result = replace(result, checked_epochs=np.arange(epoch + 1))
        for _ in range(2):
            snapshot = Snapshot(run.id, Status.RUNNING, epoch, 200, results={"last": result})
            scene.worker.say(snapshot)
    points = scene.client.checkpoints(run)
    assert kept // 3 < len(points) <= kept
    assert (points[0][0], points[-1][0]) == (0, 199)
    assert all(weights["last"][0][0] == epoch for epoch, weights in points)


def test_weights_that_were_not_sent_are_not_known(scene: Scene) -> None:
    """Those of a large model stay in the worker."""
    run = scene.start()
    results = {"last": a_result(make_dataset(), 0.5)}
    scene.worker.say(Snapshot(run.id, Status.RUNNING, 1, 5, results=results))
    assert scene.client.checkpoints(run) == []


def test_that_the_worker_is_silent_is_said(scene: Scene) -> None:
    """Before it is replaced; and nothing is said of it of a run that nobody waits for."""
    going, done = scene.start(), scene.start()
    scene.say(going, Status.RUNNING, 3)
    scene.say(done, Status.FINISHED, 5)
    scene.worker.silent_beats = 5
    snapshot = scene.client.latest(going)
    assert snapshot is not None
    assert snapshot.reason.startswith("The training process has not answered for 5 s.")
    assert (snapshot.status, snapshot.epoch) == (Status.RUNNING, 3)
    assert scene.client.latest(done).reason == ""  # type: ignore[union-attr]
    scene.worker.silent_beats = 0
    assert scene.client.latest(going).reason == ""  # type: ignore[union-attr]


def test_a_paused_run_counts_as_running_as_soon_as_it_is_told_to(scene: Scene) -> None:
    """A page that looks right after the click must know that figures will change."""
    run = scene.start()
    scene.say(run, Status.PAUSED, 1)
    scene.client.step(run)
    assert scene.status(run) is Status.RUNNING
    scene.say(run, Status.PAUSED, 2)
    scene.client.resume(run)
    assert scene.status(run) is Status.RUNNING
    scene.client.pause(run)
    assert scene.status(run) is Status.RUNNING  # until the worker says otherwise
    assert scene.worker.verbs == ["start", "step", "resume", "pause"]


def test_a_paused_run_that_is_told_to_stop_is_worth_another_look(scene: Scene) -> None:
    """It is active until the worker answers, also when an older answer comes in between."""
    run = scene.start()
    scene.say(run, Status.PAUSED)
    scene.client.stop(run)
    assert scene.status(run) is Status.RUNNING
    scene.say(run, Status.PAUSED)
    assert scene.status(run) is Status.RUNNING
    scene.say(run, Status.STOPPED)
    assert scene.status(run) is Status.STOPPED


def test_a_run_that_is_over_takes_no_commands(scene: Scene) -> None:
    """And late snapshots don't bring it back."""
    run = scene.start()
    scene.say(run, Status.FINISHED, 5)
    for steer in (scene.client.pause, scene.client.resume, scene.client.step, scene.client.stop):
        steer(run)
    assert scene.worker.verbs == ["start"]
    scene.say(run, Status.RUNNING, 3)
    assert scene.status(run) is Status.FINISHED


def test_a_look_ahead_sends_shapes_and_no_data(scene: Scene) -> None:
    """Training samples, timesteps, features, targets."""
    scene.client.prepare(make_experiment(), make_dataset(n=10, t=3, f=2, k=1, train=8))
    assert scene.worker.posted[-1].shape == (8, 3, 2, 1)
    assert scene.worker.posted[-1].samples is None


def test_a_dead_worker_is_replaced_and_its_runs_begin_again(scene: Scene) -> None:
    """By themselves, from epoch 0; what happened is said until they are over."""
    scene.worker.say(Event("ready"))
    done, going = scene.start(), scene.start()
    scene.say(done, Status.FINISHED, 5)
    scene.say(going, Status.RUNNING, 3)
    assert scene.client.notice is None
    scene.worker.die()
    assert len(scene.workers) == 2
    (command,) = scene.worker.posted
    assert starts(command, going)
    words = "The training process was killed (SIGKILL). It was started again."
    snapshot = scene.client.latest(going)
    assert snapshot is not None
    assert (snapshot.status, snapshot.epoch) == (Status.QUEUED, 0)
    assert snapshot.reason == f"{words} This run began again."
    scene.worker.say(Event("ready"))
    scene.say(going, Status.RUNNING, 1)
    assert scene.client.latest(going).reason == snapshot.reason  # type: ignore[union-attr]
    assert scene.status(done) is Status.FINISHED
    assert scene.client.notice is not None
    assert (scene.client.notice.text, scene.client.notice.run_ids) == (words, ())
    assert abs(scene.client.notice.time - time.time()) < 60


def test_a_run_that_is_lost_twice_fails(scene: Scene) -> None:
    """It may be what kills. Its figures stay, the notice names it, and a person may try again."""
    run = scene.start()
    for epoch in (2, 3):
        scene.worker.say(Event("ready"))
        scene.say(run, Status.RUNNING, epoch)
        scene.worker.die()
    snapshot = scene.client.latest(run)
    assert snapshot is not None
    assert (snapshot.status, snapshot.epoch) == (Status.FAILED, 3)
    assert snapshot.reason == (
        "The training process was killed (SIGKILL). It was started again. This run was lost twice, "
        "so it did not begin again by itself. Start the run again."
    )
    assert scene.client.notice is not None
    assert scene.client.notice.run_ids == (run.id,)
    again = scene.client.restart(run)
    assert again.id != run.id
    assert starts(scene.worker.posted[-1], again)


def test_a_run_that_is_lost_again_much_later_begins_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It isn't what kills."""
    monkeypatch.setattr(run_book, "TWICE_SECONDS", 0.0)
    run = scene.start()
    for epoch in (2, 3):
        scene.worker.say(Event("ready"))
        scene.say(run, Status.RUNNING, epoch)
        scene.worker.die()
    assert scene.status(run) is Status.QUEUED
    assert scene.worker.verbs == ["start"]


def test_a_run_that_was_told_to_stop_has_stopped(scene: Scene) -> None:
    """Whether the worker could still say so or not."""
    scene.worker.say(Event("ready"))
    run = scene.start()
    scene.say(run, Status.RUNNING, 3)
    scene.client.stop(run)
    scene.worker.die()
    snapshot = scene.client.latest(run)
    assert snapshot is not None
    assert (snapshot.status, snapshot.epoch, snapshot.reason) == (Status.STOPPED, 3, "")
    assert scene.worker.posted == []


def test_who_waits_for_a_run_hears_that_it_is_forgotten(scene: Scene) -> None:
    """Else it would wait for ever: a run that is paused says nothing by itself."""
    run = scene.start()
    scene.say(run, Status.PAUSED, 3)
    timer = threading.Timer(0.1, scene.client.drop, (run,))
    timer.start()
    with pytest.raises(KeyError):
        scene.client.wait(run, timeout=30)
    timer.join()


def test_a_paused_run_that_was_left_makes_room_for_a_new_one(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all places are taken: the one that was left the longest ago, and no other."""
    monkeypatch.setattr(module, "MAX_RUNS", 3)
    runs = [scene.start() for _ in range(3)]
    for run in runs[:2]:
        scene.say(run, Status.PAUSED, 1)
    scene.start()
    assert all(scene.client.get(run.id) for run in runs)  # somebody may still look at them
    monkeypatch.setattr(module, "WATCH_SECONDS", -1.0)
    scene.client.latest(runs[0])
    scene.start()
    assert [scene.client.get(run.id) is not None for run in runs] == [True, False, True]


def test_the_data_of_one_browsers_runs_are_bounded(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Together, and a refusal says how much there would be. Runs that are over don't count."""
    dataset = make_dataset()
    monkeypatch.setattr(module, "MAX_VALUES_EACH", 2 * (dataset.x.size + dataset.y.size))
    runs = [scene.client.start(make_experiment(), dataset, owner="one") for _ in range(3)]
    scene.client.start(make_experiment(), dataset, owner="another")
    assert [scene.status(run) for run in runs] == [Status.QUEUED, Status.QUEUED, Status.FAILED]
    refused = scene.client.latest(runs[2])
    assert refused is not None
    assert "at most 180 numbers of data at a time, and with this one it would have 270" in (
        refused.reason
    )
    scene.client.stop(runs[0])
    assert scene.status(scene.client.start(make_experiment(), dataset, owner="one")) is (
        Status.QUEUED
    )


@pytest.mark.parametrize("verb", ["pause", "step"])
def test_a_run_that_rests_does_not_begin_again(scene: Scene, verb: str) -> None:
    """A person looks at where it is, and would lose that: it fails, its figures kept."""
    scene.worker.say(Event("ready"))
    run = scene.start()
    scene.say(run, Status.RUNNING, 3)
    getattr(scene.client, verb)(run)
    scene.worker.die()
    assert scene.status(run) is Status.FAILED
    assert scene.client.latest(run).epoch == 3  # type: ignore[union-attr]
    assert scene.worker.posted == []


def test_a_run_that_was_started_paused_begins_again_paused(scene: Scene) -> None:
    """Unless it was told to go on."""
    scene.worker.say(Event("ready"))
    runs = [scene.client.start(make_experiment(), make_dataset(), paused=True) for _ in range(2)]
    scene.client.resume(runs[1])
    scene.worker.die()
    assert [(c.run_id, c.paused) for c in scene.worker.posted] == [
        (runs[0].id, True),
        (runs[1].id, False),
    ]


def test_what_a_dead_worker_never_got_goes_to_the_next(scene: Scene) -> None:
    """A run that waited for the worker still waits, and is none of the lost."""
    run = scene.start()
    scene.client.pause(run)
    scene.worker.die()
    assert scene.status(run) is Status.QUEUED
    assert scene.worker.verbs == ["start", "pause"]
    assert scene.client.notice is not None
    assert scene.client.notice.run_ids == ()


def test_workers_that_die_again_and_again_are_not_replaced_for_ever(scene: Scene) -> None:
    """Each waits longer than the one before; then the client says so, until it is asked again."""
    run = scene.start()
    while not scene.client.latest(run).status.over:  # type: ignore[union-attr]
        scene.worker.die()
        assert len(scene.workers) < 10
    assert [worker.delay for worker in scene.workers[1:]] == list(module.RESTART_DELAYS)
    snapshot = scene.client.latest(run)
    assert snapshot is not None
    assert "so it was not started again" in snapshot.reason
    count = len(scene.workers)
    scene.client.restart(run)
    assert len(scene.workers) == count + 1
    assert scene.worker.delay == 0


def test_deaths_that_lie_far_apart_are_forgiven(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One a day is no crash loop."""
    monkeypatch.setattr(module, "QUICK_SECONDS", 0.0)
    for _ in range(6):
        scene.worker.die()
    assert len(scene.workers) == 7
    assert {worker.delay for worker in scene.workers} == {0.0}


def test_a_grown_worker_is_followed_by_a_fresh_one_without_a_gap(scene: Scene) -> None:
    """It keeps its runs; new ones go to the other, as soon as that is ready."""
    old = scene.worker
    old.say(Event("ready"))
    first = scene.start()
    old.say(Event("grown"))
    new = scene.worker
    assert new is not old
    second = scene.start()
    assert old.posted[-1].run_id == second.id  # the new one isn't ready
    new.say(Event("ready"))
    assert old.verbs[-1] == "retire"
    third = scene.start()
    assert new.posted[-1].run_id == third.id
    scene.client.pause(first)
    assert (old.verbs[-1], old.posted[-1].run_id) == ("pause", first.id)
    old.say(Snapshot(first.id, Status.FINISHED))
    old.say(Snapshot(second.id, Status.FINISHED))
    old.die()
    assert scene.client.notice is None
    assert len(scene.workers) == 2
    assert scene.client.worker_ready


def test_the_runs_of_a_retired_worker_that_dies_begin_again(scene: Scene) -> None:
    """With the one that took over, those as well that the old one never got."""
    old = scene.worker
    old.say(Event("ready"))
    first = scene.start()
    old.say(Event("grown"))
    unsent = scene.start()
    scene.worker.say(Event("ready"))
    old.unsent = lambda: [c for c in old.posted if c.run_id == unsent.id]  # type: ignore[method-assign]
    old.die()
    assert [(c.verb, c.run_id) for c in scene.worker.posted] == [
        ("start", first.id),
        ("start", unsent.id),
    ]
    assert scene.client.latest(unsent).reason == (  # type: ignore[union-attr]
        "The training process was killed (SIGKILL). This run began again."
    )
    assert scene.client.notice is None


def test_a_successor_that_dies_leaves_the_old_worker_in_place(scene: Scene) -> None:
    """Nothing is lost, and nobody needs to know."""
    old = scene.worker
    old.say(Event("ready"))
    old.say(Event("grown"))
    scene.worker.die()
    run = scene.start()
    assert old.posted[-1].run_id == run.id
    assert scene.client.notice is None
    assert len(scene.workers) == 2
    old.say(Event("grown"))  # as it does while it is too big: another try
    assert len(scene.workers) == 3
    scene.worker.say(Event("ready"))
    assert old.verbs[-1] == "retire"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """On a machine without memory for two workers, one that is ready."""
    scene = Scene(monkeypatch, two_fit=False)
    scene.worker.say(Event("ready"))
    yield scene
    scene.client.close()


def test_where_two_do_not_fit_the_old_worker_goes_first(small: Scene) -> None:
    """What comes in between waits for the fresh one, which starts when the old one has gone."""
    old = small.worker
    old.say(Event("grown"))
    assert old.verbs == ["retire"]
    new = small.worker
    assert (new is not old, new.delay, new.begun) == (True, None, False)
    run = small.start()
    assert new.verbs == ["start"]
    assert small.client.latest(run).reason == STARTING  # type: ignore[union-attr]
    assert not new.begun
    old.die()
    assert new.begun
    assert small.client.notice is None
    new.say(Event("ready"))
    small.say(run, Status.FINISHED)
    assert len(small.workers) == 2


@pytest.mark.parametrize("end", ["its end", "drop"])
def test_where_two_do_not_fit_a_run_may_end_first(small: Scene, end: str) -> None:
    """The old worker keeps it, and goes as soon as it is over or dropped."""
    old = small.worker
    run = small.start()
    small.say(run, Status.RUNNING, 1)
    old.say(Event("grown"))
    assert small.workers == [old]
    if end == "drop":
        small.client.drop(run)
    else:
        small.say(run, Status.FINISHED)
    assert old.verbs[-1] == "retire"
    assert len(small.workers) == 2


def test_only_so_many_finished_runs_are_known(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest go first; runs that aren't over stay."""
    monkeypatch.setattr(run_book, "KEEP_RUNS", 3)
    going = scene.start()
    done = [scene.start() for _ in range(5)]
    for run in done:
        scene.say(run, Status.FINISHED)
    scene.start()
    known = [run for run in done if scene.client.get(run.id)]
    assert known == done[2:]
    assert scene.client.get(going.id) is going


def test_finished_runs_hold_only_so_much_data(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data that several runs share count once; the newest run stays, however much it holds."""
    monkeypatch.setattr(run_book, "KEEP_BYTES", 1)
    shared, other = make_dataset(), make_dataset()
    done = [scene.client.start(make_experiment(), data) for data in (other, shared, shared)]
    for run in done:
        scene.say(run, Status.FINISHED)
    scene.start()
    assert [run for run in done if scene.client.get(run.id)] == done[2:]
    monkeypatch.setattr(run_book, "KEEP_BYTES", 10_000)
    scene.say(scene.start(), Status.FINISHED)
    scene.start()
    assert scene.client.get(done[2].id) is done[2]


def test_runs_that_nobody_looks_at_are_forgotten(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over or paused for so long; a run that trains is never taken away."""
    over, paused, going = scene.start(), scene.start(), scene.start()
    scene.say(over, Status.FINISHED)
    scene.say(paused, Status.PAUSED)
    scene.say(going, Status.RUNNING)
    monkeypatch.setattr(run_book, "KEEP_SECONDS", -1.0)
    scene.start()
    assert scene.client.get(over.id) is None
    assert scene.client.get(paused.id) is None
    assert scene.client.get(going.id) is going
    assert Command("drop", paused.id) in scene.worker.posted


@pytest.fixture
def hasty(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Its client looks around at every report, and thinks that nobody has looked for long."""
    monkeypatch.setattr(module, "WATCH_SECONDS", -1.0)
    monkeypatch.setattr(module, "TIDY_SECONDS", 0.0)
    return scene


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
def test_a_run_that_nobody_watches_is_paused_and_says_so(hasty: Scene, status: Status) -> None:
    """It is told once, keeps its figures, and goes on when somebody asks for it."""
    run = hasty.start()
    hasty.say(run, status, 1)
    hasty.say(run, status, 1)
    assert hasty.worker.verbs == ["start", "pause"]
    hasty.say(run, Status.PAUSED, 2)
    snapshot = hasty.client.latest(run)
    assert snapshot is not None
    assert (snapshot.status, snapshot.epoch) == (Status.PAUSED, 2)
    assert snapshot.reason == "Paused: nobody was watching."
    hasty.client.resume(run)
    assert hasty.worker.verbs == ["start", "pause", "resume"]


def test_who_pauses_a_run_is_not_told_that_nobody_watched(hasty: Scene) -> None:
    """A button's pause has no reason, even after the other kind."""
    run = hasty.start()
    hasty.say(run, Status.RUNNING, 1)
    hasty.client.pause(run)
    hasty.say(run, Status.PAUSED, 1)
    assert hasty.client.latest(run).reason == ""  # type: ignore[union-attr]


def test_a_run_that_is_looked_at_is_not_paused(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`latest` is a look."""
    monkeypatch.setattr(module, "TIDY_SECONDS", 0.0)
    run, other = scene.start(), scene.start()
    for entry in scene.client._entries.values():
        entry.touched -= 2 * module.WATCH_SECONDS
    scene.client.latest(run)
    assert [(c.verb, c.run_id) for c in scene.worker.posted[2:]] == [("pause", other.id)]


def test_a_script_that_waits_is_a_watcher(hasty: Scene) -> None:
    """The run goes on, and if it had been paused for want of one, again."""
    run = hasty.start()
    hasty.say(run, Status.RUNNING, 1)
    hasty.say(run, Status.PAUSED, 1)
    assert hasty.worker.verbs == ["start", "pause"]

    later = threading.Timer(0.05, hasty.say, (run, Status.RUNNING, 2))
    later.start()
    assert hasty.client.wait(run, 10, lambda snapshot: snapshot.epoch > 1).epoch == 2
    later.join()
    assert hasty.worker.verbs == ["start", "pause", "resume"]


def test_looking_at_one_run_forgets_old_ones_now_and_then(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server on which nobody starts anything more doesn't keep the data of all for ever."""
    over, going = scene.start(), scene.start()
    scene.say(over, Status.FINISHED)
    monkeypatch.setattr(run_book, "KEEP_SECONDS", -1.0)
    scene.client.latest(going)
    assert scene.client.get(over.id) is over  # it was looked for a moment ago
    monkeypatch.setattr(module, "TIDY_SECONDS", 0.0)
    scene.client.latest(going)
    assert scene.client.get(over.id) is None


def test_waiting_ends_when_what_was_waited_for_is_there(scene: Scene) -> None:
    """From another thread's report; without `until`, the end of the run."""
    run = scene.start()
    later = threading.Timer(0.05, scene.say, (run, Status.RUNNING, 1))
    later.start()
    assert scene.client.wait(run, 10, until=lambda snapshot: snapshot.epoch > 0).epoch == 1
    later.join()
    later = threading.Timer(0.05, scene.say, (run, Status.FINISHED, 5))
    later.start()
    assert scene.client.wait(run, 10).status is Status.FINISHED
    later.join()


def test_waiting_in_vain_says_where_the_run_stands(scene: Scene) -> None:
    """After the time is up, or at once when the run is over in another way."""
    run = scene.start()
    with pytest.raises(TimeoutError, match="it is queued: The training process is starting"):
        scene.client.wait(run, 0.01)
    scene.say(run, Status.STOPPED)
    with pytest.raises(TimeoutError, match="it is stopped"):
        scene.client.wait(run, 60, until=lambda snapshot: snapshot.epoch > 0)


def test_a_closed_client_has_no_worker_and_takes_no_runs(scene: Scene) -> None:
    """Its unfinished runs have failed, and who waits for them hears of it."""
    run = scene.start()
    worker = scene.worker
    scene.client.close()
    assert worker.closed
    assert scene.status(run) is Status.FAILED
    with pytest.raises(RuntimeError, match="closed"):
        scene.start()
    scene.client.close()


def test_an_answer_comes_to_who_asked(scene: Scene) -> None:
    """The future waits for the worker, and has what it says."""
    future = scene.client.ask("double", number=4)
    (command,) = scene.worker.posted
    assert (command.verb, command.question, command.arguments) == ("ask", "double", {"number": 4})
    assert not future.done()
    scene.worker.say(Answer(command.run_id, {"double": 8}))
    assert future.result(0) == {"double": 8}
    scene.worker.say(Answer(command.run_id, {"double": 9}))  # said twice: nobody waits any more


def test_who_asks_knows_how_many_are_answered_first(scene: Scene) -> None:
    """Whoever asked them: the worker answers one after the other."""
    first, second, third = (scene.client.ask("double", number=k) for k in range(3))
    assert [scene.client.ahead(future) for future in (first, second, third)] == [0, 1, 2]
    scene.worker.say(Answer(scene.worker.posted[0].run_id, {"double": 0}))
    assert [scene.client.ahead(future) for future in (first, second, third)] == [0, 0, 1]


def test_an_error_comes_to_who_asked(scene: Scene) -> None:
    """As an AnswerError with the worker's sentence."""
    future = scene.client.ask("double", number=-1)
    scene.worker.say(Answer(scene.worker.posted[0].run_id, error="Not that number."))
    with pytest.raises(AnswerError, match=r"^Not that number\.$"):
        future.result(0)


def test_a_question_ends_with_the_worker_that_got_it(scene: Scene) -> None:
    """It can be asked again."""
    scene.worker.say(Event("ready"))
    future = scene.client.ask("double", number=1)
    scene.worker.die()
    with pytest.raises(AnswerError, match=r"was killed \(SIGKILL\)\. Ask again\."):
        future.result(0)


def test_a_question_that_was_not_sent_goes_to_the_next_worker(scene: Scene) -> None:
    """As a run does that waits."""
    future = scene.client.ask("double", number=1)
    first = scene.worker
    first.die()
    assert scene.worker is not first
    (command,) = scene.worker.posted
    scene.worker.say(Answer(command.run_id, {"double": 2}))
    assert future.result(0) == {"double": 2}


def test_questions_end_with_the_client(scene: Scene) -> None:
    """Nobody waits for ever."""
    future = scene.client.ask("double", number=1)
    scene.client.close()
    with pytest.raises(AnswerError, match="closed"):
        future.result(0)


def test_one_browser_may_have_so_many_runs_going(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more is refused with the limit. Others aren't counted, nor is what was told to stop."""
    monkeypatch.setattr(module, "MAX_RUNS_EACH", 2)

    def start(owner: str | None = "me") -> Run:
        return scene.client.start(make_experiment(), make_dataset(), owner=owner)

    runs = [start() for _ in range(2)]
    refused = start()
    snapshot = scene.client.latest(refused)
    assert snapshot is not None
    assert snapshot.status is Status.FAILED
    assert snapshot.reason == (
        "This run was refused: one browser may have at most 2 runs going at a time, and this one "
        "has 2. Stop one of them first."
    )
    assert refused.id not in [command.run_id for command in scene.worker.posted]
    assert scene.status(start("you")) is scene.status(start(None)) is Status.QUEUED
    scene.client.stop(runs[0])
    assert scene.status(start()) is Status.QUEUED
    assert scene.status(start()) is Status.FAILED
    scene.say(runs[1], Status.FINISHED)
    assert scene.status(start()) is Status.QUEUED
