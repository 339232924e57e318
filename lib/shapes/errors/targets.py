"""Y and the output, as a loss compares them: what differs, and what y may hold.

What mends a pair is the target doctor's answer (`lib.shapes.doctor`). Keras drops a last axis of 1
that
the other lacks, before a loss compares them: two axes may have been three, and each meaning is
given. A message may leave open too which of its shapes is y's.
"""

import math
import re
from dataclasses import replace
from typing import Literal

from lib.shapes.doctor.fixes import LAST_STEP, compile_with, target_fixes
from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors.axes import Comparison
from lib.shapes.errors.explanation import CHECKS, Explanation, Way, explained, say
from lib.shapes.errors.facts import Facts, sizes
from lib.shapes.errors.inputs import LARGEST, batches, data, weights
from lib.shapes.output import Shape, bracketed
from lib.text import capital

Side = Literal["y", "output"]
SAMPLES, OPEN = 100_003, 100_019
"""Primes that stand for sizes that aren't known, and are no other axis's."""
CATEGORICAL, BINARY = "categorical_crossentropy", "binary_crossentropy"
SPARSE = f"sparse_{CATEGORICAL}"
_MULTIPLIED = re.compile(r'[Nn]ode:? "?(?:[\w.-]{1,100}/){1,9}mul(?:_\d+)?(?: defined at|\}\}\])')
"""A product that failed as the graph ran, with its operands in the order of their names."""


def ways(y: Shape, output: Shape, loss: str) -> list[Way]:
    """What may make y and the output fit, the likeliest first, both without the samples."""
    found = _fixes(y, output, loss)
    if len(y) == 1 and len(output) == 2 and output[0] == 1:
        one_step = "if the output's time axis, of one step, isn't wanted"
        found.insert(0, (one_step, "Return the last timestep only.", LAST_STEP))
    if not len(y) == len(output) == 1:
        return found
    # Columns are commoner than timesteps: what adds or takes a time axis comes later.
    found.sort(key=lambda way: "LSTM(" in way[2] or "only the last" in way[0])
    three_axes = {"the output": (output[0], y, (*output, 1)), "y": (y[0], (*y, 1), output)}
    for name, (size, *was) in three_axes.items():
        if size not in (1, None) and (output[0] != 1 if name == "y" else loss != SPARSE):
            condition = (
                f"if {name} is (samples, {size}, 1), one number for each of {size} timesteps"
            )
            found += [(condition, *way[1:]) for way in _fixes(was[0], was[1], loss)[:1]]
    return found


def _fixes(y: Shape, output: Shape, loss: str) -> list[Way]:
    """The doctor's ways out, of those with one condition all in one."""
    output, labels = output or (1,), loss == SPARSE and output[-1:] != (1,)
    if output[-1] == 1:
        loss = "mean_squared_error"  # one column is no choice of classes
    target, shape = ((SAMPLES, *(size or OPEN for size in each)) for each in (y, output))
    fixes = target_fixes(shape, target, loss, SAMPLES)
    if labels:  # or y has a column for each class, and the loss is the wrong one
        others = target_fixes(shape, target, CATEGORICAL, SAMPLES)
        lines = [f"{fix.model}\n{compile_with(fix.loss)}".strip() for fix in others]
        fixes += tuple(replace(f, model=m) for f, m in zip(others, lines, strict=True))
    found: dict[str, Way] = {}
    for fix in fixes:
        text = fix.when if fix.when.startswith("y ") else fix.when[:1].lower() + fix.when[1:]
        condition, _, todo = re.sub(r"[:.] |\.$", "\n", text, count=1).partition("\n")
        todo, code = capital(todo) or "Give y that shape.", fix.code
        if not code or any(int(size) > LARGEST for size in re.findall(r"Dense\((\d+)", code)):
            continue
        if before := found.get(condition):
            todo = f"{before[1]} Or: {todo[:1].lower()}{todo[1:]}"
            code = f"{before[2]}\n# or:\n{code}"
        todo, code = (words.replace(str(OPEN), "timesteps") for words in (todo, code))
        found[condition] = (f"if {condition}", todo, code)
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


def pair(y: Shape, output: Shape, losses: list[str], happened: str) -> Explanation:
    """What to say of y and the output, both without the samples, for one of these losses."""
    found: dict[str, Way] = {}
    for way in (way for loss in losses for way in ways(y, output, loss)):
        found.setdefault(way[2], way)
    if not found and CATEGORICAL in losses:  # class numbers of other axes
        for condition, todo, code in ways(y, output, SPARSE):
            lines = f"{code}\n{compile_with(SPARSE)}"
            found[lines] = condition, f"{todo} Take the sparse loss.", lines
    if not found:
        return say("look at both", happened=happened)
    timed = f"input_t{output[0] or 12}~lstm_u{output[1] or 16}_seq" if len(output) == 2 else ""
    return explained(happened, list(found.values())[:4], CHECKS["targets"], timed)


def compared(facts: Facts) -> Explanation | None:
    """A loss that checks shapes: of y and the output, or, not said which, of one and another."""
    if facts["one"] and (facts.pasted.is_loading or "Assign" in facts.pasted.message):
        return weights(facts, facts.shape("one"), facts.shape("other"))
    shapes = facts["y"] or facts["one"], facts["output"] or facts["other"]
    if not all(shapes):
        return say("without shapes")
    both = Comparison(sizes(shapes[1]), sizes(shapes[0]))
    y, output, wording = both.received[1:], both.expected[1:], facts.match[0]
    if not both.received or not both.expected:
        return say("y is a list", output=shapes[1]) if facts["y"] else None
    if both.is_batch:
        return batches(facts, both.received[0] or 0, both.expected[0] or 0)
    losses = [CATEGORICAL, BINARY]
    if (named := facts.pasted.loss or facts["loss"]) in RULE_OF:
        losses = [RULE_OF[named].name]
    elif "up until the last" in wording or "target.ndim - 1" in wording:
        losses = [SPARSE]
    elif facts["one"] or ("logits" in wording and output[-1:] == (1,)):
        losses = [CATEGORICAL if facts["one"] else BINARY]
    words = {"told": difference(y, output), "y": shapes[0], "output": shapes[1]}
    is_wider = len(y) == len(output) and output[-1:] == (1,) and 1 < (y[-1] or 0) <= LARGEST
    if is_wider and losses in ([CATEGORICAL], [BINARY]) and "target" not in wording:
        ways_ = "column each, other columns, answer per step"
        return say("y and output", ways=ways_, **words, columns=y[-1])
    happened = say("y and output", **words).happened
    return pair(y, output, losses, happened) if y != output or losses == [SPARSE] else None


def passed(facts: Facts) -> Explanation | None:
    """Keras 2's check of an array, before the first epoch: x, or y against the output."""
    got, name = facts.shape("received"), facts["layer"].lower()
    is_input = "input" in (facts["what"] or re.sub(r"_\d+$", "", name))
    expected = facts.shape("expected") or (None,) * int(facts["axes"] or 0)
    recurrent = re.search("rnn|lstm|gru", name)
    # In (None, 3), of a recurrent layer, the open size is that of the timesteps.
    is_sample = is_input and recurrent and len(expected) == 2 and not facts["axes"]
    has_batch = expected[:1] == (None,) or (len(expected) == 3 and (recurrent or not is_input))
    if is_sample or not has_batch:
        expected, got = (None, *expected), (None, *got)
    if is_input:
        return data(facts, expected, got)
    if facts["axes"]:  # the sizes aren't known: as far as possible, y's
        expected = (*expected[:-1], got[-1] if len(got) > 1 else 1)
    y, output = got[1:], expected[1:]
    shape = facts["expected"] or f"of {len(expected)} axes"
    words = {"told": difference(y, output), "y": facts["received"], "output": shape}
    words["columns"] = f"{(y or ('',))[-1]}"
    is_wider = len(y) == len(output) and output[-1:] == (1,) and 1 < (y[-1] or 0) <= LARGEST
    if is_wider and not Comparison(output[:-1], y[:-1]).differing:
        # Keras 2's sparse loss said so of any output.
        return say("y and output", ways="class columns, other columns", **words)
    if facts["axes"] == "3" and len(y) == 1:
        return say("y and output", ways="answer per sample, step of y", **words)
    if facts["axes"] and len(y) == len(output) + 1 and (len(output) > 1 or y[-1] == 2):
        ways = "answer per step, twice" if y[-1] == 2 else "answer per step"
        ways = "twice, answer per step" if y[-2:] == (2, 2) else ways
        return say("y and output", ways=ways, **words)
    return pair(y, output, [CATEGORICAL, BINARY], say("y and output", **words).happened)


def class_numbers(facts: Facts) -> Explanation:
    """Class numbers against an output; timesteps count as samples where both are flattened."""
    y, (*answers, classes) = facts.shape("y"), facts.shape("output") or (None,)
    numbers, expected = (math.prod(size or 1 for size in each) for each in (y, answers))
    found = "answer per step, class columns"
    if numbers < expected:
        found = "answer per sample, answer per step"
    elif classes and numbers == expected * classes:
        found = "class columns, answer per step"
    few, many = sorted((max(numbers, 1), max(expected, 1)))
    return say("class numbers", facts, ways=found, steps=many // few)


def incompatible(facts: Facts) -> Explanation | None:
    """Two tensors that can't be paired: most often y and the output, in a loss that broadcasts."""
    one, other, text = facts.shape("one"), facts.shape("other"), facts.pasted
    both = Comparison(one, other)
    if not one or not other:
        return say("time axis in one", start="The loss, most likely, can't pair the output with y")
    if both.is_batch:
        return batches(facts, one[0] or 0, other[0] or 0, _first(facts))
    if one == other:
        return None
    if _of_weights(text.node):
        return say("weights of the loss", facts)
    place = facts["layer"] or (text.node if "/" in text.node else "")
    if place and not text.in_loss:
        return say("in a layer", facts, place=place, told=both.told())
    return _paired(facts, one, other, _first(facts))


def traced(facts: Facts) -> Explanation | None:
    """The same where the model was built: with both shapes, or the two sizes that differ."""
    shapes = re.findall(r"\[[^\]]*\]", facts["shapes"])
    one, other = shapes if len(shapes) == 2 else (f"?, {facts['one']}", f"?, {facts['other']}")
    if _of_weights(facts.pasted.node):
        return say("weights of the loss", one=one, other=other)
    return _paired(facts, sizes(one), sizes(other), _first(facts))


def _paired(facts: Facts, one: Shape, other: Shape, first: Side | None) -> Explanation:
    """Of two shapes, with the samples, of which one is y's and one the output's."""
    subject = "The loss"
    if not facts.pasted.in_loss:
        by_hand = "[Op:Mul]" in facts.pasted.whole
        subject = "A multiplication" if by_hand else "Most likely it is the loss that"
    order = {"y": ", y with the output", "output": ", the output with y", None: ""}[first]
    texts = [bracketed(shape).replace("None", "?") for shape in (one, other)]
    start = f"{subject} can't pair {texts[0]} with {texts[1]}{order}"
    short, long = sorted((one, other), key=len)
    if long == (*short, 1):
        return say("last axis of 1", start=start)
    if first is None:
        row = "columns or steps" if len(short) == len(long) else "time axis in one"
        return say(row, start=start)
    y, output = (one[1:], other[1:]) if first == "y" else (other[1:], one[1:])
    told = difference(y, output)
    happened = f"{start}: {told}." if told else f"{start}."
    return pair(y, output, [facts.pasted.loss or "mean_squared_error"], happened)


def _of_weights(node: str) -> bool:
    """Whether what failed is the product with weights or a mask, not the loss's own operation."""
    product = re.match(r"compile_loss/(?:[\w.-]{1,100}/)?mul(?:_\d+)?(?:/|$)", node)
    named = re.search(rf"(?:^|/)({'|'.join(RULE_OF)})(?:/|$)", node)
    own = product and named and not RULE_OF[named[1]].multiplies
    return "weighted_loss" in node or bool(own)


def _first(facts: Facts) -> Side | None:
    """Which of the two tensors comes first; None where the text doesn't tell."""
    text, loss = facts.pasted.whole, facts.pasted.loss
    if "SquaredDifference" in text:  # of Keras 2
        return "output"
    if _MULTIPLIED.search(text):
        return None
    if loss and ("compile_loss" in text or "losses/losses.py" in text):  # of Keras 3
        return "output" if RULE_OF[loss].output_first else "y"
    # A loss of one's own: the traceback quotes its line, if it has the usual names.
    subtraction = re.search(r"\b(y_true ?- ?y_pred|y_pred ?- ?y_true)\b", text)
    return ("y" if subtraction[1].startswith("y_true") else "output") if subtraction else None
