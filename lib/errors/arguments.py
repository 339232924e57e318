"""What stands in a layer's brackets, or in its place: misplaced, misspelt, missing, or gone."""

import difflib
import re

from lib.doctor.loss_shapes import RULE_OF
from lib.english import joined
from lib.errors.message import SHAPE, Explanation, Messages

NOT_A_LAYER, REMOVED_NAMES = Messages("not_a_layer"), Messages("removed_names")
LAYER_ARGUMENTS, ARGUMENT_VALUES = Messages("layer_arguments"), Messages("argument_values")


def _no_layer_inside(match: re.Match[str]) -> Explanation:
    received, row = match["received"], "no layer inside"
    inner = "LSTM(units)" if match["wrapper"] == "Bidirectional" else "Dense(1)"
    layer = re.match(r"<class '[\w.]*?(\w+)'>", received)
    if layer:
        row, inner = "class inside", f"{layer[1]}({'1' if layer[1] == 'Dense' else 'units'})"
    elif re.match(r"<KerasTensor|Tensor\(|KerasTensor|<tf\.Tensor|tf\.Tensor", received):
        row = "tensor inside"
    what = layer[1] if layer else received.split(" (of type")[0][:80]
    return NOT_A_LAYER.say(row, match, what=what, inner=inner)


def _keywords(match: re.Match[str]) -> Explanation | None:
    known, received = match["owner"] or "", match["received"] or ""
    takers = LAYER_ARGUMENTS.file["takers"]
    owner = known or "The layer"
    names = re.findall(r"'(\w+)'(?::|$)", received)[:20]
    if owner == "Model" and not names:
        names = ["input"]
    for name in names:
        if f"no {name}" in LAYER_ARGUMENTS.said:
            value = re.search(rf"'{name}': ({SHAPE})", received)
            shape = value[1] if value else "(…)"
            return LAYER_ARGUMENTS.say(f"no {name}", layer=owner, name=name, shape=shape)
    for name in names:
        if known and name in takers and owner not in takers[name]:
            return _misplaced(owner, name, takers[name])
        for meant in difflib.get_close_matches(name, takers, 1):
            if not known or owner in takers[meant]:
                return LAYER_ARGUMENTS.say("misspelt", layer=owner, name=name, meant=meant)
    if not match[0].startswith("Unrecognized"):  # then it may be anybody's function
        return None
    return LAYER_ARGUMENTS.say("unknown", layer=owner, names=", ".join(names), owner=known)


def _misplaced(owner: str, name: str, takers: list[str]) -> Explanation:
    first = {"units": "", "merge_mode": "LSTM(units), "}.get(name, "units, ")
    row = "misplaced"
    if owner == "Bidirectional":
        row = "misplaced around a layer"
    elif name == "go_backwards":
        row = "misplaced direction"
    right = f"{takers[0]}({first}{name}=…)"
    return LAYER_ARGUMENTS.say(row, name=name, takers=joined(takers), layer=owner, right=right)


def _missing(match: re.Match[str]) -> Explanation | None:
    owner, names = match["owner"], re.findall(r"\w+", match["names"].replace(" and ", " "))
    if names == ["units"]:
        return LAYER_ARGUMENTS.say("without units", layer=owner)
    row = f"{owner or LAYER_ARGUMENTS.file['wants'].get(names[0], '')} without arguments"
    return LAYER_ARGUMENTS.say(row) if row in LAYER_ARGUMENTS.said else None


def _given_to_the_call(match: re.Match[str]) -> Explanation | None:
    name = match["name"]
    if name in ("states", "initial_states", "state"):
        return LAYER_ARGUMENTS.say("states by another name", name=name)
    if name not in LAYER_ARGUMENTS.file["takers"] or name == "name":
        return None
    return LAYER_ARGUMENTS.say("in the call", name=name, first="" if name == "units" else "units, ")


def _twice(match: re.Match[str]) -> Explanation | None:
    owner, name = match["owner"] or "LSTM", match["name"]
    is_known = name in LAYER_ARGUMENTS.file["takers"]
    return LAYER_ARGUMENTS.say("twice", layer=owner, name=name) if is_known else None


def _identifier(match: re.Match[str]) -> Explanation | None:
    kind, received = match["kind"], match["received"].strip("'\".")
    if kind == "activation function" and re.match(r"\(|-?\d|True|False", received):
        return ARGUMENT_VALUES.say("activation in second place", received=received)
    losses = RULE_OF if kind in ("loss", "metric") else ()
    known = [*ARGUMENT_VALUES.file["known"][kind], *losses]
    for meant in difflib.get_close_matches(received, known, 1, 0.7):
        return ARGUMENT_VALUES.say("misspelt", kind=kind, received=received, meant=meant)
    return None


def _gone(match: re.Match[str]) -> Explanation | None:
    owner, name = match["owner"] or "The object", match["name"]
    if name not in REMOVED_NAMES.said:
        return None
    return REMOVED_NAMES.say(name, gone=f"{owner} has no {name} in Keras 3.")
