"""A message that is known, and what is said about it.

To add one, copy a neighbour in the module of its theme: a `Message` has regular expressions and
plain texts. What a named group of an expression finds fills its {name} in the texts; a sentence, or
a line of code, is left out where its {name} was not found. In place of the texts a function may
explain what was found.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import cleandoc
from typing import Any, Literal, TypeAlias

from lib.shapes.errors.pasted import Found
from lib.text import capital

Confidence: TypeAlias = Literal["certain", "likely", "possible"]
CHECK = "print(x.shape, model.input_shape)"
WORDS = {
    "layer": "The layer",
    "owner": "Layer",
    "wrapper": "Sequential",
    "cell": "LSTM",
    "units": "16",
    "joining": "Concatenate",
    "axes": "fewer",
    "full": "batch_size",
    "sample": "timesteps, features",
    "place": "-1",
    "columns": "y.shape[-1]",
}
"""Words for what a message doesn't name."""


def number(name: str) -> str:
    """A pattern for a whole number, as a named group."""
    return rf"(?P<{name}>-?\d+)"


def shape(name: str) -> str:
    """A pattern for a shape with its brackets, as a named group."""
    return rf"(?P<{name}>[(\[][^()\[\]]*[)\]])"


def word(name: str) -> str:
    """A pattern for the name of a layer, a class or a type, as a named group."""
    return rf"(?P<{name}>[\w./:-]+)"


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to put something right."""

    condition: str
    """When it is the right one: "y holds class numbers". Empty where there is no other."""
    fix: str
    """What to do, in sentences."""
    code: str
    cause: str = ""
    """What happened, if the condition holds; filled in by `explained`."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a message means: one meaning, or several, the likeliest first."""

    happened: str
    """What the message itself says, in a sentence or two, with its numbers."""
    meanings: tuple[Remedy, ...]
    """What may have led to it, and what puts that right."""
    confidence: Confidence
    check: str = ""
    """One line of code that tells which meaning it is."""
    stack: str = ""
    """The stack that the message describes, as an address has it; "" for none."""

    @property
    def cause(self) -> str:
        """What happened, and what most likely led to it."""
        likeliest, *others = [meaning.condition for meaning in self.meanings[:3]]
        cause = f"{self.happened} Most likely {likeliest}." if likeliest else self.happened
        return f"{cause} Or {'; or '.join(others)}." if others else cause

    @property
    def fix(self) -> str:
        """What to do about it, for each meaning behind its condition."""
        if len(self.meanings) == 1:
            return self.meanings[0].fix
        fixes = ((m.condition, m.fix) for m in self.meanings[:3])
        return " ".join(f"If {when}: {fix[:1].lower()}{fix[1:]}" for when, fix in fixes)

    @property
    def code(self) -> str:
        """The same as code: a minimal right example, or one for each meaning."""
        if len(self.meanings) == 1:
            return self.meanings[0].code
        pairs = zip(("either", "or", "or"), self.meanings, strict=False)
        return "\n".join(f"# {either}, if {m.condition}:\n{m.code}" for either, m in pairs)


def explained(
    cause: str,
    *remedies: Remedy,
    fix: str = "",
    code: str = "",
    words: Mapping[str, Any] | None = None,
    check: str = CHECK,
    stack: str = "",
    confidence: Confidence | None = None,
) -> Explanation:
    """What a message means.

    Args:
        cause: what happened.
        *remedies: what may have led to it, the likeliest first.
        fix: in place of remedies, what to do about it.
        code: the same as code.
        words: for the {names} in all texts.
        check: a line of code that tells which of several remedies it is.
        stack: the stack that the message describes, as an address has it.
        confidence: how sure it is; None where that follows from the texts: one cause that says
            "most likely", or "if", is likely, and so are several.
    """
    words = WORDS | {name: word for name, word in (words or {}).items() if word not in (None, "")}
    happened = _filled(cause, r"(?<=\.) ", words)
    meanings = []
    for remedy in remedies or (Remedy("", fix, code),):
        condition = _put(remedy.condition, words)
        fix = _filled(remedy.fix, r"(?<=\.) ", words)
        code = _filled(cleandoc(remedy.code), "\n", words)
        happens = f"{happened} {capital(condition)}." if condition else happened
        meanings.append(Remedy(condition, fix, code, happens))
    is_open = meanings[0].condition or re.search("[Mm]ost likely|^If ", happened)
    check = _put(check, words) if len(meanings) > 1 else ""
    sure: Confidence = confidence or ("likely" if is_open else "certain")
    return Explanation(happened, tuple(meanings), sure, check, _put(stack, words))


def _filled(text: str, between: str, words: Mapping[str, Any]) -> str:
    """The sentences, or lines, of a text whose {names} all have words, filled in."""
    parts = re.split(between, text)
    known = [part for part in parts if words.keys() >= {*re.findall(r"\{([a-z_]+)\}", part)}]
    return _put(("\n" if between == "\n" else " ").join(known), words)


def _put(text: str, words: Mapping[str, Any]) -> str:
    """Fill in the {names}; other braces, as of a dict in code, stay."""
    return re.sub(r"\{([a-z_]+)\}", lambda name: str(words.get(name[1], name[0])), text)


class Message:
    """A message that is known, matched as one line in which every kind of quote is "."""

    def __init__(
        self,
        *patterns: str,
        explain: Callable[[Found], Explanation | None] | None = None,
        also: str = "",
        cause: str = "",
        remedies: Sequence[Remedy] = (),
        **texts: Any,
    ) -> None:
        """A message.

        Args:
            *patterns: regular expressions, of which one has to be found.
            explain: in place of texts, a function; it returns None for what it can't explain.
            also: a regular expression of what the text must have elsewhere.
            cause: what happened.
            remedies: in place of `fix` and `code`, several meanings, the likeliest first.
            **texts: the other arguments of `explained`.
        """
        self.patterns, self.also = patterns, also
        self.explain = explain or (
            lambda found: explained(cause, *remedies, words=found.match.groupdict(), **texts)
        )


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a message, in which .*? reaches 300 characters at most.

    Without a bound a long text that repeats the words before it would take minutes.
    """
    return re.compile(pattern.replace(".*?", ".{0,300}?"))
