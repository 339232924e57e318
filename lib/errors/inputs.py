"""What goes into a layer or a model: axes, sizes, batches, states; and weights."""

import math
import re

from lib.english import counted
from lib.errors.axes import Comparison, written
from lib.errors.explanation import Explanation, said, table
from lib.errors.facts import Facts, Shape, sizes

LARGEST = 5_000
"""No size above is offered as one of an Input: it counts samples, or pixels."""


def say(row: str, facts: Facts | None = None, /, **words: object) -> Explanation:
    """A row of [said] in the table of inputs, with what was found and with other words."""
    return said("inputs")[row].say({**(facts.words() if facts else {}), **words})


def axes(facts: Facts) -> Explanation | None:
    """A layer, or a whole model, that wants another number of axes."""
    want, have, called = int(facts["want"]), int(facts["have"]), facts.called
    if want == have:
        return None
    got, kind = facts.shape("got"), called.kind
    images = table("inputs")["of_images"]
    needs = images.get(kind) or {2: "F,", 3: "T, F", 4: images["conv2d"]}.get(want, "")
    words = {
        "who": called.name or "The layer",
        "letters": f"N, {needs}".removesuffix(",") if needs else f"{want} axes",
        "sample": needs.replace("T", "timesteps").replace("F", "features") or "sizes of a sample",
        "shape": facts["got"] or counted(have, "axis", "axes"),
        "size": got[-1] if got and got[-1] else "",
        "less": counted(abs(want - have), "axis", "axes") + (" too few" if want > have else " too many"),
        "inner": _sample(got[1:], 2),
        "flat": written((*got[:2], math.prod(size or 1 for size in got[2:]))) if len(got) > 3 else "",
    }
    row = f"{want} for {have}" if kind not in images else ""
    if called.is_model:
        return say(f"model: {row}" if f"model: {row}" in said("inputs") else "axes of x", **words)
    if (want, have) == (3, 2):
        features = words["size"] or 1
        first = f"input~lstm_u{features}~{called.stack_kind}"
        stacks = {True: first, False: f"input_formflat_f{features}~{called.stack_kind}"}
        stack = stacks[called.is_later] if called.stack_kind else ""
        return say("3 for 2, later" if called.is_later else "3 for 2", stack=stack, **words)
    if (want, have) == (3, 4) and got[1:2] == got[2:3] and got[1:2] not in ((), (None,)):
        row = "3 for 4, image"
    if (want, have) == (2, 3) and len(got) == 3:
        words["stack"] = f"input_t{got[1] or 12}~lstm_u{got[2] or 16}_seq~repeat"
    return say(row if row in said("inputs") else "axes", **words)


def _sample(sizes_: Shape, axes_: int) -> str:
    """The last sizes of a shape as an Input takes them, as far as they may be those of one sample."""
    last = sizes_[-axes_:]
    if len(last) == axes_ and all(size is None or 0 < size <= LARGEST for size in last):
        return ", ".join("None" if size is None else str(size) for size in last)
    return "timesteps, features" if axes_ == 2 else "features,"


def data(facts: Facts, name: str = "The model") -> Explanation | None:
    """Data whose shape isn't that of the model's Input; both with the samples in front."""
    expected, received = facts.shape("expected"), facts.shape("received")
    both = Comparison(expected, received)
    words = {"model": facts.called.name or name, "told": both.told()}
    words |= {"takes": facts["expected"], "got": facts["received"]}
    words |= {"batch": expected[0] if expected else "", "sample": _sample(received[1:], 2)}
    words["features"] = expected[-1] if expected else ""
    words["steps"] = expected[1] if len(expected) == 3 and expected[1] else "timesteps"
    if len(expected) == 3:
        words["stack"] = f"input_t{expected[1] or 'any'}_f{expected[2] or 3}~lstm"
    if both.is_batch:
        return say("other batch", **words, size=received[0])
    if both.is_swapped:
        return say("swapped", **words)
    if not both.lacks:
        named = {(1,): "other timesteps", (2,): "other features"} if len(expected) == 3 else {}
        if not both.differing:
            return None
        return say(named.get(tuple(both.differing), "other sizes"), **words)
    return _other_axes(facts, both, words)


def _other_axes(facts: Facts, both: Comparison, words: dict[str, object]) -> Explanation:
    """For x that has more or fewer axes than the Input, by the axes that may be lacking."""
    expected, received, gaps = both.expected, both.received, both.gaps
    row = "other axes"
    if both.lacks == -1 and 0 in gaps:
        sizes_ = ", ".join("-1" if size is None else str(size) for size in expected[1:])
        return say("batched twice", **words, sizes=sizes_)
    if both.lacks == -1 and received[-1] == 1:
        row = "an axis of 1 at the end"
    elif both.lacks == 1 and len(expected) - 1 in gaps and expected[-1] == 1:
        row = "no axis of features"
    elif both.lacks == 1 and 0 in gaps:
        row = "one sample" if received[0] is not None and received[0] == expected[1] else "rows"
        row += " in training" * ("training=True" in facts.pasted.whole)
    elif both.lacks == 1 and received[1:] == expected[1:-1]:
        row = "one feature"
    return say(row, **words)


def at_last_axis(facts: Facts) -> Explanation:
    """A layer that was built for other features."""
    got = facts.shape("shape")
    sample = _sample(got[1:], 1 if len(got) == 2 else 2)
    return say("last axis", facts, received=got[-1] if got else "others", sample=sample)


def features(facts: Facts) -> Explanation | None:
    """A kernel that meets other features, or states of other units, in a product."""
    received, expected = facts["received"], facts["expected"]
    if received == expected:
        return None
    # The second kernel, for the states, fails in the same words as the first.
    x, state = shapes_of_a_step(facts.pasted.whole)
    if state[-1:] == (int(received),) != x[-1:]:
        return say("states of another size", received=received, units=expected)
    return say("features", facts)


def shapes_of_a_step(text: str) -> tuple[Shape, Shape]:
    """The shapes of a cell's input and of its first state, where the text lists them."""
    tensor = r"tf\.Tensor\(shape=(\([\w, ]{0,50}\))"
    found = re.search(rf'(?:inputs|sequence)={tensor}.{{0,200}}? states=\(?\[?"?{tensor}', text)
    return (sizes(found[1]), sizes(found[2])) if found else ((), ())


def several(facts: Facts) -> Explanation:
    """Several tensors where a layer takes one: an output and its states, or two directions."""
    received, called = int(facts["received"]), facts.called
    tensors = set(re.findall(r"shape=(\([\w, ]{0,50}\)|\[[\w, ]{0,50}\])", facts["shapes"]))
    if called.is_model:
        return say("list of samples", count=received)
    if received == 2 and len(tensors) == 1 and len(sizes(next(iter(tensors)))) == 3:
        return say("two directions", layer=called.name, shape=tensors.pop())
    names = {2: "out, h", 3: "out, h, c", 5: "out, h, c, back_h, back_c"}
    words = {"layer": called.name, "received": received, "names": names.get(received, "out, *states")}
    if called.stack_kind and received in (2, 3):
        words["states"] = "h" if received == 2 else "[h, c]"
    before = {2: "gru", 3: "lstm"}.get(received)
    after = called.stack_kind or ("dense" if called.kind == "dense" else "")
    if before and after:
        words["stack"] = f"input~{before}_state~{after}"
    return say("several tensors", **words)


def states(facts: Facts) -> Explanation:
    """States that aren't those a layer keeps."""
    shapes = re.findall(r"shape=(\([^)]{0,50}\))", facts["received"])
    kept = facts.shape("expected")
    if not (shapes and kept):
        return say("other states")
    of = f"of the shape{'s' * (len(shapes) > 1)} {', '.join(shapes[:5])}"
    return say("other states", kept=counted(len(kept), "state"), units=kept[0], count=len(shapes), of=of)


def weights(facts: Facts) -> Explanation | None:
    """Weights for a layer of other sizes: the axis that differs is named."""
    own, received = facts.shape("own"), facts.shape("received")
    if own == received:
        return None
    row, place = "weights of another model", -1
    if len(own) == len(received) == 2 and own[1] == received[1]:
        row, place = "weights for other features", 0
    elif own and len(own) == len(received) and own[-1] != received[-1]:
        row = "weights of other units"
    ends = {"here": own[place], "there": received[place]} if own and received else {}
    return say(row, facts, **ends)


def joined_arrays(facts: Facts) -> Explanation | None:
    """Tensors that are to be joined, and differ in more than the axis along which they are."""
    one, other = facts.shape("one"), facts.shape("other")
    both = Comparison(one, other)
    if len(one) != len(other):
        return say("joined without time", facts)
    places = [place for place in both.differing if place] or both.differing
    axis = both.name(places[0]) if places else ""
    return say("joined", facts, axis=f"{axis}s" if axis else "", place=places[0] if places else 1)


def reshaped(facts: Facts) -> Explanation:
    """A reshape to another number of entries."""
    before, after = facts["before"], facts["after"]
    numbers = facts["numbers"] or (_count(before) if before else "some")
    expected = facts["expected"] or (_count(after) if after else "others")
    shapes = f", {before} → {after}" if before and after else f", into {after}" if after else ""
    multiple = "a multiple of " * ("-1" in after)
    return say("reshaped", numbers=numbers, expected=multiple + expected, shapes=shapes)


def _count(shape: str) -> str:
    """How many numbers a shape holds; -1 counts as 1."""
    return str(math.prod(map(int, re.findall(r"(?<!-)\b\d{1,18}", shape))))


def samples(facts: Facts) -> Explanation | None:
    """Other numbers of samples in x, y and weights."""
    x, y, w = facts["x"].split(", "), facts["y"], facts["w"]
    if len(x) > 1 and str(len(x)) == y:
        return say("samples in a list", x=x[0], y=y)
    if w and x[0] == y != w:
        return say("samples and weights", y=y, w=w)
    if x[0] and x[0] == y:
        return None
    return say("samples", x=x[0], y=y)


def embedding(facts: Facts) -> Explanation:
    """An index that an Embedding has no row for."""
    size, index = int(facts["size"]), int(facts["index"])
    return say("embedding", facts, largest=size - 1, needed=max(index + 1, 1))


def too_large(facts: Facts) -> Explanation:
    """A tensor that the memory doesn't hold."""
    numbers = math.prod(int(size) for size in facts["sizes"].split(",") if size)
    return say("too large", facts, megabytes=f"{numbers * 4 / 1e6:,.0f}")


def arrays(facts: Facts) -> Explanation | None:
    """As many inputs as the model hasn't."""
    expected, received = int(facts["expected"]), facts["received"].replace("one", "1")
    if str(expected) == received:
        return None
    if expected == 1:
        return say("list of samples", count=received)
    names = ", ".join(f"x{i}" for i in range(1, min(expected, 6) + 1))
    keys = ", ".join(re.findall(r'"([^"]{1,100})"', facts["keys"])[:6])
    return say("several arrays", facts, count=received, arrays=names, names=keys)


def distributed(facts: Facts) -> Explanation:
    """TimeDistributed on something without a time axis."""
    units = (facts.shape("shape") or (None,))[-1]
    return say("distributed", facts, stack=f"input~lstm_u{units or 16}~td")


def data_type(facts: Facts) -> Explanation:
    """Lists, or objects of another type, where arrays belong; it is x that the message names."""
    kind, kinds = facts["kind"], facts["kinds"]
    if kinds and "list" not in kinds:
        return say("unread type", kind=kinds[:80])
    if kind in ("list", "tuple"):
        return say("list for x", facts)
    if re.search(r"ndarray|[Tt]ensor|Frame|Series", kind):
        return say("list for y", facts)
    return say("unread type" if kind else "list for either", facts)


def no_numbers(facts: Facts) -> Explanation:
    """An array of objects, by what one of them is."""
    kind = facts["kind"] or "string"
    if kind in ("list", "ndarray", "tuple", "Series"):
        return say("objects of other lengths", facts)
    if kind in ("int", "float", "bool", "NoneType", "Decimal"):
        return say("mixed numbers", facts)
    text = re.match(r"str|<U|category|String", kind)
    dates = kind in ("datetime64", "timedelta64")
    return say("no numbers", what="text" if text else "dates" if dates else f"a {kind}")
