"""Y and the output, as a loss compares them: what differs, and what y may hold.

What puts a pair right is the target doctor's answer (`lib.shapes.doctor`). Keras drops a last axis
of 1 that the other lacks, before a loss compares them: two axes may have been three, and each
meaning is given. A message may also leave open which of its shapes is y's.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from lib.shapes.doctor.fixes import LAST_STEP, compile_with, target_fixes
from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors import remedies as the
from lib.shapes.errors.axes import Comparison
from lib.shapes.errors.inputs import LARGEST, data
from lib.shapes.errors.loading import weights
from lib.shapes.errors.message import Explanation, Remedy, explained
from lib.shapes.errors.pasted import Found, sizes
from lib.shapes.errors.states import batches
from lib.shapes.output import Shape

Side = Literal["y", "output"]
SAMPLES, OPEN = 100_003, 100_019
"""Primes that stand for sizes that aren't known, and are no other axis's."""
CATEGORICAL, BINARY = "categorical_crossentropy", "binary_crossentropy"
SPARSE = f"sparse_{CATEGORICAL}"


def remedies(y: Shape, output: Shape, loss: str) -> list[Remedy]:
    """What may make y and the output fit, the likeliest first, both without the samples."""
    found = _of_the_doctor(y, output, loss)
    if len(y) == 1 and len(output) == 2 and output[0] == 1:
        unwanted = "the output's time axis, of one step, isn't wanted"
        found.insert(0, Remedy(unwanted, "Return the last timestep only.", LAST_STEP))
    if not len(y) == len(output) == 1:
        return found
    # Columns are commoner than timesteps: what adds or takes a time axis comes later.
    found.sort(key=lambda each: "LSTM(" in each.code or "only the last" in each.condition)
    # Each of the two may have had a last axis of 1, which Keras has dropped.
    steps, y_steps = output[0], y[0]
    if steps not in (1, None) and loss != SPARSE:
        condition = f"the output is (samples, {steps}, 1), one number for each of {steps} timesteps"
        timed = _of_the_doctor(y, (*output, 1), loss)[:1]
        found += [replace(each, condition=condition) for each in timed]
    if y_steps not in (1, None) and steps != 1:
        condition = f"y is (samples, {y_steps}, 1), one number for each of {y_steps} timesteps"
        timed = _of_the_doctor((*y, 1), output, loss)[:1]
        found += [replace(each, condition=condition) for each in timed]
    return found


def _of_the_doctor(y: Shape, output: Shape, loss: str) -> list[Remedy]:
    """The doctor's fixes, those with the same condition in one."""
    output, labels = output or (1,), loss == SPARSE and output[-1:] != (1,)
    if output[-1] == 1:
        loss = "mean_squared_error"  # one column is no choice of classes
    target, shape = ((SAMPLES, *(size or OPEN for size in each)) for each in (y, output))
    fixes = [(fix, fix.code) for fix in target_fixes(shape, target, loss, SAMPLES)]
    if labels:  # or y has a column for each class, and the loss is the wrong one
        for fix in target_fixes(shape, target, CATEGORICAL, SAMPLES):
            fixes.append((fix, f"{fix.code}\n{compile_with(fix.loss)}".strip()))
    found: dict[str, Remedy] = {}
    for fix, lines in fixes:
        if any(int(size) > LARGEST for size in re.findall(r"Dense\((\d+)", lines)):
            continue
        todo, code = (text.replace(str(OPEN), "timesteps") for text in (fix.fix, lines))
        if before := found.get(fix.condition):
            todo = f"{before.fix} Or: {todo[:1].lower()}{todo[1:]}"
            code = f"{before.code}\n# or:\n{code}"
        if code:
            found[fix.condition] = Remedy(fix.condition, todo, code)
    return list(found.values())


def difference(y: Shape, output: Shape) -> str:
    """How they differ, as a clause; both without the samples."""
    both = Comparison((None, *output), (None, *y))
    names = [f"{both.name(at)}s".replace("feature", "column") for at in both.differing]
    more, less = ("the output", "y") if both.lacks > 0 else ("y", "the output")
    if not both.lacks:
        return f"they have different {' and '.join(names)}" if names else ""
    if both.longer[-1] == 1 and both.gaps == [len(both.longer) - 1]:
        return f"{less} lacks the last axis of {more}, of 1"
    is_timed = len(both.longer) == 3
    return f"{more} has a time axis and {less} has none" if is_timed else "they have other axes"


def wants(y: str, output: str, told: str) -> str:
    """What happened where both shapes are known."""
    wanted = f"The loss wants y in the output's shape: y is {y}, the output {output}"
    return f"{wanted}: {told}." if told else f"{wanted}."


def pair(y: Shape, output: Shape, losses: Sequence[str], happened: str) -> Explanation:
    """Y and the output, both without the samples, for one of these losses."""
    found: dict[str, Remedy] = {}
    for each in (each for loss in losses for each in remedies(y, output, loss)):
        found.setdefault(each.code, each)
    if not found and CATEGORICAL in losses:  # class numbers of other axes
        for each in remedies(y, output, SPARSE):
            code = f"{each.code}\n{compile_with(SPARSE)}"
            found[code] = Remedy(each.condition, f"{each.fix} Take the sparse loss.", code)
    if not found:
        return explained(
            happened,
            fix="Look at both, and give y the output's axes, or the output y's columns.",
            code="print(y.shape, model.output_shape)",
            confidence="possible",
        )
    timed = f"input_t{output[0] or 12}~lstm_u{output[1] or 16}_seq" if len(output) == 2 else ""
    return explained(happened, *(list(found.values())[:4]), check=the.CHECK_Y, stack=timed)


def compared(found: Found) -> Explanation | None:
    """A loss that checks shapes: of y and the output, or, not said which, of one and another."""
    if found["one"] and (found.text.is_loading or "Assign" in found.text.message):
        own, received = found.shape("one"), found.shape("other")
        return weights(found, own, received) if own != received else None
    y_text, output_text = found["y"] or found["one"], found["output"] or found["other"]
    if not y_text or not output_text:
        return explained(
            "Cross-entropy wants y in the output's shape; the sparse one, class numbers.",
            the.CLASS_NUMBERS,
            the.ANSWER_PER_SAMPLE,
            the.ANSWER_PER_STEP,
            check=the.CHECK_Y,
        )
    both = Comparison(sizes(output_text), sizes(y_text))
    y, output, words = both.received[1:], both.expected[1:], found.match[0]
    if not both.received or not both.expected:
        return y_without_axis(output_text) if found["y"] else None
    if both.is_batch:
        return batches(found, both.received[0] or 0, both.expected[0] or 0)
    losses = [CATEGORICAL, BINARY]
    if (named := found.text.loss or found["loss"]) in RULE_OF:
        losses = [RULE_OF[named].name]
    elif "up until the last" in words or "target.ndim - 1" in words:
        losses = [SPARSE]
    elif found["one"]:
        losses = [CATEGORICAL]
    elif "logits" in words and output[-1:] == (1,):
        losses = [BINARY]
    happened = wants(y_text, output_text, difference(y, output))
    is_wider = len(y) == len(output) and output[-1:] == (1,) and 1 < (y[-1] or 0) <= LARGEST
    if is_wider and losses in ([CATEGORICAL], [BINARY]) and "target" not in words:
        return explained(
            happened,
            the.COLUMN_EACH,
            the.OTHER_COLUMNS,
            the.ANSWER_PER_STEP,
            words={"columns": y[-1]},
            check=the.CHECK_Y,
        )
    return pair(y, output, losses, happened) if y != output or losses == [SPARSE] else None


def y_without_axis(output: str) -> Explanation:
    """A y that is a single number."""
    return explained(
        f"y has no axis, the output is {output}.",
        the.Y_IS_A_LIST,
        the.UNBATCHED,
        check=the.CHECK_Y,
    )


def passed(found: Found) -> Explanation | None:
    """Keras 2's check of an array, before the first epoch: x, or y against the output."""
    got, name = found.shape("received"), found["layer"].lower()
    is_input = "input" in (found["what"] or re.sub(r"_\d+$", "", name))
    expected = found.shape("expected") or (None,) * int(found["axes"] or 0)
    recurrent = re.search("rnn|lstm|gru", name)
    # In (None, 3), of a recurrent layer, the open size is that of the timesteps.
    is_sample = is_input and recurrent and len(expected) == 2 and not found["axes"]
    has_batch = expected[:1] == (None,) or (len(expected) == 3 and (recurrent or not is_input))
    if is_sample or not has_batch:
        expected, got = (None, *expected), (None, *got)
    if is_input:
        return data(found, expected, got)
    if found["axes"]:  # the sizes aren't known: as far as possible, y's
        expected = (*expected[:-1], got[-1] if len(got) > 1 else 1)
    y, output = got[1:], expected[1:]
    shape = found["expected"] or f"of {len(expected)} axes"
    happened = wants(found["received"], shape, difference(y, output))
    fitting: list[Remedy] = []
    is_wider = len(y) == len(output) and output[-1:] == (1,) and 1 < (y[-1] or 0) <= LARGEST
    if is_wider and not Comparison(output[:-1], y[:-1]).differing:
        # Keras 2's sparse loss said so of any output.
        fitting = [the.CLASS_COLUMNS, the.OTHER_COLUMNS]
    elif found["axes"] == "3" and len(y) == 1:
        fitting = [the.ANSWER_PER_SAMPLE, the.STEP_OF_Y]
    elif found["axes"] and len(y) == len(output) + 1 and (len(output) > 1 or y[-1] == 2):
        fitting = [the.ANSWER_PER_STEP]
        if y[-1] == 2:
            place = 0 if y[-2:] == (2, 2) else 1
            fitting.insert(place, the.TO_CATEGORICAL_TWICE)
    if fitting:
        return explained(
            happened, *fitting, words={"columns": y[-1] if y else ""}, check=the.CHECK_Y
        )
    return pair(y, output, [CATEGORICAL, BINARY], happened)


def class_numbers(found: Found) -> Explanation:
    """Class numbers against an output; timesteps count as samples where both are flattened."""
    y, (*answers, classes) = found.shape("y"), found.shape("output") or (None,)
    numbers, expected = (math.prod(size or 1 for size in each) for each in (y, answers))
    fitting = [the.ANSWER_PER_STEP, the.CLASS_COLUMNS]
    if numbers < expected:
        fitting = [the.ANSWER_PER_SAMPLE, the.ANSWER_PER_STEP]
    elif classes and numbers == expected * classes:
        fitting.reverse()
    few, many = sorted((max(numbers, 1), max(expected, 1)))
    times = f", {many // few} times as many" if few != many else ""
    return explained(
        "The sparse loss wants a class number for each answer: "
        f"y is {found['y']}, the output {found['output']}{times}.",
        *fitting,
        check=the.CHECK_Y,
    )
