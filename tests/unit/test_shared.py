"""What page servers know of each other: runs that are looked for, and notes that are followed."""

from __future__ import annotations

import threading

import pytest

from lib.training import shared as module
from lib.training.messages import Command, Event, Find, Follow, Found, Note, Noted
from lib.training.shared import Shared
from tests.waiting import PATIENCE


class Post:
    """A `Shared`, and what it has posted."""

    def __init__(self) -> None:
        self.posted: list[Command] = []
        self.shared = Shared(self._take)

    def _take(self, command: Command) -> None:
        assert not self.shared._lock.locked(), "who posts may wait for the client's lock"
        self.posted.append(command)


@pytest.fixture
def post() -> Post:
    """With nothing posted yet."""
    return Post()


def test_a_run_is_looked_for_once(post: Post) -> None:
    """By all who ask meanwhile; after an answer it is looked for again."""
    one, other = post.shared.find("a"), post.shared.find("a")
    assert post.posted == [Find("a")]
    assert post.shared.take(Found("a", b"card"))
    assert one.result(0) == other.result(0) == b"card"
    assert post.shared.take(Found("a", None))  # nobody waits any more
    post.shared.find("a")
    assert post.posted == [Find("a")] * 2


def test_what_is_followed_is_told_to_all_who_do(post: Post) -> None:
    """Each once, however often they ask; other messages aren't for this."""
    one: list[bytes] = []
    other: list[bytes] = []
    for call in (one.append, other.append, one.append):
        post.shared.follow("a", call)
    assert post.posted == [Follow("a")]
    assert post.shared.take(Noted("a", b"1"))
    assert post.shared.take(Noted("b", b"2"))
    assert (one, other) == ([b"1"], [b"1"])
    assert not post.shared.take(Event("ready"))


def test_a_note_that_makes_no_sense_is_passed_over(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    """Anybody may have left it: who else follows hears of it, and the reader goes on."""
    heard: list[bytes] = []

    def broken(value: bytes) -> None:
        raise ValueError(f"not a note: {value!r}")

    post.shared.follow("a", broken)
    post.shared.follow("a", heard.append)
    assert post.shared.take(Noted("a", b"nonsense"))
    assert heard == [b"nonsense"]
    assert "a note 'a' was passed over: not a note" in caplog.text


def test_who_asks_for_a_note_waits_for_it_once(post: Post) -> None:
    """Until it comes; what is followed already is known at once, or isn't there."""
    found: list[bytes | None] = []
    thread = threading.Thread(target=lambda: found.append(post.shared.note("a", PATIENCE)))
    thread.start()
    while not post.posted:
        pass
    post.shared.take(Noted("a", b"1"))
    thread.join(PATIENCE)
    assert found == [b"1"]
    assert post.shared.note("a", PATIENCE) == b"1"
    post.shared.follow("b")
    assert post.shared.note("b", PATIENCE) is None


def test_made_up_keys_are_not_followed_for_ever(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links may name any: the oldest go, but for those that somebody wants to hear of."""
    monkeypatch.setattr(module, "MOST_ASKED", 2)
    post.shared.follow("kept", lambda _: None)
    for key in "abcd":
        post.shared.note(key, 0)
    ended = [c.key for c in post.posted if isinstance(c, Follow) and c.ends]
    assert ended == ["a", "b"]
    post.shared.take(Noted("a", b"late"))
    assert post.shared.note("d", PATIENCE) is None
    assert list(post.shared._followed) == ["kept", "c", "d"]
    assert post.shared._notes == {}


def test_what_is_not_followed_any_more_is_forgotten(post: Post) -> None:
    """Who asks again hears of it anew."""
    heard: list[bytes] = []
    post.shared.follow("a", heard.append)
    post.shared.take(Noted("a", b"1"))
    post.shared.unfollow("a")
    assert post.posted[-1] == Follow("a", ends=True)
    post.shared.take(Noted("a", b"2"))
    assert heard == [b"1"]
    assert post.shared.note("a", 0) is None


def test_the_next_driver_is_told_all_that_holds(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest note of each key while its time isn't over, and not more than MOST_NOTES.

    What is still looked for is looked for again.
    """
    monkeypatch.setattr(module, "MOST_NOTES", 2)
    for key in "abc":
        post.shared.leave(key, key.encode(), 60.0)
    post.shared.leave("c", b"over", -1.0)
    post.shared.leave("b", b"again", 60.0)
    post.shared.follow("d")
    search = post.shared.find("run")
    other = post.shared.find("other")
    post.shared.take(Found("other", None))
    post.posted.clear()
    post.shared.again()
    assert post.posted == [Find("run"), Note("b", b"again", 60.0), Follow("d")]
    assert not search.done()  # who asked the one before is answered by this one
    assert post.shared.find("run") is search
    post.shared.take(Found("run", b"card"))
    assert search.result(0) == b"card"
    assert other.result(0) is None
    post.posted.clear()
    post.shared.again()
    assert post.posted == [Note("b", b"again", 60.0), Follow("d")]
