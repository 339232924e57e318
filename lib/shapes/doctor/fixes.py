"""Find fixes for a target that doesn't fit the output: code for y and for the model."""

import math
from collections.abc import Iterator
from dataclasses import replace

from lib.shapes.doctor.loss_shapes import RULES, LossRule, Sizes, follow_epoch, loss_rule, worst
from lib.shapes.output import Shape
from lib.shapes.remedy import Remedy
from lib.text import counted

LAST_STEP = "LSTM(units, return_sequences=False)"
EVERY_STEP = "LSTM(units, return_sequences=True)"
CATEGORICAL, BINARY = "categorical_crossentropy", "binary_crossentropy"
SPARSE = f"sparse_{CATEGORICAL}"
# What y holds if a loss of labels is right, and the step to this loss.
_LABELS = {
    SPARSE: ("y holds class numbers", "Use sparse_categorical_crossentropy."),
    CATEGORICAL: ("y has a column per class", "Use categorical_crossentropy."),
    BINARY: ("one column separates two classes", "Use binary_crossentropy."),
}


def compile_with(loss: str) -> str:
    """Return the line of code that compiles a model with this loss."""
    return f'model.compile("adam", loss="{loss}")'


def last_layer(columns: int, loss: str) -> str:
    """Return the code of a last layer with the activation that the loss needs."""
    activation = RULES[loss].activation if loss in RULES else ""
    return f'Dense({columns}, activation="{activation}")' if activation else f"Dense({columns})"


class _OpenSize(int):
    """A stand-in for an unknown number of timesteps, written as `timesteps` in code."""

    def __repr__(self) -> str:
        return "timesteps"


_SAMPLES, _TIMESTEPS = 10**20, _OpenSize(10**21)  # for None; larger than real sizes


def target_fixes(
    output: Shape, target: Shape, loss: str, batch_size: int | None = None
) -> tuple[Remedy, ...]:
    """Return fixes that pair each output with its own target, likeliest first."""
    fixes: dict[str, Remedy] = {}
    for fix in _candidates(_sizes(output), _sizes(target), loss):
        size = batch_size or fix.output_shape[0]
        if _is_correct(fix.output_shape, fix.target_shape, fix.loss, size):
            fixes.setdefault(fix.code, fix)
    return tuple(fixes.values())


def _is_correct(output: Sizes, target: Sizes, loss: str, batch_size: int) -> bool:
    rule = loss_rule(loss, output, target)
    return worst(follow_epoch(output, target, rule, batch_size)) == "correct"


def _sizes(shape: Shape) -> Sizes:
    return (shape[0] or _SAMPLES, *(size or _TIMESTEPS for size in shape[1:]))


def _candidates(output: Sizes, target: Sizes, loss: str) -> Iterator[Remedy]:
    """Yield possible fixes, likeliest first; some don't work. A label may need another loss."""
    rule = loss_rule(loss, output, target)
    others = [other for other in _losses_of_labels(output, target) if other != rule.name]
    no_extra_axis = len(target) <= len(output)
    fitting = [o for o in others if no_extra_axis and _is_correct(output, target, o, output[0])]
    as_labels = [_with_loss(Remedy("", "", "", output, target), other, rule) for other in fitting]
    if not rule.activation:  # y probably holds numbers, but may hold class numbers.
        yield from _as_expected(output, target, loss)
        if fitting == [SPARSE] and len(output) in (2, 3):
            yield from as_labels
        return
    yield from as_labels
    others = [] if fitting else others
    for each in [loss, *others] if rule.classes else [*others, loss]:
        for fix in _as_expected(output, target, each):
            if each == loss:
                yield fix
            elif each != BINARY or fix.output_shape[-1] == 1:
                yield _with_loss(fix, each, rule)


def _losses_of_labels(output: Sizes, target: Sizes) -> list[str]:
    """Return the losses of labels that this output and this y may have."""
    columns = target[-1] if len(target) > 1 and target != output[:-1] else 1
    if output[-1] == 1:  # One column can't hold probabilities of several classes.
        return [CATEGORICAL, BINARY] if columns > 1 else [BINARY]
    has_columns = columns == output[-1] or (columns > 1 and len(target) > 2)
    return [CATEGORICAL] if has_columns else [SPARSE]


def _with_loss(fix: Remedy, loss: str, before: LossRule) -> Remedy:
    """Return the fix with a step to another loss, and to the activation for this loss."""
    condition, use = _LABELS[loss]
    lines = [fix.code] if fix.code else []
    if RULES[loss].activation != before.activation and "Dense(" not in fix.code:
        lines.append(last_layer(fix.output_shape[-1], loss))
    if fix.condition and not fix.code.startswith("Dense("):
        condition += f", and {fix.condition}"
    code = "\n".join([*lines, compile_with(loss)])
    return replace(fix, condition=condition, fix=f"{fix.fix} {use}".strip(), code=code, loss=loss)


def _as_expected(output: Sizes, target: Sizes, loss: str) -> Iterator[Remedy]:
    """Yield fixes that keep the loss."""
    rule = loss_rule(loss, output, target)
    plain: list[Remedy] = []
    if not rule.labels:
        plain += _between_numbers_and_columns(output, target, loss)
        plain += _same_numbers(output, target, loss)
    yield from plain
    if plain or output[0] != target[0] or len(output) not in (2, 3):
        return
    steps = output[1] if len(output) == 3 else None
    meanings = _class_numbers if rule.labels else _numbers
    for meaning in meanings(output, target, steps):
        fix = _fix(meaning, output, loss, rule)
        if not rule.single_class(fix.output_shape):
            yield fix


def _between_numbers_and_columns(output: Sizes, target: Sizes, loss: str) -> Iterator[Remedy]:
    """Yield a conversion of class numbers to columns, or of two columns to class numbers."""
    rule, columns = loss_rule(loss, output, target), output[-1]
    numbers = target[:-1] if len(target) == len(output) and target[-1] == 1 else target
    if rule.classes and columns > 1 and numbers == output[:-1]:
        condition, fix = _LABELS[SPARSE][0], "Convert y to a column per class."
        code = f"y = keras.utils.to_categorical(y, {columns})"
        yield Remedy(condition, fix, code, output, output, loss)
    elif rule.activation == "sigmoid" and columns == 1 and target == (*output[:-1], 2):
        condition, code = "y has a column for each of two classes", "y = np.argmax(y, axis=-1)"
        yield Remedy(condition, "Convert y to class numbers.", code, output, target[:-1], loss)


def _same_numbers(output: Sizes, target: Sizes, loss: str) -> Iterator[Remedy]:
    """Yield a reshape of y if only axes of 1 differ, or one axis joins samples and timesteps."""
    same = [n for n in output if n > 1] == [n for n in target if n > 1]
    if output[0] != target[0]:  # The first axis of y may join samples and timesteps.
        same = target[0] == math.prod(output[:2]) and math.prod(target) == math.prod(output)
    if not same:
        return
    code = f"y = y.reshape({', '.join(map(str, (-1, *output[1:])))})"
    if (*target, 1) == output:
        code = "y = y[..., None]"
    elif target == (*output, 1):
        code = "y = y[..., 0]"
    condition, fix = "y holds the right numbers", "Give y the shape of the output."
    yield Remedy(condition, fix, code, output, output, loss)


Meaning = tuple[str, str, str, Sizes]  # what y may hold, a fix for y, its code, y's new shape


def _numbers(output: Sizes, target: Sizes, steps: int | None) -> Iterator[Meaning]:
    """Yield meanings of a y with numbers. `steps` is the output's T, if it has a time axis."""
    (n, *rest), columns = target, output[-1]
    if len(target) == 1:
        yield from _per_sample((n, 1), steps, "y = y[:, None]", "y[:, None, None]")
    elif len(target) == 2:
        (width,) = rest
        readings = [*_per_sample(target, steps, "", "y[:, None]")]
        # If the second axis of y differs from the output's columns, its entries may be timesteps.
        is_timed = width != columns and (width == steps or (columns == 1 and width > 1))
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
            swap = "Swap these axes. A reshape would mix up the values."
            code, after = "y = np.swapaxes(y, 1, 2)", (n, y_columns, y_steps)
            yield "y has its columns before its timesteps", swap, code, after
        elif steps is None or y_steps > 1 or steps == 1:
            yield from _per_step(target, steps, "", f"y = y[:, -{steps}:]", "y = y[:, -1]")


def _class_numbers(output: Sizes, target: Sizes, steps: int | None) -> Iterator[Meaning]:
    n, classes = output[0], output[-1]
    has_columns = len(target) in (2, 3) and target[-1] == classes and classes > 1
    if has_columns and (target[2:] or classes != steps):
        condition = "y has a column per class" + (", for each sample" if len(target) == 2 else "")
        code = "y = np.argmax(y, axis=-1)"
        yield condition, "Convert y to class numbers.", code, target[:-1]
        if steps is None and target[2:]:
            keep = "Keep only that timestep, as class numbers."
            code = "y = np.argmax(y[:, -1], axis=-1)"
            yield "only the last timestep of y counts", keep, code, (n,)
    if target[1:] in ((), (1,), (1, 1)):
        code = "y = y.reshape(-1)" if len(target) > 1 else ""
        yield from _per_sample((n,), steps, code, "y.reshape(-1, 1)")
    elif len(target) == 2 or target[2:] == (1,):
        yield from _per_step(target, steps, "", f"y = y[:, -{steps}:]", "y = y[:, -1]")


def _per_sample(y: Sizes, steps: int | None, code: str, repeated: str) -> Iterator[Meaning]:
    """Yield y as one target per sample, after `code`, or with `repeated` at each timestep."""
    yield "y has one target per sample", "", code, y
    if steps:
        condition = "every timestep should predict its sample's target"
        code = f"y = np.repeat({repeated}, {steps}, axis=1)"
        yield condition, "Repeat y.", code, (y[0], steps, *y[1:])


def _per_step(y: Sizes, steps: int | None, code: str, cut: str, last: str) -> Iterator[Meaning]:
    """Yield y as one target per timestep, after `code`, or after `cut` or `last` drops steps."""
    n, y_steps, *rest = y
    if steps is None or y_steps == steps:
        yield "y has one target per timestep", "", code, y
    elif y_steps > steps:
        condition = "y has more timesteps than the output, and both end at the same time"
        yield condition, "Drop the first timesteps of y.", cut, (n, steps, *rest)
    else:
        yield "y has targets only for the last timesteps", "", code, y
    if steps is None:
        yield "only the last timestep of y counts", "Keep only that timestep.", last, (n, *rest)


def _fix(meaning: Meaning, output: Sizes, loss: str, rule: LossRule) -> Remedy:
    """Return the fix for one meaning of y: code for y, and layers to change."""
    condition, sentence, code_for_y, target = meaning
    after = target
    if rule.labels:  # y (N, 1) has one class number per sample, unless the output has timesteps.
        has_steps = len(output) == 3 or target[1:] != (1,)
        after = (*target[: 2 if has_steps else 1], output[-1])
    sentences = [sentence] if sentence else []
    code = [code_for_y] if code_for_y else []
    if len(after) != len(output):
        is_timed = len(after) == 3
        sentences.append(f"Set return_sequences={is_timed} in the last recurrent layer.")
        code.append(EVERY_STEP if is_timed else LAST_STEP)
    elif after[1:-1] != output[1:-1]:
        sentences.append("Keep the last timesteps of the output.")
        code.append(f"outputs = outputs[:, -{after[1]}:]")
    if after[-1] != output[-1]:
        sentences.append(f"End the model with {counted(after[-1], 'column')}.")
        code.append(last_layer(after[-1], rule.name))
        if rule.activation == "sigmoid":
            condition += ", 0 or 1" if after[-1] == 1 else ", 0 or 1 in each column"
    fix = " ".join(sentences) or "Reshape y."
    return Remedy(condition, fix, "\n".join(code), after, target, loss)
