"""Runs of other page servers: who looks for one, and who gets the answer."""

from __future__ import annotations

from lib.training.messages import Command, Find, Found
from lib.training.shared import Shared


class Post:
    """A `Shared`, and what it has posted."""

    def __init__(self) -> None:
        self.posted: list[Command] = []
        self.shared = Shared(self._take)

    def _take(self, command: Command) -> None:
        assert not self.shared._lock.locked(), "who posts may wait for the client's lock"
        self.posted.append(command)


def test_a_run_is_looked_for_once() -> None:
    """By all who ask meanwhile; after an answer it is looked for again."""
    post = Post()
    one, other = post.shared.find("a"), post.shared.find("a")
    assert post.posted == [Find("a")]
    post.shared.take(Found("a", b"card"))
    assert one.result(0) == other.result(0) == b"card"
    post.shared.take(Found("a", None))  # nobody waits any more
    post.shared.find("a")
    assert post.posted == [Find("a")] * 2


def test_the_next_driver_is_asked_what_has_no_answer_yet() -> None:
    """Who asked the one before is answered by this one."""
    post = Post()
    search, other = post.shared.find("run"), post.shared.find("other")
    post.shared.take(Found("other", None))
    post.posted.clear()
    post.shared.again()
    assert post.posted == [Find("run")]
    assert post.shared.find("run") is search
    post.shared.take(Found("run", b"card"))
    assert search.result(0) == b"card"
    assert other.result(0) is None
