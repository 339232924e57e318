"""What waits in a slot for one page server: the newest of each run, and nothing by halves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lib.training.cluster.mailbox import Mailbox, merged

from lib.results.run import SeedWeights, Snapshot, Status
from lib.results.thinning import MOST_EPOCHS
from lib.training.cluster import held as module
from lib.training.cluster.held import Held, HeldRuns
from lib.training.messages import Answer, Checkpoint, Event, Message, Report, decode


def taken(box: Mailbox) -> list[Any]:
    """The messages of a box."""
    return [decode(data, Message) for data in box.take()]


def past(*epochs: int, size: int = 1) -> tuple[tuple[int, SeedWeights], ...]:
    """Weights after these epochs, of so many numbers, all the epoch."""
    return tuple((epoch, ({"last": (np.full(size, epoch),)},)) for epoch in epochs)


def going(run_id: str, epoch: int, *epochs: int, status: Status = Status.RUNNING) -> Report:
    """A run's snapshot, with weights of these epochs before."""
    return Report(Snapshot(run_id, status, epoch, past=past(*epochs)))


def test_of_a_run_only_the_newest_snapshot_waits() -> None:
    """With the weights that those before it brought along, each epoch once."""
    box = Mailbox()
    box.put(going("a", 3, 1, 2))
    box.put(going("b", 1))
    box.put(going("a", 6, 2, 4, 5))
    found = {each.snapshot.run_id: each.snapshot for each in taken(box)}
    assert {run_id: each.epoch for run_id, each in found.items()} == {"a": 6, "b": 1}
    assert [epoch for epoch, _ in found["a"].past] == [1, 2, 4, 5]
    assert box.is_empty
    assert box.take() == []


def test_what_a_server_that_looks_seldom_gets_does_not_grow_for_ever() -> None:
    """Weights are thinned; the first and the newest stay."""
    kept: tuple[tuple[int, SeedWeights], ...] = ()
    for epoch in range(1, 2000):
        kept = merged(kept, Snapshot("a", Status.RUNNING, epoch, past=past(epoch))).past
        assert len(kept) <= MOST_EPOCHS
    epochs = [epoch for epoch, _ in kept]
    assert epochs == sorted(set(epochs))
    assert (epochs[0], epochs[-1]) == (1, 1999)
    large = past(1, 2, 3, 4, size=200_000)
    assert [e for e, _ in merged(large, Snapshot("a", Status.RUNNING)).past] == [1, 4]


def test_of_a_run_only_the_newest_checkpoint_waits() -> None:
    """It comes before the snapshots, since none is kept of a run that is over."""
    box = Mailbox()
    for epoch in (5, 10):
        box.put(Checkpoint("a", epoch, b"state"))
    box.put(going("a", 12))
    checkpoint, report = taken(box)
    assert (checkpoint.epoch, report.snapshot.epoch) == (10, 12)


def test_all_else_waits_in_order() -> None:
    """Answers and events, none of which another one replaces."""
    box = Mailbox()
    box.put(going("a", 1))
    others = [Event("refused", "one"), Answer("q", {"double": 2}), Event("refused", "two")]
    for each in others:
        box.put(each)
    found = taken(box)
    assert [type(each) for each in found] == [Event, Answer, Event, Report]
    assert [found[0], found[2]] == [others[0], others[2]]


def held(status: Status = Status.FINISHED, card: bytes = b"") -> Held:
    """A run that stands so."""
    made = Held("server", card)
    made.note(Snapshot("", status))
    return made


def test_runs_that_are_over_are_let_go_of_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many, or too large ones; none that goes on."""
    monkeypatch.setattr(module, "KEEP_RUNS", 2)
    monkeypatch.setattr(module, "KEEP_BYTES", 1000)
    runs = HeldRuns()
    runs.add("going", held(Status.RUNNING, bytes(1000)))
    runs.add("silent", Held("server", b""))
    for name in "abc":
        runs.add(name, held(card=bytes(100)))
    assert list(runs.by_id) == ["going", "silent", "b", "c"]
    assert runs.going == 2
    runs.add("large", held(card=bytes(750)))
    assert list(runs.by_id) == ["going", "silent", "large"]


def test_who_comes_later_is_shown_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of it; nothing before the first snapshot."""
    monkeypatch.setattr(module, "PAST", 4)
    run = Held("server", b"")
    assert run.whole() is None
    for epoch in range(1, 20):
        run.note(Snapshot("a", Status.RUNNING, epoch, past=past(epoch)))
    report = run.whole()
    assert report
    assert report.snapshot.epoch == 19
    assert report.snapshot.past[0][0] == 1
    assert len(report.snapshot.past) <= 4
    assert run.snapshot
    assert run.snapshot.past == ()


def test_owner_and_watchers_are_told() -> None:
    """Nobody is of a run that isn't held."""
    runs = HeldRuns()
    runs.add("a", Held("owner", b"", {"watcher"}))
    assert runs.servers("a") == {"owner", "watcher"}
    assert runs.servers("b") == set()
