"""Workers that die or grow are replaced, and what they had goes on with the next ones."""

from dataclasses import replace

import numpy as np
import pytest

from lib.data import memory
from lib.results.run import Snapshot, Status
from lib.training import machine, run_registry, worker_pool, worker_process
from lib.training.messages import Checkpoint, Event, Start, Steer
from lib.training.run_registry import WATCH_SECONDS
from lib.training.sentences import sentence
from tests.processes import worker_pids
from tests.unit.fakes import Scene, make_dataset, make_experiment, starts, verb
from tests.unit.pictures import a_result

DIED = "The training process was killed (SIGKILL). It was started again."


@pytest.fixture
def ready(scene):
    """A client whose worker is ready."""
    scene.worker.say(Event("ready"))
    return scene


@pytest.fixture
def small(monkeypatch):
    """The same on a machine without memory for two workers."""
    monkeypatch.setattr(memory, "total_memory", lambda: machine.GB)
    scene = Scene()
    scene.worker.say(Event("ready"))
    yield scene
    scene.client.close()


def start(scene, epoch=3, saved=2, paused=False):
    """A run that trains, and the epoch from which it can go on."""
    run = scene.start(paused=paused)
    scene.say(run, Status.RUNNING, epoch)
    scene.worker.say(Checkpoint(run.id, saved, b"state"))
    return run


def start_again(scene, run):
    """The command that the next worker gets, once this one has died."""
    scene.worker.die()
    (command,) = scene.worker.posted
    assert starts(command, run)
    assert isinstance(command, Start)
    return command


def test_a_run_ends_the_first_delay_and_no_other(scene):
    """What is only likely to be wanted doesn't, and a worker after one that died keeps its wait."""
    first = scene.worker
    scene.client.prepare(make_experiment(), make_dataset())
    assert not first.begun
    scene.start()
    assert first.begun
    first.die()
    scene.worker.die()
    scene.start()
    assert scene.worker.delay == worker_process.RESTART_DELAYS[1]
    assert not scene.worker.begun


@pytest.mark.parametrize(
    ("saved", "state", "epoch", "says"),
    [
        ([], b"", 0, "This run began again."),
        ([b"first", b"newer"], b"newer", 3, "This run goes on from epoch 3."),
    ],
)
def test_a_run_goes_on_with_another_worker(ready, saved, state, epoch, says):
    """From its newest checkpoint, or else from epoch 0. It says so until it is over.

    Also if the next worker dies before it has the command.
    """
    done, run = ready.start(), ready.start()
    ready.say(done, Status.FINISHED, 5)
    ready.say(run, Status.RUNNING, 4)
    for at, each in enumerate(saved, 2):
        ready.worker.say(Checkpoint(run.id, at, each))
    command = start_again(ready, run)
    assert (command.checkpoint, command.paused) == (state, False)
    snapshot = ready.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.QUEUED, epoch)
    assert snapshot.reason == f"{DIED} {says}"
    start_again(ready, run)
    ready.worker.say(Event("ready"))
    ready.say(run, Status.RUNNING, 4)
    assert ready.status(run) is Status.RUNNING
    assert ready.latest(run).reason == snapshot.reason
    assert ready.status(done) is Status.FINISHED


@pytest.mark.parametrize("act", ["pause", "step", "some epochs", "nobody watches"])
def test_a_run_that_rests_comes_back_paused(ready, act):
    """So does one that was to make a step, or some: from there it is told anew."""
    run = start(ready)
    acts = {
        "pause": lambda: ready.client.pause(run),
        "step": lambda: ready.client.step(run),
        "some epochs": lambda: ready.client.resume(run, epochs=2),
        "nobody watches": lambda: ready.clock.forward(WATCH_SECONDS + 1),
    }
    acts[act]()
    if act in ("pause", "nobody watches"):
        ready.say(run, Status.RUNNING, 3)
        ready.say(run, Status.PAUSED, 3)
    command = start_again(ready, run)
    assert (command.checkpoint, command.paused) == (b"state", True)
    ready.worker.say(Event("ready"))
    ready.say(run, Status.PAUSED, 2)
    snapshot = ready.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.PAUSED, 2)
    unwatched = sentence("unwatched")
    why = unwatched if act == "nobody watches" else f"{DIED} This run goes on from epoch 2."
    assert snapshot.reason == why
    ready.client.resume(run)
    assert ready.worker.posted[-1] == Steer("resume", run.id)


@pytest.mark.parametrize(("saved", "resumed"), [(False, False), (False, True), (True, True)])
def test_a_run_that_was_started_paused(ready, saved, resumed):
    """Comes back paused, which costs it nothing while it is untrained; or goes on if told to."""
    run = start(ready, paused=True) if saved else ready.start(paused=True)
    ready.say(run, Status.PAUSED, 3 if saved else 0)
    if resumed:
        ready.client.resume(run)
    command = start_again(ready, run)
    assert (command.checkpoint, command.paused) == (b"state" if saved else b"", not resumed)


@pytest.mark.parametrize(
    ("verb", "saved", "status"),
    [
        ("pause", False, Status.FAILED),  # a person looks at an epoch, and would lose that
        ("step", False, Status.FAILED),
        ("stop", False, Status.STOPPED),
        ("stop", True, Status.STOPPED),
    ],
)
def test_some_runs_end_with_their_worker(ready, verb, saved, status):
    """With their figures: a run that was told to stop, or that rests without a checkpoint."""
    run = start(ready) if saved else ready.start()
    ready.say(run, Status.RUNNING, 3)
    getattr(ready.client, verb)(run)
    ready.worker.die()
    snapshot = ready.latest(run)
    assert (snapshot.status, snapshot.epoch) == (status, 3)
    assert bool(snapshot.reason) == (status is Status.FAILED)
    assert ready.worker.posted == []


@pytest.mark.parametrize("sent", [True, False])
def test_a_run_keeps_its_pace_and_place_with_another_worker(scene, sent):
    """The last pace that was chosen, whether the first worker had heard of it or not."""
    if sent:
        scene.worker.say(Event("ready"))
    how = {"show_seconds": 8.0, "background": True}
    run = scene.client.start(make_experiment(), make_dataset(), **how)
    scene.client.set_pace(run, 24.0)
    scene.worker.die()
    first, *more = scene.worker.posted
    assert starts(first, run)
    assert isinstance(first, Start)
    assert first.background
    assert [command.show_seconds for command in (first, *more)][-1] == 24.0


def test_a_run_that_is_lost_twice_fails(ready):
    """It may be what kills, unless much time lies between. Its figures stay; a person may retry."""
    run = start(ready)
    ready.worker.die()
    ready.clock.forward(run_registry.TWICE_SECONDS)
    for again in (True, False):
        ready.worker.say(Event("ready"))
        ready.say(run, Status.RUNNING, 4)
        ready.worker.say(Checkpoint(run.id, 4, b"newer"))
        ready.worker.die()
        assert (ready.status(run) is Status.QUEUED) == again
    snapshot = ready.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.FAILED, 4)
    assert snapshot.reason == (
        f"{DIED} This run was lost twice, so it did not begin again by itself. Start the run again."
    )
    again_run = ready.client.start(run.experiment, run.dataset)
    assert again_run.id != run.id
    assert starts(ready.worker.posted[-1], again_run)


@pytest.mark.parametrize(("saved", "left"), [(2, [0, 1, 2]), (None, [])])
def test_weights_are_kept_up_to_where_the_run_goes_on(ready, saved, left):
    """What came after it comes again; of a run that begins again all does."""
    run = ready.client.start(make_experiment(epochs=9), make_dataset())

    def say(epoch, value):
        result = replace(
            a_result(make_dataset(), 0.5),
            weights=(np.full(3, value, np.float32),),
            checked_epochs=np.arange(epoch + 1),
        )
        ready.worker.say(Snapshot(run.id, Status.RUNNING, epoch, 9, results={"last": result}))

    for epoch in range(5):
        say(epoch, 1)
    if saved is not None:
        ready.worker.say(Checkpoint(run.id, saved, b"state"))
    ready.worker.die()
    assert [epoch for epoch, _ in ready.client.checkpoints(run)] == left
    ready.worker.say(Event("ready"))
    for epoch in range(saved or 0, 5):
        say(epoch, 2)
    points = ready.client.checkpoints(run)
    assert [epoch for epoch, _ in points] == list(range(5))
    values = [weights[0]["last"][0][0] for _, weights in points]
    assert values == [1] * len(left) + [2] * (5 - len(left))


def test_workers_that_die_again_and_again_are_not_replaced_for_ever(scene):
    """Each waits longer than the one before; then the client says so, until it is asked again."""
    run = scene.start()
    while not scene.latest(run).status.over:
        scene.worker.die()
        assert len(scene.workers) < 10
    delays = list(worker_process.RESTART_DELAYS)
    assert [worker.delay for worker in scene.workers[1:]] == delays
    assert "so it was not started again" in scene.latest(run).reason
    for count in range(3):  # deaths that lie far apart are no crash loop
        scene.start()
        assert len(scene.workers) == 5 + count
        assert scene.worker.delay == 0
        scene.clock.forward(worker_process.QUICK_SECONDS)
        scene.worker.die()


def test_a_machine_that_cannot_train_is_tried_again_much_later(scene):
    """Until a worker is ready after all, runs and questions fail at once, and no worker starts."""
    run, question = scene.start(), scene.client.ask("modes")
    scene.worker.unavailable = why = "No TensorFlow."
    scene.worker.die()
    assert scene.client.unavailable == scene.latest(run).reason == f"{question.exception()}" == why
    assert scene.latest(scene.start()).status is Status.FAILED
    assert scene.client.ask("modes").done()
    assert len(scene.workers) == 2
    assert (scene.worker.delay, scene.worker.begun) == (worker_pool.UNAVAILABLE_SECONDS, False)
    scene.worker.say(Event("ready"))
    assert not scene.client.unavailable
    assert scene.status(scene.start()) is Status.QUEUED


def test_a_grown_worker_is_followed_by_a_fresh_one_without_a_gap(ready):
    """It keeps its runs; new ones go to the other, as soon as that is ready."""
    old = ready.worker
    first = ready.start()
    old.say(Event("grown"))
    new = ready.worker
    assert new is not old
    second = ready.start()
    assert old.posted[-1].run_id == second.id  # the new one isn't ready
    new.say(Event("ready"))
    assert old.verbs[-1] == "retire"
    third = ready.start()
    assert new.posted[-1].run_id == third.id
    ready.client.pause(first)
    assert (old.verbs[-1], old.posted[-1].run_id) == ("pause", first.id)
    for run in (first, second):
        old.say(Snapshot(run.id, Status.FINISHED))
    old.die()
    assert len(ready.workers) == 2
    assert ready.client.worker_ready


def test_the_runs_of_a_retired_worker_that_dies_begin_again(ready):
    """With the one that took over, those as well that the old one never got."""
    old = ready.worker
    first = ready.start()
    old.say(Event("grown"))
    old.stick()
    unsent = ready.start()
    ready.worker.say(Event("ready"))
    old.die()
    assert [(verb(c), c.run_id) for c in ready.worker.posted] == [
        ("start", first.id),
        ("start", unsent.id),
    ]
    assert "This run began again." in ready.latest(unsent).reason


def test_a_successor_that_dies_leaves_the_old_worker_in_place(ready):
    """Nothing is lost; while the old one is too big it says so, and another is tried."""
    old = ready.worker
    for tries in (2, 3):
        old.say(Event("grown"))
        assert len(ready.workers) == tries
        ready.worker.die()
        run = ready.start()
        assert old.posted[-1].run_id == run.id
    old.say(Event("grown"))
    ready.worker.say(Event("ready"))
    assert old.verbs[-1] == "retire"


@pytest.mark.parametrize("end", ["its end", "drop", ""])
def test_where_two_do_not_fit_the_old_worker_goes_first(small, end):
    """As soon as its run is over or dropped. What comes then waits for the fresh worker."""
    old = small.worker
    if end:
        run = small.start()
        small.say(run, Status.RUNNING, 1)
    old.say(Event("grown"))
    if end:
        assert small.workers == [old]
    if end == "drop":
        small.client.drop(run)
    elif end:
        small.say(run, Status.FINISHED)
    assert old.verbs[-1] == "retire"
    new = small.worker
    assert (new is not old, new.delay, new.begun) == (True, None, False)
    later = small.start()
    assert new.verbs == ["start"]
    assert small.latest(later).reason == sentence("starting")
    assert not new.begun
    old.die()
    assert new.begun
    assert len(small.workers) == 2


def test_one_worker_dies_and_the_other_goes_on():
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
