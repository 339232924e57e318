"""Programs are built once, for who waits first of all, and while there is memory for them."""

import threading

import pytest

from lib.training.programs import BACKGROUND, WANTED, ProgramCache
from tests.waiting import PATIENCE, eventually


class Workshop:
    """Builds strings, one by one, when it is let."""

    def __init__(self):
        self.begun = []
        self.built = []
        self.broken = set()
        self._gate = threading.Semaphore(0)
        self._begun = threading.Semaphore(0)

    def build(self, key):
        """The key in capitals, once it is let."""
        self.begun.append(key)
        self._begun.release()
        assert self._gate.acquire(timeout=PATIENCE)
        self.built.append(key)
        if key in self.broken:
            raise ValueError(f"no {key}")
        return key.upper()

    def let(self, count):
        """Let so many builds end."""
        self._gate.release(count)

    def wait_begun(self, count):
        """Wait until so many more builds have begun."""
        for _ in range(count):
            assert self._begun.acquire(timeout=PATIENCE)


@pytest.fixture
def shop():
    """A workshop that lets everything go at the end, so that no thread hangs."""
    shop = Workshop()
    yield shop
    shop.let(100)


def ask(cache, *keys, kind=WANTED):
    """The programs of these keys."""
    return [cache.ask(key, kind) for key in keys]


def test_who_waits_goes_before_what_is_only_likely(shop):
    """What was to be built ahead has to wait, and takes one thread at most."""
    cache = ProgramCache(shop.build)
    cache.ahead("l1")
    shop.wait_begun(1)  # on the one thread that does such work
    cache.ahead("l2")
    wanted = ask(cache, "w1", "w2")
    shop.wait_begun(1)  # w1, on the other
    shop.let(4)
    for future in wanted:
        future.result(PATIENCE)
    shop.wait_begun(2)
    assert shop.begun == ["l1", "w1", "w2", "l2"]


def test_what_a_person_waits_for_is_built_before_the_background_s(shop):
    """Which has a thread of its own, and begins nothing while others build."""
    cache = ProgramCache(shop.build)
    ask(cache, "a", "b", kind=BACKGROUND)
    shop.wait_begun(1)
    ask(cache, "x", "y", "z")
    shop.wait_begun(2)
    shop.let(3)
    shop.wait_begun(1)
    shop.let(1)
    shop.wait_begun(1)
    shop.let(1)
    assert shop.begun[0] == "a"
    assert sorted(shop.begun[1:4]) == ["x", "y", "z"]
    assert shop.begun[4:] == ["b"]


def test_a_program_that_failed_is_tried_again(shop):
    """Who waited hears why; who asks later gets a new try."""
    cache = ProgramCache(shop.build)
    shop.broken.add("a")
    shop.let(1)
    with pytest.raises(ValueError, match="no a"):
        cache.ask("a").result(PATIENCE)
    shop.broken.clear()
    shop.let(1)
    assert cache.ask("a").result(PATIENCE) == "A"


def test_what_nobody_waits_for_any_more_is_not_begun(shop):
    """A run that is stopped while it waits gives up its place, unless another wants the same."""
    cache = ProgramCache(shop.build)
    begun = ask(cache, "a", "b")
    shop.wait_begun(2)  # both threads are busy
    left = ask(cache, "c", "d")
    kept = ask(cache, "d", "e")
    for future in (begun[0], *left):
        cache.leave(future)  # what has begun goes on
    shop.let(4)
    assert [future.result(PATIENCE) for future in begun + kept] == ["A", "B", "D", "E"]
    assert sorted(shop.built) == ["a", "b", "d", "e"]
    shop.let(1)
    assert cache.ask("c").result(PATIENCE) == "C"


class Bucket(str):
    """A key that holds those that it begins with."""

    __slots__ = ()

    @property
    def work(self):
        """Longer is more."""
        return len(self)

    def holds(self, other):
        """Whether it begins with this."""
        return self.startswith(other)

    def is_near(self, other):
        """Whether it has at most one letter more."""
        return len(self) <= len(other) + 1


def buckets(*keys, at_once=True):
    """These, and whether they are built from the start on."""
    return {Bucket(key): at_once for key in keys}


def test_without_leisure_no_bucket_is_built(shop):
    """What somebody waits for is. It is looked again by itself whether there is some."""
    leisure = [False]
    cache = ProgramCache(shop.build, buckets("abc"), lambda: leisure[0])
    shop.let(3)
    assert cache.ask("k").result(PATIENCE) == "K"
    assert cache.ask("p", BACKGROUND).result(PATIENCE) == "P"
    assert shop.begun == ["k", "p"]
    leisure[0] = True
    assert eventually(lambda: cache.has("abc"))


def test_without_memory_a_bucket_does_that_is_there(shop):
    """Though it is neither the smallest nor near. Where none is there, one is built."""
    memory, both = [True], buckets("abcdef", "abc", at_once=False)
    cache = ProgramCache(shop.build, both, may_grow=lambda: memory[0])
    shop.let(1)
    cache.ask(Bucket("abcdef")).result(PATIENCE)
    found = [cache.bucket_for(key) for key in ("ab", "abcd", "b")]
    assert found == ["abc", "abcd", "b"]
    memory[0] = False
    found = [cache.bucket_for(key) for key in ("ab", "abcd", "b")]
    assert found == ["abcdef", "abcdef", "b"]
    assert ProgramCache(shop.build, both, may_grow=lambda: False).bucket_for("ab") == "abc"
