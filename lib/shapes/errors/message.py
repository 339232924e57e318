"""Known messages and their explanations."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from lib.shapes.doctor import TargetQuestion
from lib.shapes.errors.pasted import Found
from lib.shapes.remedy import Remedy
from lib.text import beside, capital

Confidence: TypeAlias = Literal["certain", "likely", "possible"]
INPUT, ANY_LENGTH = "keras.Input(x.shape[1:])", "keras.Input((None, x.shape[-1]))"
CHECK = "print(x.shape, y.shape, y[:2], model.input_shape, model.output_shape)"
LAYER_SHAPES = 'print([getattr(layer, "output", 0) for layer in model.layers], x.shape)'
# Values for a {name} that the message doesn't contain.
FALLBACKS = {"layer": "The layer", "owner": "Layer", "wrapper": "Sequential", "cell": "LSTM"}
FALLBACKS |= {"units": "16", "joining": "Concatenate", "axes": "fewer", "path": "model.h5"}
FALLBACKS |= {"sample": "x.shape[1:]", "columns": "y.shape[-1]", "steps": "12"}
FALLBACKS |= {"unit": "feature", "rows": "12", "maxlen": ""}
_NAME = re.compile(r"\{([a-z_]+)\}")


def number(name: str) -> str:
    """Return a pattern for a whole number, as a named group."""
    return rf"(?P<{name}>-?\d+)"


def shape(name: str) -> str:
    """Return a pattern for a shape with its brackets, as a named group."""
    return rf"(?P<{name}>[(\[][^()\[\]]*[)\]])"


def word(name: str) -> str:
    """Return a pattern for the name of a layer, a class or a type, as a named group."""
    return rf"(?P<{name}>[\w./:-]+)"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an error message means, and how to fix the error."""

    happened: str  # the message in plain words, one or two sentences with its numbers
    meanings: tuple[Remedy, ...]  # possible causes with their fixes, likeliest first
    cause: str  # what happened, and the likeliest causes
    fix: str  # what to do, for each meaning with its condition
    code: str  # a minimal correct example, or one example per meaning
    confidence: Confidence
    check: str  # one line of code that shows which meaning applies
    stack: str = ""  # the stack that the message describes, as in an address; "" if unknown
    target: TargetQuestion | None = None  # y and the output that the message describes


def explained(
    cause: str,
    *remedies: Remedy,
    fix: str = "",
    code: str = "",
    words: Mapping[str, Any] = {},
    check: str = CHECK,
    stack: str = "",
    target: TargetQuestion | None = None,
    confidence: Confidence = "likely",
) -> Explanation:
    """Return an explanation with these remedies, likeliest first, or with one fix and its code.

    `words` fill the {names} in all texts. A remedy is left out if its condition has a {name}
    without a word. "certain" is only for a message with a single cause.
    """
    words = FALLBACKS | {name: word for name, word in words.items() if word not in (None, "")}
    happened = _filled(cause, words)
    meanings = []
    fitting = [each for each in remedies if words.keys() >= {*_NAME.findall(each.condition)}]
    for each in fitting or (Remedy("", fix, code),):
        condition = _filled(each.condition, words)
        full_cause = f"{happened} {capital(condition)}." if condition else happened
        # The target doctor's fixes write LSTM(units, …).
        code_ = re.sub(r"\bunits\b(?!=)", str(words["units"]), _filled(each.code, words))
        meanings.append(Remedy(condition, _filled(each.fix, words), code_, cause=full_cause))
    check, stack = _filled(check, words), _filled(stack, words)
    first, *others = meanings
    cause = f"{happened} Most likely {first.condition}." if first.condition else happened
    fix, code = first.fix, first.code
    if others:
        cause += f" Or {'; or '.join(each.condition for each in others)}."
        fix = " ".join(f"If {m.condition}, {m.fix[:1].lower()}{m.fix[1:]}" for m in meanings)
        either = ["either", *["or"] * len(others)]
        pairs = zip(either, meanings, strict=True)
        code = "\n".join(f"# {start}, if {m.condition}:\n{m.code}" for start, m in pairs)
    texts = happened, tuple(meanings), cause, fix, code
    return Explanation(*texts, confidence, check, stack, target)


def _filled(text: str, words: Mapping[str, Any]) -> str:
    """Fill in the {names}, and drop each sentence or line that has a name without a value."""
    lines = []
    for line in text.split("\n"):
        sentences = re.split(r"(?<=\.) ", line)
        known = [each for each in sentences if words.keys() >= {*_NAME.findall(each)}]
        lines += [" ".join(known)] if known else []
    return _NAME.sub(lambda name: str(words[name[1]]), "\n".join(lines))


class Message:
    """A known message. Patterns are matched against one line in which all quotes are double (")."""

    def __init__(self, *patterns: str, explain: Callable[[Found], Explanation | None]) -> None:
        """Store the patterns, and the function that explains a match of a pattern."""
        self.patterns, self.explain = patterns, explain


class Texts:
    """The texts of a TOML file.

    A row has the name of a message and the arguments of `explained`. Its remedies: the keys "fix"
    and "if …" (a condition), and the names in the key "remedies", from the table of this name in
    the file or in shared.toml. The file's own `check` is for rows without one.

    A {name} in a text becomes the match of the group with that name, else its value in `FALLBACKS`.
    If the {name} has no value, its sentence (or line of code) is dropped.
    """

    def __init__(self, module: str, *names: str) -> None:
        """Read the file of a module (a `__file__`), or files with these names beside the module."""
        files = [beside(module, name) for name in names or ("",)]
        self.rows: dict[str, Any] = {name: row for file in files for name, row in file.items()}
        shared = [file.get("remedies", {}) for file in (beside(__file__, "shared"), *files)]
        self._remedies = {name: Remedy(*row) for file in shared for name, row in file.items()}
        self.check: str = self.rows.get("check", CHECK)

    def message(self, name: str, *patterns: str, within: str = "") -> Message:
        """Return a message with these patterns and the texts of a row.

        The whole text, such as a traceback, must match `within`, too. Its groups are words, too.
        """

        def explain(found: Found) -> Explanation | None:
            if not (around := re.search(within, found.whole)):
                return None
            words = found.version | around.groupdict() | found.match.groupdict()
            return self.explanation(name, **words)

        return Message(*patterns, explain=explain)

    def explanation(self, name: str, /, *remedies: str, **words: object) -> Explanation:
        """Return the explanation of a row, with more remedies by their names, filled with words."""
        row = self.row(name)
        likely = [*row.pop("remedies"), *self.remedies(*remedies)]
        return explained(row.pop("cause"), *likely, words=words, **row)

    def remedies(self, *names: str) -> list[Remedy]:
        """Return the remedies with these names."""
        return [self._remedies[name] for name in names]

    def row(self, name: str) -> dict[str, Any]:
        """Return the arguments of `explained` in a row."""
        row = {"check": self.check} | self.rows[name]
        remedies = self.remedies(*row.pop("remedies", ()))
        for key in [key for key, value in row.items() if isinstance(value, list)]:
            condition = key.removeprefix("fix").removeprefix("if ")
            remedies.append(Remedy(condition, *row.pop(key)))
        return row | {"remedies": remedies}
