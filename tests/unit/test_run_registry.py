"""A client's runs: limits for each browser, and when runs are paused or forgotten."""

from dataclasses import replace

import numpy as np
import pytest

from lib.results import history
from lib.results.run import Run, Snapshot, Status
from lib.training import limits, run_registry
from lib.training.limits import MAX_RUNS, MAX_RUNS_EACH
from lib.training.messages import Checkpoint, Drop
from lib.training.run_registry import WATCH_SECONDS
from tests.unit.fakes import fake_dataset, make_experiment
from tests.unit.pictures import a_result


def evaluated_up_to(epoch, weights, kept=None):
    """Return results evaluated at each epoch up to `epoch`, with one array of weights or None."""
    known = (weights,) if weights is not None else None
    result = a_result(fake_dataset(), 0.5)
    return replace(result, weights=known, checked_epochs=np.arange(epoch + 1), kept_epoch=kept)


@pytest.mark.parametrize(("size", "kept"), [(10, history.MOST_EPOCHS), (200_000, 2)])
def test_a_run_keeps_two_megabytes_of_weights_by_epoch(rig, size, kept):
    """Small models keep weights of many epochs, large models those of the first and newest."""
    run = rig.start()
    rig.worker.send(Snapshot(run.id, Status.RUNNING, 0, results={"last": evaluated_up_to(0, None)}))
    assert rig.client.checkpoints(run) == []  # Very large models send no weights.
    for epoch in range(200):
        result = evaluated_up_to(epoch, np.full(size, epoch, np.float32))
        for _ in range(2):
            snapshot = Snapshot(run.id, Status.RUNNING, epoch, 200, results={"last": result})
            rig.worker.send(snapshot)
    points = rig.client.checkpoints(run)
    assert kept // 3 < len(points) <= kept
    assert (points[0][0], points[-1][0]) == (0, 199)
    assert all(weights[0]["last"][0][0] == epoch for epoch, weights in points)


def test_best_weights_arent_stored_as_the_last_epochs_weights(rig):
    """A stopped mode sends its best epoch's weights while the other mode trains."""
    run = rig.start()

    def a_mode(epoch, kept=None):
        return evaluated_up_to(epoch, np.full(2, kept or epoch), kept)

    results = {"sequence": a_mode(3, kept=1), "last": a_mode(4)}
    rig.worker.send(Snapshot(run.id, Status.RUNNING, 4, 9, results=results))
    results |= {"last": a_mode(6, kept=5)}
    past = tuple((e, ({"sequence": (np.full(2, 1),), "last": (np.full(2, e),)},)) for e in (5, 6))
    rig.worker.send(Snapshot(run.id, Status.FINISHED, 6, 9, results=results, past=past))
    points = rig.client.checkpoints(run)
    assert [epoch for epoch, _ in points] == [4, 5, 6]
    assert [weights[0]["last"][0][0] for _, weights in points] == [4, 5, 6]
    assert [weights[0]["sequence"][0][0] for _, weights in points] == [1, 1, 1]


def test_an_abandoned_run_is_dropped_if_all_places_are_taken(rig, monkeypatch):
    """The dropped run is the paused run that a page showed longest ago."""
    monkeypatch.setattr(run_registry, "MAX_RUNS", 3)
    runs = [rig.start() for _ in range(3)]
    for run in runs[:2]:
        rig.report(run, Status.PAUSED, 1)
    rig.start()
    assert all(rig.client.get(run.id) for run in runs)  # a page may still show them
    rig.clock.forward(WATCH_SECONDS + 1)
    rig.client.latest(runs[0])
    rig.start()
    assert [rig.client.get(run.id) is not None for run in runs] == [True, False, True]


@pytest.mark.parametrize(
    ("owner", "most", "words"),
    [
        ("me", MAX_RUNS_EACH, ["at most 8 active runs", "yours has 8"]),
        ("", MAX_RUNS_EACH, ["at most 8 active runs", "8 are", "Allow cookies"]),
        (None, MAX_RUNS, []),
    ],
    ids=["a browser", "without cookies", "scripts"],
)
def test_each_browser_has_a_limit_of_active_runs(rig, owner, most, words):
    """The error has the limit, the number of active runs and the fix.

    A refused run isn't sent to a worker and removes no results. Ended runs don't count.
    """
    done = rig.start("other")
    result = {"last": a_result(fake_dataset(), 0.5)}
    rig.worker.send(Snapshot(done.id, Status.FINISHED, 5, 5, results=result))
    active = []
    for _ in range(MAX_RUNS + 8 * bool(words)):
        run = rig.start(owner)
        if rig.status(run) is Status.QUEUED:
            active.append(run)
    assert len(active) == most
    assert len(rig.worker.posted) == 1 + most
    assert rig.status(done) is Status.FINISHED
    assert all(each in rig.latest(run).reason for each in words)
    if words:
        assert rig.status(rig.start("another")) is Status.QUEUED
        rig.client.stop(active[0])
        again = [rig.status(rig.start(owner)) for _ in range(2)]
        assert again == [Status.QUEUED, Status.FAILED]


@pytest.mark.parametrize("owner", ["me", ""])
def test_a_browsers_active_runs_share_a_data_limit(rig, monkeypatch, owner):
    """The error has the limit and the number that the runs would have."""
    monkeypatch.setattr(limits, "MAX_VALUES_EACH", 120)
    first, second = rig.start(owner), rig.start(owner)
    assert rig.status(first) is Status.QUEUED
    assert all(words in rig.latest(second).reason for words in ("at most 120", "have 180"))


def test_abandoned_runs_without_a_cookie_free_their_places(rig):
    """Paused runs of browsers without a cookie count only as long as a page shows them."""
    for run in [rig.start("") for _ in range(MAX_RUNS_EACH)]:
        rig.report(run, Status.PAUSED, 1)
    assert rig.status(rig.start("")) is Status.FAILED
    rig.clock.forward(WATCH_SECONDS + 1)
    assert rig.status(rig.start("")) is Status.QUEUED


def trained(rig, status, epochs=40, size=1000):
    """Return a run with weights of each epoch, `size` numbers per epoch."""
    run = rig.start()
    for epoch in range(epochs):
        result = evaluated_up_to(epoch, np.zeros(size, np.float32))
        known = Status.RUNNING if epoch < epochs - 1 else status
        rig.worker.send(Snapshot(run.id, known, epoch, 40, results={"last": result}))
    rig.worker.send(Checkpoint(run.id, epochs, bytes(10_000)))
    rig.clock.forward(1)
    return run


def test_finished_and_abandoned_runs_share_a_memory_limit(rig, monkeypatch):
    """The newest run keeps all weights, and older runs are thinned out, then forgotten."""
    most = 1_000_000
    monkeypatch.setattr(run_registry, "KEEP_BYTES", most)
    statuses = Status.FINISHED, Status.PAUSED
    runs = [trained(rig, statuses[place % 2]) for place in range(40)]
    rig.clock.forward(WATCH_SECONDS + 1)
    rig.latest(runs[-2])
    rig.start()
    records = [rig.client._registry.runs.get(run.id) for run in runs]
    remaining = [run for run in records if run]
    data = {id(run.run.dataset): run.run.dataset.nbytes for run in remaining}
    assert most / 2 < sum(run.nbytes for run in remaining) + sum(data.values()) < most
    epochs = [len(rig.client.checkpoints(run)) for run in runs]
    assert (epochs[0], epochs[-2]) == (0, 40)
    assert 2 <= epochs[-8] <= history.FEW_EPOCHS
    monkeypatch.setattr(run_registry, "KEEP_BYTES", 1)
    done = [trained(rig, Status.FINISHED, epochs=1) for _ in range(3)]
    rig.start()  # the newest run stays: its page still shows it
    assert [run for run in done if rig.client.get(run.id)] == done[2:]


@pytest.mark.parametrize("background", [False, True])
def test_only_the_newest_finished_runs_are_kept(rig, monkeypatch, background):
    """The oldest finished runs are forgotten. Background runs are counted separately."""
    monkeypatch.setattr(run_registry, "KEEP_RUNS", 3)
    active, of_page, done = rig.start(), rig.start(), list[Run]()
    rig.report(of_page, Status.FINISHED)
    for _ in range(5):
        how = {"background": background}
        done.append(rig.client.start(make_experiment(), fake_dataset(), **how))
        rig.clock.forward(1)
        rig.report(done[-1], Status.FINISHED)
    rig.start()
    assert [run for run in done if rig.client.get(run.id)] == done[2:]
    assert rig.client.get(active.id) is active
    assert bool(rig.client.get(of_page.id)) == background


def test_runs_not_shown_for_hours_are_forgotten(rig):
    """Ended or paused runs are forgotten after KEEP_SECONDS, training runs never."""
    over, paused, going = rig.start(), rig.start(), rig.start()
    for run, status in ((over, Status.FINISHED), (paused, Status.PAUSED), (going, Status.RUNNING)):
        rig.report(run, status)
    rig.clock.forward(run_registry.KEEP_SECONDS + 1)
    rig.client.latest(going)
    assert [rig.client.get(run.id) for run in (over, paused, going)] == [None, None, going]
    assert Drop(paused.id) in rig.worker.posted


def test_an_unwatched_run_is_paused_with_a_reason(rig):
    """The reason is shown until the run resumes. A pause by the user has no reason."""
    run = rig.start()
    for _ in range(2):
        rig.clock.forward(WATCH_SECONDS + 1)
        rig.report(run, Status.RUNNING, 1)
    assert rig.worker.verbs == ["start", "pause"]
    rig.report(run, Status.PAUSED, 2)
    snapshot = rig.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.PAUSED, 2)
    assert "no page was showing" in snapshot.reason
    rig.client.resume(run)
    assert rig.worker.verbs == ["start", "pause", "resume"]
    rig.client.pause(run)
    rig.report(run, Status.PAUSED, 3)
    assert rig.latest(run).reason == ""


def test_wait_keeps_a_run_active(rig):
    """`wait` also resumes a run that was paused because no page showed it."""
    run = rig.start()
    rig.clock.forward(WATCH_SECONDS + 1)
    rig.report(run, Status.RUNNING, 1)
    assert rig.worker.verbs == ["start", "pause"]

    def until(_):
        rig.clock.forward(WATCH_SECONDS / 3)
        rig.report(run, Status.RUNNING, 2)
        return True

    rig.client.wait(run, 0.0, until)
    assert rig.worker.verbs == ["start", "pause", "resume"]
