"""Lookups of other page servers' runs: how long an answer is expected, and what is remembered."""

from __future__ import annotations

import threading

import pytest

from lib.training import lookup
from lib.training.lookup import Lookups
from lib.training.messages import Command, Find, Found
from tests.clock import Clock
from tests.waiting import eventually


def test_a_card_is_expected_as_long_as_it_is_read() -> None:
    """Reading one can take longer than the wait for the other servers."""
    clock, may_read = Clock(), threading.Event()
    posted, cards = list[Command](), list[bytes]()
    lookups = Lookups(posted.append, clock.now)

    def read(card: bytes) -> None:
        may_read.wait()
        cards.append(card)

    assert lookups.ask("a", 2, read)
    lookups.answer(Found("a", b"card"))
    for seconds in (3, 3600):
        clock.forward(seconds)
        assert lookups.ask("a", 2, read)
    may_read.set()
    assert eventually(lambda: cards == [b"card"])
    assert posted == [Find("a")]


def test_lookups_that_nobody_answers_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest are remembered, and a late answer is read once."""
    monkeypatch.setattr(lookup, "MOST", 2)
    clock, posted, cards = Clock(), list[Command](), list[bytes]()
    lookups = Lookups(posted.append, clock.now)
    for name in ("a", "b", "c", "c", "a"):
        assert lookups.ask(name, 2, cards.append)
    assert [*lookups._lookups] == ["c", "a"]
    for _ in range(3):
        clock.forward(2 + lookup.PAUSE_SECONDS)
        assert lookups.ask("a", 2, cards.append)
    assert posted == [Find(name) for name in ("a", "b", "c", "a", "a", "a", "a")]
    for _ in range(2):
        lookups.answer(Found("a", b"card"))
    assert eventually(lambda: cards == [b"card"])


def test_a_card_that_cannot_be_read_ends_its_lookup() -> None:
    """Whatever went wrong: its page says that there is no such run, and may look again."""
    clock, posted = Clock(), list[Command]()
    lookups = Lookups(posted.append, clock.now)
    for error in (ValueError, RuntimeError):

        def read(card: bytes, error: type[Exception] = error) -> None:
            raise error(card)

        assert lookups.ask("a", 2, read)
        lookups.answer(Found("a", b"card"))
        assert eventually(lambda: not lookups.ask("a", 2, bytes))
        clock.forward(lookup.PAUSE_SECONDS)
    assert posted == [Find("a")] * 2
