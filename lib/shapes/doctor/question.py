"""A question for the target doctor: what a person types, its address, and the usual cases."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lib.shapes.doctor.diagnosis import Diagnosis, diagnose_target
from lib.shapes.doctor.loss_shapes import RULES, Sizes

MAX_SIZE = 1_000_000
MAX_AXES = 4
LOSS_NAMES = (*RULES, "crossentropy")


class ShapeTextError(ValueError):
    """A text that is no shape. The message says what was expected and what was received."""


@dataclass(frozen=True, slots=True)
class TargetQuestion:
    """An output, a target, a loss, and the batch size of `fit`."""

    output: Sizes = (320, 12, 1)
    target: Sizes = (320,)
    loss: str = "mean_squared_error"
    batch_size: int = 32

    def diagnose(self) -> Diagnosis:
        """What `fit` does with it."""
        return diagnose_target(self.output, self.target, self.loss, self.batch_size)


def read_shape(text: str, samples: int | None = None) -> Sizes:
    """The shape that a person means: "(320, 12, 1)", "320 12 1", or "(None, 12, 1)".

    A name in front of the brackets is passed over: "torch.Size([320, 12])". `samples` stands for
    None in front; without it None is refused. Raises ShapeTextError.
    """
    shape = re.sub(r"^\s*[A-Za-z_][\w.]{0,60}\s*(?=[(\[])", "", text[:200])
    words = re.findall(r"[^\s,()\[\]]+", shape)
    if words[:1] == ["None"] and samples:
        words[0] = f"{samples}"
    are_sizes = all(re.fullmatch(r"[0-9]{1,7}", n) and 1 <= int(n) <= MAX_SIZE for n in words)
    if 1 <= len(words) <= MAX_AXES and are_sizes:
        return tuple(map(int, words))
    raise ShapeTextError(
        f"a shape has 1 to {MAX_AXES} whole numbers from 1 to {MAX_SIZE:,}, such as (320, 12, 1), "
        f"and None only in front, for the samples; received {text.strip()[:60]!r}"
    )


def write_question(question: TargetQuestion) -> str:
    """The question in the address: "320.12.1_320_mean-squared-error_32"."""
    shapes = (".".join(map(str, shape)) for shape in (question.output, question.target))
    return "_".join([*shapes, question.loss.replace("_", "-"), f"{question.batch_size}"])


def read_question(text: str) -> TargetQuestion:
    """The question of an address. Whatever is of no use there is as in the default."""
    output, target, loss, size, *_ = [*text[:300].split("_"), "", "", "", ""]
    taken: dict[str, Any] = {}
    for name, shape in (("output", output), ("target", target)):
        with suppress(ShapeTextError):
            taken[name] = read_shape(shape.replace(".", " "))
    if (loss := loss.replace("-", "_")) in LOSS_NAMES:
        taken["loss"] = loss
    if re.fullmatch(r"[0-9]{1,5}", size):
        taken["batch_size"] = min(max(int(size), 1), 4096)
    return TargetQuestion(**taken)


def fitting_loss(activation: str, asked: str) -> str:
    """The loss of a model that ends in this activation: what was `asked`, where that fits.

    Shares want a cross-entropy of classes, a sigmoid a binary one, and plain numbers neither.
    """
    rule = RULES.get(asked)
    if activation == "softmax":
        return asked if rule and rule.classes else "categorical_crossentropy"
    if activation == "sigmoid":
        return asked if asked.startswith("binary") else "binary_crossentropy"
    return TargetQuestion().loss if rule and rule.checks else asked


TARGETS: dict[str, Sizes] = {
    "(N, T, U)": (320, 12, 16),
    "(N, T, 1)": (320, 12, 1),
    "(N, T)": (320, 12),
    "(N, U)": (320, 16),
    "(N, 1)": (320, 1),
    "(N,)": (320,),
}
"""The usual targets, by what they are called: N samples, T timesteps, U units."""
OUTPUTS = {name: TARGETS[name] for name in ("(N, T, U)", "(N, T, 1)", "(N, U)", "(N, 1)")}
"""The usual outputs, which all have columns."""
