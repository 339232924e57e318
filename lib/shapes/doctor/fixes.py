"""Ways to make a target and an output fit: code for y, and for the model.

Lists what y may hold, the likeliest reading first, and turns each reading into code. A fix is kept
only if `loss_shapes` calls the shapes after it correct.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from lib.shapes.doctor.loss_shapes import Sizes, follow_epoch, loss_rule, worst
from lib.shapes.output import Shape
from lib.shapes.remedy import Remedy
from lib.text import counted

LAST_STEP = "LSTM(units, return_sequences=False)"
EVERY_STEP = "LSTM(units, return_sequences=True)"


def compile_with(loss: str) -> str:
    """The line that sets a model's loss."""
    return f'model.compile(optimizer, loss="{loss}")'


class _OpenSize(int):
    """The length of an axis that isn't known: longer than any that is, and `timesteps` in code."""

    def __repr__(self) -> str:
        return "timesteps"


_SAMPLES, _TIMESTEPS = 10**20, _OpenSize(10**21)  # in place of None: no shape has so many


def target_fixes(
    output: Shape, target: Shape, loss: str, batch_size: int | None = None
) -> tuple[Remedy, ...]:
    """All fixes of shapes (N, …) that end in a correct pairing, the likeliest first.

    A size may be None; in code an open length is called `timesteps`. Without a `batch_size` one
    batch has all N samples.
    """
    fixes: dict[str, Remedy] = {}
    for fix in _candidates(_sizes(output), _sizes(target), loss):
        rule = loss_rule(fix.loss, fix.output_shape, fix.target_shape)
        size = batch_size or fix.output_shape[0]
        after = follow_epoch(fix.output_shape, fix.target_shape, rule, size)
        if worst(after) == "correct":
            fixes.setdefault(fix.code, fix)
    return tuple(fixes.values())


def _sizes(shape: Shape) -> Sizes:
    return (shape[0] or _SAMPLES, *(size or _TIMESTEPS for size in shape[1:]))


def _candidates(output: Sizes, target: Sizes, loss: str) -> Iterator[Remedy]:
    rule = loss_rule(loss, output, target)
    if rule.single_class(output):
        # One column is no distribution over classes, but it can be the chance of one of two.
        condition, loss = "one column tells two classes apart", "binary_crossentropy"
        take, code = "Take the loss for two.", compile_with(loss)
        yield Remedy(condition, take, code, output, target, loss)
        if target in (output, output[:-1]):
            return
        for fix in _candidates(output, target, loss):
            both, lines = f"{condition}, and {fix.condition}", f"{fix.code}\n{code}".strip()
            yield replace(fix, condition=both, fix=f"{take} {fix.fix}", code=lines)
        return
    plain: list[Remedy] = []
    if rule.classes and len(output) > 1:
        plain += _by_class(output, target, loss, rule.labels)
    if not rule.labels:
        plain += _same_numbers(output, target, loss)
    yield from plain
    if plain or output[0] != target[0] or len(output) not in (2, 3):
        return
    steps = output[1] if len(output) == 3 else None
    for reading in (_class_numbers if rule.labels else _numbers)(output, target, steps):
        fix = _fix(reading, output, loss, rule.labels)
        if not rule.single_class(fix.output_shape):
            yield fix


def _by_class(output: Sizes, target: Sizes, loss: str, labels: bool) -> Iterator[Remedy]:
    numbers = target[:-1] if len(target) == len(output) and target[-1] == 1 else target
    take = "Take the loss for that."
    if labels and target == output:
        condition, other = "y has a column per class", "categorical_crossentropy"
        y = "y = np.argmax(y, axis=-1)"
        yield Remedy(condition, take, compile_with(other), output, target, other)
        yield Remedy(condition, "Turn it into class numbers.", y, output, output[:-1], loss)
    elif not labels and numbers == output[:-1]:
        condition, other = "y holds class numbers", "sparse_categorical_crossentropy"
        y = f"y = keras.utils.to_categorical(y, {output[-1]})"
        yield Remedy(condition, take, compile_with(other), output, target, other)
        yield Remedy(condition, "Turn them into a column per class.", y, output, output, loss)


def _same_numbers(output: Sizes, target: Sizes, loss: str) -> Iterator[Remedy]:
    """Reshape a y with the output's numbers: with other axes of 1, or samples and steps in one."""
    same = [n for n in output if n > 1] == [n for n in target if n > 1]
    if output[0] != target[0]:  # samples and steps in one axis
        same = target[0] == math.prod(output[:2]) and math.prod(target) == math.prod(output)
    if not same:
        return
    y = f"y = y.reshape({', '.join(map(str, (-1, *output[1:])))})"
    if (*target, 1) == output:
        y = "y = y[..., None]"
    elif target == (*output, 1):
        y = "y = y[..., 0]"
    condition, fix = "y holds the right numbers", "Give it the output's shape."
    yield Remedy(condition, fix, y, output, output, loss)


Meaning = tuple[str, str, str, Sizes]  # what y may hold, what to do, its code, and y's shape then


def _numbers(output: Sizes, target: Sizes, steps: int | None) -> Iterator[Meaning]:
    (n, *rest), columns = target, output[-1]
    if len(target) == 1:
        yield from _per_sample((n, 1), steps, "y = y[:, None]", "y[:, None, None]")
    elif len(target) == 2:
        (width,) = rest
        readings = [*_per_sample(target, steps, "", "y[:, None]")]
        # As many as the output's columns: columns. As many as its steps, or of one column: steps.
        is_timed = width != columns and (width == steps or columns == 1 < width)
        if width > 1 and (steps is None or width == steps or (width > steps and columns == 1)):
            cut = f"y = y[:, -{steps}:, None]"
            timed = _per_step((*target, 1), steps, "y = y[..., None]", cut, "y = y[:, -1:]")
            readings = [*timed, *readings] if is_timed else [*readings, *timed]
        yield from readings
    elif len(target) == 3:
        y_steps, y_columns = rest
        if y_steps == 1 and steps != 1:
            yield from _per_sample((n, y_columns), steps, "y = y[:, 0]", "y")
        if steps not in (None, y_steps) and (y_steps, y_columns) == (columns, steps):
            swap = "Swap them (a reshape would mix them up)."
            code, after = "y = np.swapaxes(y, 1, 2)", (n, y_columns, y_steps)
            yield "y has its columns before its timesteps", swap, code, after
        elif steps is None or y_steps > 1 or steps == 1:
            yield from _per_step(target, steps, "", f"y = y[:, -{steps}:]", "y = y[:, -1]")


def _class_numbers(output: Sizes, target: Sizes, steps: int | None) -> Iterator[Meaning]:
    n, classes = output[0], output[-1]
    if len(target) in (2, 3) and target[-1] == classes > 1 and (target[2:] or classes != steps):
        condition = "y has a column per class" + (", for each sample" if len(target) == 2 else "")
        code = "y = np.argmax(y, axis=-1)"
        yield condition, "Turn it into class numbers.", code, target[:-1]
    if target[1:] in ((), (1,), (1, 1)):
        code = "y = y.reshape(-1)" if len(target) > 1 else ""
        yield from _per_sample((n,), steps, code, "y.reshape(-1, 1)")
    elif len(target) == 2 or target[2:] == (1,):
        yield from _per_step(target, steps, "", f"y = y[:, -{steps}:]", "y = y[:, -1]")


def _per_sample(y: Sizes, steps: int | None, code: str, repeated: str) -> Iterator[Meaning]:
    """One answer per sample: y is (N, K), or (N,), after this `code`; or each step gives it."""
    yield "y has one answer per sample", "", code, y
    if steps:
        condition = "each timestep has to give its sample's answer"
        code = f"y = np.repeat({repeated}, {steps}, axis=1)"
        yield condition, "Repeat it.", code, (y[0], steps, *y[1:])


def _per_step(y: Sizes, steps: int | None, code: str, cut: str, last: str) -> Iterator[Meaning]:
    """An answer per timestep: y is (N, T, K), or (N, T), after `code`; or after `cut` or `last`."""
    n, y_steps, *rest = y
    if steps is None or y_steps == steps:
        yield "y has one answer per timestep", "", code, y
    elif y_steps > steps:
        condition = "y has more timesteps than the output, and both end together"
        yield condition, "Drop the first ones.", cut, (n, steps, *rest)
    else:
        yield "y answers for the last timesteps only", "", code, y
    if steps is None:
        yield "only the last timestep's answer counts", "Take that one.", last, (n, *rest)


def _fix(reading: Meaning, output: Sizes, loss: str, labels: bool) -> Remedy:
    """The remedy for one reading of y: its code, and the layers of the model that change."""
    condition, todo, y, target = reading
    after = (*target[:2], output[-1]) if labels else target
    steps = [todo] if todo else []
    code = [y] if y else []
    if len(after) != len(output):
        sequences = len(after) == 3
        steps.append("Return every timestep." if sequences else "Return the last timestep only.")
        code.append(EVERY_STEP if sequences else LAST_STEP)
    elif after[1:-1] != output[1:-1]:
        steps.append("Keep those of the output.")
        code.append(f"outputs = outputs[:, -{after[1]}:]")
    if after[-1] != output[-1]:
        steps.append(f"End with {counted(after[-1], 'column')}.")
        code.append(f"Dense({after[-1]})")
    fix = " ".join(steps) or "Give y that shape."
    return Remedy(condition, fix, "\n".join(code), after, target, loss)
