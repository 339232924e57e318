"""What stands where a layer, a cell or a tensor belongs: a class, a list, a tensor, nothing."""

from __future__ import annotations

import re

from lib.errors.message import Explanation, Message, Messages

MESSAGES = Messages()

_ADDED = (
    r"(?:Only instances of `?keras\.Layer`? can be added to a Sequential model\. Received|"
    r"The added layer must be an instance of class Layer\. (?:Found|Received)): "
)
_CALLED_WITH = (
    r"Only input tensors may be passed as positional arguments\. The following argument value "
    r"should be passed as a keyword argument: (?:(?!\(of type <class ').){1,2000}"
    r"\(of type <class '"
)
_GOT = r"Inputs to a layer should be tensors\. Got:? '?.{1,200}?'? \(of type <class '"
_BY_LAYER = r"(?: as input for layer '(?P<layer>[^']{1,200})')?"
_NOT_SYMBOLIC = (
    r"Layer (?P<layer>\S{1,200}) was called with an input that isn't a symbolic tensor\. Received "
    r"type: <class '"
)


@MESSAGES.computed(
    r"Please initialize `(?P<wrapper>\w{1,30})` layer with a `[\w.]{1,60}` instance\. "
    r"(?:Received|You passed): (?P<received>.{1,200})"
)
def _no_layer_inside(match: re.Match[str]) -> Explanation:
    wrapper, received = match["wrapper"], match["received"]
    inner = "LSTM(units)" if wrapper == "Bidirectional" else "Dense(1)"
    if layer := re.match(r"<class '[\w.]*?(\w+)'>", received):
        cause = f"{layer[1]} without brackets is the class, and no layer yet."
        inner = f"{layer[1]}({'1' if layer[1] == 'Dense' else 'units'})"
    elif re.match(r"<KerasTensor|Tensor\(|KerasTensor|<tf\.Tensor|tf\.Tensor", received):
        cause = "The layer inside had been called already: what it returned is a tensor."
    else:
        cause = f"What stands inside is no layer: {received.split(' (of type')[0][:80]}."
    return Explanation(
        f"{wrapper} wraps a layer. {cause}",
        f"Put a layer into its brackets, and call {wrapper}.",
        f"y = {wrapper}({inner})(x)",
    )


MESSAGES.rows(
    Message(
        rf"{_ADDED}(?:layer=)?<class '[\w.]{{0,200}}?(?P<layer>\w{{1,100}})'>",
        "{layer} was added, the class: without brackets there is no layer yet.",
        "Make one, with its arguments.",
        "model.add({layer}(units))",
    ),
    Message(
        rf"{_ADDED}(?:layer=)?(?:<KerasTensor|Tensor\(|KerasTensor|<tf\.Tensor)",
        "A tensor was added: the layer had been called already. Sequential calls its layers by "
        "itself.",
        "Add the layer, and the Input as the first; or write a functional model.",
        "model = keras.Sequential([keras.Input((timesteps, features)), LSTM(units)])",
    ),
    Message(
        rf"{_ADDED}(?:layer=)?<[\w.]{{1,200}} object at",
        "It is a layer, but of another Keras than the model's: layers of keras and of tf.keras "
        "don't go together.",
        "Import all from one package.",
        "import keras\nfrom keras.layers import LSTM, Dense",
    ),
    Message(
        rf"{_ADDED}(?P<received>(?:(?! \(of type).){{1,80}})",
        "What was added is no layer: {received}.",
        "Add layers one by one, or give Sequential a flat list of them.",
        "model = keras.Sequential([keras.Input((timesteps, features)), LSTM(units), Dense(1)])",
    ),
    Message(
        r"Forward layer and backward layer (?:should have different `go_backwards`|"
        r'are expected to have the same value for attribute "(?P<name>\w{1,50})")',
        "{difference}",
        "Give both layers the same arguments, but for go_backwards; or give the forward one "
        "alone, and the other is made from it.",
        "Bidirectional(LSTM(units))\n"
        "Bidirectional(LSTM(units), backward_layer=LSTM(units, go_backwards=True))",
        clauses={"difference": "The two layers of a Bidirectional differ in {name}."},
        otherwise={
            "difference": "The backward layer has to read the other way round: go_backwards=True."
        },
    ),
    Message(
        r"Layers? (?P<layer>LSTM|GRU|SimpleRNN)Cell (?:has multiple required positional arguments|"
        r"does not have a `compute_output_shape`)",
        "{layer}Cell does one timestep, and is no layer for a sequence.",
        "Take the layer, which goes through all timesteps; or give the cell to RNN.",
        "{layer}(units)\nRNN({layer}Cell(units))  # the same",
    ),
    Message(
        rf"{_CALLED_WITH}(?:int|float|bool)'>\)",
        "A layer was called with numbers, or with a list of them, where it takes an array.",
        "Make an array of it, (N, timesteps, features).",
        'y = LSTM(units)(np.asarray(x, dtype="float32"))',
    ),
    Message(
        rf"{_CALLED_WITH}(?:type|[\w.]{{0,100}}\.layers\.[\w.]{{0,100}})'>\)",
        "A layer was called with a layer, where it takes what a layer returns.",
        "Call the one below first.",
        "x = LSTM(units)(inputs)\ny = Dense(1)(x)",
    ),
    Message(
        (rf"{_GOT}NoneType'>\){_BY_LAYER}", rf"{_NOT_SYMBOLIC}NoneType'>"),
        "{layer} got None. Most likely a function above has no return, or a layer below was never "
        "called.",
        "Return what the layer gives.",
        "def encode(x):\n    return LSTM(units)(x)",
        otherwise={"layer": "The layer"},
    ),
    Message(
        (
            rf"{_GOT}(?P<kind>[\w.]{{1,200}})'>\){_BY_LAYER}",
            rf"{_NOT_SYMBOLIC}(?P<kind>[\w.]{{1,200}})'>",
        ),
        "{layer} got something of the type {kind}, and takes tensors or arrays.",
        "Give an array to a model, and what another layer returned to a layer.",
        "x = keras.Input((timesteps, features))\ny = LSTM(units)(x)",
        otherwise={"layer": "The layer"},
    ),
    Message(
        r"Argument `cell` should have a `call` method|"
        r"All cells must have a `(?:call` method|state_size` attribute)|"
        r"The RNN cell should have a `state_size` attribute|variable "
        r"path='(?:[^']{0,300}/)?rnn(?:_\d+)?/(?:[^'/]{1,100}/){1,3}[^'/]{0,50}_cell/kernel'",
        "RNN takes a cell, which does one timestep, and goes through the timesteps with it. What "
        "it got is none: a layer goes through them by itself.",
        "Give it a cell, or a list of cells; or take the layer alone.",
        "y = RNN(LSTMCell(units))(x)\ny = LSTM(units)(x)  # the same",
    ),
)
