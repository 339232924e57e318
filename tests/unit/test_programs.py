"""Programs are built once, by priority, while memory allows."""

import threading

import pytest

from lib.training.programs import BACKGROUND, WANTED, ProgramCache
from tests.waiting import PATIENCE, eventually


class GatedBuilder:
    """A builder of strings instead of programs. Each build waits until the test allows it."""

    def __init__(self):
        self.begun = []  # keys whose builds have started
        self.built = []  # keys whose builds have ended
        self.broken = set()  # keys whose builds raise an error
        self._gate = threading.Semaphore(0)
        self._begun = threading.Semaphore(0)

    def build(self, key):
        """Wait until the test allows the build; return the key in capitals."""
        self.begun.append(key)
        self._begun.release()
        assert self._gate.acquire(timeout=PATIENCE)
        self.built.append(key)
        if key in self.broken:
            raise ValueError(f"no {key}")
        return key.upper()

    def allow(self, count):
        """Allow some builds to finish."""
        self._gate.release(count)

    def wait_begun(self, count):
        """Wait until more builds have started."""
        for _ in range(count):
            assert self._begun.acquire(timeout=PATIENCE)


@pytest.fixture
def builder():
    """Provide a builder. Allow all builds after the test, so that no thread hangs."""
    builder = GatedBuilder()
    yield builder
    builder.allow(100)


def request_all(cache, *keys, kind=WANTED):
    """Request programs; return their futures."""
    return [cache.request(key, kind) for key in keys]


def test_wanted_programs_are_built_before_likely_programs(builder):
    """Likely programs, which are built in advance, use one thread at most."""
    cache = ProgramCache(builder.build)
    cache.build_ahead("l1")
    builder.wait_begun(1)  # l1, on the only thread that builds likely programs
    cache.build_ahead("l2")
    wanted = request_all(cache, "w1", "w2")
    builder.wait_begun(1)  # w1, on the other thread
    builder.allow(4)
    for future in wanted:
        future.result(PATIENCE)
    builder.wait_begun(2)
    assert builder.begun == ["l1", "w1", "w2", "l2"]


def test_wanted_programs_are_built_before_background_programs(builder):
    """The background thread starts no build while the other threads build."""
    cache = ProgramCache(builder.build)
    request_all(cache, "a", "b", kind=BACKGROUND)
    builder.wait_begun(1)
    request_all(cache, "x", "y", "z")
    builder.wait_begun(2)
    builder.allow(3)
    builder.wait_begun(1)
    builder.allow(1)
    builder.wait_begun(1)
    builder.allow(1)
    assert builder.begun[0] == "a"
    assert sorted(builder.begun[1:4]) == ["x", "y", "z"]
    assert builder.begun[4:] == ["b"]


def test_a_failed_program_is_built_again_at_the_next_request(builder):
    """The futures of waiting runs raise the error of the failed build."""
    cache = ProgramCache(builder.build)
    builder.broken.add("a")
    builder.allow(1)
    with pytest.raises(ValueError, match="no a"):
        cache.request("a").result(PATIENCE)
    builder.broken.clear()
    builder.allow(1)
    assert cache.request("a").result(PATIENCE) == "A"


def test_a_withdrawn_request_isnt_built(builder):
    """A program that a stopped run has requested is built if another run has requested it."""
    cache = ProgramCache(builder.build)
    begun = request_all(cache, "a", "b")
    builder.wait_begun(2)  # Both threads are busy.
    of_stopped_run = request_all(cache, "c", "d")
    of_other_run = request_all(cache, "d", "e")
    for future in (begun[0], *of_stopped_run):
        cache.withdraw(future)  # A build that has begun continues.
    builder.allow(4)
    results = [future.result(PATIENCE) for future in begun + of_other_run]
    assert results == ["A", "B", "D", "E"]
    assert sorted(builder.built) == ["a", "b", "d", "e"]
    builder.allow(1)
    assert cache.request("c").result(PATIENCE) == "C"


class Bucket(str):
    """A bucket that holds the keys that are its prefixes."""

    __slots__ = ()

    @property
    def work(self):
        """The length of the key."""
        return len(self)

    def holds(self, other):
        """Return whether the other key is a prefix."""
        return self.startswith(other)

    def is_near(self, other):
        """Return whether this key has at most one more letter."""
        return len(self) <= len(other) + 1


def buckets(*keys, in_advance=True):
    """Return buckets, and whether each is built in advance."""
    return {Bucket(key): in_advance for key in keys}


def test_size_buckets_are_built_only_in_idle_time(builder):
    """Requested programs are built at any time."""
    has_time = [False]
    cache = ProgramCache(builder.build, buckets("abc"), lambda: has_time[0])
    builder.allow(3)
    assert cache.request("k").result(PATIENCE) == "K"
    assert cache.request("p", BACKGROUND).result(PATIENCE) == "P"
    assert builder.begun == ["k", "p"]
    has_time[0] = True
    assert eventually(lambda: cache.has("abc"))


def test_if_memory_is_short_a_built_bucket_is_used(builder):
    """If memory may not grow, a built bucket is used even if it isn't near."""
    may_grow, both = [True], buckets("abcdef", "abc", in_advance=False)
    cache = ProgramCache(builder.build, both, may_grow=lambda: may_grow[0])
    builder.allow(1)
    cache.request(Bucket("abcdef")).result(PATIENCE)
    used = [cache.bucket_for(key) for key in ("ab", "abcd", "b")]
    assert used == ["abc", "abcd", "b"]
    may_grow[0] = False
    used = [cache.bucket_for(key) for key in ("ab", "abcd", "b")]
    assert used == ["abcdef", "abcdef", "b"]
    assert ProgramCache(builder.build, both, may_grow=lambda: False).bucket_for("ab") == "abc"
