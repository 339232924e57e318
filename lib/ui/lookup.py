"""Look for runs of other page servers of a cluster, in threads: no page waits for an answer."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from lib.data import remember
from lib.training import AnswerError, AnswerFuture
from lib.ui import clock

PAUSE_SECONDS, MOST = 5.0, 1000
"""A run that wasn't found is looked for again after so long; so many runs are remembered."""
_FINDERS = ThreadPoolExecutor(4, "run_lookup")
_LOOKUPS: dict[str, Future[float]] = {}
"""By run, when it may be looked for again, on the pages' clock."""
_log = logging.getLogger(__name__)


def looks_for(
    run_id: str, find: Callable[[], AnswerFuture], take: Callable[[bytes], object], seconds: float
) -> bool:
    """Look for a run, unless that was done lately; returns whether an answer is still awaited.

    The answer of `find`, a "card" or None, is awaited so many seconds. `take` is called with the
    card in another thread, for as long as it takes, and may raise ValueError for an invalid one.
    """
    lookup = _LOOKUPS.get(run_id)
    if lookup is None or (lookup.done() and clock.now() >= lookup.result()):
        lookup = _FINDERS.submit(_find, find, take, seconds)
        remember(_LOOKUPS, run_id, lookup, MOST)
    return not lookup.done()


def _find(
    find: Callable[[], AnswerFuture], take: Callable[[bytes], object], seconds: float
) -> float:
    try:
        if card := find().result(seconds)["card"]:
            take(card)
            return clock.now()
    except AnswerError:
        return clock.now()  # nobody could be asked
    except (TimeoutError, ValueError):
        pass
    except Exception:  # else pages would fail
        _log.exception("a run could not be looked for")
    return clock.now() + PAUSE_SECONDS
