"""A message that is known, and what is said about it.

To add one, copy a neighbour in the module of its subject. A `Message` has regular expressions, and
texts, or a function that writes the explanation. An expression sees one line in which every quote
(', `, “) is a double one: write "units", not `units`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, Literal, TypeAlias

from lib.shapes.errors.pasted import Found
from lib.shapes.remedy import Remedy
from lib.text import capital

Confidence: TypeAlias = Literal["certain", "likely", "possible"]
CHECK = "print(x.shape, y.shape, y[:2], model.input_shape, model.output_shape)"
FALLBACKS = {  # what fills a {name} that the message doesn't tell
    "layer": "The layer",
    "owner": "Layer",
    "wrapper": "Sequential",
    "cell": "LSTM",
    "units": "16",
    "joining": "Concatenate",
    "axes": "fewer",
    "full": "batch_size",
    "sample": "timesteps, features",
    "columns": "y.shape[-1]",
}
_NAME = re.compile(r"\{([a-z_]+)\}")


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
    """What a message means."""

    happened: str  # what the message itself says, in a sentence or two, with its numbers
    meanings: tuple[Remedy, ...]  # what may have led to it, the likeliest first
    cause: str  # what happened, and what most likely led to it
    fix: str  # what to do about it, for each meaning behind its condition
    code: str  # the same as code: a minimal right example, or one for each meaning
    confidence: Confidence
    check: str = ""  # one line of code that tells which meaning it is
    stack: str = ""  # the stack that the message describes, as an address has it; "" for none


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
    """Write an explanation from remedies, the likeliest first, or from one fix and its code.

    `words` are for the {names} in all texts. Without a `confidence` the texts say how sure it is:
    one cause that says "most likely", or "if", is likely, and so are several.
    """
    words = FALLBACKS | {
        name: word for name, word in (words or {}).items() if word not in (None, "")
    }
    happened = _filled(cause, words)
    meanings = []
    for each in remedies or (Remedy("", fix, code),):
        condition = _filled(each.condition, words)
        happens = f"{happened} {capital(condition)}." if condition else happened
        texts = _filled(each.fix, words), _filled(cleandoc(each.code), words)
        meanings.append(Remedy(condition, *texts, cause=happens))
    is_open = meanings[0].condition or re.search("[Mm]ost likely|^If ", happened)
    check = _filled(check, words) if len(meanings) > 1 else ""
    sure: Confidence = confidence or ("likely" if is_open else "certain")
    told, first, stack = meanings[:3], meanings[0], _filled(stack, words)
    cause = f"{happened} Most likely {first.condition}." if first.condition else happened
    fix, code = first.fix, first.code
    if len(meanings) > 1:
        cause += f" Or {'; or '.join(each.condition for each in told[1:])}."
        fix = " ".join(f"If {m.condition}: {m.fix[:1].lower()}{m.fix[1:]}" for m in told)
        pairs = zip(("either", "or", "or"), told, strict=False)
        code = "\n".join(f"# {either}, if {m.condition}:\n{m.code}" for either, m in pairs)
    return Explanation(happened, tuple(meanings), cause, fix, code, sure, check, stack)


def _filled(text: str, words: Mapping[str, Any]) -> str:
    """Fill in the {names}; leave out a sentence, and a line, of which one has no word."""
    lines = []
    for line in text.split("\n"):
        sentences = re.split(r"(?<=\.) ", line)
        known = [each for each in sentences if words.keys() >= {*_NAME.findall(each)}]
        lines += [" ".join(known)] if known else []
    return _NAME.sub(lambda name: str(words[name[1]]), "\n".join(lines))


class Message:
    """A known message. Patterns are matched against one line in which any quote is a double one.

    A {name} in a text becomes what the group of that name matched, else its word in `FALLBACKS`.
    Where there is neither, the sentence (or the line of code) with the {name} is left out: if no
    sizes are matched, "Dot wants equal sizes. They are {one} and {other}." ends behind "sizes."
    """

    def __init__(
        self,
        *patterns: str,
        explain: Callable[[Found], Explanation | None] | None = None,
        cause: str = "",
        remedies: Sequence[Remedy] = (),
        fix: str = "",
        code: str = "",
        check: str = CHECK,
        stack: str = "",
        confidence: Confidence | None = None,
    ) -> None:
        """Take regular expressions, and the texts of `explained` or a function in place of them."""

        def from_texts(found: Found) -> Explanation:
            words = found.match.groupdict()
            texts = {"fix": fix, "code": code, "check": check, "stack": stack}
            return explained(cause, *remedies, words=words, confidence=confidence, **texts)

        self.patterns = patterns
        self.explain = explain or from_texts
