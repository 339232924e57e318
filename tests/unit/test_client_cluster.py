"""A client with a cluster: which runs go there, which go on here, and what other servers share."""

import pytest

from lib.results import Run, Snapshot, Status
from lib.training import TrainingClient, machine, run_registry
from lib.training.client_run import COMMAND_SECONDS
from lib.training.cluster_link import MODULE
from lib.training.messages import (
    Answer,
    Ask,
    Attended,
    Checkpoint,
    Event,
    Lost,
    Start,
    Steer,
    Watch,
)
from lib.training.questions import AnswerError
from lib.training.run_registry import KEEP_SECONDS, TIDY_SECONDS, WATCH_SECONDS
from lib.training.worker_process import QUICK_SECONDS
from tests.unit.fakes import FakeWorker, Scene, make_dataset, make_experiment

AWAY = Event("away", "nobody answers at head:1")
WORDS = "The cluster isn't used: nobody answers at head:1. This machine trains."
GONE = "Its place in the cluster is gone."


@pytest.fixture
def scene():
    """A client whose driver isn't ready yet."""
    scene = Scene(workers=2, clustered=True)
    yield scene
    scene.client.close()


@pytest.fixture
def ready(scene):
    """The same with a cluster of three slots."""
    scene.worker.say(Event("ready", count=3))
    return scene


def is_driver(worker):
    """Whether it is no worker of this machine's own."""
    return worker.arguments[:1] == (MODULE,)


def starts(worker, run):
    """The commands that start a run there."""
    return [c for c in worker.posted if isinstance(c, Start) and c.run_id == run.id]


def test_with_a_cluster_only_its_driver_starts(scene):
    """At once; it has one place until it says how many, and new runs wait for it."""
    (driver,) = scene.workers
    assert (is_driver(driver), driver.delay, scene.client.places) == (True, 0.0, 1)
    run = scene.start()
    assert starts(driver, run)
    for count in (3, 70):
        driver.say(Event("ready", count=count))
        assert (scene.client.places, scene.client.worker_ready) == (count, True)
    assert scene.workers == [driver]


def test_without_a_cluster_training_goes_on_here(scene):
    """What had not been sent moves, with the reason; new runs come here, with it too."""
    (driver,) = scene.workers
    run = scene.start()
    scene.client.pause(run)
    future = scene.client.ask("double", number=1)
    driver.say(AWAY)
    assert (scene.client.away, scene.client.places, driver.posted) == (WORDS, 2, [])
    local = scene.worker
    assert local.verbs == ["start", "pause", "ask"]
    assert not is_driver(local)
    local.say(Event("ready"))
    scene.say(run, Status.RUNNING, 1)
    assert scene.latest(run).reason == WORDS
    new = scene.start()
    scene.worker.say(Snapshot(new.id, Status.RUNNING, 1, 5))
    assert scene.latest(new).reason == WORDS
    assert not future.done()


def test_runs_of_a_cluster_that_is_gone_go_on_here_until_it_is_back(ready):
    """From their checkpoints. Then new runs go there, and so does one whose process here dies."""
    (driver,) = ready.workers
    run = ready.start()
    ready.say(run, Status.RUNNING, 3)
    driver.say(Checkpoint(run.id, 2, b"state"))
    driver.say(AWAY)
    local = ready.worker
    local.say(Event("ready"))
    assert starts(local, run)[0].checkpoint == b"state"
    words = "The cluster can't be used now. This run goes on from epoch 2."
    assert (ready.latest(run).reason, ready.latest(run).epoch) == (words, 2)
    driver.say(Snapshot(run.id, Status.RUNNING, 4, 5))  # what is said there now is no news
    assert ready.latest(run).epoch == 2
    driver.die()
    driver = ready.worker
    driver.say(Event("ready", count=3))
    assert (ready.client.away, local.verbs) == ("", ["start", "retire"])
    assert starts(driver, ready.start())
    local.say(Snapshot(run.id, Status.RUNNING, 3, 5))
    assert ready.latest(run).epoch == 3
    local.die()
    assert starts(driver, run)[0].checkpoint == b"state"


def test_a_driver_that_is_killed_is_followed_by_another(ready):
    """Which gets all runs that go on; that may happen any number of times."""
    run, paused, stopped = (ready.start() for _ in range(3))
    for _ in range(3):
        for each, status in ((run, Status.RUNNING), (paused, Status.PAUSED)):
            ready.say(each, status, 3)
            ready.worker.say(Checkpoint(each.id, 3, b"state"))
        ready.client.stop(stopped)
        before = ready.worker
        before.die()
        assert ready.worker.arguments == before.arguments  # it is the same page server's
        (start,) = starts(ready.worker, run)
        assert (start.paused, start.checkpoint) == (False, b"state")
        assert starts(ready.worker, paused)[0].paused
        words = "The connection to the cluster was lost. This run goes on from epoch 3."
        assert ready.latest(run).reason == words
        assert ready.status(stopped) is Status.STOPPED
        before.say(Snapshot(run.id, Status.FINISHED, 5, 5))  # it comes late, and is no news
        before.say(AWAY)
        ready.worker.say(Event("ready", count=3))
    assert (ready.status(run), ready.client.away) == (Status.QUEUED, "")


def test_a_driver_that_ends_again_and_again_is_given_up(ready):
    """This machine trains then; others are tried ever less often, and anew after a long life."""
    run, delays = ready.start(), []
    for seconds in (1, 1, 1, 1, 1, 20, 40, 60, 80, QUICK_SECONDS + 1):
        driver = next(each for each in reversed(ready.workers) if is_driver(each))
        ready.clock.forward(seconds)
        driver.die()
        followed = next(each for each in reversed(ready.workers) if is_driver(each))
        delays.append(followed.delay)
        assert ("lost again and again" in ready.client.away) is (len(delays) > 4)
    assert delays == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 0.0]
    assert any(starts(each, run) for each in ready.workers if not is_driver(each))


def test_what_is_lost_with_a_slot_begins_again_elsewhere(ready):
    """From its checkpoint, paused if it was; a question has to be asked again."""
    run, paused = ready.start(), ready.start()
    future = ready.client.ask("double", number=1)
    (question_id,) = (c.question_id for c in ready.worker.posted if isinstance(c, Ask))
    ready.say(run, Status.RUNNING, 3)
    ready.worker.say(Checkpoint(run.id, 3, b"state"))
    ready.say(paused, Status.PAUSED, 2)  # by a page of another server
    ready.worker.say(Checkpoint(paused.id, 2, b"state"))
    ready.worker.say(Lost([run.id, paused.id, question_id, "unknown"], GONE))
    assert starts(ready.worker, run)[1].checkpoint == b"state"
    assert starts(ready.worker, paused)[1].paused
    assert ready.latest(run).reason == f"{GONE} This run goes on from epoch 3."
    with pytest.raises(AnswerError, match=r"is gone\. Ask again"):
        future.result(0)
    ready.worker.say(Lost([run.id], GONE))
    assert ready.status(run) is Status.FAILED  # within a minute: it may be what ends them


@pytest.mark.parametrize(("setting", "is_there"), [(None, False), ("", False), ("head:1", True)])
def test_an_empty_setting_is_no_cluster(monkeypatch, setting, is_there):
    """As where it isn't set: a file of settings may leave it empty."""
    monkeypatch.delenv(machine.RAY, raising=False)
    if setting is not None:
        monkeypatch.setenv(machine.RAY, setting)
    with TrainingClient(make_worker=FakeWorker) as client:
        assert client.is_clustered is is_there


def foreign(scene, run_id="0" * 16):
    """A run of another page server that is watched here."""
    run = Run(run_id, make_experiment(), make_dataset())
    scene.client.adopt(run)
    return run


def test_a_run_of_another_server_is_found_and_watched(ready):
    """It can be steered, and takes none of this server's room."""
    future = ready.client.find("0" * 16)
    (ask,) = (c for c in ready.worker.posted if isinstance(c, Ask))
    assert ask.arguments == {"run_id": "0" * 16}
    ready.worker.say(Answer(ask.question_id, {"card": b"card"}))
    assert future.result(0)["card"] == b"card"
    run = foreign(ready)
    ready.client.adopt(run)
    assert ready.worker.posted[1:] == [Watch(run.id)]
    ready.say(run, Status.RUNNING, 2)
    assert ready.latest(run).epoch == 2
    for verb in ("pause", "resume", "stop"):
        getattr(ready.client, verb)(run)
    ready.client.set_pace(run, None)  # which it may have, or not
    steers = [c.verb for c in ready.worker.posted if isinstance(c, Steer)]
    assert [verb for verb in steers if verb != "attend"] == ["pause", "resume", "stop", "set_pace"]


def test_its_own_server_hears_that_somebody_looks(ready):
    """Now and then; by the same sign a run here goes on that is looked at elsewhere."""
    run = foreign(ready)
    ready.say(run, Status.RUNNING, 2)
    for seconds in (0, 1, TIDY_SECONDS, 1):
        ready.clock.forward(seconds)
        ready.latest(run)
    assert [c for c in ready.worker.posted if isinstance(c, Steer)] == 2 * [Steer("attend", run.id)]
    own = ready.start()
    ready.say(own, Status.RUNNING, 2)
    for _ in range(3):
        ready.clock.forward(WATCH_SECONDS - 1)
        ready.worker.say(Attended(own.id))
    ready.latest(run)
    assert Steer("pause", own.id) not in ready.worker.posted


@pytest.mark.parametrize("how", ["lost", "dropped", "old", "away", "died"])
def test_a_run_of_another_server_is_only_forgotten_here(ready, how):
    """It may go on, and whoever looks again finds it again."""
    run = foreign(ready)
    ready.say(run, Status.RUNNING, 2)
    (driver,) = ready.workers
    if how == "lost":
        driver.say(Lost([run.id], GONE))
    elif how == "dropped":
        ready.client.drop(run)
    elif how == "old":
        ready.say(run, Status.PAUSED, 2)
        ready.clock.forward(2 * KEEP_SECONDS)
        ready.start()
    elif how == "away":
        driver.say(AWAY)
    else:
        driver.die()
    assert ready.client.get(run.id) is ready.client.latest(run) is None
    for worker in ready.workers:
        assert starts(worker, run) == []
        assert Steer("drop", run.id) not in worker.posted


@pytest.mark.parametrize("is_own", [True, False])
def test_a_pause_on_another_server_is_believed_after_a_while(ready, is_own):
    """Just after a person has the run go on here, it may be of before that."""
    run = ready.start() if is_own else foreign(ready)
    ready.say(run, Status.PAUSED, 2)
    ready.client.resume(run)
    ready.clock.forward(COMMAND_SECONDS)
    ready.say(run, Status.PAUSED, 2)
    assert ready.status(run) is Status.RUNNING
    ready.clock.forward(1)
    ready.say(run, Status.PAUSED, 3)
    assert ready.status(run) is Status.PAUSED


def test_runs_of_others_that_are_over_leave_this_servers_theirs(ready, monkeypatch):
    """Of each so many are known; a card, which may have an upload's rows, takes memory too."""
    monkeypatch.setattr(run_registry, "KEEP_RUNS", 2)
    monkeypatch.setattr(run_registry, "KEEP_BYTES", 1_000_000)
    own = [ready.start() for _ in range(3)]
    others = [foreign(ready, f"{place:016x}") for place in range(4)]
    for run in [*own, *others]:
        ready.clock.forward(1)
        ready.say(run, Status.FINISHED, 5)
    ready.start()
    assert [run for run in own if ready.client.get(run.id)] == own[1:]
    assert [run for run in others if ready.client.get(run.id)] == others[2:]
    large = ready.client.start(make_experiment(), make_dataset(), card=bytes(1_000_000))
    ready.clock.forward(1)
    ready.say(large, Status.FINISHED, 5)
    ready.start()
    assert [run for run in (*own, large) if ready.client.get(run.id)] == [large]
