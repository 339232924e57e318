"""Two caches: results tied to an object's lifetime, and a dict limited to its newest entries."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary, ref

_F = TypeVar("_F", bound=Callable[..., Any])
OBJECT_CACHES: WeakKeyDictionary[Any, dict[object, Callable[..., Any]]] = WeakKeyDictionary()
"""The caches of all `cached_with_object` functions, by first argument."""


def cached_with_object(function: _F, size: int = 8) -> _F:
    """Cache a function's last `size` results as long as its first argument exists."""

    @wraps(function)
    def cached(first: Any, *rest: Any) -> Any:
        caches = OBJECT_CACHES.setdefault(first, {})  # other threads may clear OBJECT_CACHES
        if cached not in caches:
            key = ref(first)  # a strong reference would keep the object and its cache alive
            caches[cached] = lru_cache(maxsize=size)(lambda *rest: function(key(), *rest))
        return caches[cached](*rest)

    return cast(_F, cached)


def keep_newest(known: dict[Any, Any], key: Any, value: Any, most: int) -> None:
    """Add an entry to a dict and keep the `most` newest entries. Safe in several threads."""
    known.pop(key, None)
    known[key] = value
    for each in [*known][:-most]:
        known.pop(each, None)
