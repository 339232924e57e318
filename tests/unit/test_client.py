"""A client starts, controls and shows runs, and sends questions. The workers are fakes."""

import threading
from contextlib import contextmanager

import numpy as np
import pytest

from lib.results.run import Snapshot, Status
from lib.training.client import AnswerError
from lib.training.messages import Answer, Ask, Drop, Event, Prepare, Steer, sentence
from tests.unit.fakes import ClientRig, fake_dataset, make_experiment, starts_of
from tests.waiting import PATIENCE


@pytest.fixture
def pair():
    """Provide a client of two workers that aren't ready."""
    rig = ClientRig(workers=2)
    yield rig
    rig.client.close()


@contextmanager
def while_waiting(act):
    """Provide an `until` that returns False. After its first call, a thread calls `act`."""
    called = threading.Event()

    def until(_):
        called.set()
        return False

    thread = threading.Thread(target=lambda: called.wait(PATIENCE) and act())
    thread.start()
    yield until
    thread.join()


def test_a_run_is_queued_while_the_worker_starts(rig):
    """Until the worker is ready, the reason names what the run waits for."""
    run = rig.start()
    snapshot = rig.latest(run)
    assert (snapshot.status, snapshot.reason) == (Status.QUEUED, sentence("starting"))
    assert snapshot.epochs == 5
    assert not rig.client.pool.ready
    rig.worker.send(Event("ready"))
    assert rig.client.pool.ready
    rig.report(run, Status.QUEUED)
    assert rig.latest(run).reason == rig.latest(rig.start()).reason == ""
    (command,) = starts_of(rig.worker, run)
    assert command.experiment == run.experiment
    assert np.shares_memory(command.samples.x, run.dataset.x)


def test_a_client_returns_the_newest_snapshot(rig):
    """An ended run ignores commands and older snapshots. A dropped run is unknown."""
    run, dropped = rig.start(), rig.start()
    rig.report(run, Status.RUNNING, 1)
    rig.report(run, Status.RUNNING, 2)
    assert rig.latest(run).epoch == 2
    rig.forget(dropped)
    rig.report(dropped, Status.RUNNING, 3)
    assert rig.client.latest(dropped) is rig.client.get(dropped.id) is None
    rig.report(run, Status.FINISHED, 5)
    for steer in (rig.client.pause, rig.client.resume, rig.client.step, rig.client.stop):
        steer(run)
    assert rig.worker.verbs == ["start", "start", "drop"]
    rig.report(run, Status.RUNNING, 3)
    assert rig.status(run) is Status.FINISHED


@pytest.mark.parametrize(
    ("verb", "answers"),
    [
        ("step", [(1, Status.RUNNING), (2, Status.PAUSED)]),
        ("resume", [(1, Status.RUNNING)]),
        ("stop", [(1, Status.RUNNING)]),
    ],
)
def test_a_resumed_run_counts_as_running_at_once(rig, verb, answers):
    """Pages don't show a pause that the worker sent before it received the command."""
    run = rig.start()
    rig.report(run, Status.PAUSED, 1)
    getattr(rig.client, verb)(run)
    assert rig.status(run) is Status.RUNNING
    for epoch, seen in answers:
        rig.report(run, Status.PAUSED, epoch)
        assert rig.status(run) is seen
    rig.client.pause(run)
    rig.report(run, Status.PAUSED, 2)
    assert rig.status(run) is Status.PAUSED
    assert rig.worker.verbs == ["start", verb, "pause"]


def test_a_pace_is_sent_at_the_start_and_at_each_change(rig):
    """The start command has the pace; later changes are sent."""
    run = rig.client.start(make_experiment(), fake_dataset(), show_seconds=8.0)
    assert [start.show_seconds for start in rig.worker.posted] == [8.0]
    for seconds in (24.0, None):
        rig.client.set_pace(run, seconds)
    paces = [Steer("set_pace", run.id, (seconds,)) for seconds in (24.0, None)]
    assert rig.worker.posted[1:] == paces
    rig.report(run, Status.FINISHED, 5)
    rig.client.set_pace(run, 8.0)
    assert len(rig.worker.posted) == 3


def test_when_waiting_for_a_run_ends(rig):
    """`wait` ends with an expected snapshot, or if the run ends or is forgotten."""
    run, dropped = rig.start(), rig.start()
    with while_waiting(lambda: rig.report(run, Status.RUNNING, 1)) as not_yet:
        snapshot = rig.client.wait(run, 60, lambda now: not_yet(now) or now.epoch > 0)
    assert snapshot.epoch == 1
    finish = while_waiting(lambda: rig.report(run, Status.FINISHED, 5))
    with finish as not_yet, pytest.raises(TimeoutError, match="expected state; it is finished"):
        rig.client.wait(run, None, not_yet)
    assert rig.client.wait(run, 0).status is Status.FINISHED
    with pytest.raises(TimeoutError, match="it is queued: The training process is starting"):
        rig.client.wait(dropped, 0.01)
    with while_waiting(lambda: rig.forget(dropped)) as never, pytest.raises(KeyError):
        rig.client.wait(dropped, 60, never)


def test_a_closed_client_starts_no_runs(pair):
    """Unfinished runs and questions fail, and waiting callers return."""
    run, future = pair.start(), pair.client.ask("double", number=1)
    pair.client.close()
    assert [worker.closed for worker in pair.workers] == [True, True]
    assert pair.status(run) is Status.FAILED
    with pytest.raises(AnswerError, match="closed"):
        future.result(0)
    with pytest.raises(RuntimeError, match="closed"):
        pair.start()


def test_a_run_starts_on_the_least_busy_worker(pair):
    """Later commands for the run are sent to the same worker."""
    assert pair.client.pool.places == 2
    one, other = pair.workers
    runs = [pair.start() for _ in range(3)]
    assert (one.verbs, other.verbs) == (["start", "start"], ["start"])
    pair.client.prepare(make_experiment(), fake_dataset(n=10, t=3, f=2, k=1, train=8))
    assert other.posted[-1] == Prepare(make_experiment(), (8, 3, 2, 1))  # a shape, not the data
    other.send(Snapshot(runs[1].id, Status.FINISHED))
    pair.start()
    assert other.verbs == ["start", "prepare", "start"]
    for verb in ("pause", "resume", "step", "stop"):
        getattr(pair.client, verb)(runs[2])
    assert one.verbs[2:] == ["pause", "resume", "step", "stop"]


def test_a_future_gets_the_answer_to_its_question(rig):
    """The future has the worker's answer or error.

    A canceled question is withdrawn, and a late answer to that question is ignored.
    """
    future, wrong, canceled = (rig.client.ask("double", number=k) for k in range(3))
    first, second, third = (command.id for command in rig.worker.posted)
    assert rig.worker.posted[0] == Ask(first, "double", {"number": 0})
    assert canceled.cancel()
    assert rig.worker.posted[3:] == [Drop(third)]
    for question_id in (first, first, third):
        rig.worker.send(Answer(question_id, {"double": 0}))
    rig.worker.send(Answer(second, error="Not that number."))
    assert future.result(0) == {"double": 0}
    with pytest.raises(AnswerError, match=r"^Not that number\.$"):
        wrong.result(0)


def test_a_question_fails_if_its_worker_dies(rig):
    """The error has the reason and the advice to ask again."""
    lost = rig.client.ask("double", number=1)
    rig.worker.die()
    with pytest.raises(AnswerError, match=r"was killed \(SIGKILL\)\..*Ask again\."):
        lost.result(0)
    again = rig.client.ask("double", number=1)
    rig.worker.send(Answer(rig.worker.posted[0].id, {"double": 2}))
    assert again.result(0) == {"double": 2}
