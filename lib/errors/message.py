"""What an explanation of an error message is, and how messages are recognised."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

from lib.doctor.fixes import EVERY_STEP, LAST_STEP, compile_with
from lib.doctor.loss_shapes import RULE_OF
from lib.toml import beside

READ = 60_000
"""How many characters are read at either end of a text: a traceback has its message at an end."""
CALLED = "Exception encountered when calling "
"""What Keras puts before a message of a layer that was called."""
TABLES = Path(__file__).with_name("tables")
SHAPE = r"[(\[][^()\[\]]{0,200}[)\]]"
"""A shape in a message: "(None, 5, 2)", or "[None, 5, 2]" in older ones."""
PARTS = {"SHAPE": SHAPE, "ANY_LOSS": "|".join(RULE_OF)}
"""What words in capitals stand for in the patterns of every table."""
SNIPPETS = {
    "PAD": 'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")',
    "LAST_STEP": LAST_STEP,
    "EVERY_STEP": EVERY_STEP,
    "SPARSE": compile_with("sparse_categorical_crossentropy"),
}
"""Lines of code that several explanations give; a row's code may name them: {PAD}."""


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


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A row of a table in `lib/errors/tables`: a message that is known, and what is said about it.

    In the file a pattern is one wording or a list of them. A line break in it stands for a space,
    SHAPE for a shape, ANY_LOSS for a loss's name, and the names of the file's [parts] for what
    these are. Where a pattern alone doesn't tell what to say, it stands under [chosen] by the name
    of a function, which says one of the rows [said.NAME], or by the name of such a row.

    The three texts may have {names} in them, those of the pattern's groups and what a function
    adds; a brace that is to be read as one is doubled.
    """

    patterns: tuple[str, ...]
    """What is looked for: all wordings. Parts that a person may not have copied are optional.
    Whatever may be anything has a bound, so that no text takes long to read."""
    cause: str
    fix: str
    code: str
    otherwise: Mapping[str, str] = field(default_factory=dict)
    """By the name of a group: what stands for it where the message lacks that part."""
    clauses: Mapping[str, str] = field(default_factory=dict)
    """Further names: by each a clause with the {names} of groups. Where the message lacks one of
    these, `otherwise` counts, or nothing stands there."""
    beside: str = ""
    """A pattern that the text must have somewhere too, where the message alone may be anything."""

    def explain(self, match: re.Match[str]) -> Explanation | None:
        """The texts with the message's own numbers."""
        return self.say(match.groupdict()) if re.search(self.beside, match.string) else None

    def say(self, parts: Mapping[str, Any]) -> Explanation:
        """The texts with these words; an empty one, or None, is one that the message lacks."""
        words = {name: part for name, part in parts.items() if part not in (None, "")}
        for name, clause in self.clauses.items():
            with suppress(KeyError):
                words.setdefault(name, clause.format_map(words))
        lacking = dict.fromkeys([*parts, *self.clauses], "")
        words = {**SNIPPETS, **lacking, **self.otherwise, **words}
        return Explanation(*(text.format_map(words) for text in (self.cause, self.fix, self.code)))


class Messages:
    """The messages of a family: those of functions that choose, then the rows of its table."""

    def __init__(self, family: str, functions: Mapping[str, Any] = {}) -> None:
        self.family = family
        self.functions = functions
        """Those of its module: `_name` says what the patterns of a name under [chosen] find, or
        gives None for others. Where there is none, that is the row [said.NAME]."""

    def say(self, row: str, match: re.Match[str] | None = None, /, **words: object) -> Explanation:
        """The table's [said.ROW], with the groups of a match and with other words."""
        return self.said[row].say({**(match.groupdict() if match else {}), **words})

    @cached_property
    def said(self) -> dict[str, MessageRow]:
        """What the family's functions say, by name."""
        return {name: MessageRow((), **row) for name, row in self.file.get("said", {}).items()}

    @cached_property
    def table(self) -> tuple[MessageRow, ...]:
        """The rows of the family's table, read when the first message is asked about."""
        rows = (dict(row) for row in self.file.get("message", []))
        return tuple(MessageRow(self._in_full(row.pop("pattern")), **row) for row in rows)

    @property
    def file(self) -> dict[str, Any]:
        """The family's table as it is written, which may hold names for its functions too."""
        return _file(self.family)

    def _in_full(self, pattern: str | list[str]) -> tuple[str, ...]:
        """Each wording of a pattern on one line, with what the names of parts in it stand for."""
        wordings = [pattern] if isinstance(pattern, str) else pattern
        for name, part in {**self.file.get("parts", {}), **PARTS}.items():
            wordings = [wording.replace(name, part) for wording in wordings]
        return tuple(" ".join(wording.split()) for wording in wordings)

    @cached_property
    def known(self) -> list[tuple[str, Explain]]:
        """All patterns in the order in which they are tried, and what explains each."""
        chosen = self.file.get("chosen", {}).items()
        asked = [
            (self._in_full(pattern), self.functions.get(f"_{name}") or partial(self.say, name))
            for name, pattern in chosen
        ]
        asked += [(row.patterns, row.explain) for row in self.table]
        return [(wording, explain) for wordings, explain in asked for wording in wordings]

    def explain(self, text: str) -> Explanation | None:
        """What a message in a text means that is known here.

        Of several that one pattern finds it is the last: a traceback quotes the line of code that
        raised, with the message as it was before its numbers were filled in. Patterns are compiled
        when they are first asked for, and kept by `re`.
        """
        for pattern, explain in self.known:
            for match in reversed(list(re.finditer(pattern, text))):
                if explanation := explain(match):
                    return explanation
        return None


@cache
def _file(family: str) -> dict[str, Any]:
    return beside(f"{TABLES / family}")


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


def shapes_in(message: str) -> list[tuple[int | None, ...]]:
    """The shapes of 2 to 4 axes that a text names, each once: three at most."""
    size = r"(?:None|\?|[0-9]{1,7})"
    texts = re.findall(rf"[(\[]({size}(?:, ?{size}){{1,3}})[)\]]", message)
    shapes = (tuple(int(n) if n.isdigit() else None for n in re.split(", ?", t)) for t in texts)
    return [shape for shape in dict.fromkeys(shapes) if 0 not in shape][:3]
