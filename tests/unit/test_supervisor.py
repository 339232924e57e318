"""Workers that die or grow are replaced, and what they had goes to the next ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lib.data import memory
from lib.results.run import Snapshot, Status
from lib.training import machine, run_book, supervisor
from lib.training.messages import Event
from lib.training.sentences import sentence
from tests.processes import worker_pids
from tests.unit.fakes import Scene, make_dataset, make_experiment, starts, verb


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
    assert scene.worker.delay == supervisor.RESTART_DELAYS[1]
    assert not scene.worker.begun


def test_a_dead_worker_is_replaced_and_its_runs_begin_again(scene: Scene) -> None:
    """By themselves, from epoch 0; what happened is said until they are over."""
    scene.worker.say(Event("ready"))
    done, going = scene.start(), scene.start()
    scene.say(done, Status.FINISHED, 5)
    scene.say(going, Status.RUNNING, 3)
    scene.worker.die()
    assert len(scene.workers) == 2
    (command,) = scene.worker.posted
    assert starts(command, going)
    words = "The training process was killed (SIGKILL). It was started again."
    snapshot = scene.latest(going)
    assert (snapshot.status, snapshot.epoch) == (Status.QUEUED, 0)
    assert snapshot.reason == f"{words} This run began again."
    scene.worker.say(Event("ready"))
    scene.say(going, Status.RUNNING, 1)
    assert scene.latest(going).reason == snapshot.reason
    assert scene.status(done) is Status.FINISHED


@pytest.mark.parametrize("sent", [True, False])
def test_a_run_keeps_its_pace_with_another_worker(scene: Scene, sent: bool) -> None:
    """The last one that was chosen, whether the first worker had heard of it or not."""
    if sent:
        scene.worker.say(Event("ready"))
    run = scene.client.start(make_experiment(), make_dataset(), show_seconds=8.0)
    scene.client.set_pace(run, 24.0)
    scene.worker.die()
    start, *more = scene.worker.posted
    assert starts(start, run)
    assert [command.show_seconds for command in (start, *more)][-1] == 24.0  # type: ignore[union-attr]


def test_a_run_that_is_lost_twice_fails(scene: Scene) -> None:
    """It may be what kills. Its figures stay, and a person may try again."""
    run = scene.start()
    for epoch in (2, 3):
        scene.worker.say(Event("ready"))
        scene.say(run, Status.RUNNING, epoch)
        scene.worker.die()
    snapshot = scene.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.FAILED, 3)
    assert snapshot.reason == (
        "The training process was killed (SIGKILL). It was started again. This run was lost twice, "
        "so it did not begin again by itself. Start the run again."
    )
    again = scene.client.start(run.experiment, run.dataset)
    assert again.id != run.id
    assert starts(scene.worker.posted[-1], again)


def test_a_run_that_is_lost_again_much_later_begins_again(scene: Scene) -> None:
    """It isn't what kills."""
    run = scene.start()
    for epoch in (2, 3):
        scene.worker.say(Event("ready"))
        scene.say(run, Status.RUNNING, epoch)
        scene.worker.die()
        scene.clock.forward(run_book.TWICE_SECONDS)
    assert scene.status(run) is Status.QUEUED
    assert scene.worker.verbs == ["start"]


def test_a_run_that_was_told_to_stop_has_stopped(scene: Scene) -> None:
    """Whether the worker could still say so or not."""
    scene.worker.say(Event("ready"))
    run = scene.start()
    scene.say(run, Status.RUNNING, 3)
    scene.client.stop(run)
    scene.worker.die()
    snapshot = scene.latest(run)
    assert (snapshot.status, snapshot.epoch, snapshot.reason) == (Status.STOPPED, 3, "")
    assert scene.worker.posted == []


@pytest.mark.parametrize("verb", ["pause", "step"])
def test_a_run_that_rests_does_not_begin_again(scene: Scene, verb: str) -> None:
    """A person looks at where it is, and would lose that: it fails, its figures kept."""
    scene.worker.say(Event("ready"))
    run = scene.start()
    scene.say(run, Status.RUNNING, 3)
    getattr(scene.client, verb)(run)
    scene.worker.die()
    assert scene.status(run) is Status.FAILED
    assert scene.latest(run).epoch == 3
    assert scene.worker.posted == []


def test_a_run_that_was_started_paused_begins_again_paused(scene: Scene) -> None:
    """Unless it was told to go on."""
    scene.worker.say(Event("ready"))
    runs = [scene.start(paused=True) for _ in range(2)]
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


def test_workers_that_die_again_and_again_are_not_replaced_for_ever(scene: Scene) -> None:
    """Each waits longer than the one before; then the client says so, until it is asked again."""
    run = scene.start()
    while not scene.latest(run).status.over:
        scene.worker.die()
        assert len(scene.workers) < 10
    assert [worker.delay for worker in scene.workers[1:]] == list(supervisor.RESTART_DELAYS)
    snapshot = scene.latest(run)
    assert "so it was not started again" in snapshot.reason
    count = len(scene.workers)
    scene.start()
    assert len(scene.workers) == count + 1
    assert scene.worker.delay == 0


def test_a_machine_that_cannot_train_is_tried_again_much_later(scene: Scene) -> None:
    """Until a worker is ready after all, runs and questions fail at once, and no worker starts."""
    run, question = scene.start(), scene.client.ask("modes")
    scene.worker.unavailable = why = "No TensorFlow."
    scene.worker.die()
    assert scene.client.unavailable == scene.latest(run).reason == f"{question.exception()}" == why
    assert scene.latest(scene.start()).status is Status.FAILED
    assert scene.client.ask("modes").done()
    assert len(scene.workers) == 2
    assert (scene.worker.delay, scene.worker.begun) == (supervisor.UNAVAILABLE_SECONDS, False)
    scene.worker.say(Event("ready"))
    assert not scene.client.unavailable
    assert scene.status(scene.start()) is Status.QUEUED


def test_deaths_that_lie_far_apart_are_forgiven(scene: Scene) -> None:
    """One a day is no crash loop."""
    for _ in range(6):
        scene.worker.die()
        scene.clock.forward(supervisor.QUICK_SECONDS)
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
    assert len(scene.workers) == 2
    assert scene.client.worker_ready


def test_the_runs_of_a_retired_worker_that_dies_begin_again(scene: Scene) -> None:
    """With the one that took over, those as well that the old one never got."""
    old = scene.worker
    old.say(Event("ready"))
    first = scene.start()
    old.say(Event("grown"))
    old.stick()
    unsent = scene.start()
    scene.worker.say(Event("ready"))
    old.die()
    assert [(verb(c), c.run_id) for c in scene.worker.posted] == [
        ("start", first.id),
        ("start", unsent.id),
    ]
    assert scene.latest(unsent).reason == (
        "The training process was killed (SIGKILL). This run began again."
    )


def test_a_successor_that_dies_leaves_the_old_worker_in_place(scene: Scene) -> None:
    """Nothing is lost, and nobody needs to know."""
    old = scene.worker
    old.say(Event("ready"))
    old.say(Event("grown"))
    scene.worker.die()
    run = scene.start()
    assert old.posted[-1].run_id == run.id
    assert len(scene.workers) == 2
    old.say(Event("grown"))  # as it does while it is too big: another try
    assert len(scene.workers) == 3
    scene.worker.say(Event("ready"))
    assert old.verbs[-1] == "retire"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """On a machine without memory for two workers, one that is ready."""
    monkeypatch.setattr(memory, "total_memory", lambda: machine.GB)
    scene = Scene()
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
    assert small.latest(run).reason == sentence("starting")
    assert not new.begun
    old.die()
    assert new.begun
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


def test_one_worker_dies_and_the_other_goes_on() -> None:
    """Of several; the run of the dead one begins again with the next."""
    scene = Scene(workers=2)
    one, other = scene.workers
    for worker in (one, other):
        worker.say(Event("ready"))
    runs = [scene.start(), scene.start()]
    other.say(Snapshot(runs[1].id, Status.RUNNING, 3))
    one.die()
    assert worker_pids(scene.client) == (3, 2)
    assert scene.client.worker_ready
    assert scene.workers[2].verbs == ["start"]
    assert scene.latest(runs[1]).epoch == 3
    scene.client.close()
