"""What an explanation of an error message is, and how messages are recognised.

The messages themselves are in `lib.errors.today`, today's, and in `lib.errors.older`, those of
earlier versions that people still paste.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

READ = 60_000
"""How many characters are read at either end of a text: a traceback has its message at an end."""
SHAPE = r"([(\[][^()\[\]]{0,200}[)\]])"
"""A shape in a message, as a group: "(None, 5, 2)", or "[None, 5, 2]" in older ones."""


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
        self._known: list[tuple[re.Pattern[str], Explain]] = []

    def add(self, *patterns: str) -> Callable[[Explain], Explain]:
        """Register the function below for messages in which one of the patterns is found.

        Parts that a person may not have copied are optional in the patterns. Whatever may be
        anything has a bound, so that no text takes long to read.
        """

        def register(explain: Explain) -> Explain:
            self._known.extend((re.compile(pattern), explain) for pattern in patterns)
            return explain

        return register

    @property
    def patterns(self) -> list[str]:
        """All of them, as they were written."""
        return [pattern.pattern for pattern, _ in self._known]

    def explain(self, text: str) -> Explanation | None:
        """What the first message in a text means that is known here."""
        for pattern, explain in self._known:
            found = pattern.search(text)
            if found and (told := explain(found)):
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


def missing_axis(wanted: str, given: str) -> Explanation | None:
    """For a model that got an axis too few: which one, if the two shapes tell.

    Args:
        wanted: the shape that the model takes, with the batch.
        given: the one that it got. An open size in front may be the steps of a single sample.
    """
    expected, got = entries(wanted), entries(given)
    if len(got) != len(expected) - 1:
        return None
    if all("None" in (e, g) or e == g for e, g in zip(expected[1:], got, strict=True)):
        return Explanation(
            f"The model takes {wanted}, and got one sample, {given}, without the batch axis.",
            "Make it a batch of one.",
            "model.predict(x[None])",
        )
    if expected[-1] == "1":
        return Explanation(
            f"The model takes {wanted} and got {given}: the axis of features is missing.",
            "Add it.",
            "x = x[..., None]",
        )
    return None


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
