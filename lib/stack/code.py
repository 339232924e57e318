"""A stack as Keras code: a line for each layer, with the shape that comes out of it."""

from lib.shapes import STATES
from lib.stack.recurrent import Recurrent
from lib.stack.tracing import TracedLayer

HEAD = "import keras\nfrom keras import layers\n"


def keras_code(steps: tuple[TracedLayer, ...]) -> str:
    """A script that builds the model; where the stack breaks, it raises Keras's error."""
    column = max(len(code_line(step)) for step in steps) + 2
    body = [f"{code_line(step):<{column}}# {_comment(step)}".rstrip() for step in steps]
    return "\n".join([HEAD, *body, "", "model = keras.Model(inputs, x)", "model.summary()", ""])


def code_line(step: TracedLayer) -> str:
    """The line that calls a layer on `x`."""
    layer = step.layer
    code = layer.code()
    if layer.kind == "input":
        return f"x = inputs = {code}"
    if layer.kind == "unpack":
        return code
    states = ""
    if isinstance(layer, Recurrent) and layer.initial_state:
        some = f"[:{len(STATES[layer.cell])}]" if spare_states(step) else ""
        states = f", initial_state=states{some}"
    return f"x = {code}(x{states})"


def spare_states(step: TracedLayer) -> int:
    """How many of the states that were kept a layer leaves out: those after the first it needs."""
    layer = step.layer
    if not isinstance(layer, Recurrent) or not layer.initial_state:
        return 0
    return max(0, len(step.inputs.states) - len(STATES[layer.cell]))


def _comment(step: TracedLayer) -> str:
    if step.tensors:
        spare = f", leaves {count} of the states out" if (count := spare_states(step)) else ""
        return f"{step.shapes[0] if len(step.shapes) == 1 else [*step.shapes]}{spare}"
    if step.error is None:
        return "not reached"
    if not step.error.message:
        return "builds, and goes wrong when it trains"
    how = {"run": "builds, and breaks when it runs", "trained": "builds, and breaks when it trains"}
    return how.get(step.error.when, "breaks here")
