"""Messages about the input of a layer or a model: its axes, sizes, and number of arrays."""

from lib.shapes.doctor.fixes import EVERY_STEP, LAST_STEP
from lib.shapes.errors import remedies
from lib.shapes.errors.loading import weights
from lib.shapes.errors.message import Explanation, Message, explained, number, shape, word
from lib.shapes.errors.pasted import NAMES, RECURRENT, Comparison, Found
from lib.shapes.errors.states import features_or_units
from lib.shapes.output import Shape, bracketed
from lib.shapes.remedy import Remedy
from lib.text import counted

COLUMNS = 30  # most columns of a table; a longer row is probably a sequence of numbers
LARGEST = 5_000  # largest plausible size of an Input or a Dense; a larger number counts samples
LAYER = r'(?:layer "?(?P<layer>[\w/]+)"?[\w :]*)?'


def _axis_names(axes: int, kind: str = "") -> str:
    names = NAMES.get(kind) or NAMES.get(axes, ())
    return ", ".join(f"{name}s" for name in names) or f"{axes} axes"


def axes(found: Found) -> Explanation | None:
    """Explain that a layer or a model expects another number of axes."""
    got, kernel = found.shape("got"), found.shape("kernel")
    want, have = int(found["axes"] or len(kernel)), int(found["have"] or len(got))
    if want == have:
        return None
    if found.kind in ("sequential", "model", "functional") and got:  # The input of a model is data.
        return data(found, (None,) * want, got)
    kind, units = RECURRENT.get(found.kind), got[-1] if got else None
    problem = Comparison((None,) * want, (None,) * have).in_words()
    likely, stack = [remedies.OTHER_INPUT], ""
    is_square = len(got) > 3 and got[1] is not None and got[1] == got[2]
    if (want, have) == (3, 2):
        problem, likely = "there is no time axis", [remedies.LAYER_BEFORE, remedies.FLAT_INPUT]
        before = f"input~lstm_u{units or 16}"
        if found["layer"] == found.kind:  # A name without a number is the first layer of its kind.
            likely.reverse()
            before = f"input_formflat_f{units or 3}"
        stack = f"{before}~{kind}" if kind else ""
    elif (want, have) == (2, 3):
        may_wrap = found.kind in ("dense", "")
        likely = [remedies.ENCODER, remedies.WRAPPED] if may_wrap else [remedies.ENCODER]
        stack = f"input_t{got[1] or 12}~lstm_u{units or 16}_seq~repeat" if got else ""
    elif (want, have) == (3, 4) and is_square:
        likely = [remedies.IMAGE, remedies.BATCH_IN_INPUT]
    elif (want, have) == (3, 4):
        likely = [remedies.BATCH_IN_INPUT, remedies.EMBEDDED, remedies.IMAGE]
    elif (want, have) == (4, 5):
        likely = [remedies.BATCH_IN_INPUT, remedies.WRAPPED]
    inside = "Conv2D(16, 3)" if want == 4 else "Dense(units)"
    takes = f"{found['layer'] or 'The layer'} takes ({_axis_names(want, found.kind)})"
    return explained(
        f"{takes} but received {found['got'] or counted(have, 'axis', 'axes')}: {problem}.",
        *likely,
        words={"sample": _sample(got[2:]), "kind": inside},
        check=remedies.LAYER_SHAPES,
        stack=stack,
    )


def _sample(shape_: Shape) -> str:
    """Return the sizes of a sample for an Input; "" if a sample can't have these sizes."""
    possible = all(size is None or 0 < size <= LARGEST for size in shape_)
    return bracketed(shape_).strip("()") if possible else ""


def data(found: Found, expected: Shape = (), received: Shape = ()) -> Explanation | None:
    """Explain that data don't have the Input's shape. Both shapes start with the samples axis."""
    expected, received = expected or found.shape("want"), received or found.shape("got")
    pair, is_timed = Comparison(expected, received), len(expected) == 3
    if "Placeholder" in found["tensor"]:
        return weights(found, expected, received)
    if not pair.missing and not pair.differing:
        return None
    likely = _axis_fixes(found, pair) if pair.missing else _size_fixes(pair)
    if is_timed and (expected[1] or 0) > LARGEST:
        likely = [remedies.WHOLE_TABLE]
    elif expected[1:] == received[:1] and received[1:] == (1,):
        likely = [remedies.ONE_SAMPLE]  # x had one axis, and Keras 2 added a second.
    takes = found["want"] or f"({_axis_names(len(expected))})"
    return explained(
        f"{found['layer'] or 'The model'} takes {takes} but received {found['got']}: "
        f"{pair.in_words()}.",
        *likely,
        words={
            "place": received.index(1, 1) if 1 in received[1:] else -1,
            "sample": _sample(received[1:]),
            "full": expected[0] if expected else "",
            "steps": (expected[1] if is_timed else 0) or "timesteps",
        },
        stack=f"input_t{expected[1] or 'any'}_f{expected[2] or 3}~lstm" if is_timed else "",
    )


def _size_fixes(pair: Comparison) -> list[Remedy]:
    expected, received = pair.expected, pair.received
    if pair.is_batch:
        return [remedies.FIXED_BATCH]
    if len(expected) != 3:
        return [remedies.OTHER_FEATURES]
    if received[1:] == expected[:2]:
        return [remedies.BATCH_SHAPE]
    if expected[1:] == received[1:][::-1]:
        return [remedies.SWAPPED]
    if pair.differing == [1]:
        return [remedies.OTHER_LENGTH]
    likely = [remedies.OTHER_FEATURES]
    return [remedies.BATCH_IN_INPUT, *likely] if len(pair.differing) > 1 else likely


def _axis_fixes(found: Found, pair: Comparison) -> list[Remedy]:
    expected, received, gaps = pair.expected, pair.received, pair.gaps
    is_fit, last = "training=True" in found.whole, len(expected) - 1
    sample = [remedies.UNBATCHED] if is_fit else [remedies.ONE_SAMPLE, remedies.UNBATCHED]
    if pair.missing == -1:
        is_batched_twice = gaps == [0] or (gaps and received[1] is None)
        likely = [] if is_batched_twice else [remedies.AXIS_OF_1, remedies.IMAGE]
        return [*likely, remedies.BATCHED_TWICE]
    if pair.missing != 1 or not gaps:
        return [remedies.OTHER_INPUT]
    if gaps == [last] or received[1:] == expected[1:-1]:
        return [remedies.FLAT]
    if last in gaps:  # The other sizes are None, so any axis may be missing.
        if received[-1] == 1:  # Keras 2 adds a second axis to an array of one axis.
            return [remedies.LENGTHS, *sample, remedies.TABLE]
        is_table = (received[0] or 0) > 1 and (received[-1] or 0) <= COLUMNS
        flat = [remedies.TABLE, remedies.FLAT] if is_table else [remedies.FLAT, remedies.TABLE]
        return [*flat, remedies.LENGTHS, remedies.ONE_SAMPLE]
    starts_with_steps = received[0] is not None and received[0] == expected[1]
    return sample if gaps == [0] or starts_with_steps else [remedies.TABLE, *sample]


MESSAGES = [
    Message(
        rf"{LAYER}expected (?:min_)?ndim ?>?= ?{number('axes')}, found ndim={number('have')}"
        rf"(?:.*?received: {shape('got')})?",
        rf"received kernel of shape {shape('kernel')} and input of shape {shape('got')}",
        rf"layer expected input with ndim={number('axes')} but.*?output_shape {shape('got')}",
        explain=axes,
    ),
    Message(
        f"[Ee]xpected shape {shape('want')}, but input has incompatible shape {shape('got')}",
        f"constructed with shape {shape('want')} for.*?with incompatible shape {shape('got')}",
        rf"{LAYER}expected shape={shape('want')}, found shape={shape('got')}",
        rf"feed value of shape {shape('got')} for Tensor (?P<tensor>.*?),? which has shape "
        rf'"?{shape("want")}',
        explain=data,
    ),
    Message(
        r"with at least 3 dimensions(?:, received: "
        rf"(?P<shape>[(\[](?:None|\d+), {number('units')}[)\]]))?",
        cause="TimeDistributed works along the time axis, but its input has none. It received "
        "{shape}. The previous layer returns only its last step, or the Input is flat.",
        fix="Return every step from the previous layer, or use the inner layer directly.",
        code=f"{EVERY_STEP}  # the previous layer\n# or:\nDense(1)  # without TimeDistributed",
        stack="input~lstm_u{units}~td",
    ),
    Message(
        f"Dimensions must be equal, but are {number('got')} and {number('want')}.*?MatMul",
        rf"size-incompatible: In\[0\]: \[(?:\d+,)*{number('got')}\], In\[1\]: "
        rf"\[{number('want')},\d+\]",
        explain=features_or_units,
    ),
    Message(
        rf"{LAYER}expected axis(?: -1 of input shape to have value {number('want')}.*?"
        rf"(?P<shape>[(\[][^()\[\]]*?{number('got')}[)\]]))?",
        cause="{layer} was built for other data. It takes {want} features but received {shape}.",
        remedies=[
            remedies.OTHER_FEATURES,
            Remedy(
                "a Flatten before the layer turns a varying number of timesteps into features",
                "Pad the sequences, or replace Flatten with return_sequences=False.",
                f"{LAST_STEP}  # in place of Flatten",
            ),
        ],
    ),
    Message(
        rf"\(no .None. dim.*?shape={shape('shape')} for variable "
        r'path="(?=[^"]*_cell/).*?time_distributed',
        cause="The kernel would be {shape}: TimeDistributed passes the recurrent layer single "
        "timesteps, without a time axis. A recurrent layer itself processes all timesteps.",
        fix="Use the recurrent layer without TimeDistributed.",
        code=f"{EVERY_STEP}  # without TimeDistributed",
    ),
    Message(
        rf'\(no .None. dim.*?shape={shape("shape")} for variable path="[^"]*_cell/',
        r'unsupported operand type\(s\) for %: "NoneType"|only support static input shapes',
        r"^The channel dimension of the inputs|^Dimensions must be equal, but are None and",
        cause="The number of features or rows must not be None. The kernel would be {shape}.",
        fix="Set the number in the Input.",
        code=remedies.ANY_LENGTH,
    ),
    Message(
        rf"input to .Flatten. is not fully defined(?: \(got {shape('shape')})?",
        rf"\(no .None. dimensions\)(?:.*?shape={shape('shape')})?",
        r"last dimension of the inputs to.*?should be",
        cause="Dense needs a weight for each entry of the last axis, but its size is None. The "
        "shape is {shape}. After Flatten, the size depends on the number of timesteps.",
        fix="Set the number of timesteps, or replace Flatten with return_sequences=False.",
        code=remedies.INPUT,
        stack="input_tany~flatten~dense",
    ),
    Message(
        rf"checking model target.*?Expected to see {number('want')} array.*?following list of "
        rf"{number('got')}",
        cause="The model has {want} outputs, but y has {got} part.",
        fix="Pass y as a list with one array per output.",
        code="model.fit(x, [y1, y2])",
    ),
    Message(
        rf"Expected to see {number('want')} array.*?following list of {number('got')}",
        rf"model expects {number('want')} (?:input )?arrays?, but only received (?P<got>one)",
        rf'(?:ayer "?{word("layer")}"? )?expects (?P<want>[2-9]|\d\d) .*?input(?:\(s\)|s)'
        rf"(?: with keys (?P<keys>\[[^\]]*\]))?,? but it received {number('got')}",
        cause="The call needs {want} arrays but received {got}. {layer} takes the inputs {keys}.",
        fix="Pass a list of arrays in that order, or a dict by name. A tf.data.Dataset "
        "yields ((x1, x2), y). Pass states of a layer as initial_state.",
        code="model.predict([x1, x2])",
    ),
]
