"""What a pasted text says: its last error, what was called, and the shapes and losses it names.

A text may be a message or a whole traceback, of any length: the two ends are read. Quotes of all
kinds become ", and line breaks a space, so that a pattern is written down once.
"""

import re

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.output import Shape
from lib.shapes.stack.recurrent import LAYER_OF_CELL
from lib.text import counted, joined

READ = 10_000  # characters at either end of a text; a traceback has its message at one of them
# Keras's names of layers, each with its kind in a stack.
RECURRENT = {name: layer.kind for name, layer in LAYER_OF_CELL.items()} | {"bidirectional": "bi"}
_QUOTES = str.maketrans("'`“”‘’", '""""""')
_ERROR = re.compile(r"^\W*(?:E +)?(?:\w+\.)*[A-Z]\w*(?:Error|Exception): ?", re.M)
_LOSS = re.compile(rf'\b(?:in|[Nn]ode:?|loss) "?(?:[\w./-]*/)?({"|".join(RULE_OF)})\b')


def both_ends(text: str) -> str:
    """The text; of a very long one only the two ends, which are all that is read."""
    return text if len(text) <= 2 * READ + 1 else f"{text[:READ]}\n{text[-READ:]}"


def error_and_whole(text: str) -> tuple[str, str]:
    """The text from its last error on, and the whole text, both without colours and line breaks."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", both_ends(text)).translate(_QUOTES)
    starts = [match.end() for match in _ERROR.finditer(text)]
    return " ".join(text[starts[-1] if starts else 0 :].split()), " ".join(text.split())


class Found:
    """Where a pattern was found in a text, and what the text says about it."""

    def __init__(self, match: re.Match[str], whole: str) -> None:
        self.match, self.whole = match, whole
        # What was called, without its path and number: "lstm" of "decoder/lstm_1".
        self.kind = re.sub(r"_\d+$", "", self["layer"].split("/")[-1])
        named = _LOSS.search(whole)
        self.loss = RULE_OF[named[1]].name if named else ""  # the function of the loss
        in_code = re.search(r"comp(?:ile|ute)_loss|\bloss/|losses/losses\.py", whole)
        self.in_loss = bool(self.loss or in_code)
        # The path of the operation that failed: "compile_loss/mse/sub".
        node = re.search(r'\b[Nn]ode:? "?(?:gradient_tape/)?([\w./-]+)', whole)
        self.node = node[1] if node else ""
        loading = r"load_model|load_weights|model_from_|hdf5_format|deserializing class"
        self.is_loading = bool(re.search(loading, whole))

    def __getitem__(self, name: str) -> str:
        """What a named group matched; "" where it matched nothing, or isn't in the pattern."""
        return self.match.groupdict().get(name) or ""

    def shape(self, name: str) -> Shape:
        """The sizes of the shape that a named group matched; () where it matched nothing."""
        return pasted_sizes(self[name])


def pasted_sizes(shape: str) -> Shape:
    """The sizes of "(None, 5, 2)", "[?,5]" or "4,5,3"."""
    found = re.findall(r"None|\?|-1|\d{1,18}", shape)
    return tuple(int(size) if size.isdigit() else None for size in found)


NAMES: dict[int | str, tuple[str, ...]] = {  # by the number of axes, or a layer: their entries
    2: ("sample", "feature"),
    3: ("sample", "timestep", "feature"),
    4: ("sample", "row", "column", "channel"),
    5: ("sample", "timestep", "row", "column", "channel"),
    "conv_lstm1d": ("sample", "timestep", "row", "channel"),
}


class Comparison:
    """How a shape differs from the expected one, the batch in front; an open size fits any."""

    def __init__(self, expected: Shape, received: Shape) -> None:
        self.expected, self.received = expected, received
        shorter, self.longer = sorted((received, expected), key=len)
        self.lacks = len(expected) - len(received)  # axes too few; below 0, too many
        self.differing = _differing(expected, received)  # places of axes
        self.is_batch = not self.lacks and self.differing == [0]
        # Places of the longer shape's axes without which the two would fit.
        places = range(len(self.longer) if abs(self.lacks) == 1 else 0)
        without = [(at, self.longer[:at] + self.longer[at + 1 :]) for at in places]
        self.gaps = [at for at, rest in without if not _differing(rest, shorter)]

    def name(self, place: int) -> str:
        """What an entry of the axis at a place is."""
        names = NAMES.get(len(self.longer))
        return names[place] if names else "entry" if place else "sample"

    def in_words(self) -> str:
        """The axes that differ, in words: "7 timesteps instead of 5", "no axis of features"."""
        if self.lacks:
            gaps = [f"{self.name(at)}s" for at in self.gaps]
            count = counted(abs(self.lacks), "axis", "axes")
            which = f", of {' or '.join(gaps)}" if gaps and any(self.expected) else ""
            return f"{count} too {'few' if self.lacks > 0 else 'many'}{which}"
        counts = [(at, counted(self.received[at] or 0, self.name(at))) for at in self.differing]
        return joined([f"{count} instead of {self.expected[at]}" for at, count in counts])


def _differing(one: Shape, other: Shape) -> list[int]:
    sizes_ = enumerate(zip(one, other, strict=False))
    return [place for place, (a, b) in sizes_ if None not in (a, b) and a != b]
