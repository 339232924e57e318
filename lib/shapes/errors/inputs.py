"""What goes into a layer or a model: axes, sizes, batches, states; and weights."""

import math
import re
from typing import Any

from lib.shapes.errors.axes import NAMES, Comparison
from lib.shapes.errors.explanation import Explanation, say, table
from lib.shapes.errors.facts import RECURRENT, Facts, sizes
from lib.shapes.output import Shape, bracketed
from lib.text import counted

COLUMNS = 30
"""Of more columns a table is no longer likely: a row is a sequence, and each number a step."""
LARGEST = 5_000
"""No size above is offered as one of an Input or a Dense: it counts samples, or pixels."""


def letters(axes_: int, kind: str = "") -> str:
    """The axes that a layer wants, in words."""
    names = NAMES.get(kind) or NAMES.get(f"{axes_}", "")
    return ", ".join(f"{name}s" for name in names.split()) or f"{axes_} axes"


def axes(facts: Facts) -> Explanation | None:
    """A layer, or a whole model, that wants another number of axes."""
    got, kernel = facts.shape("got"), facts.shape("kernel")
    want, have = int(facts["want"] or len(kernel)), int(facts["have"] or len(got))
    if facts.is_model and got:
        return data(facts, (None,) * want, got)
    case, is_later = f"{want} for {have}", facts["layer"] != facts.kind
    kind, units = RECURRENT.get(facts.kind), (got or (None,))[-1]
    stack = flat = ""
    if case == "3 for 2":
        before = f"input~lstm_u{units or 16}" if is_later else f"input_formflat_f{units or 3}"
        stack = f"{before}~{kind}" if kind else ""
        case += ", later" * is_later
    elif case == "2 for 3" and got:
        stack = f"input_t{got[1] or 12}~lstm_u{units or 16}_seq~repeat"
    elif len(got) > 3:
        flat = bracketed((*got[:2], math.prod(size or 1 for size in got[2:])))
        case += ", image" * (got[1] == got[2] is not None)
    case += ", dense" * (case == "2 for 3" and facts.kind == "dense")
    told = f"{counted(abs(want - have), 'axis', 'axes')} too {'few' if want > have else 'many'}"
    told = "there is no time axis" if case.startswith("3 for 2") else told
    each = "Conv2D(filters, 3)" if want == 4 else "Dense(units)"
    words = {"who": facts["layer"] or "The layer", "letters": letters(want, facts.kind)}
    words |= {"shape": facts["got"] or counted(have, "axis", "axes"), "inner": _sample(got[2:])}
    words |= {"ways": table("inputs")["axes"].get(case, "other Input"), "told": told}
    return say("axes", **words, stack=stack, flat=flat, kind=each) if want != have else None


def _sample(shape: Shape) -> str:
    """The sizes of a sample as an Input takes them, where they may be that."""
    if shape and all(size is None or 0 < size <= LARGEST for size in shape):
        return bracketed(shape).strip("()")
    return "timesteps, features"


def data(
    facts: Facts, expected: Shape | None = None, received: Shape | None = None
) -> Explanation | None:
    """Data whose shape isn't that of the model's Input; both with the samples in front."""
    expected, received = expected or facts.shape("expected"), received or facts.shape("received")
    both, is_timed = Comparison(expected, received), len(expected) == 3
    if "Placeholder" in facts["tensor"]:
        return weights(facts, expected, received)
    ways = _lacking(facts, both) if both.lacks else "other features" if both.differing else ""
    if both.is_batch:
        ways = "fixed batch"
    elif is_timed and not both.lacks and received[1:] == expected[:2]:
        ways = "batch shape"
    elif is_timed and (expected[1] or 0) > LARGEST:
        ways = "whole table"
    elif is_timed and not both.lacks and len(both.differing) >= 2:
        is_swapped = expected[1:] == received[:0:-1]
        ways = "swapped" if is_swapped else "batch in Input, other features"
    elif expected[1:] == received[:1] and received[1:] == (1,):
        ways = "one sample"  # of one axis, to which Keras 2 adds another
    elif is_timed and not both.lacks and both.differing == [1]:
        ways = "other length"
    words: dict[str, Any] = {"model": facts["layer"] or "The model", "told": both.told()}
    words["place"] = received.index(1, 1) if 1 in received[1:] else -1
    words["sample"] = words["inner"] = _sample(received[1:])
    words["full"] = expected[0] if expected else ""
    words["expected"] = facts["expected"] or f"({letters(len(expected))})"
    words["received"] = facts["received"] or facts["got"]
    if is_timed:
        words["stack"] = f"input_t{expected[1] or 'any'}_f{expected[2] or 3}~lstm"
        words["steps"] = expected[1] or "timesteps"
    return say("data", ways=ways, **words) if ways else None


def _lacking(facts: Facts, both: Comparison) -> str:
    """The meanings of x with more or fewer axes than the Input has, by those that may lack."""
    expected, received, gaps = both.expected, both.received, both.gaps
    is_fit, is_one = "training=True" in facts.pasted.whole, received[:1] not in ((), (None,))
    sample = "unbatched" if is_fit else "one sample, unbatched"
    found = "other Input"
    if both.lacks == -1:
        found = "axis of 1, image, batched twice"
        found = "batched twice" if gaps == [0] or (gaps and received[1] is None) else found
    elif both.lacks == 1 and (gaps == [len(expected) - 1] or received[1:] == expected[1:-1]):
        found = "flat"
    elif both.lacks == 1 and len(expected) - 1 in gaps:  # open sizes: any axis may lack
        rows, columns = received[0] or 0, received[-1] or 0
        found = "table, flat" if rows > 1 and columns <= COLUMNS else "flat, table"
        # Keras 2 gives an array of one axis, as of lists of different lengths, a second one.
        found = f"lengths, {sample}, table" if columns == 1 else f"{found}, lengths, one sample"
    elif both.lacks == 1 and gaps:
        is_sample = gaps == [0] or (is_one and received[0] == expected[1])
        found = sample if is_sample else f"table, {sample}"
    return found


def features(facts: Facts) -> Explanation | None:
    """A kernel that meets other features, or states of other units, in a product."""
    received, expected = facts["received"], facts["expected"]
    # The second kernel, for the states, fails in the same words as the first.
    x, state = shapes_of_a_step(facts.pasted.whole)
    if "MatMul_1" in facts.match[0] or state[-1:] == (int(received),) != x[-1:]:
        return say("of another size", received=received, units=expected)
    return say("features", facts) if received != expected else None


def shapes_of_a_step(text: str) -> tuple[Shape, Shape]:
    """The shapes of a cell's input and of its first state, where the text lists them."""
    tensor = r"tf\.Tensor\(shape=(\([\w, ]{0,50}\))"
    found = re.search(rf'(?:inputs|sequence)={tensor}.{{0,200}}? states=\(?\[?"?{tensor}', text)
    return (sizes(found[1]), sizes(found[2])) if found else ((), ())


def batches(facts: Facts, one: int, other: int, first: str | None = None) -> Explanation:
    """Two tensors of other samples: a batch that is short, or states of another batch size."""
    x, state = shapes_of_a_step(facts.pasted.whole)
    if x[:1] == (one,) and state[:1] == (other,):
        return say("of other samples", one=one, other=other)
    small, full = sorted((one, other))
    output, target = (other, one) if first == "y" else (one, other)
    # TensorFlow runs the loss and the cells side by side, and stops at whichever is first.
    in_cell = re.search(r"while/\w+_cell(?:_\d+)?/", facts.pasted.node) and other < one
    if in_cell or (first and output < target):
        return say("another batch", ways="other batch, short batch", size=full, full=small)
    return say("another batch", size=small, full=full)


def several(facts: Facts) -> Explanation:
    """Several tensors where a layer takes one: an output and its states, or two directions."""
    count, kind = int(facts["received"]), RECURRENT.get(facts.kind, "")
    names = {2: "out, h", 3: "out, h, c", 5: "out, h, c, back_h, back_c"}.get(count, "out, *states")
    start = {2: "h", 3: "[h, c]"}.get(count, "") if kind else ""
    before, after = {2: "gru", 3: "lstm"}.get(count), kind or "dense" * (facts.kind == "dense")
    stack = f"input~{before}_state~{after}" if before and after else ""
    if facts.is_model:
        return say("list of samples", facts, count=count)
    ways = "and states, directions" if count == 2 else "and states"
    return say("several", facts, ways=ways, names=names, start=start, stack=stack, count=count)


def weights(facts: Facts, own: Shape = (), received: Shape = ()) -> Explanation | None:
    """Weights for a layer of other sizes: the axis that differs is named."""
    own, received = own or facts.shape("own"), received or facts.shape("received")
    both, why = Comparison(own, received), ""
    if both.is_batch and len(own) == 2:
        what = "rows" if "embedding" in facts.match[0].lower() else "features"
        why = f"{own[0]} {what} here, {received[0]} there"
        why += ", as of another vocabulary" * (what == "rows")
    elif both.lacks:
        why = f"{both.told()}, of another layer, or with the batch among them"
    elif both.differing:
        why = f"{own[-1]} here, {received[-1]} there: other units, of which an LSTM has four times "
        why += "as many columns, and a GRU three times"
    words = {"layer": facts["layer"], "own": bracketed(own), "received": bracketed(received)}
    return say("weights", **words, why=why) if own != received else None


def joined_arrays(facts: Facts) -> Explanation:
    """Tensors that are to be joined, and differ in more than the axis along which they are."""
    both = Comparison(facts.shape("one"), facts.shape("other"))
    places = [place for place in both.differing if place] or both.differing
    axis = f"{both.name(places[0])}s" if places else ""
    place = places[0] if places else ""
    return say("joined without time" if both.lacks else "joined", facts, axis=axis, place=place)


def arrays(facts: Facts) -> Explanation:
    """As many inputs as the model hasn't, or as many parts of y."""
    expected, count = int(facts["expected"]), facts["received"].replace("one", "1")
    names = ", ".join(f"x{i}" for i in range(1, min(expected, 6) + 1))
    keys = ", ".join(re.findall(r'"([^"]{1,100})"', facts["keys"])[:6])
    row = "parts of y" if facts["what"] == "target" else "several arrays"
    row = "list of samples" if expected == 1 else row
    return say(row, facts, count=count, arrays=names, names=keys)
