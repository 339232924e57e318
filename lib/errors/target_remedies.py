"""What gives y and the output one shape, where a loss found that they have two.

Advice alone, in the words of target_remedies.toml: the messages that it answers are in
`lib.errors.target_shapes`, `lib.errors.incompatible_shapes` and `lib.errors.keras2_wordings`.
"""

from dataclasses import dataclass

from lib.english import capital
from lib.errors.message import SNIPPETS
from lib.toml import beside

_ROWS = beside(__file__)


@dataclass(frozen=True, slots=True)
class Remedy:
    """How y and the output differ, and what gives them one shape."""

    fix: str
    """As a clause that may follow on a colon."""
    code: str
    what: str = ""
    """The difference, as a clause that may follow on a colon; empty where the fix says it."""
    difference: str = "other"
    """Its kind: "time axis of y" or "time axis of output", which one alone has; or "sizes"."""

    @property
    def advice(self) -> str:
        """Both in one sentence."""
        return sentence(f"{self.what}: {self.fix}" if self.what else self.fix)


def sentence(clause: str) -> str:
    """A clause as a sentence; but y is a name."""
    return clause if clause.startswith("y ") else capital(clause)


def to_one_shape(y: list[str], output: list[str], *, sparse: bool, columns: str = "") -> Remedy:
    """What gives y and the output, as a loss compared them, one shape.

    Args:
        y: its sizes, without the samples.
        output: the same of the output.
        sparse: whether y may hold class numbers, for which there is another loss.
        columns: what stands in the code for y's number of columns; without it, the number does.
    """
    if len(y) > len(output):
        row = _y_has_more(y, output, sparse=sparse)
    elif len(y) < len(output):
        row = _output_has_more(y, output, sparse=sparse)
    elif len(y) == 1:
        row = _two_axes(y[0], output[0], sparse=sparse)
    else:
        row = _same_axes(y, output, sparse=sparse)
    ends = {"y": columns or "".join(y[-1:]), "output": "".join(output[-1:])}
    words = {**SNIPPETS, **ends, "each": "timestep" if y else "sample"}
    return Remedy(**{name: text.format_map(words) for name, text in _ROWS[row].items()})


def _same_axes(y: list[str], output: list[str], *, sparse: bool) -> str:
    """For y with a time axis, as the output; or for shapes of which nothing could be read."""
    if not y:
        return "nothing to read"
    if y[-1] == output[-1]:
        return "other timesteps"
    if sparse and y[-1] == "1":
        return "class numbers"
    if y[:-1] == output[:-1]:
        return "other columns"
    return "swapped" if y == output[::-1] else "other timesteps and columns"


def _y_has_more(y: list[str], output: list[str], *, sparse: bool) -> str:
    if (len(y), len(output)) != (2, 1):
        return "more axes in y"
    same = y[-1] == output[-1]
    if y[0] != "1":
        return "time axis of y" if same else "time axis of y, other columns"
    if sparse and y[1] == "1":
        return "one step of y, or class numbers"
    return "one step of y" if same else "one step of y, other columns"


def _output_has_more(y: list[str], output: list[str], *, sparse: bool) -> str:
    if len(output) > 2:
        return "more axes in the output"
    if y == output[:-1]:  # one number for each answer of the output
        return "last axis of 1" if output[-1] == "1" else "class for each" if sparse else "one each"
    if output[-1] == "1" or y[-1:] == output[-1:]:
        return "time axis of output" if y else "time axis of output, flat y"
    if y not in ([], ["1"]):
        return "time axis of output, other columns"
    return f"time axis of output, {'class number' if sparse else 'number'} in y"


def _two_axes(y: str, output: str, *, sparse: bool) -> str:
    """For columns that may be timesteps: Keras drops a last axis of 1 that the other hasn't."""
    if output == "1":
        return "steps or columns of y"
    if y != "1":
        return "steps or columns"
    return "steps or classes of output" if sparse else "steps or columns of output"
