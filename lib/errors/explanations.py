"""What an explanation of an error message is, and how messages are recognised.

The messages themselves are in the other files of this package, a family in each;
`lib.errors.FAMILIES` is the order in which they are tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

READ = 60_000
"""How many characters are read at either end of a text: a traceback has its message at an end."""
SHAPE = r"([(\[][^()\[\]]{0,200}[)\]])"
"""A shape in a message, as a group: "(None, 5, 2)", or "[None, 5, 2]" in older ones."""
CALLED = "Exception encountered when calling "
CALLING = rf"{CALLED}(?P<layer>\w{{1,100}})"
"""What Keras puts before a message of a layer that was called."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is wrong, and the way out."""

    cause: str
    """What happened, in a sentence or two, with the message's numbers."""
    fix: str
    """What to do about it, in a sentence."""
    code: str
    """The same as code: a minimal right example."""


Explain = Callable[[re.Match[str]], Explanation | None]


class Messages:
    """Patterns with what explains them, tried in the order in which they were added."""

    def __init__(self) -> None:
        self._known: list[tuple[str, Explain]] = []

    def add(self, *patterns: str) -> Callable[[Explain], Explain]:
        """Register the function below for messages in which one of the patterns is found.

        Parts that a person may not have copied are optional in the patterns. Whatever may be
        anything has a bound, so that no text takes long to read.
        """

        def register(explain: Explain) -> Explain:
            self._known.extend((pattern, explain) for pattern in patterns)
            return explain

        return register

    @property
    def patterns(self) -> list[str]:
        """All of them, as they were written."""
        return [pattern for pattern, _ in self._known]

    def explain(self, text: str) -> Explanation | None:
        """What a message in a text means that is known here.

        Of several that one pattern finds it is the last: a traceback quotes the line of code that
        raised, with the message as it was before its numbers were filled in. Patterns are compiled
        when they are first asked for, and kept by `re`.
        """
        for pattern, explain in self._known:
            for found in reversed(list(re.finditer(pattern, text))):
                if told := explain(found):
                    return told
        return None


def readable(message: str) -> str:
    """A text without colours and line breaks; of a very long one the two ends."""
    return " ".join(_COLOUR.sub("", ends(message)).split())


def ends(text: str) -> str:
    """The text, or of a very long one the two ends, which are all that is read."""
    return text if len(text) <= 2 * READ + 1 else f"{text[:READ]}\n{text[-READ:]}"


_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def entries(shape: str) -> list[str]:
    """The entries of a shape's text: "(None, 5, 2)" or "4,5,3"."""
    return re.findall(r"None|\?|\d+", shape)


def as_tuple(sizes: list[str]) -> str:
    """Sizes as Python writes a tuple: "(5, 2)", "(5,)"."""
    return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"


def shapes_in(message: str, most: int = 3) -> list[tuple[int | None, ...]]:
    """The shapes of 2 to 4 axes that a text names, each once, as (None, 12, 3) or [32,16]."""
    found: dict[tuple[int | None, ...], None] = {}
    for text in re.findall(
        r"[(\[]((?:None|\?|[0-9]{1,7})(?:, ?(?:None|\?|[0-9]{1,7})){1,3})[)\]]", message
    ):
        shape = tuple(int(size) if size.isdigit() else None for size in re.split(", ?", text))
        if 0 not in shape:
            found[shape] = None
    return list(found)[:most]
