"""A pasted text, a message that is known in it, and what is said about that.

A text may be a message or a whole traceback, of any length: the two ends are read. Quotes of all
kinds become ", and line breaks a space, so that a pattern is written down once.

To add a message, copy a neighbour in the module of its theme: a `Message` has regular expressions,
and texts whose {names} are the expressions' named groups. A sentence, or a line of code, is left
out where its {name} was not found. In place of the texts a function may explain what was found.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, Literal, TypeAlias

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.output import Shape
from lib.shapes.stack.recurrent import LAYER_OF_CELL
from lib.text import capital, counted, joined

READ = 10_000
"""Characters that are read at either end of a text. A traceback has its message at one of them."""
RECURRENT = {name: layer.kind for name, layer in LAYER_OF_CELL.items()} | {"bidirectional": "bi"}
"""Kinds of layers in Keras's names, each with its kind in a stack."""
_QUOTES = str.maketrans("'`“”‘’", '""""""')
_ERROR = re.compile(r"^\W*(?:E +)?(?:\w+\.)*[A-Z]\w*(?:Error|Exception): ?", re.M)
_LOSS = re.compile(rf'\b(?:in|[Nn]ode:?|loss) "?(?:[\w./-]*/)?({"|".join(RULE_OF)})\b')


def ends(text: str) -> str:
    """The text, or of a very long one the two ends, which are all that is read."""
    return text if len(text) <= 2 * READ + 1 else f"{text[:READ]}\n{text[-READ:]}"


def read(text: str) -> tuple[str, str]:
    """A text without colours and line breaks: from its last error on, if it has one, and whole."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", ends(text)).translate(_QUOTES)
    starts = [match.end() for match in _ERROR.finditer(text)]
    return " ".join(text[starts[-1] if starts else 0 :].split()), " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Found:
    """Where a pattern was found in a text."""

    match: re.Match[str]
    whole: str  # the text, as `read` gives it

    def __getitem__(self, name: str) -> str:
        """The words of a named group; "" where the text lacks them, or the pattern the group."""
        return self.match.groupdict().get(name) or ""

    def shape(self, name: str) -> Shape:
        """The sizes of a shape; () where the text lacks it."""
        return sizes(self[name])

    @property
    def kind(self) -> str:
        """What was called, without its path and number: "lstm" of "decoder/lstm_1"."""
        return re.sub(r"_\d+$", "", self["layer"].split("/")[-1])

    @property
    def loss(self) -> str:
        """The function of the loss that the text names; "" for none."""
        named = _LOSS.search(self.whole)
        return RULE_OF[named[1]].name if named else ""

    @property
    def in_loss(self) -> bool:
        """Whether it happened in a loss."""
        in_code = re.search(r"comp(?:ile|ute)_loss|\bloss/|losses/losses\.py", self.whole)
        return bool(self.loss or in_code)

    @property
    def node(self) -> str:
        """The path of the operation that failed: "compile_loss/mse/sub"; "" where none is named."""
        found = re.search(r'\b[Nn]ode:? "?(?:gradient_tape/)?([\w./-]+)', self.whole)
        return found[1] if found else ""

    @property
    def is_loading(self) -> bool:
        """Whether a model, or its weights, was being read from a file."""
        words = r"load_model|load_weights|model_from_|hdf5_format|deserializing class"
        return bool(re.search(words, self.whole))


def sizes(shape: str) -> Shape:
    """The sizes of "(None, 5, 2)", "[?,5]" or "4,5,3"."""
    found = re.findall(r"None|\?|-1|\d{1,18}", shape)
    return tuple(int(size) if size.isdigit() else None for size in found)


NAMES = {
    "2": "sample feature",
    "3": "sample timestep feature",
    "4": "sample row column channel",
    "5": "sample timestep row column channel",
    "conv_lstm1d": "sample timestep row channel",
}
"""By the number of axes, or the kind of layer, what one entry of each is."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a shape differs from the one that was expected, the batch in front of both."""

    expected: Shape
    received: Shape

    @property
    def longer(self) -> Shape:
        """The one with more axes."""
        return max(self.expected, self.received, key=len)

    @property
    def lacks(self) -> int:
        """How many axes are too few; below 0, how many too many."""
        return len(self.expected) - len(self.received)

    @property
    def differing(self) -> list[int]:
        """The places of the axes that differ, of as many; an open size differs from none."""
        pairs = enumerate(zip(self.expected, self.received, strict=False))
        return [place for place, (e, r) in pairs if None not in (e, r) and e != r]

    @property
    def gaps(self) -> list[int]:
        """The places of the longer shape's axes without which the two would fit."""
        shorter = min(self.received, self.expected, key=len)
        without = [self.longer[:at] + self.longer[at + 1 :] for at in range(len(self.longer))]
        fits = [len(r) == len(shorter) and not Comparison(r, shorter).differing for r in without]
        return [place for place, fit in enumerate(fits) if fit]

    @property
    def is_batch(self) -> bool:
        """Whether they differ in the samples of a batch alone."""
        return not self.lacks and self.differing == [0]

    def name(self, place: int) -> str:
        """What an entry of the axis at a place is."""
        return NAMES.get(f"{len(self.longer)}", "sample" + 9 * " entry").split()[place]

    def told(self) -> str:
        """The axes that differ, in words: "7 timesteps instead of 5", "no axis of features"."""
        if self.lacks:
            gaps = [f"{self.name(at)}s" for at in self.gaps]
            count = counted(abs(self.lacks), "axis", "axes")
            which = f", of {' or '.join(gaps)}" if gaps and any(self.expected) else ""
            return f"{count} too {'few' if self.lacks > 0 else 'many'}{which}"
        counts = [(at, counted(self.received[at] or 0, self.name(at))) for at in self.differing]
        return joined([f"{count} instead of {self.expected[at]}" for at, count in counts])


Confidence: TypeAlias = Literal["certain", "likely", "possible"]
CHECK = "print(x.shape, y.shape, y[:2], model.input_shape, model.output_shape)"
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
    "columns": "y.shape[-1]",
}
"""Words for what a message doesn't name."""
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
class Remedy:
    """One way to put something right."""

    condition: str  # when it is the right one: "y holds class numbers"; "" where there is no other
    fix: str  # what to do, in sentences
    code: str
    cause: str = ""  # what happened, if the condition holds; filled in by `explained`


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a message means."""

    happened: str  # what the message itself says, in a sentence or two, with its numbers
    meanings: tuple[Remedy, ...]  # what may have led to it, the likeliest first
    confidence: Confidence
    check: str = ""  # one line of code that tells which meaning it is
    stack: str = ""  # the stack that the message describes, as an address has it; "" for none

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
    """What a message means: remedies, the likeliest first, or in their place a fix and its code.

    `words` are for the {names} in all texts. Without a `confidence` the texts say how sure it is:
    one cause that says "most likely", or "if", is likely, and so are several.
    """
    words = WORDS | {name: word for name, word in (words or {}).items() if word not in (None, "")}
    happened = _filled(cause, words)
    meanings = []
    for each in remedies or (Remedy("", fix, code),):
        condition = _filled(each.condition, words)
        happens = f"{happened} {capital(condition)}." if condition else happened
        texts = _filled(each.fix, words), _filled(cleandoc(each.code), words)
        meanings.append(Remedy(condition, *texts, happens))
    is_open = meanings[0].condition or re.search("[Mm]ost likely|^If ", happened)
    check = _filled(check, words) if len(meanings) > 1 else ""
    sure: Confidence = confidence or ("likely" if is_open else "certain")
    return Explanation(happened, tuple(meanings), sure, check, _filled(stack, words))


def _filled(text: str, words: Mapping[str, Any]) -> str:
    """Fill in the {names}; leave out a sentence, and a line, of which one has no word.

    Other braces, as of a dict in code, stay.
    """
    lines = []
    for line in text.split("\n"):
        sentences = re.split(r"(?<=\.) ", line)
        known = [each for each in sentences if words.keys() >= {*_NAME.findall(each)}]
        lines += [" ".join(known)] if known else []
    return _NAME.sub(lambda name: str(words[name[1]]), "\n".join(lines))


class Message:
    """A message that is known, matched as one line in which every kind of quote is "."""

    def __init__(
        self,
        *patterns: str,
        explain: Callable[[Found], Explanation | None] | None = None,
        cause: str = "",
        remedies: Sequence[Remedy] = (),
        **texts: Any,
    ) -> None:
        """Any of the patterns; the rest is for `explained`.

        In place of texts `explain` may be a function; it returns None for what it can't explain.
        """
        self.patterns = patterns
        self.explain = explain or (
            lambda found: explained(cause, *remedies, words=found.match.groupdict(), **texts)
        )
