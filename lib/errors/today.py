"""What Keras's error messages about recurrent layers mean, and what to change.

One entry per message: a pattern, and a function that puts the message's own numbers into the
answer. Messages are those of Keras 3.15 on TensorFlow 2.21; tests provoke each one in Keras. What
raises no error at all is the subject of `lib.doctor`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

from lib.doctor.loss_shapes import RULES
from lib.errors.cross_entropy import EVERY_STEP, LAST_STEP, SPARSE, to_one_shape
from lib.errors.explanations import SHAPE, Explanation, Messages, entries, missing_axis

MESSAGES = Messages()

_CALLED = "Exception encountered when calling "
_CALLING = rf"{_CALLED}(?P<layer>\w{{1,100}})"
_LIST = r"\[([\d,]*)\]"
_TARGET, _OUTPUT, _NONE = (f"[`'\"]{name}[`'\"]" for name in ("target", "output", "None"))
_SHAPES = rf"target\.shape={SHAPE}, output\.shape={SHAPE}"


@MESSAGES.add(
    rf"{_CALLING}Cell\.call\(\)(?:(?!{_CALLED}\w).){{0,5000}}?"
    r"states=\(?\[?'?tf\.Tensor\(shape=(?P<state>\(\w{1,9}, \w{1,9}, \w{1,9}\))"
)
def _sequence_as_state(found: re.Match[str]) -> Explanation:
    state, layer = found["state"], found["layer"]
    return Explanation(
        f"The {layer} starts from {state}, a whole sequence. A state has two axes, (batch, units).",
        "Start from the states that return_state=True gives, not from the layer's output.",
        f"out, *states = layers.{layer}(units, return_sequences=True, return_state=True)(x)\n"
        f"y = layers.{layer}(units)(decoder_input, initial_state=states)",
    )


@MESSAGES.add(
    r"(?:layer [\"']?(?P<layer>[\w/]+)[\"']?(?: is incompatible with the layer)?: )?"
    rf"expected (?:min_)?ndim=(\d), found ndim=(\d)(?:\. Full shape received: {SHAPE})?"
)
def _wrong_rank(found: re.Match[str]) -> Explanation | None:
    layer = f"The layer {found['layer']!r}" if found["layer"] else "The layer"
    wanted, given = int(found[2]), int(found[3])
    shape = found[4] or f"{given} axes"
    if explain := _RANKS.get((wanted, given)):
        return explain(layer, shape)
    return _other_rank(layer, shape, wanted, given) if wanted in (2, 3) else None


def _other_rank(layer: str, shape: str, wanted: int, given: int) -> Explanation:
    meaning = "batch, timesteps, features" if wanted == 3 else "batch, features"
    less = f"{abs(given - wanted)} too {'many' if given > wanted else 'few'}"
    return Explanation(
        f"{layer} needs ({meaning}) and got {shape}: of the axes there are {less}.",
        f"Bring what goes in to {wanted} axes; an Input has the shape of one sample, without the "
        "samples.",
        f"keras.Input(({meaning.removeprefix('batch, ')}{',' * (wanted == 2)}))",
    )


def _no_time_axis(layer: str, shape: str) -> Explanation:
    return Explanation(
        f"{layer} needs (batch, timesteps, features) and got {shape}: there is no time "
        "axis. Either the recurrent layer below returned its last step only, or the data is flat.",
        "Set return_sequences=True on the layer below; or give the data its third axis.",
        "LSTM(units, return_sequences=True)  # the layer below\n"
        "x = x[..., None]                    # or the data: (N, T) → (N, T, 1)",
    )


def _batch_in_shape(layer: str, shape: str) -> Explanation:
    inner = ", ".join(entries(shape)[2:]) or "timesteps, features"
    return Explanation(
        f"{layer} needs (batch, timesteps, features) and got {shape}: one axis too many. Most "
        "likely the Input counts the samples, which Keras adds by itself, as None; or a layer "
        "below adds an axis, as an Embedding does.",
        "Give Input the shape of one sample; below an Embedding, the timesteps alone.",
        f"keras.Input(({inner}))\nkeras.Input((timesteps,))  # below an Embedding",
    )


def _sequence_repeated(layer: str, shape: str) -> Explanation:
    return Explanation(
        f"{layer} needs (batch, features) and got {shape}: every timestep instead of the last one.",
        "Let the layer below, the encoder, return its last step only.",
        "LSTM(units, return_sequences=False)",
    )


_RANKS: dict[tuple[int, int], Callable[[str, str], Explanation]] = {
    (3, 1): _no_time_axis,
    (3, 2): _no_time_axis,
    (3, 4): _batch_in_shape,
    (2, 3): _sequence_repeated,
}


@MESSAGES.add(r"Unrecognized keyword arguments passed to (\w+)?(?:: \{(.{0,5000}))?")
def _keywords(found: re.Match[str]) -> Explanation:
    owner, given = found[1] or "The layer", found[2] or ""
    names = re.findall(r"'(\w+)':", given)[:20]
    if owner == "Model" and not names:
        names = ["input"]
    for name in names:
        if name in _GONE:
            value = re.search(rf"'{name}': {SHAPE}", given)
            cause, fix, code = _GONE[name]
            code = code.replace("SHAPE", value[1] if value else "(…)")
            return Explanation(f"{owner} has no {name} in Keras 3. {cause}", fix, code)
    for name in names:
        if found[1] and name in _ARGUMENTS and owner not in _takers(name):
            return _misplaced(owner, name)
        for meant in difflib.get_close_matches(name, _ARGUMENTS, 1):
            if not found[1] or owner in _takers(meant):
                return Explanation(f"{owner} has no {name}.", f"Write {meant}.", f"{meant}=…")
    listed = ", ".join(names) or "such argument"
    return Explanation(
        f"{owner} has no {listed} in Keras 3.",
        "Leave it out, or look up its name.",
        f"help({found[1] or 'keras.layers.LSTM'})",
    )


def _takers(name: str) -> tuple[str, ...]:
    """The layers that take an argument, of those that are told apart here."""
    if name in ("units", "activation", "use_bias", "kernel_initializer", "bias_initializer"):
        return (*_RECURRENT, "Dense")
    return _TAKERS.get(name, _RECURRENT)


def _misplaced(owner: str, name: str) -> Explanation:
    *others, last = takers = _takers(name)
    listed = f"{', '.join(others)} and {last}" if others else last
    cause = f"{name} is an argument of {listed}, not of {owner}."
    first = {"units": "", "merge_mode": "LSTM(units), "}.get(name, "units, ")
    code = f"{takers[0]}({first}{name}=…)"
    if owner == "Bidirectional":
        return Explanation(cause, "Give it to the layer inside.", f"Bidirectional({code})")
    if name == "go_backwards":
        return Explanation(
            f"{cause} Bidirectional sets it for the layer inside, which has to be a recurrent one.",
            "Put a recurrent layer into Bidirectional; an argument of your own, into that layer.",
            "Bidirectional(LSTM(units))",
        )
    return Explanation(cause, "Put it there.", code)


_RECURRENT = ("LSTM", "GRU", "SimpleRNN")
_TAKERS: dict[str, tuple[str, ...]] = {
    "merge_mode": ("Bidirectional",),
    "unit_forget_bias": ("LSTM",),
    "reset_after": ("GRU",),
    "recurrent_activation": ("LSTM", "GRU"),
    "use_cudnn": ("LSTM", "GRU"),
}
"""Arguments that not all recurrent layers take."""


_GONE = {
    "batch_input_shape": (
        "The shape belongs to an Input.",
        "Begin the model with an Input that has the batch in its shape.",
        "keras.Input(batch_shape=SHAPE)",
    ),
    "input_shape": (
        "The shape belongs to an Input.",
        "Begin the model with an Input.",
        "keras.Input(SHAPE)",
    ),
    "time_major": (
        "The batch always comes first.",
        "Leave it out, and swap the axes of the data.",
        "x = np.swapaxes(x, 0, 1)  # (T, N, F) → (N, T, F)",
    ),
    "input_length": (
        "The number of timesteps belongs to an Input.",
        "Leave it out, and begin the model with an Input.",
        "keras.Input((timesteps, features))",
    ),
    "input_dim": (
        "The number of features belongs to an Input.",
        "Leave it out, and begin the model with an Input.",
        "keras.Input((timesteps, features))",
    ),
    "input": (
        "The words are inputs and outputs now.",
        "Add an s to both.",
        "keras.Model(inputs=…, outputs=…)",
    ),
    "output": (
        "The words are inputs and outputs now.",
        "Add an s to both.",
        "keras.Model(inputs=…, outputs=…)",
    ),
}
"""Arguments of earlier Keras: what became of them, what to do, and code."""

_ARGUMENTS = (
    "units",
    "activation",
    "recurrent_activation",
    "use_bias",
    "kernel_initializer",
    "recurrent_initializer",
    "bias_initializer",
    "unit_forget_bias",
    "dropout",
    "recurrent_dropout",
    "seed",
    "return_sequences",
    "return_state",
    "go_backwards",
    "stateful",
    "unroll",
    "reset_after",
    "use_cudnn",
    "merge_mode",
    "name",
)
"""What the recurrent layers do take."""


@MESSAGES.add(r"(?:(\w{1,100})\.)?__init__\(\) missing 1 required positional argument: 'units'")
def _no_units(found: re.Match[str]) -> Explanation:
    layer = found[1] or "LSTM"
    return Explanation(
        f"{found[1] or 'The layer'} has to know how many units it has: the size of its output at "
        "each timestep, whatever the number of timesteps and features.",
        "Say it first.",
        f"{layer}(16)",
    )


@MESSAGES.add(r"batch size must be static")
def _dynamic_batch(_: re.Match[str]) -> Explanation:
    return Explanation(
        "A stateful layer keeps one state per sample of the batch, so the batch size has to be "
        "known when the model is built.",
        "Put it into the Input.",
        "keras.Input(batch_shape=(batch_size, timesteps, features))",
    )


@MESSAGES.add(
    r"must be the same as the batch size of the initial state"
    r"(?:\W+Expected batch size: (?P<expected>\d+)\W+Received batch size: (?P<given>\d+))?"
)
def _stateful_size(found: re.Match[str]) -> Explanation:
    expected, given = found["expected"] or "one size", found["given"] or "another"
    return Explanation(
        f"The layer is stateful and was built for batches of {expected}; it got one of {given}.",
        "Predict with a twin of the model that is not stateful, or is built for that size, and "
        "has the same weights.",
        "twin.set_weights(model.get_weights())",
    )


@MESSAGES.add(rf"Incompatible shapes(?:: {_LIST} vs\. {_LIST})?")
def _unequal_batches(found: re.Match[str]) -> Explanation | None:
    surely = bool(_IN_A_LOSS.search(found.string))
    one, other = entries(found[1] or ""), entries(found[2] or "")
    if not one or not other:
        return _target_shapes("the output", "y", different_ranks=True, surely=surely)
    if len(one) == len(other) and one[0] != other[0] and one[1:] == other[1:]:
        x, state = _shapes_of_a_step(found.string)
        if x[:1] == one[:1] and state[:1] == other[:1]:
            return _states_of_other_samples(one[0], other[0])
        small, full = sorted((int(one[0]), int(other[0])))
        return Explanation(
            f"A batch of {small} met something that was made for {full}. Most likely the last "
            "batch is shorter than the others, and a stateful layer keeps exactly one state per "
            "sample.",
            f"Leave out the last samples, so that batches of {full} fit.",
            f"n = len(x) // {full} * {full}\n"
            f"model.fit(x[:n], y[:n], batch_size={full}, shuffle=False)",
        )
    different = len(one) != len(other)
    return _target_shapes(
        f"[{found[1]}]", f"[{found[2]}]", different_ranks=different, surely=surely
    )


def _states_of_other_samples(samples: str, states: str) -> Explanation:
    return Explanation(
        f"The layer got {samples} samples and states of {states}: initial_state must have one "
        "state for each sample.",
        "Start from the states of the same samples.",
        "out, *states = LSTM(units, return_state=True)(x)  # x and decoder_input: N samples each\n"
        "y = LSTM(units)(decoder_input, initial_state=states)",
    )


_LOSSES = "|".join(name for rule in RULES.values() for name in (rule.name, *rule.aliases))
_IN_A_LOSS = re.compile(rf"comp(?:ile|ute)_loss|\b(?:{_LOSSES})\b")
"""A loss's name, or the place where `fit` computes it."""


@MESSAGES.add(
    r"Dimensions must be equal, but are (\d+) and (\d+) for '\{\{node compile_loss[^']{0,1000}'"
    r"(?: with input shapes: (?P<shapes>[\[\]?\d, ]+))?"
)
def _loss_dimensions(found: re.Match[str]) -> Explanation:
    shapes = re.findall(r"\[[^\]]*\]", found["shapes"] or "")
    one, other = shapes if len(shapes) == 2 else (found[1], found[2])
    if names := re.search(r"\(([^(),]{0,500}), ([^(),]{0,500})\)'", found[0]):
        if "/Squeeze" in names[1]:
            return _squeezed(one, found[1], other, found[2], other_name=names[2])
        if "/Squeeze" in names[2]:
            return _squeezed(other, found[2], one, found[1], other_name=names[1])
    return _target_shapes(one, other, different_ranks=len(entries(one)) != len(entries(other)))


def _squeezed(one: str, steps: str, other: str, columns: str, *, other_name: str) -> Explanation:
    """For a loss that dropped the last axis of `one`, and so met columns with timesteps."""
    # Which of the two comes first depends on the loss; what isn't a layer's output is y.
    if re.match("data|compile_loss", other_name):
        return Explanation(
            f"The loss can't pair {one} with {other}. The output has a time axis and one column; "
            f"y has no time axis, so that Keras dropped the output's last axis, of 1, and "
            f"{steps} timesteps met {columns} columns of y.",
            f"With {columns} answers per sample return the last step only, and end with as many "
            f"columns; with one per timestep give y the output's {steps} timesteps.",
            f"LSTM(units, return_sequences=False)\nDense({columns})",
        )
    return Explanation(
        f"The loss can't pair {one} with {other}. y has a time axis and one column; the output has "
        f"no time axis, so that Keras dropped y's last axis, of 1, and {steps} timesteps met "
        f"{columns} columns of the output.",
        "Return every step, and end with one column.",
        "LSTM(units, return_sequences=True)\nDense(1)",
    )


def _target_shapes(
    one: str, other: str, *, different_ranks: bool, surely: bool = True
) -> Explanation:
    """For a loss that couldn't pair its two shapes, if it was one: not each message says so."""
    start = "The loss can't" if surely else "Most likely it is the loss that can't"
    if different_ranks:
        return Explanation(
            f"{start} pair {one} with {other}. One of the two, output or y, has a time axis "
            "and the other has none.",
            "With one answer per sample return the last step only; with one per timestep return "
            "every step.",
            "LSTM(units, return_sequences=False)  # y is (N, K)\n"
            "LSTM(units, return_sequences=True)   # y is (N, T, K)",
        )
    if entries(one)[-1:] == entries(other)[-1:]:
        return Explanation(
            f"{start} pair {one} with {other}: output and y have different timesteps.",
            "Cut x and y to the same timesteps.",
            "steps = min(x.shape[1], y.shape[1])\nx, y = x[:, :steps], y[:, :steps]",
        )
    return Explanation(
        f"{start} pair {one} with {other}: output and y have different columns.",
        "End the model with as many columns as y has.",
        "Dense(y.shape[-1])",
    )


@MESSAGES.add(r"Dimensions must be equal, but are (\d+) and (\d+) for [^=]{0,1000}MatMul_1\b")
def _other_states(found: re.Match[str]) -> Explanation:
    return _states_of_another_size(found[1], found[2])


def _states_of_another_size(given: str, units: str) -> Explanation:
    return Explanation(
        f"The layer has {units} units and starts from states of {given}: initial_state must have "
        "as many as the layer.",
        "Give encoder and decoder the same number of units.",
        f"out, *states = LSTM({given}, return_state=True)(x)\n"
        f"y = LSTM({given}, return_sequences=True)(decoder_input, initial_state=states)",
    )


@MESSAGES.add(r"name 'states' is not defined")
def _no_states(_: re.Match[str]) -> Explanation:
    return Explanation(
        "The layer is to start from states, and none were kept below it.",
        "Ask a layer below for its states and unpack them; or start from zeros.",
        "x, *states = LSTM(units, return_state=True)(x)",
    )


@MESSAGES.add(
    rf"{_CALLING}\.call\(\)\.? list index out of range",
    r"^(?:IndexError: )?list index out of range$",
)
def _too_few_states(found: re.Match[str]) -> Explanation:
    layer = found.groupdict().get("layer")
    start = f"The {layer}" if layer else "If it comes from a recurrent layer, that layer"
    return Explanation(
        f"{start} got fewer initial states than it keeps: an LSTM starts from two, h and c; a GRU "
        "and a SimpleRNN from one.",
        "Take the states from a layer of the same kind.",
        "out, h, c = LSTM(units, return_state=True)(x)\n"
        "y = LSTM(units)(decoder_input, initial_state=[h, c])",
    )


@MESSAGES.add(
    r"axis -1 is out of bounds for an array with dimension 0",
    r"Output with path `1` is not connected to `inputs`",
    r"Dimension \d+ in both shapes must be equal, but are \d+ and \d+",
    r"Shapes must be equal rank, but are \d+ and \d+\b(?! for '\{\{node compile_loss)",
    r"Cannot convert '\(\((?:None|\d+), .{0,200}? to a shape",
)
def _several_tensors(_: re.Match[str]) -> Explanation:
    return Explanation(
        "Most likely a layer got several tensors for one: with return_state=True, or "
        "merge_mode=None, the layer below returns a list.",
        "Unpack them, and pass on the output.",
        "out, *states = recurrent_layer(x)\ny = layer(out)",
    )


@MESSAGES.add(r"Iterating over a symbolic KerasTensor is not supported")
def _unpacked_one(_: re.Match[str]) -> Explanation:
    return Explanation(
        "One tensor was unpacked as if there were several: without return_state=True a layer "
        "returns its output alone.",
        "Ask for the states, or unpack nothing.",
        "out, h, c = LSTM(units, return_state=True)(x)",
    )


@MESSAGES.add(
    r"(?:too many|not enough) values to unpack \(expected (?P<names>\d+)(?:, got (?P<given>\d+))?\)"
)
def _other_number_of_states(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"{found['names']} values were to be unpacked, and {found['given'] or 'more'} came. If "
        "they come from a recurrent layer: with return_state=True an LSTM gives 3, a GRU and a "
        "SimpleRNN 2; in Bidirectional they are 5 and 3. Without it there is one, which Python "
        "unpacks sample by sample.",
        "Take the states as a list, however many there are.",
        "out, *states = LSTM(units, return_state=True)(x)",
    )


@MESSAGES.add(
    r"Dimensions must be equal, but are (?P<given>\d+) and (?P<expected>\d+).{0,1000}?MatMul",
    r"Matrix size-incompatible: In\[0\]: \[(?:\d+,)*(?P<given>\d+)\], "
    r"In\[1\]: \[(?P<expected>\d+),\d+\]",
)
def _wrong_features(found: re.Match[str]) -> Explanation:
    given, expected = found["given"], found["expected"]
    # The second kernel, for the states, fails in the same words as the first.
    x, state = _shapes_of_a_step(found.string)
    if state[-1:] == [given] != x[-1:]:
        return _states_of_another_size(given, expected)
    return Explanation(
        f"The layer's kernel was made for {expected} features and the data has {given}. If "
        f"{given} is the number of timesteps, then the last two axes are swapped.",
        f"If so, transpose them; a reshape would mix the values up. If not, build the model for "
        f"{given} features.",
        "x = np.transpose(x, (0, 2, 1))  # (N, F, T) → (N, T, F)",
    )


def _shapes_of_a_step(text: str) -> tuple[list[str], list[str]]:
    """The shapes of a cell's input and of its first state, where the text lists them."""
    tensor = r"tf\.Tensor\(shape=(\([\w, ]{0,50}\))"
    found = re.search(rf"(?:inputs|sequence)={tensor}.{{0,200}}? states=\(?\[?'?{tensor}", text)
    return (entries(found[1]), entries(found[2])) if found else ([], [])


@MESSAGES.add(r"(?:'(\w+)' )?object has no attribute 'reset_states'")
def _no_reset_states(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"{found[1] or 'A model'} has no reset_states in Keras 3. Layers that keep a state have "
        "reset_state.",
        "Reset the layers.",
        "for layer in model.layers:\n"
        '    if getattr(layer, "stateful", False):\n'
        "        layer.reset_state()",
    )


@MESSAGES.add(
    r"should be passed an `?input_shape ?`? with at least 3 dimensions"
    rf"(?:, received: {SHAPE})?"
)
def _time_distributed(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"TimeDistributed works along the time axis, and {found[1] or 'its input'} has none: the "
        "layer below returns its last step only.",
        "Return every step there, or use the inner layer alone.",
        "LSTM(units, return_sequences=True)  # the layer below\n"
        "Dense(1)                            # or without TimeDistributed",
    )


@MESSAGES.add(
    r"(?:[Ll]ayer [\"'](?P<layer>[^\"']{1,200})[\"'] )?expects 1 input\(s\), but it received "
    r"(?P<given>\d+) input tensors"
)
def _many_inputs(found: re.Match[str]) -> Explanation:
    layer, given = found["layer"] or "the next layer", int(found["given"])
    names = {2: "out, h", 3: "out, h, c", 5: "out, h, c, back_h, back_c"}.get(given, "out, *states")
    return Explanation(
        f"With return_state=True the layer below returns {given} tensors, its output and its "
        f"states, and {layer} takes one.",
        "Unpack them, and pass on the output.",
        f"{names} = recurrent_layer(x)\ny = layer(out)",
    )


@MESSAGES.add(rf"[Ee]xpected shape {SHAPE}, but input has incompatible shape {SHAPE}")
def _incompatible_input(found: re.Match[str]) -> Explanation:
    if told := missing_axis(found[1], found[2]):
        return told
    expected = entries(found[1])
    return Explanation(
        f"The model takes {found[1]} and got {found[2]}.",
        "Bring the data to (N, timesteps, features), as in the model's Input.",
        f"assert x.shape[1:] == ({', '.join(expected[1:])},)",
    )


@MESSAGES.add(
    rf"must be fully-defined \(no {_NONE} dimensions\)"
    rf"(?:\. Received: shape={SHAPE} for variable path='(?P<path>[^']{{0,500}})')?"
)
def _undefined_shape(found: re.Match[str]) -> Explanation:
    shape = found[1] or "with a None in it"
    path = found["path"] or ""
    if "_cell/" in path and "time_distributed" in path:
        return Explanation(
            f"The kernel would have the shape {shape}: TimeDistributed hands the recurrent layer "
            "one timestep after the other, without a time axis. A recurrent layer goes through "
            "the timesteps by itself.",
            "Use it alone; TimeDistributed would need sequences of sequences.",
            "LSTM(units, return_sequences=True)  # without TimeDistributed",
        )
    if "_cell/" in path:
        return Explanation(
            f"The kernel would have the shape {shape}: the number of features isn't known. "
            "Timesteps may be None, features not.",
            "Say how many features there are.",
            "keras.Input((None, features))",
        )
    return Explanation(
        f"The kernel would have the shape {shape}. After Flatten its length depends on "
        "the number of timesteps, and that is None.",
        "Fix the number of timesteps, or return the last step only and drop the Flatten.",
        "keras.Input((timesteps, features))",
    )


@MESSAGES.add(r"Unrecognized data type: \w+=")
def _lists(_: re.Match[str]) -> Explanation:
    return Explanation(
        "Keras takes a list for several inputs, not for an array.",
        "Make an array of it.",
        'x = np.asarray(x, dtype="float32")',
    )


@MESSAGES.add(
    r"Data cardinality is ambiguous(?:.{0,200}?'x' sizes: (\d+).{0,200}?'y' sizes: (\d+))?"
)
def _cardinality(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"x has {found[1] or 'some'} samples and y has {found[2] or 'others'}. The first axis of "
        "both is the samples.",
        "Cut x and y from the same windows, so that each sample has its target.",
        "assert len(x) == len(y)",
    )


@MESSAGES.add(
    rf"{_TARGET} and {_OUTPUT} must have the same shape up until the last dimension"
    rf"(?:: {_SHAPES})?",
    rf"{_OUTPUT} must have rank \(ndim\) `target\.ndim - 1`(?:\. Received: {_SHAPES})?",
)
def _sparse_shapes(found: re.Match[str]) -> Explanation:
    return Explanation(
        "The sparse loss wants one class number for each answer, so y has the output's shape "
        f"without the last axis. y is {found[1] or 'one'}, the output {found[2] or 'another'}.",
        "With one class per sample return the last step only; with a column per class take the "
        "loss for that.",
        "LSTM(units, return_sequences=False)\n"
        'model.compile(optimizer, loss="categorical_crossentropy")',
    )


@MESSAGES.add(
    rf"{_TARGET} and {_OUTPUT} must have the same (?:shape|rank \(ndim\))"
    rf"(?:\. Received: {_SHAPES})?"
)
def _unequal_shapes(found: re.Match[str]) -> Explanation:
    y, output = (entries(shape or "")[1:] for shape in (found[1], found[2]))
    fix, code = (
        "With class numbers in y, and a column per class in the output, take the sparse loss; else "
        "give the two one shape.",
        SPARSE,
    )
    if output:
        fix, code = to_one_shape(y, output, binary="binary_crossentropy" in found.string)
    return Explanation(
        f"Cross-entropy wants y in the shape of the output: y is {found[1] or 'one'}, the output "
        f"{found[2] or 'another'}.",
        fix,
        code,
    )


@MESSAGES.add(
    r"logits and labels must be broadcastable(?:: logits_size=(?P<logits>\[\d+,\d+\]) "
    r"labels_size=(?P<labels>\[\d+,\d+\]))?"
)
def _logits(found: re.Match[str]) -> Explanation:
    logits, labels = entries(found["logits"] or ""), entries(found["labels"] or "")
    shapes = f": the output is {found['logits']}, y {found['labels']}" if logits else ""
    if logits and logits[0] == labels[0]:
        return Explanation(
            f"Cross-entropy wants a column of y for each of the output{shapes}.",
            "End the model with as many columns as y has.",
            f"Dense({labels[1]})",
        )
    return Explanation(
        f"Cross-entropy wants y in the shape of the output{shapes}, where timesteps count as "
        "samples. Most likely one of the two has a time axis, and the other none.",
        "With one answer per sample return the last step only; with one per timestep return every "
        "step.",
        f"{LAST_STEP}  # y is (N, K)\n{EVERY_STEP}   # y is (N, T, K)",
    )


@MESSAGES.add(r"use_cudnn=True was specified, but cuDNN is not supported")
def _cudnn(_: re.Match[str]) -> Explanation:
    return Explanation(
        "use_cudnn=True demands NVIDIA's kernels, and here they can't run: no such GPU, or a "
        "setting that they don't know.",
        'Leave it at "auto", the default.',
        'LSTM(units, use_cudnn="auto")',
    )


@MESSAGES.add(r"Invalid dtype: object|Failed to convert a NumPy array to a Tensor")
def _ragged(_: re.Match[str]) -> Explanation:
    return Explanation(
        "The array holds Python objects, not numbers: the sequences have different lengths.",
        "Pad them to one length, and mask the padding.",
        'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")',
    )


@MESSAGES.add(r"Dimensions must be equal, but are (\d+) and (\d+)(?! for)")
def _two_sizes(found: re.Match[str]) -> Explanation:
    one, other = found[1], found[2]
    return Explanation(
        f"Somewhere {one} and {other} meet, and have to be equal: a layer got other features than "
        "it was made for, or states of another size than its units. The rest of the message says "
        "which, in the name behind the numbers.",
        "Print the shapes on both sides of the layer that the traceback names, and make the two "
        "sizes one.",
        "print([layer.output.shape for layer in model.layers])\nprint(x.shape)",
    )


@MESSAGES.add(rf"{_CALLING}(?:\.call\(\))?\.?$")
def _first_line(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"This line says only where it happened, in {found['layer']}. What happened stands in the "
        "lines below it, and with what shapes at their end.",
        "Paste the message down to its last line.",
        "print(x.shape)  # of what the layer gets",
    )
