"""Ways to make a target and an output fit: code for y, and for the model.

Each is a reading of what y may hold, turned into a line or two of code. Nothing is offered on
trust: a fix is kept only if `loss_shapes` pairs the shapes that it leads to correctly.

Words, as in Keras: N samples, T timesteps, K columns of the output (its units, or Dense's).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from lib.shapes.doctor.loss_shapes import Sizes, follow, loss_rule
from lib.text import beside

LAST_STEP = "LSTM(units, return_sequences=False)"
EVERY_STEP = "LSTM(units, return_sequences=True)"
_WHEN: dict[str, str] = beside(__file__)


def compile_with(loss: str) -> str:
    """The line that takes a loss."""
    return f'model.compile(optimizer, loss="{loss}")'


@dataclass(frozen=True, slots=True)
class TargetFix:
    """One way out: what it takes y for, the code, and the shapes that it leads to."""

    when: str
    """What y holds, if this is the right fix, and what it does: a sentence or two."""
    y: str
    """Code that changes y; empty where y stays."""
    model: str
    """Code for the model's last layers, or its `compile`; empty where the model stays."""
    output_shape: Sizes
    target_shape: Sizes
    loss: str
    """All three as they are afterwards; the loss is the same, but for a few."""

    @property
    def code(self) -> str:
        """All of it."""
        return "\n".join(filter(None, (self.y, self.model)))


_Reading: TypeAlias = tuple[str, str, Sizes]
"""What y may hold, a row of fixes.toml; the code that brings it into a shape; and that shape."""


def target_fixes(output: Sizes, target: Sizes, loss: str, batch_size: int) -> tuple[TargetFix, ...]:
    """All ways out that end in a correct pairing, the likeliest first.

    The shapes are (N, …), with all samples; where their numbers differ there is a way out only if y
    is flattened.
    """
    fixes: dict[tuple[str, str], TargetFix] = {}
    for fix in _candidates(output, target, loss):
        rule = loss_rule(fix.loss, fix.output_shape, fix.target_shape)
        after = follow(fix.output_shape, fix.target_shape, rule, batch_size)
        if after.verdict == "correct":
            fixes.setdefault((fix.y, fix.model), fix)
    return tuple(fixes.values())


def _candidates(output: Sizes, target: Sizes, loss: str) -> Iterator[TargetFix]:
    rule = loss_rule(loss, output, target)
    if rule.single_class(output):
        yield from _two_classes(output, target)
        return
    plain: list[TargetFix] = []
    if rule.classes and len(output) > 1:
        plain += _by_class(output, target, loss, rule.labels)
    if not rule.labels:
        plain += _same_numbers(output, target, loss)
    yield from plain
    if plain or output[0] != target[0] or len(output) not in (2, 3):
        return
    readings = _class_numbers if rule.labels else _numbers
    fixes = (_fix(reading, output, loss, rule.labels) for reading in readings(output, target))
    yield from (fix for fix in fixes if not rule.single_class(fix.output_shape))


def _same_numbers(output: Sizes, target: Sizes, loss: str) -> Iterator[TargetFix]:
    """Y has the output's numbers, with other axes of 1 or with samples and steps in one axis."""
    same = [n for n in output if n > 1] == [n for n in target if n > 1]
    if output[0] != target[0]:  # samples and steps in one axis
        flat = len(output) == 3 and target[0] == math.prod(output[:2])
        same = flat and math.prod(target) == math.prod(output)
    if not same:
        return
    code = f"y = y.reshape({', '.join(map(str, (-1, *output[1:])))})"
    if (*target, 1) == output:
        code = "y = y[..., None]"
    elif target == (*output, 1):
        code = "y = y[..., 0]"
    when = "y holds the right numbers: give it the output's shape."
    yield TargetFix(when, code, "", output, output, loss)


def _two_classes(output: Sizes, target: Sizes) -> Iterator[TargetFix]:
    """One column can't be a distribution over classes, but it can be the chance of one of two."""
    loss = "binary_crossentropy"
    when, code = "One column tells two classes apart, with the loss for two.", compile_with(loss)
    yield TargetFix(when, "", code, output, target, loss)
    if target in (output, output[:-1]):
        return
    for fix in _candidates(output, target, loss):
        model = "\n".join(filter(None, (fix.model, code)))
        yield replace(fix, when=f"{when} {fix.when}", model=model)


def _by_class(output: Sizes, target: Sizes, loss: str, labels: bool) -> Iterator[TargetFix]:
    """Class numbers where a column per class is wanted, and the other way round."""
    numbers = target[:-1] if len(target) == len(output) and target[-1] == 1 else target
    if labels and target == output:
        when = "y has a column per class"
        other, code, then = "categorical_crossentropy", "y = np.argmax(y, axis=-1)", output[:-1]
        turn = "turn it into class numbers"
    elif not labels and numbers == output[:-1]:
        when = "y holds class numbers"
        other, then = "sparse_categorical_crossentropy", output
        code = f"y = keras.utils.to_categorical(y, {output[-1]})"
        turn = "turn them into a column per class"
    else:
        return
    take = f"{when}: take the loss for that."
    yield TargetFix(take, "", compile_with(other), output, target, other)
    yield TargetFix(f"{when}: {turn}.", code, "", output, then, loss)


def _numbers(output: Sizes, target: Sizes) -> Iterator[_Reading]:
    """Readings of y for a loss that wants a number for each of the output's."""
    n, steps, columns = output[0], _steps(output), output[-1]
    if len(target) == 1:
        yield from _per_sample(n, steps, (1,), "y = y[:, None]", "y[:, None, None]")
    elif len(target) == 2:
        by_columns = _per_sample(n, steps, target[1:], "", "y[:, None]")
        by_steps = _per_step(n, steps, columns, target[1])
        # As many as the output has columns: columns. As many as it has steps, or with one column
        # only: steps.
        if target[1] != columns and (target[1] == steps or columns == 1 < target[1]):
            yield from (*by_steps, *by_columns)
        else:
            yield from (*by_columns, *by_steps)
    elif len(target) == 3:
        _, y_steps, y_columns = target
        if y_steps == 1 and steps != 1:
            yield from _per_sample(n, steps, (y_columns,), "y = y[:, 0]", "y")
        if steps not in (None, y_steps) and (y_steps, y_columns) == (columns, steps):
            yield "swapped", "y = np.swapaxes(y, 1, 2)", (n, y_columns, y_steps)
        elif steps is None or y_steps > 1 or steps == 1:
            yield from _sequences(steps, target, "y = y[:, -1]", (n, y_columns))


def _steps(output: Sizes) -> int | None:
    return output[1] if len(output) == 3 else None


def _per_sample(
    n: int, steps: int | None, last: Sizes, code: str, repeated: str
) -> Iterator[_Reading]:
    """One answer per sample: (N, K) after `code`, or (N,) for class numbers: `last` is () or (K,).

    With timesteps in the output each may also have to give it: then `repeated` is.
    """
    yield "per sample", code, (n, *last)
    if steps:
        yield "repeated", f"y = np.repeat({repeated}, {steps}, axis=1)", (n, steps, *last)


def _per_step(n: int, steps: int | None, columns: int, y_steps: int) -> Iterator[_Reading]:
    """(N, T): one number per timestep."""
    if y_steps == 1:
        return
    if steps is None or y_steps == steps:
        yield "per timestep", "y = y[..., None]", (n, y_steps, 1)
    elif y_steps > steps and columns == 1:
        yield "too many", f"y = y[:, -{steps}:, None]", (n, steps, 1)
    if steps is None:
        yield "last of them", "y = y[:, -1:]", (n, 1)


def _sequences(steps: int | None, target: Sizes, code: str, last: Sizes) -> Iterator[_Reading]:
    """(N, T, K), or (N, T): an answer per timestep; `code` takes the last one, of this shape."""
    n, y_steps, *rest = target
    if steps is None:
        yield "per timestep", "", target
        yield "last of them", code, last
    elif y_steps > steps:
        yield "too many", f"y = y[:, -{steps}:]", (n, steps, *rest)
    else:
        yield "per timestep" if y_steps == steps else "too few", "", target


def _class_numbers(output: Sizes, target: Sizes) -> Iterator[_Reading]:
    """Readings of y for a loss that wants a class number per answer."""
    n, steps, classes = output[0], _steps(output), output[-1]
    if len(target) in (2, 3) and target[-1] == classes > 1 and (target[2:] or classes != steps):
        when = "classes" if target[2:] else "classes of a sample"
        yield when, "y = np.argmax(y, axis=-1)", target[:-1]
    if target[1:] in ((), (1,), (1, 1)):
        code = "" if len(target) == 1 else "y = y.reshape(-1)"
        yield from _per_sample(n, steps, (), code, "y.reshape(-1, 1)")
    elif len(target) == 2 or target[2:] == (1,):
        code = "y = y[:, -1]" if len(target) == 2 else "y = y[:, -1, 0]"
        yield from _sequences(steps, target, code, (n,))


def _fix(reading: _Reading, output: Sizes, loss: str, labels: bool) -> TargetFix:
    """The model that a reading asks for, as the change from the one that is there."""
    when, y, target = reading
    after = (*target[:2], output[-1]) if labels else target
    words, code = [_WHEN[when]], []
    if len(after) != len(output):
        sequences = len(after) == 3
        words.append("Return every timestep." if sequences else "Return the last timestep only.")
        code.append(EVERY_STEP if sequences else LAST_STEP)
    elif after[1:-1] != output[1:-1]:
        words.append("Keep those of the output.")
        code.append(f"outputs = outputs[:, -{after[1]}:]")
    if after[-1] != output[-1]:
        words.append(f"End with {after[-1]} column{'s' * (after[-1] > 1)}.")
        code.append(f"Dense({after[-1]})")
    return TargetFix(" ".join(words), y, "\n".join(code), after, target, loss)
