"""A message that is known, and what is said about it.

To add one, copy a neighbour in the module of its theme: a `Message` has regular expressions, plain
texts, and an example for the tests. What a named group of an expression finds fills its {name} in
the texts; a sentence, or a line of code, is left out where its {name} was not found. In place of
the texts a function may explain what was found.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from inspect import cleandoc
from typing import Any, Literal, TypeAlias

from lib.shapes.errors.pasted import Found
from lib.shapes.remedy import Remedy
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
        first, *others = self.meanings[:3]
        if not others:
            return first.cause
        rest = "; or ".join(meaning.condition for meaning in others)
        return f"{self.happened} Most likely {first.condition}. Or {rest}."

    @property
    def fix(self) -> str:
        """What to do about it, for each meaning behind its condition."""
        if len(self.meanings) == 1:
            return self.meanings[0].fix
        return " ".join(
            f"If {meaning.condition}: {meaning.fix[:1].lower()}{meaning.fix[1:]}"
            for meaning in self.meanings[:3]
        )

    @property
    def code(self) -> str:
        """The same as code: a minimal right example, or one for each meaning."""
        if len(self.meanings) == 1:
            return self.meanings[0].code
        pairs = zip(("either", "or", "or"), self.meanings, strict=False)
        return "\n".join(f"# {either}, if {m.condition}:\n{m.code}" for either, m in pairs)


def explained(
    happened: str,
    *remedies: Remedy,
    fix: str = "",
    code: str = "",
    words: Mapping[str, Any] | None = None,
    check: str = CHECK,
    stack: str = "",
    confidence: Confidence | None = None,
) -> Explanation:
    """What happened, and what puts it right, with `words` for the {names} in all texts.

    There are several remedies, the likeliest first, or a `fix` with its `code`.
    A single cause that says "most likely", or "if", is likely; others are certain.
    """
    words = WORDS | {name: word for name, word in (words or {}).items() if word not in (None, "")}
    happened = _sentences(happened, words)
    meanings = []
    for remedy in remedies or (Remedy("", fix, code),):
        condition = _put(remedy.condition, words)
        fix = _sentences(remedy.fix, words)
        meanings.append(Remedy(condition, fix, _lines(remedy.code, words), happened))
    first, *others = meanings
    if others:
        told = (replace(m, cause=f"{happened} {capital(m.condition)}.") for m in meanings)
        check = _put(check, words)
        return Explanation(happened, tuple(told), confidence or "likely", check, _put(stack, words))
    if first.condition:
        first = replace(first, condition="", cause=f"{happened} Most likely {first.condition}.")
    is_open = re.search("[Mm]ost likely|^If ", first.cause)
    sure: Confidence = confidence or ("likely" if is_open else "certain")
    return Explanation(happened, (first,), sure, "", _put(stack, words))


def _sentences(text: str, words: Mapping[str, Any]) -> str:
    """Those whose {names} all have words, filled in."""
    sentences = re.split(r"(?<=\.) ", text)
    return " ".join(_put(each, words) for each in sentences if _has_words(each, words))


def _lines(code: str, words: Mapping[str, Any]) -> str:
    """Those whose {names} all have words, filled in."""
    lines = cleandoc(code).splitlines()
    return "\n".join(_put(line, words) for line in lines if _has_words(line, words))


def _has_words(text: str, words: Mapping[str, Any]) -> bool:
    return words.keys() >= set(re.findall(r"\{([a-z_]+)\}", text))


def _put(text: str, words: Mapping[str, Any]) -> str:
    """Fill in the {names}; other braces, as of a dict in code, stay."""
    return re.sub(r"\{([a-z_]+)\}", lambda name: str(words.get(name[1], name[0])), text)


class Message:
    """A message that is known."""

    def __init__(
        self,
        *patterns: str,
        cause: str = "",
        fix: str = "",
        code: str = "",
        remedies: Iterable[Remedy] = (),
        explain: Callable[[Found], Explanation | None] | None = None,
        also: str = "",
        check: str = CHECK,
        stack: str = "",
        confidence: Confidence | None = None,
        example: str = "",
    ) -> None:
        """A message, matched as one line in which every kind of quote is ".

        Args:
            *patterns: regular expressions, of which one has to be found.
            cause: what happened.
            fix: what to do about it, where there is one meaning.
            code: the same as code.
            remedies: in place of `fix` and `code`, several meanings, the likeliest first.
            explain: in place of texts, a function; it returns None for what it can't explain.
            also: a regular expression of what the text must have elsewhere.
            check: a line of code that tells which of several meanings it is.
            stack: the stack that the message describes, as an address has it.
            confidence: how sure it is; None leaves that to `explained`.
            example: a message that is explained so.
        """
        self.patterns, self.also, self.example = patterns, also, example
        self._explain = explain
        self._cause, self._remedies = cause, tuple(remedies)
        self._about: dict[str, Any] = {
            **{"fix": fix, "code": code, "check": check, "stack": stack, "confidence": confidence}
        }

    def explain(self, found: Found) -> Explanation | None:
        """What it means, where one of its patterns was found."""
        if self._explain:
            return self._explain(found)
        return explained(self._cause, *self._remedies, words=found.words, **self._about)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a message, in which .*? reaches 300 characters at most.

    Without a bound a long text that repeats the words before it would take minutes.
    """
    return re.compile(pattern.replace(".*?", ".{0,300}?"))
