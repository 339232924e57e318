"""What gives y and the output one shape, where a loss found that they have two.

Advice alone, in the words of target_remedies.toml: the messages that it answers are in
`lib.errors.target_shapes`, `lib.errors.incompatible_shapes` and `lib.errors.keras2_wordings`.
"""

import re
from dataclasses import dataclass

from lib.english import capital
from lib.errors.message import SNIPPETS
from lib.toml import beside

_ROWS = [(row.pop("shapes"), row.pop("sparse", False), row) for row in beside(__file__).values()]


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
    axes = "=" if len(y) == len(output) else "<>"[len(y) > len(output)]
    sizes = f"{','.join(y)} {axes} {','.join(output)}"
    texts = next(
        texts
        for shapes, of_classes, texts in _ROWS
        if (sparse or not of_classes) and re.fullmatch(shapes, sizes)
    )
    ends = {"y": columns or "".join(y[-1:]), "output": "".join(output[-1:])}
    words = {**SNIPPETS, **ends, "each": "timestep" if y else "sample"}
    return Remedy(**{name: text.format_map(words) for name, text in texts.items()})
