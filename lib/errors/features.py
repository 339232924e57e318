"""Features: a layer whose kernel was made for another number of them, or for an unknown one.

Weights of another shape, saved or set, are the same mistake seen from the other side.
"""

from __future__ import annotations

import re

from lib.errors.explanations import SHAPE, Explanation, Messages, entries
from lib.errors.states import shapes_of_a_step, states_of_another_size

MESSAGES = Messages()

_NONE = r"[`'\"]None[`'\"]"


@MESSAGES.add(
    r"Dimensions must be equal, but are (?P<given>\d+) and (?P<expected>\d+).{0,1000}?MatMul",
    r"Matrix size-incompatible: In\[0\]: \[(?:\d+,)*(?P<given>\d+)\], "
    r"In\[1\]: \[(?P<expected>\d+),\d+\]",
)
def _wrong_features(found: re.Match[str]) -> Explanation:
    given, expected = found["given"], found["expected"]
    # The second kernel, for the states, fails in the same words as the first.
    x, state = shapes_of_a_step(found.string)
    if state[-1:] == [given] != x[-1:]:
        return states_of_another_size(given, expected)
    return Explanation(
        f"The layer's kernel was made for {expected} features and the data has {given}. If "
        f"{given} is the number of timesteps, then the last two axes are swapped.",
        f"If so, transpose them; a reshape would mix the values up. If not, build the model for "
        f"{given} features.",
        "x = np.transpose(x, (0, 2, 1))  # (N, F, T) → (N, T, F)",
    )


@MESSAGES.add(
    r"(?:layer [\"']?(?P<layer>[\w/]+)[\"']? is incompatible with the layer: )?"
    r"expected axis -1 of input shape to have value (?P<wanted>\d+),? but received input with "
    rf"shape (?P<shape>{SHAPE})"
)
def _other_last_axis(found: re.Match[str]) -> Explanation:
    wanted, shape = found["wanted"], found["shape"]
    given = entries(shape)[-1:] or ["another"]
    layer = f"The layer {found['layer']!r}" if found["layer"] else "The layer"
    rows = len(entries(shape)) == 2
    return Explanation(
        f"{layer} was made for {wanted} features and got {shape}, {given[0]} of them. Behind a "
        "Flatten the timesteps count too: then the sequences are longer or shorter than those "
        "that the model was built for.",
        f"Give the data {wanted} features, or build the model for {given[0]}. For sequences of "
        "any length return the last step in place of the Flatten.",
        f"keras.Input({f'({given[0]},)' if rows else f'(timesteps, {given[0]})'})\n"
        "LSTM(units, return_sequences=False)  # in place of Flatten",
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


@MESSAGES.add(r"last dimension of the inputs to (?:a )?`?Dense`?(?: layer)? should be defined")
def _open_dense(_: re.Match[str]) -> Explanation:
    return Explanation(
        "Dense has a weight for each entry of its last axis, and that length is open: after "
        "Flatten it depends on the number of timesteps.",
        "Fix the number of timesteps, or drop the Flatten.",
        "keras.Input((timesteps, features))",
    )


@MESSAGES.add(
    r"Layer (?P<layer>\S{1,200}) weight shape (?P<own>\([\d, ]{1,50}\)) is not compatible with "
    r"provided weight shape (?P<given>\([\d, ]{1,50}\))",
    r"object <(?P<layer>\w{1,100}) name=.{0,500}?must match\. variable\.shape="
    r"(?P<own>\([\d, ]{1,50}\)), Received: value\.shape=(?P<given>\([\d, ]{1,50}\))",
    r"Layer #\d+ \(named \"(?P<layer>[^\"]{1,100})\"[^)]{0,50}\).{0,300}? has shape "
    r"(?P<own>\([\d, ]{1,50}\)), but the saved weight has shape (?P<given>\([\d, ]{1,50}\))",
)
def _other_weights(found: re.Match[str]) -> Explanation:
    own, given = entries(found["own"]), entries(found["given"])
    what = "other sizes than those of the model that the weights come from"
    if len(own) == len(given) == 2 and own[1] == given[1]:
        what = f"{own[0]} features, and the weights come from one for {given[0]}"
    elif len(own) == len(given) and own[-1] != given[-1]:
        what = (
            f"other units: a kernel's last axis is {own[-1]} here and {given[-1]} there, four "
            "times the units of an LSTM, three times those of a GRU"
        )
    return Explanation(
        f"The weight of {found['layer']} is {found['own']} here, and {found['given']} came: the "
        f"layer has {what}.",
        "Build the model as the other was: as many features and units, layer by layer. The number "
        "of timesteps doesn't matter.",
        "print([w.shape for w in model.weights])",
    )


@MESSAGES.add(
    r"with a weight list of length (?P<given>\d+), but the layer was expecting (?P<own>\d+) weight",
    r"expects (?P<own>\d+) weight\(s\), but the saved weights have (?P<given>\d+) element\(s\)",
)
def _other_number_of_weights(found: re.Match[str]) -> Explanation:
    if found["own"] == "0":
        return Explanation(
            f"The layer has no weights yet, and got {found['given']}: it doesn't know how many "
            "features come in.",
            "Build it first, or begin the model with an Input.",
            "layer.build((None, timesteps, features))\nlayer.set_weights(weights)",
        )
    return Explanation(
        f"The layer has {found['own']} weights and got {found['given']}. A recurrent layer has "
        "three: kernel, recurrent kernel and bias; in Bidirectional six.",
        "Take them from a layer, or a model, of the same kind.",
        "twin.set_weights(model.get_weights())",
    )


@MESSAGES.add(
    r"expected \d+ variables, but received 0 variables during loading",
    r"load a weight file containing \d+ layers into a model with \d+ layers",
)
def _other_layers(_: re.Match[str]) -> Explanation:
    return Explanation(
        "The file with weights comes from a model with other layers, or with as many in another "
        "order.",
        "Build the model as the other was, layer by layer; or save the whole model, not the "
        "weights alone.",
        'model.save("model.keras")\nmodel = keras.saving.load_model("model.keras")',
    )
