"""Read a pasted error text: the last error, and the layer, shapes and loss that it names."""

import re

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.output import Shape
from lib.shapes.stack.recurrent import LAYER_OF_CELL
from lib.text import counted, joined

READ = 10_000  # characters read at each end of a text; a traceback has its message at one end
# Keras's name of each recurrent layer → its kind in a stack.
RECURRENT = {name: layer.kind for name, layer in LAYER_OF_CELL.items()} | {"bidirectional": "bi"}
_QUOTES = str.maketrans("'`“”‘’", '""""""')
_ERROR = re.compile(r"^\W*(?:E +)?(?:\w+\.)*[A-Z]\w*(?:Error|Exception): ?", re.M)
_LOSS = re.compile(rf'\b(?:in|[Nn]ode:?|loss) "?(?:[\w./-]*/)?({"|".join(RULE_OF)})\b')


def both_ends(text: str) -> str:
    """Return the text, or only both ends of a very long text."""
    return text if len(text) <= 2 * READ + 1 else f"{text[:READ]}\n{text[-READ:]}"


def error_and_whole(text: str) -> tuple[str, str]:
    """Return the text from its last error on, and the whole text, each on one line."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", both_ends(text)).translate(_QUOTES)
    starts = [match.end() for match in _ERROR.finditer(text)]
    return " ".join(text[starts[-1] if starts else 0 :].split()), " ".join(text.split())


# Groups of a pattern that the message calls different: sizes, shapes, types or devices.
DIFFERENT = (
    *(("want", "got"), ("own", "got"), ("kept", "got"), ("want", "have"), ("axes", "have")),
    *(("one", "other"), ("before", "after"), ("full", "size"), ("own", "saved")),
    *(("want", "layers"), ("names", "got"), ("before", "part")),
)


class Found:
    """A match of a pattern in a text, with the layer, loss and operation that the text names."""

    def __init__(self, match: re.Match[str], whole: str) -> None:
        self.match, self.whole = match, whole
        # The layer's name without path and number: "lstm" for "decoder/lstm_1".
        self.kind = re.sub(r"_\d+$", "", self["layer"].split("/")[-1])
        named = _LOSS.search(whole)
        self.loss = RULE_OF[named[1]].name if named else ""  # the loss function's name
        in_code = re.search(r"comp(?:ile|ute)_loss|\bloss(?:_\d+)?/|losses/losses\.py", whole)
        self.in_loss = bool(self.loss or in_code)
        node = re.search(r'\b[Nn]ode:? "?(?:gradient_tape/)?([\w./-]+)', whole)
        self.node = node[1] if node else ""  # the failed operation: "compile_loss/mse/sub"
        # A fix may be for one version of TensorFlow only.
        is_old = re.search(r"\[\[Node: |see above for traceback|tf_session|client/session", whole)
        self.version = {"old_tf": "TensorFlow 1"} if is_old else {"new_tf": "TensorFlow"}
        loading = r"load_model|load_weights|model_from_|hdf5_format|deserializing class"
        self.is_loading = bool(re.search(loading, whole))

    @property
    def is_consistent(self) -> bool:
        """Whether sizes differ that the message calls different. None may be any size."""
        pairs = [(self[name], self[other]) for name, other in DIFFERENT]
        return not any(one and other and _fit(one, other) for one, other in pairs)

    def __getitem__(self, name: str) -> str:
        """Return the text of a named group; "" for a missing group."""
        return self.match.groupdict().get(name) or ""

    def shape(self, name: str) -> Shape:
        """Return the sizes of the shape that a named group matched; () without a match."""
        return pasted_sizes(self[name])


def pasted_sizes(shape: str) -> Shape:
    """Return the sizes of "(None, 5, 2)", "[?,5]", "[N, 5]", "[null,5]" or "4,5,3"."""
    found = re.findall(r"None|null|\?|…|\bN\b|-1|\d{1,18}", shape)
    return tuple(int(size) if size.isdigit() else None for size in found)


def _fit(one: str, other: str) -> bool:
    """Return whether two texts are the same, or shapes that differ only where one has None."""
    if one[0] not in "([":
        return one == other
    shapes = pasted_sizes(one), pasted_sizes(other)
    return len(shapes[0]) == len(shapes[1]) and not _differing(*shapes)


NAMES: dict[int | str, tuple[str, ...]] = {  # number of axes, or layer → the unit of each axis
    2: ("sample", "feature"),
    3: ("sample", "timestep", "feature"),
    4: ("sample", "row", "column", "channel"),
    5: ("sample", "timestep", "row", "column", "channel"),
    "convlstm1d": ("sample", "timestep", "row", "channel"),
    "convlstm3d": ("sample", "timestep", "slice", "row", "column", "channel"),
    "embedding": ("sample", "timestep", "feature"),
    "vector": ("sample", "value"),  # features, or the timesteps of an Embedding
    "timedistributed": ("sample", "part", "timestep", "feature"),
}


class Comparison:
    """Differences between an expected and a received shape, batch first. None fits any size."""

    def __init__(self, expected: Shape, received: Shape, layer: str = "") -> None:
        self.expected, self.received, self.layer = expected, received, layer
        shorter, self.longer = sorted((received, expected), key=len)
        self.missing = len(expected) - len(received)  # number of missing axes; below 0: extra axes
        self.differing = _differing(expected, received)  # places of axes with different sizes
        self.is_batch = not self.missing and self.differing == [0]
        # Places of axes in the longer shape. Without one of these axes, the shapes would fit.
        places = range(len(self.longer) if abs(self.missing) == 1 else 0)
        without = [(at, self.longer[:at] + self.longer[at + 1 :]) for at in places]
        self.gaps = [at for at, rest in without if not _differing(rest, shorter)]

    def name(self, place: int) -> str:
        """Return the unit of the axis at a place."""
        if names := NAMES.get(self.layer) or NAMES.get(len(self.longer)):
            return names[place]
        return "value" if place else "sample"

    def in_words(self) -> str:
        """Return the differences in words: "7 timesteps instead of 5", "1 axis is missing"."""
        if self.missing:
            gaps = [f"{self.name(at)}s" for at in self.gaps]
            where = f" ({' or '.join(gaps)})" if gaps and any(self.expected) else ""
            if self.missing < 0:
                return f"{counted(-self.missing, 'axis', 'axes')} too many{where}"
            return f"{counted(self.missing, 'axis is', 'axes are')} missing{where}"
        counts = [(at, counted(self.received[at] or 0, self.name(at))) for at in self.differing]
        return joined([f"{count} instead of {self.expected[at]}" for at, count in counts])


def _differing(one: Shape, other: Shape) -> list[int]:
    sizes = enumerate(zip(one, other, strict=False))
    return [place for place, (a, b) in sizes if None not in (a, b) and a != b]
