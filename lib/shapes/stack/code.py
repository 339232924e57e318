"""Write a stack as Keras code: one line per layer, with its output shape as a comment."""

from lib.shapes.stack.base import Ref
from lib.shapes.stack.joining import Joining, Merge
from lib.shapes.stack.plain import PYTHON_OPS, SIGNS, Input, Unpack, Unread
from lib.shapes.stack.tracing import TracedLayer, takes_previous

Steps = tuple[TracedLayer, ...]
HEAD = "import keras\nfrom keras import layers\n"
INCOMPLETE = "# This code is incomplete. Replace each ... with the code that could not be traced."


def keras_code(steps: Steps) -> str:
    """Return a script that builds the model. If the stack breaks, it raises Keras's error."""
    lines = code_lines(steps)
    column = min(64, max(map(len, lines)))  # at which comments start
    pairs = zip(lines, steps, strict=True)
    body = [f"{line:<{column}}  # {_comment(step)}".rstrip() for line, step in pairs]
    head = [INCOMPLETE] if any(isinstance(step.layer, Unread) for step in steps) else []
    return "\n".join([*head, HEAD, *body, "", model_line(steps), "model.summary()", ""])


def model_line(steps: Steps) -> str:
    """Return the line that builds the model from its inputs and outputs."""
    names = _names(steps)
    inputs = _listed([names[at] for at, step in enumerate(steps) if isinstance(step.layer, Input)])
    outputs = _listed([names[at] for at in output_places(steps)])
    return f"model = keras.Model({inputs}, {outputs})"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def output_places(steps: Steps) -> list[int]:
    """Return the places of the model's outputs: layers whose output no other layer takes."""
    used = {ref.place for step in steps for ref in step.layer.refs()}
    chained = {at - 1 for at, step in enumerate(steps) if takes_previous(step.layer)}
    return [at for at in range(len(steps)) if at not in used | chained]


def _names(steps: Steps) -> list[str]:
    """Return the name of each layer's output: "x", or "x3" if more than the next layer needs it."""
    named = {ref.place for step in steps for ref in step.layer.refs()}
    named |= set(output_places(steps)[:-1])
    names = [f"x{at + 1}" if at in named else "x" for at in range(len(steps))]
    inputs = [at for at, step in enumerate(steps) if isinstance(step.layer, Input)]
    for number, at in enumerate(inputs, start=1):
        names[at] = f"inputs_{number}" if number > 1 else "inputs"
    return names


def code_lines(steps: Steps) -> list[str]:
    """Return the line that creates and calls each layer."""
    names = _names(steps)
    return [_line(steps, at, names) for at in range(len(steps))]


def _line(steps: Steps, at: int, names: list[str]) -> str:
    layer, name = steps[at].layer, names[at]
    target = "x" if name == "x" else f"x = {name}"
    if isinstance(layer, Input):
        return f"{target} = {layer.code()}"
    if isinstance(layer, Unread):  # Assign the name, because later lines use it.
        origin = layer.origin
        return f"{target} = ...  # {(origin.call or origin.text) if origin else layer.called}"
    sources = [_source(ref, names) for ref in layer.of] or ["x"]
    if isinstance(layer, Unpack):
        return f"x, *states = {'' if name == 'x' else f'{name}, *_ = '}{sources[0]}"
    if isinstance(layer, Merge) and layer.of and layer.by_sign:
        return f"{target} = " + f" {SIGNS[layer.kind]} ".join(sources)
    code = layer.code() if layer.shares is None else f"layer{layer.shares + 1}"
    if any(step.layer.shares == at for step in steps):
        code = f"(layer{at + 1} := {code})"
    is_list = isinstance(layer, Joining) and len(layer.of) == len(steps[at].inputs.tensors) == 1
    called = f"[{sources[0]}]" if is_list else _listed(sources)
    if layer.kind == "mha":
        called = ", ".join(sources if len(sources) > 1 else sources * 2)
    if layer.states:
        called += f", initial_state={_listed([_source(ref, names) for ref in layer.states])}"
    if isinstance(layer, PYTHON_OPS):
        return f"{target} = {layer.title.replace('x', called)}"
    return f"{target} = {code}({called})"


def _source(ref: Ref, names: list[str]) -> str:
    name = names[ref.place] if ref.place < len(names) else f"x{ref.place + 1}"
    return name if ref.output is None else f"{name}[{ref.output}]"


def _comment(step: TracedLayer) -> str:
    if step.tensors:
        return f"{step.shapes[0] if len(step.shapes) == 1 else [*step.shapes]}"
    if step.not_traced:
        return "not traced"
    if step.error is None:
        return "not reached"
    how = {"run": "builds, but breaks when it runs", "trained": "builds, but breaks in training"}
    return how.get(step.error.when, "breaks here")
