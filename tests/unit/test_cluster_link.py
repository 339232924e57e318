"""The way to a cluster: when its driver is tried again, what is logged, and where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from lib.training import machine
from lib.training.client import TrainingClient
from lib.training.cluster_link import MOST_RETRY_SECONDS, RETRY_SECONDS, ClusterLink
from lib.training.messages import Event
from tests.clock import Clock
from tests.unit.fakes import FakeWorker, Scene

AWAY = Event("away", "nobody answers at head:1")


class Linked:
    """A link whose drivers are the test's."""

    def __init__(self) -> None:
        make: Any = FakeWorker
        self.clock = Clock()
        self.link = ClusterLink(make, lambda *_: None, lambda *_: None, self.clock.now)
        self.link.need()

    def say(self, event: Event) -> None:
        """The driver says this."""
        assert self.link.worker
        self.link.note_event(self.link.worker, event)

    def die(self) -> float:
        """The driver ends; in how many seconds the next one starts."""
        driver: Any = self.link.worker
        self.link.replace_dead(driver)
        assert self.link.worker is not driver
        following: Any = self.link.worker
        return float(following.delay)


@pytest.fixture
def linked() -> Linked:
    """With a driver that hasn't said anything."""
    return Linked()


def away(linked: Linked) -> float:
    """The driver ends as one that can't use the cluster."""
    linked.say(AWAY)
    return linked.die()


def test_a_cluster_that_is_away_is_tried_ever_less_often(linked: Linked) -> None:
    """Since each driver imports ray: after twice as long each time, up to a minute."""
    assert (RETRY_SECONDS, MOST_RETRY_SECONDS) == (5.0, 60.0)
    assert [away(linked) for _ in range(6)] == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]


def test_after_it_was_ready_the_delays_begin_anew(linked: Linked) -> None:
    """However long it was away before."""
    for _ in range(4):
        away(linked)
    linked.say(Event("ready", count=2))
    assert (linked.link.places, linked.link.away) == (2, "")
    assert [away(linked) for _ in range(2)] == [5.0, 10.0]


def test_a_driver_that_is_given_up_is_tried_ever_less_often_too(linked: Linked) -> None:
    """First at once, as any process that ends by itself; one that is ready then is used."""
    delays = [linked.die() for _ in range(6)]
    assert delays == [0.0, 1.0, 4.0, 5.0, 10.0, 20.0]
    assert "the connection ended 4 times in short order" in linked.link.away
    linked.say(Event("ready", count=2))
    assert linked.link.away == ""


def test_why_a_cluster_is_not_used_is_logged_once(
    linked: Linked, caplog: pytest.LogCaptureFixture
) -> None:
    """And again where it is another reason, or where the cluster was used meanwhile."""

    def logged() -> list[str]:
        texts = [each.getMessage() for each in caplog.records]
        caplog.clear()
        return texts

    for _ in range(3):
        away(linked)
    assert logged() == ["the cluster isn't used: nobody answers at head:1"]
    linked.say(Event("away", "no node has a processor free"))
    assert logged() == ["the cluster isn't used: no node has a processor free"]
    linked.say(AWAY)
    for kind, count in (("ready", 1), ("places", 2), ("places", 2)):
        linked.say(Event(kind, count=count))  # type: ignore[arg-type]
    linked.say(AWAY)
    why = "the cluster isn't used: nobody answers at head:1"
    used = [f"the cluster is used: {words}" for words in ("1 slot", "2 slots")]
    assert logged() == [why, *used, why]


@pytest.mark.parametrize(("setting", "is_there"), [(None, False), ("", False), ("head:1", True)])
def test_an_empty_setting_is_no_cluster(
    monkeypatch: pytest.MonkeyPatch, setting: str | None, is_there: bool
) -> None:
    """As where it isn't set: a file of settings may leave it empty."""
    monkeypatch.delenv(machine.RAY, raising=False)
    if setting is not None:
        monkeypatch.setenv(machine.RAY, setting)
    make: Any = FakeWorker
    with TrainingClient(make_worker=make) as client:
        assert (client.lookups is not None) is is_there


def test_what_a_driver_before_says_is_no_news() -> None:
    """Its words may come late, when the next one is ready already."""
    scene = Scene(clustered=True)
    first = scene.worker
    first.die()
    scene.worker.say(Event("ready", count=2))
    first.say(AWAY)
    assert (scene.client.places, scene.client.away) == (2, "")
    scene.client.close()
