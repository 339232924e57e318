"""Caches: results that go with an object, and a dict that keeps only its newest entries."""

from collections.abc import Callable
from copy import copy
from functools import lru_cache, partial, wraps
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary, ref

from lib.experiment import ExperimentError

_F = TypeVar("_F", bound=Callable[..., Any])
OBJECT_CACHES: WeakKeyDictionary[Any, dict[object, Callable[..., Any]]] = WeakKeyDictionary()
"""By first argument, the caches of all `cached_with_object` functions."""


def cached_with_object(function: _F, size: int = 8) -> _F:
    """Cache the last `size` results of a function for as long as its first argument exists."""

    # A cache must not refer to its key: neither by an argument nor by an error's traceback.
    # Refusals are kept, too: a page that shows one must not read a large table again at each run.
    def call(first: ref[Any], *rest: Any) -> tuple[Any, ExperimentError | None]:
        try:
            return function(first(), *rest), None
        except ExperimentError as error:
            return None, copy(error)

    @wraps(function)
    def cached(first: Any, *rest: Any) -> Any:
        caches = OBJECT_CACHES.setdefault(first, {})  # local: other threads may clear it
        if cached not in caches:
            caches[cached] = lru_cache(maxsize=size)(partial(call, ref(first)))
        result, error = caches[cached](*rest)
        if error is not None:
            raise copy(error)
        return result

    return cast(_F, cached)


def keep_newest(known: dict[Any, Any], key: Any, value: Any, most: int) -> None:
    """Put an entry into a dict that keeps its `most` newest. Other threads may do so meanwhile."""
    known.pop(key, None)
    known[key] = value
    for each in [*known][:-most]:
        known.pop(each, None)
