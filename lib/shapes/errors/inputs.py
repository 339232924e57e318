"""Messages about the input of a layer or a model: its axes, sizes, and number of arrays."""

import math
import re

from lib.shapes.errors.loading import weights
from lib.shapes.errors.message import Explanation, Message, Texts, explained, number, shape, word
from lib.shapes.errors.pasted import NAMES, RECURRENT, Comparison, Found
from lib.shapes.errors.states import features_or_units
from lib.shapes.output import Shape, bracketed
from lib.shapes.stack.making import KINDS
from lib.text import counted

TEXTS = Texts(__file__)
COLUMNS = 30  # most columns of a table; a longer row is probably a sequence of numbers
CHANNELS = 4  # most channels of an image
SHORT = 10  # fewer rows are probably the timesteps of one sample
LARGEST_LAYER = 5_000  # most units or columns of a layer; a larger number counts samples
# Calls in front of a layer in a line of code, such as LSTM in "LSTM(64), Conv1D(32, 3)"
BEFORE = r"\b(\w+)\((?:[^()]|\([^()]*\)){{0,99}}\)\W{{1,9}}(?=(?:\w+\.)?{}\()"
LAYER = r'(?:layer "?(?P<layer>[\w./-]+)"?[\w :]*)?'
# A layer's name without "_" → its kind in a stack. In Keras 3, some take any number of axes.
_KINDS = {each().keras.lower(): kind for kind, each in KINDS.items()}
_KINDS |= dict.fromkeys(("dense", "embedding", "flatten"), "")
_OF_AXES = {2: "dense", 3: "lstm", 4: "conv2d", 5: "convlstm2d"}  # layers with such an input
CUT = r"(?:: e.{0,9}|: expected ndim=3.{0,30}|\W*)$"  # a message without its numbers
_SIZES = 8, 12, 28, 28, 1  # If a message has no shape, a sample has the last of these sizes.


def _axis_names(axes: int, layer: str = "") -> str:
    names = NAMES.get(layer) or NAMES.get(axes, ())
    return ", ".join(f"{name}s" for name in names[:axes]) or f"{axes} axes"


def _input(sample: Shape) -> str:
    """Return an Input for a sample of this shape, as in the text of a stack."""
    if len(sample) == 2:
        return f"input_t{sample[0] or 'any'}_f{sample[1] or 3}"
    sizes = ".".join(str(size or 0) for size in sample)
    return f"input_formother_x{sizes}" if len(sample) > 1 else f"input_formflat_f{sizes}"


def axes(found: Found) -> Explanation | None:
    """Explain that a layer or a model expects another number of axes."""
    got, kernel = found.shape("got"), found.shape("kernel")
    want, have = int(found["axes"] or len(kernel) or 3), int(found["have"] or len(got))
    got = got if len(got) == have else ()
    if want == have or re.search("at index [1-9]", found.whole):  # Theano's array 1 is y.
        return None
    is_model = found.kind in ("sequential", "model", "functional")
    if got and (is_model or "number of dim" in found.match[0]):  # The input of a model is data.
        return data(found, (None,) * want, got)
    layer = found.kind.replace("_", "").replace("convolution", "conv")
    layer = "" if layer == "timedistributed" and want != 4 else layer
    layer = "dense" if "previous" in found.match[0] else layer  # only Dense in Keras 0
    layer = "conv1d" if len(kernel) == 3 else layer
    problem, units = Comparison((None,) * want, (None,) * have).in_words(), (16, *got)[-1]
    # TimeDistributed passes the inner layer its input without the time axis.
    inside = 1 if kernel and want > have else 0
    # Keras 2 counted the layers of a kind from 1. Later versions don't number the first.
    is_old = "incompatible with layer" in found.whole and found.kind in RECURRENT
    is_first = found["layer"] in (found.kind, f"{found.kind}_1" if is_old else "")
    is_first &= not re.search("attention|pooling", layer)
    if before := re.findall(BEFORE.format(layer or "-"), found.whole, re.I):
        is_first = {"Input", "InputLayer"} >= {*before}
    stack = _input(got[1:] or _SIZES[1 - max(have, 2) :])
    if (want, have) == (3, 2):
        problem = "there is no time axis"
        stack = stack if is_first else f"input~lstm_u{units or 16}"
    elif (want, have) == (2, 3):
        stack += f"~lstm_u{units or 16}_seq"
    sample = got[1:-1] if want == 3 and got[3:] == (1,) else got[2:]
    kind = _KINDS.get(layer, "") if want == 3 or layer != "bidirectional" else ""
    takes = f"{found['layer'] or 'The layer'} takes ({_axis_names(want, layer)})"
    return explained(
        f"{takes} but received {found['got'] or counted(have, 'axis', 'axes')}: {problem}.",
        *TEXTS.remedies(*_layer_fixes(layer, want + inside, have + inside, got, is_first)),
        words={
            "sample": _sample(sample) or f"x.shape[1:{want}]",
            "rows": (*got, None, None)[1],
            "kind": {3: "Conv1D(16, 3)", 4: "Conv2D(16, 3)"}.get(want, "Dense(units)"),
            "spatial": want - 3,
        },
        check=TEXTS.rows["axes"]["check"],
        stack=f"{stack}~{kind}" if kind else "",
    )


def _layer_fixes(layer: str, want: int, have: int, got: Shape, is_first: bool) -> list[str]:
    """Return fixes for a wrong number of axes, likeliest first."""
    table, last = TEXTS.rows["axes"], (got[-1] if got else None) or 0
    of_layer = table.get(f"{layer or 'unnamed'} {have}")
    likely = of_layer or table.get(f"{want} {have}") or ["other input"]
    if want == 3 and got[1:3] == (None, None):
        return ["batched twice", "convolved", "three axes in input"]
    if len(got) == 4 and got[1] == got[2] and (want == 3 or last > CHANNELS):
        before = "convolved" if want == 3 else "images before"
        return [before, "three axes in input" if want == 3 else "single images"]
    if (want, have) == (3, 2) and last > 1024:  # A recurrent layer has fewer units.
        return ["flattened", "flat input"]
    is_reversed = {
        (3, 2): is_first,
        (3, 4): last >= 16 and 1 not in got[1:],  # Only a layer returns so many features.
        (4, 3): not got if layer == "timedistributed" else 0 < last <= CHANNELS,
        (4, 5): got[1:2] == (None,),
        (5, 4): last > CHANNELS,
    }
    likely = [each for each in likely if each != "no channels" or not 0 < last <= CHANNELS]
    return likely[::-1] if is_reversed.get((want, have)) else likely


def _sample(shape_: Shape) -> str:
    """Return the sizes of a sample for an Input; "" if a sample can't have these sizes."""
    possible = all(size is None or 0 < size <= LARGEST_LAYER for size in shape_)
    return bracketed(shape_) if possible else ""


def data(found: Found, expected: Shape = (), received: Shape = ()) -> Explanation | None:
    """Explain that data don't have the Input's shape. Both shapes start with the samples axis."""
    expected, received = expected or found.shape("want"), received or found.shape("got")
    layer = "vector" if len(expected) == 2 else ""
    if layer and "embed" in found.kind:
        layer = "embedding"
    if "time_distributed" in found.kind and len(expected) == 4:
        layer = "timedistributed"
    pair = Comparison(expected, received, layer)
    if "Placeholder" in found["tensor"]:
        return weights(found, expected, received)
    if not pair.missing and not pair.differing:
        return None
    likely = _axis_fixes(found, pair) if pair.missing else _size_fixes(found, pair)
    if len(expected) == 3 and (expected[1] or 0) > LARGEST_LAYER:
        likely = ["whole table"]
    elif expected[1:] == received[:1] and received[1:] == (1,):
        likely = ["one sample"]  # x had one axis, and Keras 2 added a second.
    takes = found["want"] or f"({_axis_names(len(expected), layer)})"
    steps, have = ((*each, None, None)[1] or 0 for each in (expected, received))
    sample = received if likely[0] in ("one sample", "unbatched") else received[1:]
    kinds = {"embedding": "embed~lstm", "timedistributed": ""}
    kind = kinds.get(layer, _OF_AXES.get(len(expected), ""))
    kept = f"keeps only the last {steps} of {have} steps"
    return explained(
        f"{found['layer'] or 'The model'} takes {takes} but received {found['got']}: "
        f"{pair.in_words()}.",
        *TEXTS.remedies(*likely),
        words={
            "place": received.index(1, 1) if 1 in received[1:] else -1,
            "sample": _sample(received[1:]),
            "full": expected[0] if expected else "",
            "steps": steps or None,
            "shape": bracketed((-1, *expected[1:])),
            "maxlen": f"maxlen={steps}, " if steps and len(expected) < 4 else "",
            "unit": pair.name(pair.differing[-1]) if pair.differing else None,
            "padding": f"adds {steps - have} steps of zeros" if have < steps else kept,
        },
        stack=f"{_input(sample)}~{kind}" if sample and kind else "",
    )


def _size_fixes(found: Found, pair: Comparison) -> list[str]:
    """Return fixes for shapes with the same number of axes, likeliest first."""
    expected, received = pair.expected, pair.received
    likely = ["other features", "other data"]
    if pair.is_batch:
        likely = ["fixed batch"]
        if expected[0] != 32:  # the default of fit and predict
            likely.insert(received[0] != 32, "other batch")
    elif len(expected) > 3 and expected[-3:] == (*received[-2:], received[-3]):
        likely = ["channels first"]
    elif len(expected) != 3:
        likely = ["tokens"] if pair.layer == "embedding" else [*likely, "one token"]
        if received[1:] == (1,):  # Keras 2 adds this axis to an array of lists.
            likely = ["lengths", *likely[(expected[1] or 0) > COLUMNS :]]
    elif received[1:] == expected[:2]:
        likely = ["batch shape"]
    elif expected[1:] == received[1:][::-1]:
        likely = ["swapped"]
    elif received[:2] == (expected[1], 1):
        likely = ["steps first"]
    elif pair.differing == [1]:
        likely = ["other windows", "any steps"]
        is_fit = re.search(r"training=True|\bfit\(", found.whole)
        likely = likely[::-1] if is_fit or received[1] == 1 else likely
    elif len(pair.differing) > 1:  # The sizes of the Input may be x.shape[:2].
        likely.insert(expected[2] != received[1], "batch in input")
    return likely


def _axis_fixes(found: Found, pair: Comparison) -> list[str]:
    """Return fixes for shapes with different numbers of axes, likeliest first."""
    expected, received, gaps = pair.expected, pair.received, pair.gaps
    last = len(expected) - 1
    are_objects = received[1:] == (1,) and "checking" in found.whole  # Keras 2 adds this axis.
    likely = ["other sizes" if are_objects else "other input"]
    is_fit = "training=True" in found.whole
    sample = ["unbatched"] if is_fit else ["one sample", "unbatched"]
    sizes = [math.prod(size or 0 for size in each[1:]) for each in (expected, received)]
    if sizes[0] == sizes[1] > 0 and len(received) == 2:
        likely = ["flat samples"]
    elif pair.missing == -1 and received[1:2] == received[:1] != (None,):
        likely = ["samples twice"]
    elif pair.missing == -1:
        likely = ["axis of 1"] if 1 in received[1:] else []
        likely += ["image" if last > 1 else "embedded"]
        is_batched_twice = gaps == [0] or (gaps and received[1] is None)
        likely = [*([] if is_batched_twice else likely), "batched twice"]
    elif last == 2 and pair.missing == -2:
        likely = ["raw images", "image"]
    elif last == 2 and pair.missing == 2:
        likely = ["series"]
    elif pair.missing == 1 and gaps:
        starts_with_steps = expected[1:2] == received[:1] != (None,)
        if gaps == [0] or starts_with_steps or last == 1:
            likely = sample
        elif pair.layer == "timedistributed":
            likely = ["subsequences", *sample]
        elif last > 2:
            likely = _layer_fixes("data", last + 1, last, received, is_first=False)
            places = {"one sample": 0, "single images": 1, "no channels": last, "images before": -1}
            likely = [each for each in likely if places.get(each, gaps[0]) in gaps] or sample
            is_short = 0 in gaps and 1 < (received[0] or 0) < SHORT
            likely = [*sample, *likely] if is_short else likely
        elif last not in gaps or received[-1] == expected[-1] != 1:
            likely = ["table", *sample]
        elif gaps == [last] or received[1:] == expected[1:-1]:
            likely = ["flat" if expected[-1] in (1, None) else "one feature"]
        else:
            likely = _rows_fixes(found, received[0] or 0, received[1] or 0, sample)
    return likely


def _rows_fixes(found: Found, rows: int, columns: int, sample: list[str]) -> list[str]:
    """Return fixes for x of two axes, of which any axis may be missing, likeliest first."""
    # Keras 2 names no input in the messages of predict.
    is_predict = bool(re.search(r"checking : |\bpredict\b", found.whole))
    if columns == 1:  # Keras 2 adds a second axis to an array of one axis.
        if "checking" not in found.whole:  # tf.keras refuses arrays of lists earlier.
            return ["table", "series", *sample]
        likely = ["lengths", *sample, "table"]
        return [likely.pop(), *likely] if is_predict else likely
    # Windows often have a round length. A table may have any number of columns.
    is_table = rows > 1 and (columns <= COLUMNS or columns % 10 > 0)
    likely = ["table", "flat"] if is_table else ["flat", "table"]
    likely += ["lengths", "one sample"]
    is_short = 1 < rows < (100 if is_predict else SHORT) and rows != 32  # 32 is a whole batch.
    return [likely.pop(), *likely] if is_short else likely


def number_of_arrays(found: Found) -> Explanation:
    """Explain that a model or a layer with several inputs received another number of arrays."""
    is_model = not found["layer"] or found.kind in ("sequential", "model", "functional")
    extra = int(found["got"]) - int(found["want"]) if found["got"].isdigit() else -1
    name = "y as an input" if is_model and extra == 1 else "number of arrays"
    return TEXTS.explanation(name, fewer="fewer" if extra < 0 else "", **found.match.groupdict())


of = TEXTS.message
MESSAGES = [
    of(
        "a single number",
        rf"{LAYER}expected min_ndim=\d, found ndim=0|3 dimensions, received: (?:\[\]|\(\))",
    ),
    Message(
        rf"{LAYER}expected (?:min_)?ndim ?>?= ?{number('axes')}, found ndim={number('have')}"
        rf"(?:.*?received: {shape('got')})?",
        rf"received kernel of shape {shape('kernel')} and input of shape {shape('got')}",
        rf"expect\w+ input (?:with )?ndim={number('axes')}\b.*?shape {shape('got')}",  # Keras 0
        rf"Wrong number of dimensions: ?expected {number('axes')}, ?got {number('have')} "
        rf"with shape ?{shape('got')}",  # Theano
        rf"new_order\[2\] is 2, but the input only has {number('have')} axes",
        explain=axes,
    ),
    Message(
        f"[Ee]xpected shape {shape('want')}, but [a-z ]+ shape {shape('got')}",
        f"constructed with shape {shape('want')} for.*?with incompatible shape {shape('got')}",
        rf"{LAYER}expected shape={shape('want')}, found shape={shape('got')}",
        rf"feed value of shape {shape('got')} for Tensor (?P<tensor>.*?),? which has shape "
        rf'"?{shape("want")}',
        explain=data,
    ),
    of(
        "no time axis",
        r"with at least 3 dimensions(?:, received: "
        rf"(?P<shape>[(\[](?:None|\d+), {number('units')}[)\]]))?",
        r"assert len\(input_shape\) >= 3",
    ),
    Message(
        f"Dimensions must be equal, but are {number('got')} and {number('want')}.*?MatMul",
        rf"size-incompatible: In\[0\]: \[(?:\d+,)*{number('got')}\], In\[1\]: "
        rf"\[{number('want')},\d+\]",
        rf"args to gemm \(\d+,{number('got')}\)x\({number('want')},",
        rf"In\[0\] mismatch In\[1\] shape: {number('got')} vs\. {number('want')}:",
        rf"Shape mismatch: x has {number('got')} cols.*? but y has {number('want')} rows",  # Theano
        explain=features_or_units,
    ),
    of(
        "features of a built layer",
        rf"{LAYER}expected axis .*?value {number('want')}\b.*?shape .(?P<alone>(?P=want)), 1[)\]]",
        rf"{LAYER}expected axis(?: -1 of input shape to have value {number('want')}.*?"
        rf"(?P<shape>[(\[][^()\[\]]*?{number('got')}[)\]]))?",
    ),
    of(
        "recurrent layer in TimeDistributed",
        rf'\(no "None" dim.*?shape={shape("shape")} for variable '
        r'path="(?=[^"]*_cell/).*?time_distributed',
    ),
    of(
        "no number of features",
        rf'\(no "None" dim.*?shape={shape("shape")} for variable path="[^"]*_cell/',
        r'unsupported operand type\(s\) for %: "NoneType"|only support static input shapes',
        r"^The channel dimension of the inputs|^Dimensions must be equal, but are None and",
    ),
    of(
        "no number of timesteps",
        rf'input to "(?P<flatten>Flatten)" is not fully defined(?: \(got {shape("shape")})?',
        rf'\(no "None" dimensions\)(?:.*?shape={shape("shape")})?',
        r"last dimension of the input.{1,40} should be",
    ),
    of(
        "reshape",
        rf"total size of .*?unchanged.*?_shape ?= ?{shape('before')}, \w+ ?= ?{shape('after')}",
    ),
    of("reshape", r"total size of new array must be", within=r"fix_unknown_dim|\bReshape\("),
    of(
        "batch size of a new Input",
        rf"{LAYER}expected shape=\({number('full')}, (?P<sample>[^)]*)\), found shape=\(None,",
    ),
    of(
        "cut message",
        rf'of layer "?{word("layer")}"? is incompatible with the layer{CUT}',
        rf"is incompatible with layer {word('layer')}{CUT}",
    ),
    of("unrolled", r"explicitly the number of timesteps|infer num from|know the length of its in"),
    of(
        "parts of y",
        rf"checking model target.*?Expected to see {number('want')} array.*?following list of "
        rf"{number('got')}",
    ),
    Message(
        rf"Expected to see {number('want')} array(?:.*?following list of "
        r"(?P<got>(?P<single>1)\b|\d+))?",
        rf"model expects {number('want')} (?:input )?arrays?, but only received (?P<got>one)",
        rf'(?:ayer "?{word("layer")}"? )?expects (?P<want>[2-9]|\d\d) .*?input(?:\(s\)|s)'
        rf"(?: with keys (?P<keys>\[[^\]]*\]))?,? but it received {number('got')}",
        r'(?:Missing|No) data .*?for.*?"(?P<lost>\w+)".*? keys?(?: in)?: (?P<keys>\[[^\]]*\])',
        explain=number_of_arrays,
    ),
]
