"""Y and the output, as a loss compares them: what differs, and what y may hold.

What mends a pair is the target doctor's answer (`lib.doctor`). Keras drops a last axis of 1 that the
other of the two lacks, before a loss compares them; so two axes may have been three, and where a
message leaves open which it was, each reading is given. What a message leaves open too is which of
its two shapes is y.
"""

import math
import re
from typing import Literal

from lib.doctor.fixes import TargetFix, target_fixes
from lib.doctor.loss_shapes import RULE_OF
from lib.english import capital
from lib.errors.axes import Comparison, written
from lib.errors.explanation import Explanation, explained, said
from lib.errors.facts import Facts, Shape
from lib.errors.inputs import LARGEST, data, shapes_of_a_step
from lib.errors.inputs import weights as other_weights

Side = Literal["y", "output"]
SAMPLES, OPEN = 100_003, 100_019
"""Primes that stand for sizes that aren't known, and are no other axis's."""
CHECK = "print(y.shape, y[:2], model.output_shape)"
_MULTIPLIED = re.compile(r'[Nn]ode:? "?(?:[\w.-]{1,100}/){1,9}mul(?:_\d+)?(?: defined at|\}\}\])')
"""A product that failed when the graph ran: TensorFlow puts its operands in the order of their
names there. Not so where the gradient's part of it fails."""


def say(row: str, facts: Facts | None = None, /, **words: object) -> Explanation:
    """A row of [said] in the table of targets, with what was found and with other words."""
    return said("targets")[row].say({**(facts.words() if facts else {}), **words})


Way = tuple[str, str, str]
"""A condition, what to do then, and the code."""


def ways(y: Shape, output: Shape, loss: str, *, dropped: str = "") -> list[Way]:
    """What may make y and the output fit, the likeliest first, both without the samples.

    Two axes may have been three, unless `dropped` says which of the two Keras dropped an axis of:
    "y", "output" or "neither".
    """
    pairs = {"neither": (y, output), "y": ((*y, 1), output), "output": (y, (*output, 1))}
    found = _fixes(*pairs[dropped or "neither"], loss)
    if dropped or not len(y) == len(output) == 1:
        return found
    # Columns are commoner than timesteps: what adds or takes a time axis comes later.
    found.sort(key=lambda way: "LSTM(" in way[2] or "only the last" in way[0])
    for side, size, other in (("output", output[0], y[0]), ("y", y[0], output[0])):
        if size not in (1, None) and not (side == "y" and other == 1):
            condition = f"{'y' if side == 'y' else 'the output'} is (N, {size}, 1), one number for each of {size} timesteps"
            found += [(condition, *way[1:]) for way in _fixes(*pairs[side], loss)[:1]]
    return list({way[2]: way for way in reversed(found)}.values())[::-1]


def _fixes(y: Shape, output: Shape, loss: str) -> list[Way]:
    """The doctor's ways out, of those with one condition all in one."""
    labels = loss == "sparse_categorical_crossentropy"
    if output[-1:] == (1,) and not labels:
        loss = "mean_squared_error"  # one column is no choice of classes
    target, shape = ((SAMPLES, *(size or OPEN for size in sizes)) for sizes in (y, output))
    found: dict[str, Way] = {}
    fixes = target_fixes(shape, target, loss, SAMPLES)
    if labels and output[-1:] != (1,):
        fixes += target_fixes(shape, target, "categorical_crossentropy", SAMPLES)
    for fix in fixes:
        condition, todo, code = _way(fix)
        if not code or any(int(size) > LARGEST for size in re.findall(r"Dense\((\d+)", code)):
            continue
        if condition in found and code != found[condition][2]:
            _, before, lines = found[condition]
            todo, code = f"{before} Or: {todo[:1].lower()}{todo[1:]}", f"{lines}\n# or:\n{code}"
        found[condition] = condition, todo, code
    return list(found.values())


def _way(fix: TargetFix) -> Way:
    """Its first clause is the condition, and the rest what to do."""
    condition, _, todo = re.sub(r"[:.] ", "\n", fix.when, count=1).partition("\n")
    condition = condition if condition.startswith("y ") else condition[:1].lower() + condition[1:]
    texts = (condition.rstrip("."), capital(todo) or "Give y that shape.", fix.code)
    return tuple(text.replace(str(OPEN), "timesteps") for text in texts)  # type: ignore[return-value]


def difference(y: Shape, output: Shape) -> str:
    """How they differ, as a clause; both without the samples."""
    both = Comparison((None, *output), (None, *y), last="column")
    if not both.lacks and both.differing:
        names = [f"{both.name(place)}s" for place in both.differing]
        return f"they have different {' and '.join(names)}"
    if both.lacks in (1, -1) and max(len(y), len(output)) == 2:
        more, less = ("the output", "y") if both.lacks == 1 else ("y", "the output")
        if both.gaps[-1:] == [2] and y and output and both.gaps != [1, 2] and (y + output)[-1] == 1:
            return f"{less} lacks the last axis of {more}"
        return f"{more} has a time axis and {less} has none"
    return "they have another number of axes" if both.lacks else ""


def pair(
    y: Shape, output: Shape, losses: list[str], happened: str, dropped: str = ""
) -> Explanation:
    """What to say of y and the output, both without the samples, for one of these losses."""
    found: dict[str, Way] = {}
    for loss in losses:
        for way in ways(y, output, loss, dropped=dropped):
            found.setdefault(way[2], way)
    if not found:
        return say("look at both", happened=happened)
    columns = output[-1] if output else None
    stack = ""
    if len(output) == 2:
        stack = f"input_t{output[0] or 12}~lstm_u{columns or 16}_seq"
    return explained(happened, list(found.values())[:4], CHECK, stack)


def compared(facts: Facts) -> Explanation | None:
    """A loss that checks shapes: "y" and "output" as the message names them, or "one" and "other"."""
    y, output = facts.shape("y")[1:], facts.shape("output")[1:]
    if facts["one"]:  # not said which is which: cross-entropies have y in front
        if facts.pasted.is_loading or "Assign" in facts.pasted.message:
            return other_weights(facts)
        y, output = facts.shape("one")[1:], facts.shape("other")[1:]
    if not facts["y"] and not facts["one"]:
        return say("without shapes", facts)
    if y == output:
        return _samples_differ(facts)
    named = facts.pasted.loss or facts["loss"]
    losses = [named] if named in RULE_OF else [facts_loss(facts)]
    if losses == [""]:
        losses = ["categorical_crossentropy", "binary_crossentropy"]
    told = difference(y, output)
    words = {"told": told, "y": facts["y"] or facts["one"], "output": facts["output"] or facts["other"]}
    happened = said("targets")["y and output"].say(words).happened
    return pair(y, output, losses, happened)


def facts_loss(facts: Facts) -> str:
    """The loss that has this wording, where one alone has."""
    said_it = facts.match[0]
    if "logits" in said_it:
        return "binary_crossentropy"
    if "up until the last" in said_it or "target.ndim - 1" in said_it:
        return "sparse_categorical_crossentropy"
    return "categorical_crossentropy" if said_it.startswith("Shapes") else ""


def _samples_differ(facts: Facts) -> Explanation | None:
    """For shapes that differ in the samples alone, or not at all."""
    one = facts.shape("y") or facts.shape("one")
    other = facts.shape("output") or facts.shape("other")
    if not Comparison(one, other).is_batch:
        return None
    return _batches(facts, one[0] or 0, other[0] or 0, None)


def passed(facts: Facts) -> Explanation | None:
    """Keras 2's check of an array, before the first epoch: x, or y against the output."""
    axes, layer = facts["axes"], facts.called
    is_input = "input" in (facts["what"] or re.sub(r"_\d+$", "", layer.name))
    got = facts.shape("received")
    if axes and is_input:
        return data_axes(facts, int(axes), got)
    if axes:
        row = f"y of {len(got)} for {axes}"
        row += " with 1" * (row == "y of 3 for 2" and got[-2] == 1)
        if row not in said("targets"):
            row = "y with an axis of 1" if 1 in got[1:] else "y of other axes"
        return say(row, facts, axes=axes, count=len(got))
    expected = facts.shape("expected")
    if is_input and expected[:1] != (None,):
        return data(_with_batch(facts))
    if is_input:
        return data(facts, layer.name)
    if expected[:1] == (None,):
        expected, got = expected[1:], got[1:]
    told = difference(got, expected)
    words = {"told": told, "y": facts["received"], "output": facts["expected"]}
    happened = said("targets")["y and output"].say(words).happened
    losses = ["categorical_crossentropy", "binary_crossentropy"]
    if expected == (1,) and got and got[0] != 1:  # Keras 2's sparse loss said so of any output
        return say("columns for one", columns=got[-1], happened=happened)
    return pair(got, expected, losses, happened)


def _with_batch(facts: Facts) -> Facts:
    """The same with the samples in front of both shapes, as an Input has them."""
    named = {name: f"(None, {facts[name].strip('([])')})" for name in ("expected", "received")}
    text = f"{named['expected']} {named['received']} {facts['layer']}"
    found = re.match(r"(?P<expected>.*\)) (?P<received>\(.*\)) (?P<layer>.*)", text)
    return Facts(facts.pasted, found) if found else facts


def data_axes(facts: Facts, axes: int, got: Shape) -> Explanation:
    """X of another number of axes than the Input has."""
    row = "x lacks an axis" if len(got) == axes - 1 else "x of other axes"
    size = got[-1] if len(got) == 2 else "…"
    return say(row, facts, axes=axes, count=len(got), size=size)


def class_numbers(facts: Facts) -> Explanation:
    """Class numbers against an output; timesteps count as samples where both are flattened."""
    y, (*answers, classes) = facts.shape("y"), facts.shape("output") or (None,)
    numbers, expected = (math.prod(size or 1 for size in sizes) for sizes in (y, answers))
    row = "too many class numbers"
    if numbers < expected:
        row = "too few class numbers"
    elif classes and numbers == expected * classes:
        row = "columns for class numbers"
    return say(row, facts, classes=classes or "as many", steps=max(numbers, expected) // max(1, min(numbers, expected)))


def label(facts: Facts) -> Explanation:
    """A class number that the output has no column for."""
    return say("label", facts, largest=int(facts["classes"]) - 1)


def outputs(facts: Facts) -> Explanation:
    """As many outputs as y hasn't parts."""
    count, parts = (facts[name].count("*") or "" for name in ("output", "y"))
    return say("other outputs", outputs=count, targets=parts)


def incompatible(facts: Facts) -> Explanation | None:
    """Two tensors that can't be paired: most often y and the output, in a loss that broadcasts."""
    one, other = facts.shape("one"), facts.shape("other")
    both, text = Comparison(one, other), facts.pasted
    if not one or not other:
        return say("time axis in one", start="The loss, most likely, can't pair the output with y")
    if _of_weights(text.node):
        return say("weights of the loss", facts)
    first = _first(text.whole)
    if both.is_batch:
        return _batches(facts, one[0] or 0, other[0] or 0, first)
    if not both.lacks and not both.differing:
        return None
    if not text.in_loss and (place := facts["layer"] or _elsewhere(text.node)):
        told = f": {both.told()}" if both.told() else ""
        return say("in a layer", facts, place=place, told=told)
    return _paired(facts, one, other, first)


def traced(facts: Facts) -> Explanation | None:
    """The same where the model was built: with the names of the operands, or with two sizes alone."""
    shapes = re.findall(r"\[[^\]]*\]", facts["shapes"])
    if _of_weights(facts.pasted.node) or "weighted_loss" in facts.match[0]:
        one, other = shapes if len(shapes) == 2 else (facts["one"], facts["other"])
        return say("weights of the loss", one=one, other=other)
    one, other = (tuple(int(n) if n.isdigit() else None for n in re.findall(r"\?|\d+", s)) for s in shapes) if len(shapes) == 2 else ((None, int(facts["one"])), (None, int(facts["other"])))
    first, dropped = _first(facts.match[0]), ""
    if names := re.search(r"\(([^(),]{0,500}), ([^(),]{0,500})\)\"", facts.match[0]):
        first, dropped = _by_names(first, names[1], names[2])
    return _paired(facts, one, other, first, dropped)


def _by_names(first: Side | None, one: str, other: str) -> tuple[Side | None, str]:
    """Which is first, and of which Keras dropped an axis, as far as the operands' names tell.

    What isn't a layer's output is y: "data_1", or its cast; in Keras 2 "IteratorGetNext:1". Where
    Keras dropped an axis the name has a Squeeze, unless another operation's hides it.
    """
    own = [bool(re.match("data|compile_loss|IteratorGetNext", name)) for name in (one, other)]
    if first is None and own[0] != own[1]:
        first = "y" if own[0] else "output"
    sides = ("output", "y") if first == "output" else ("y", "output")
    squeezed = [side for side, name in zip(sides, (one, other), strict=True) if "/Squeeze" in name]
    if squeezed:
        return first, squeezed[0] if first else ""
    hidden = any(re.match(r".*loss/(?!.*/Cast)", name) for name in (one, other))
    return first, "" if hidden else "neither"


def _paired(
    facts: Facts, one: Shape, other: Shape, first: Side | None, dropped: str = ""
) -> Explanation:
    """Of two shapes, with the samples, of which one is y's and one the output's."""
    subject = "The loss can't pair" if facts.pasted.in_loss else "Most likely it is the loss that can't pair"
    if "[Op:Mul]" in facts.pasted.whole and not facts.pasted.in_loss:
        subject = "A multiplication can't pair"
    order = {"y": ", y with the output", "output": ", the output with y", None: ""}[first]
    texts = [written(shape).replace("None", "?") for shape in (one, other)]
    start = f"{subject} {texts[0]} with {texts[1]}{order}"
    short, long = sorted((one, other), key=len)
    if long == (*short, 1):
        return say("last axis of 1", start=start)
    if first is None:
        if len(short) == len(long):
            return say("columns or steps", start=start, one=one[-1], other=other[-1])
        row = "one number" if short == long[:-1] else "time axis in one"
        return say(row, start=start, size=long[-1])
    y, output = (one[1:], other[1:]) if first == "y" else (other[1:], one[1:])
    told = difference(y, output)
    if dropped in ("y", "output"):
        told = f"Keras dropped {'y' if dropped == 'y' else 'the output'}'s last axis, of 1, so that timesteps met columns"
    loss = facts.pasted.loss or "mean_squared_error"
    happened = f"{start}: {told}." if told else f"{start}."
    return pair(y, output, [loss], happened, dropped)


def _batches(facts: Facts, one: int, other: int, first: Side | None) -> Explanation:
    """Two tensors of other samples: a batch that is short, or states of another batch size."""
    text = facts.pasted
    x, state = shapes_of_a_step(text.whole)
    if x[:1] == (one,) and state[:1] == (other,):
        return say("states of other samples", one=one, other=other)
    small, full = sorted((one, other))
    output, target = (other, one) if first == "y" else (one, other)
    # TensorFlow runs the loss and the cells side by side, and stops at whichever is first.
    met = ""
    if first and output < target:
        met = "targets met an output"
    elif re.search(r"while/\w+_cell(?:_\d+)?/", text.node) and other < one:
        met = "met states"
    if met:
        return say("larger batch", small=small, full=full, met=met)
    folds = bool(first and small and full % small == 0)
    return say("shorter batch, or folded" if folds else "shorter batch", small=small, full=full)


def _elsewhere(node: str) -> str:
    return node if "/" in node else ""


def _of_weights(node: str) -> bool:
    """Whether what failed is the product with weights or a mask, not the loss's own operation."""
    if "weighted_loss" in node:
        return True
    product = re.match(r"compile_loss/(?:[\w.-]{1,100}/)?mul(?:_\d+)?(?:/|$)", node)
    named = re.search(rf"(?:^|/)({'|'.join(RULE_OF)})(?:/|$)", node)
    return bool(product and named and not RULE_OF[named[1]].multiplies)


def _first(text: str) -> Side | None:
    """Which of the two tensors comes first; None where the text doesn't tell."""
    if "SquaredDifference" in text:  # of Keras 2
        return "output"
    if _MULTIPLIED.search(text):
        return None
    named = re.search(rf'\b(?:in|[Nn]ode:?) "?(?:[\w./-]{{0,200}}/)?({"|".join(RULE_OF)})\b', text)
    if named and ("compile_loss" in text or "losses/losses.py" in text):  # of Keras 3
        return "output" if RULE_OF[named[1]].output_first else "y"
    # A loss of one's own: the traceback quotes its line, if it has the usual names.
    subtraction = re.search(r"\b(y_true ?- ?y_pred|y_pred ?- ?y_true)\b", text)
    return ("y" if subtraction[1].startswith("y_true") else "output") if subtraction else None
