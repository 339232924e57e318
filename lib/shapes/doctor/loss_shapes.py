"""Follow the shapes of an output and a target through a Keras loss, batch by batch.

Sources: Keras 3.15's `losses/loss.py`, `losses/losses.py` and `trainers/compile_utils.py`.

First, if the ranks differ by one and the longer shape ends in 1, Keras drops that axis, or adds an
axis to a shorter shape of rank 1. Second, Keras pairs output and target: some losses require equal
shapes, others broadcast like NumPy. Third, Keras takes the loss along the last axis, and its mean.
"""

from dataclasses import dataclass
from typing import Literal

LossVerdict = Literal["correct", "silent", "error"]
VERDICTS: tuple[LossVerdict, ...] = ("error", "silent", "correct")
Sizes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LossRule:
    """The rules by which one of Keras's losses treats shapes."""

    name: str  # name of Keras's function: "mean_squared_error"
    short: str = ""  # short name, also accepted in capitals: "mse"
    checks: bool = False  # requires equal shapes; the other losses broadcast
    whole_axis: bool = False  # the loss depends on which axis is last, like cosine_similarity
    classes: bool = False  # the last axis has class probabilities; with one class the loss is 0
    labels: bool = False  # y holds class numbers, so y lacks the output's last axis
    multiplies: bool = False  # multiplies or divides output and y; most other losses subtract
    output_first: bool = False  # TensorFlow's message names the output's shape before y's

    @property
    def names(self) -> tuple[str, ...]:
        """All names for `compile(loss=…)`: the function, the class, and short names."""
        words = self.name.replace("kl_", "KL_").split("_")
        short = (self.short, self.short.upper()) if self.short else ()
        return (self.name, "".join(word[:1].upper() + word[1:] for word in words), *short)

    @property
    def activation(self) -> str:
        """The last layer's activation for labels: "softmax" or "sigmoid"; "" for numbers."""
        return "softmax" if self.classes else "sigmoid" if self.name.startswith("binary") else ""

    def single_class(self, output: Sizes) -> bool:
        """Return whether the loss is 0 for any output, because there is only one class."""
        return self.classes and output[-1] == 1


_RULES = (  # "circle" and "ctc" are missing: they don't pair an output with a target
    LossRule("mean_squared_error", "mse"),
    LossRule("mean_absolute_error", "mae"),
    LossRule("mean_absolute_percentage_error", "mape"),
    LossRule("mean_squared_logarithmic_error", "msle", output_first=True),
    LossRule("huber", output_first=True),
    LossRule("log_cosh", output_first=True),
    LossRule("poisson", multiplies=True),
    LossRule("hinge", multiplies=True),
    LossRule("squared_hinge", multiplies=True),
    LossRule("dice", multiplies=True),
    LossRule("tversky", multiplies=True),
    LossRule("categorical_hinge", whole_axis=True, multiplies=True),
    LossRule("cosine_similarity", whole_axis=True, multiplies=True),
    LossRule("kl_divergence", "kld", whole_axis=True, multiplies=True),
    LossRule("categorical_focal_crossentropy", classes=True, multiplies=True),
    LossRule("categorical_crossentropy", checks=True, classes=True),
    LossRule("binary_crossentropy", "bce", checks=True),
    LossRule("binary_focal_crossentropy", checks=True),
    LossRule("sparse_categorical_crossentropy", checks=True, classes=True, labels=True),
)
RULES = {rule.name: rule for rule in _RULES}  # by function name
RULE_OF = {name: rule for rule in _RULES for name in rule.names}  # by all names for `compile`


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The result for one batch, with the shapes after Keras has dropped or added an axis."""

    output: Sizes
    target: Sizes
    verdict: LossVerdict  # "correct" if each output is compared only with its own target
    broadcast: Sizes | None  # the shape of the compared pairs; None if Keras raises an error
    keras_message: str = ""  # part of Keras's error message

    @property
    def size(self) -> int:
        """The number of samples in the batch."""
        return self.output[0]


def follow_epoch(
    output: Sizes, target: Sizes, rule: LossRule, batch_size: int
) -> tuple[BatchResult, ...]:
    """Return the results of a full batch and a shorter last batch; () if N differs."""
    if output[0] != target[0]:
        return ()
    full_batches, rest = divmod(output[0], batch_size)
    sizes = [size for size in (batch_size if full_batches else 0, rest) if size]
    return tuple(
        follow_batch((size, *output[1:]), (size, *target[1:]), rule, known_size=rest == 0)
        for size in sizes
    )


def worst(batches: tuple[BatchResult, ...]) -> LossVerdict:
    """Return the worst verdict of all batches; "error" if there are no batches."""
    return min((batch.verdict for batch in batches), key=VERDICTS.index, default="error")


def loss_rule(loss: str, output_shape: Sizes, target_shape: Sizes) -> LossRule:
    """Return the rule for any name that `compile(loss=…)` takes. Raises ValueError."""
    if loss.lower() in ("crossentropy", "ce"):  # Keras chooses the loss from the shapes.
        labels = len(target_shape) < len(output_shape) or target_shape[-1] == 1
        loss = "sparse_categorical_crossentropy" if labels else "categorical_crossentropy"
        loss = "binary_crossentropy" if output_shape[-1] == 1 else loss
    if loss not in RULE_OF:
        raise ValueError(
            "expected the name of a Keras loss that compares outputs with targets, such as 'mse' "
            f"or one of {list(RULES)}, received {loss!r}"
        )
    return RULE_OF[loss]


def follow_batch(output: Sizes, target: Sizes, rule: LossRule, *, known_size: bool) -> BatchResult:
    """Return the result of one batch. If TensorFlow knows the batch size, its message differs."""
    columns = output[-1] if len(output) > 1 or not rule.labels else 0  # 0: there is no class axis
    target, output = _same_rank(target, output)
    if rule.labels and len(target) == len(output) > 1 and target[-1] == 1:
        target = target[:-1]
    wanted = output[:-1] if rule.labels else output
    rank = max(len(target), len(output))
    pairs = tuple(zip(padded(output, rank), padded(target, rank), strict=True))
    if target == wanted or not (rule.checks or any(o != t for o, t in pairs)):
        wrong_axis = (rule.whole_axis or rule.classes) and output[-1] != columns
        verdict: LossVerdict = "silent" if wrong_axis or rule.single_class(output) else "correct"
        return BatchResult(output, target, verdict, tuple(o for o, _ in pairs))
    if rule.checks:
        message = "Arguments `target` and `output` must have the same "
        if not rule.labels:
            message += "shape" if len(target) == len(output) else "rank (ndim)"
        elif len(target) == len(output) - 1:
            message += "shape up until the last"
        else:
            message = "Argument `output` must have rank (ndim) `target.ndim - 1`"
        return BatchResult(output, target, "error", None, message)
    if all(o == t or 1 in (o, t) for o, t in pairs):
        return BatchResult(output, target, "silent", tuple(max(both) for both in pairs))
    first, second = (output, target) if rule.output_first else (target, output)
    message = f"Incompatible shapes: {list(first)} vs. {list(second)}".replace(", ", ",")
    batch_axes = () if known_size else (rank - len(output), rank - len(target))
    for axis, sizes in enumerate(zip(padded(first, rank), padded(second, rank), strict=True)):
        if axis not in batch_axes and 1 not in sizes and sizes[0] != sizes[1]:
            message = f"Dimensions must be equal, but are {sizes[0]} and {sizes[1]}"
            break
    return BatchResult(output, target, "error", None, message)


def padded(shape: Sizes, rank: int) -> Sizes:
    """Return the shape with axes of 1 added in front up to this rank, as in broadcasting."""
    return (1,) * (rank - len(shape)) + shape


def _same_rank(target: Sizes, output: Sizes) -> tuple[Sizes, Sizes]:
    """Return both shapes after Keras's `squeeze_or_expand_to_same_rank`."""
    if len(target) == len(output) + 1 and target[-1] == 1:
        return (target, (*output, 1)) if len(output) == 1 else (target[:-1], output)
    if len(output) == len(target) + 1 and output[-1] == 1:
        return ((*target, 1), output) if len(target) == 1 else (target, output[:-1])
    return target, output
