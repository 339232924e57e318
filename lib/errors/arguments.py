"""What stands in a layer's brackets, or in its place: misplaced, misspelt, missing, or gone."""

import difflib
import re

from lib.doctor.loss_shapes import RULE_OF
from lib.english import joined
from lib.errors.explanation import Explanation, said, table
from lib.errors.facts import Facts

SHAPE = r"[(\[][\w, ]{1,50}[)\]]"


def say(row: str, facts: Facts | None = None, /, **words: object) -> Explanation:
    """A row of [said] in the table of arguments, with what was found and with other words."""
    return said("arguments")[row].say({**(facts.words() if facts else {}), **words})


def takers() -> dict[str, list[str]]:
    """The layers that take an argument, by its name, of those that are told apart."""
    written = table("arguments")["takers"].items()
    return {name: layers.split() for layers, names in written for name in names.split()}


def keywords(facts: Facts) -> Explanation | None:
    """An argument that a layer, or a model, doesn't take."""
    known, received = facts["owner"], facts["received"]
    gone_names, layers_of = table("arguments")["gone"], takers()
    names = re.findall(r'"(\w+)"(?::|$|\W{0,2}$)', received)[:20] or re.findall(r"\w+", received)[:1]
    owner = known if known[:1].isupper() else "The layer"
    if known == "Model" and not names:
        names = ["input"]
    if known == "add" and names:
        return say("into add", name=names[0])
    for name in names:
        if name in gone_names:
            return _gone(facts, owner, name, names, received)
    for name in names:
        if known and name in layers_of and owner not in layers_of[name]:
            return _misplaced(owner, name, layers_of[name])
        for meant in difflib.get_close_matches(name, layers_of, 1):
            if name != meant and (not known or owner in layers_of[meant]):
                return say("misspelt", layer=owner, name=name, meant=meant)
    if not facts.match[0].startswith("Unrecognized"):  # then it may be anybody's function
        return None
    if facts.pasted.is_loading and names:
        return _gone(facts, owner, names[0], names, received)
    return say("unknown", layer=owner, names=", ".join(names), owner=known)


def _gone(facts: Facts, owner: str, name: str, names: list[str], received: str) -> Explanation:
    """An argument of an older Keras, in code or in a file."""
    if facts.pasted.is_loading:
        kind = owner if owner in ("LSTM", "GRU", "SimpleRNN", "Bidirectional") else "LSTM"
        words = {"name": name, "names": ", ".join(names), "layer": owner, "kind": kind}
        return say("of Keras 2's file", **words)
    value = re.search(rf'"{name}": ({SHAPE})', received)
    instead, todo, right = table("arguments")["gone"][name]
    words = {"layer": owner, "name": name, "instead": instead, "todo": todo}
    return say("gone argument", **words, right=right.replace("{shape}", value[1] if value else "(…)"))


def _misplaced(owner: str, name: str, takers: list[str]) -> Explanation:
    first = {"units": "", "merge_mode": "LSTM(units), "}.get(name, "units, ")
    row = "misplaced"
    if owner == "Bidirectional":
        row = "misplaced around a layer"
    elif name == "go_backwards":
        row = "misplaced direction"
    right = f"{takers[0]}({first}{name}=…)"
    return say(row, name=name, takers=joined(takers), layer=owner, right=right)


def missing(facts: Facts) -> Explanation | None:
    """An argument that a layer can't do without."""
    owner, names = facts["owner"], re.findall(r"\w+", facts["names"].replace(" and ", " "))
    if names == ["units"]:
        return say("without units", layer=owner)
    owner = owner or table("arguments")["wants"].get(names[0], "")
    told = table("arguments")["without"].get(owner)
    return say("without", what=told[0], example=told[1]) if told else None


def given_to_the_call(facts: Facts) -> Explanation | None:
    """An argument in the second brackets."""
    name = facts["name"]
    if name in ("states", "initial_states", "state"):
        return say("states by another name", name=name)
    if name not in takers() or name == "name":
        return None
    return say("in the call", name=name, first="" if name == "units" else "units, ")


def twice(facts: Facts) -> Explanation | None:
    """An argument by its place and by its name."""
    known = facts["name"] in takers()
    return say("twice", layer=facts["owner"] or "LSTM", name=facts["name"]) if known else None


def identifier(facts: Facts) -> Explanation | None:
    """A loss, an activation or the like that has another name."""
    kind, received = facts["kind"], facts["received"].strip('".')
    if kind == "activation function" and re.match(r"\(|-?\d|True|False", received):
        return say("activation in second place", received=received)
    losses = RULE_OF if kind in ("loss", "metric") else ()
    known = [*table("arguments")["known"][kind], *losses]
    for meant in difflib.get_close_matches(received, known, 1, 0.7):
        return say("misspelt name", kind=kind, received=received, meant=meant)
    return None


def inner(facts: Facts) -> Explanation:
    """What stands where a layer belongs, in a wrapper's brackets or in Sequential's."""
    received, wrapper = facts["received"], facts["wrapper"]
    named = re.match(r'<class "[\w.]*?(\w+)">', received)
    layer = "LSTM(units)" if wrapper == "Bidirectional" or not wrapper else "Dense(1)"
    row = "no layer inside"
    if named:
        row, layer = "class inside", f"{named[1]}({'1' if named[1] == 'Dense' else 'units'})"
    elif re.match(r"<KerasTensor|Tensor\(|KerasTensor|<tf\.Tensor|tf\.Tensor", received):
        row = "tensor inside"
    elif re.match(r"<[\w.]{1,200} object at", received):
        row = "other Keras inside"
    what = named[1] if named else received.split(" (of type")[0][:80]
    right = f"model = keras.Sequential([keras.Input((timesteps, features)), {layer}])"
    if wrapper not in ("", "Sequential"):
        right = f"y = {wrapper}({layer})(x)"
    return say(row, facts, what=what, right=right)


def no_tensor(facts: Facts) -> Explanation:
    """What a layer was called with, and is no tensor."""
    kind = facts["kind"]
    row = "layer for a tensor" if kind == "type" or ".layers." in kind else "no tensor"
    return say("None for a tensor" if kind == "NoneType" else row, facts)


def gone(facts: Facts) -> Explanation | None:
    """A name that Keras, or TensorFlow, had once."""
    names, name = table("loading")["gone"], facts["name"]
    if name not in names:
        return None
    fix, code = names[name]
    return said("loading")["gone"].say(
        {"owner": facts["owner"] or "The object", "name": name, "todo": fix, "right": code}
    )
