"""What a pasted text says: its last error, what was called, and the shapes and losses it names.

A text may be a message or a whole traceback, of any length: the two ends are read. Quotes of all
kinds become ", and line breaks a space, so that a pattern is written down once.
"""

import re
from dataclasses import dataclass

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.output import Shape
from lib.shapes.stack.recurrent import LAYER_OF_CELL
from lib.text import counted, joined

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
