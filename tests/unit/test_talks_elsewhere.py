"""Talks on two page servers of a cluster: one is presented on the first, followed on the other."""

from __future__ import annotations

import pytest

from lib.training.shared import Shared
from lib.ui import clock
from lib.ui.present import elsewhere
from lib.ui.present.elsewhere import LOST_SECONDS, Elsewhere
from lib.ui.present.talk import Talk
from lib.ui.present.talks import Shown, Talks
from tests.clock import Clock
from tests.unit.joined import Joined

FIRST, SECOND = Shown("strip", {"T": ["12"]}), Shown("number", {"data": ["parity"]}, (0,))


class Server:
    """One of the servers, and which of its sessions were asked to draw their page anew."""

    def __init__(self, shared: Shared | None) -> None:
        self.shared = shared
        self.there = {"presenter", "follower", "notes"}
        self.told: list[str] = []
        self.talks = Talks(
            self.there.__contains__, lambda session, *_: self.told.append(session), lambda: shared
        )

    @property
    def elsewhere(self) -> Elsewhere:
        """What it has to do with the other one."""
        return self.talks._elsewhere


class Pair:
    """A talk on one server, and another server."""

    def __init__(self, time: Clock) -> None:
        self.time = time
        self.joined = Joined()
        self.one, self.other = (Server(self.joined.server()) for _ in range(2))
        self.talk = self.one.talks.given_by("presenter", "a")
        self.one.talks.show(self.talk, FIRST)

    @property
    def far(self) -> Talk:
        """The talk as the other server knows it."""
        talk = self.other.talks.find(self.talk.id)
        assert talk
        return talk


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Pair:
    """On a clock of the test; nobody tells again by himself."""
    time = Clock()
    monkeypatch.setattr(clock, "now", time.now)
    monkeypatch.setattr(Elsewhere, "_keep_telling", lambda _: None)
    return Pair(time)


def test_a_talk_is_followed_from_another_server(pair: Pair) -> None:
    """It shows the same at once, and whenever it moves; and draws for those alone who follow."""
    far = pair.far
    assert far.is_far
    assert far.shown == FIRST
    assert pair.far is far
    pair.other.talks.follow(far, "follower", "fragment")
    pair.one.talks.show(pair.talk, SECOND)
    assert far.shown == SECOND
    assert pair.other.told == ["follower"]
    pair.one.talks.show(pair.talk, SECOND)
    assert pair.other.told == ["follower"]
    assert pair.other.talks.find("unknown") is pair.other.talks.find("") is None


def test_one_server_alone_finds_its_own_talks_only() -> None:
    """Where there is no cluster."""
    server = Server(None)
    talk = server.talks.given_by("presenter", "a")
    server.talks.show(talk, FIRST)
    assert server.talks.find(talk.id) is talk
    assert server.talks.find("another") is None
    assert not server.elsewhere.tell_again()


def test_notes_on_another_server_move_the_talk(pair: Pair) -> None:
    """By their own id, which no follower knows; each wish counts once, though it is read again."""
    notes = pair.other.talks.noted(pair.talk.notes)
    assert notes
    assert notes.shown == FIRST
    assert pair.far.notes == ""
    assert pair.other.talks.noted(pair.talk.id) is pair.other.talks.find(pair.talk.notes) is None
    pair.other.talks.wish(notes, 1)
    pair.other.talks.wish(notes, 1)
    assert pair.one.told == ["presenter", "presenter"]
    key = f"wish:{pair.talk.id}"
    pair.joined.put(key, pair.joined.notes[key])
    assert pair.one.talks.granted(pair.talk) == 2
    assert pair.one.talks.granted(pair.talk) == 0


def missing_wishes(pair: Pair, *wishes: int) -> Talk:
    """The talk as its notes on the other server have it, where these were wished for.

    Of quick wishes the board has only the last when it is read.
    """
    notes = pair.other.talks.noted(pair.talk.notes)
    assert notes
    assert pair.one.shared
    key = f"wish:{pair.talk.id}"
    pair.joined._followed.discard((pair.one.shared, key))
    for by in wishes:
        pair.other.talks.wish(notes, by)
    pair.joined._followed.add((pair.one.shared, key))
    pair.joined.put(key, pair.joined.notes[key])
    return notes


@pytest.mark.parametrize("wishes", [(1, 1), (1, 1, 1, -1), (-1, -1, -1), (1, -1)])
def test_quick_wishes_add_up_though_only_the_last_is_read(
    pair: Pair, wishes: tuple[int, ...]
) -> None:
    """The first ones too; and each counts once, though its note is read again."""
    notes = missing_wishes(pair, *wishes)
    assert pair.one.talks.granted(pair.talk) == sum(wishes)
    missing_wishes(pair, *wishes)
    assert pair.one.talks.granted(pair.talk) == sum(wishes)
    key = f"wish:{pair.talk.id}"
    pair.joined.put(key, pair.joined.notes[key])
    assert pair.one.talks.granted(pair.talk) == 0
    pair.other.talks.wish(notes, 1)
    assert pair.one.talks.granted(pair.talk) == 1


def test_wishes_of_several_servers_add_up(pair: Pair) -> None:
    """Each has its own sum, though their notes take each other's place."""
    third = Server(pair.joined.server())
    for server in (pair.other, third, pair.other, third, third):
        notes = server.talks.noted(pair.talk.notes)
        assert notes
        server.talks.wish(notes, 1)
    assert pair.one.talks.granted(pair.talk) == 5


def test_sums_that_are_forgotten_begin_anew(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many talks those of the newest are kept: nobody is sent back for that."""
    monkeypatch.setattr(elsewhere, "MOST", 1)
    notes = missing_wishes(pair, 1, 1, 1)
    assert pair.one.talks.granted(pair.talk) == 3
    other = pair.one.talks.given_by("follower", "b")
    pair.one.talks.show(other, SECOND)
    far = pair.other.talks.find(other.id)
    assert far
    pair.other.talks.wish(far, 1)
    pair.other.talks.wish(notes, 1)
    assert pair.one.talks.granted(pair.talk) == 1
    assert list(pair.other.elsewhere._wished_for) == [pair.talk.id]


def test_a_wish_is_not_granted_again_after_a_reload(pair: Pair) -> None:
    """The presenter's page was gone meanwhile, and its last note is read again then."""
    notes = pair.other.talks.noted(pair.talk.notes)
    assert notes
    pair.other.talks.wish(notes, 1)
    pair.other.talks.wish(notes, 1)
    assert pair.one.talks.granted(pair.talk) == 2
    pair.one.there.remove("presenter")
    pair.one.elsewhere.tell_again()
    pair.one.there.add("reloaded")
    assert pair.one.talks.given_by("reloaded", "a") is pair.talk
    assert pair.one.talks.granted(pair.talk) == 0
    pair.other.talks.wish(notes, 1)
    assert pair.one.talks.granted(pair.talk) == 1


def test_a_presenter_of_whom_nothing_is_heard_is_gone(pair: Pair) -> None:
    """After LOST_SECONDS; as long as the talk goes on its server says so again."""
    far = pair.far
    pair.time.forward(LOST_SECONDS - 1)
    assert pair.other.talks.is_given(far)
    assert pair.one.elsewhere.tell_again()
    pair.time.forward(LOST_SECONDS - 1)
    assert pair.other.talks.is_given(far)
    pair.one.there.remove("presenter")
    assert not pair.one.elsewhere.tell_again()
    pair.time.forward(2)
    assert not pair.other.talks.is_given(far)
    assert far.shown == FIRST


def test_of_a_talk_that_is_over_nothing_is_followed(pair: Pair) -> None:
    """After a reload it is told of again, and its notes are heard again."""
    shared = pair.one.shared
    assert shared
    assert pair.joined.followed(shared) == {f"wish:{pair.talk.id}"}
    pair.one.there.remove("presenter")
    pair.one.elsewhere.tell_again()
    assert pair.joined.followed(shared) == set()
    pair.one.there.add("reloaded")
    assert pair.one.talks.given_by("reloaded", "a") is pair.talk
    assert pair.one.elsewhere.tell_again()
    notes = pair.other.talks.noted(pair.talk.notes)
    assert notes
    pair.other.talks.wish(notes, -1)
    assert pair.one.talks.granted(pair.talk) == -1


def test_a_note_that_is_no_talk_changes_nothing(pair: Pair) -> None:
    """Nor does one that is no wish."""
    far = pair.far
    pair.joined.put(f"talk:{pair.talk.id}", b"nonsense")
    pair.joined.put(f"wish:{pair.talk.id}", b"nonsense")
    assert far.shown == FIRST
    assert pair.one.talks.granted(pair.talk) == 0
    pair.joined.put("talk:nonsense", b"nonsense")
    assert pair.other.talks.find("nonsense") is None


def test_talks_of_others_are_not_remembered_for_ever(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest are followed no more."""
    monkeypatch.setattr(elsewhere, "MOST", 2)
    far, ids = pair.far, []
    for session in ("b", "c"):
        talk = pair.one.talks.given_by(session, None)
        pair.one.talks.show(talk, SECOND)
        assert pair.other.talks.find(talk.id)
        ids.append(talk.id)
    assert pair.other.shared
    assert pair.joined.followed(pair.other.shared) == {f"talk:{each}" for each in ids}
    assert pair.far is not far
