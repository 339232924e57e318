"""Arguments and names that Keras doesn't know: misspelt, or gone."""

import difflib
import re
from dataclasses import replace
from inspect import cleandoc

from lib.shapes.errors.explanation import Explanation, filled, say, table
from lib.shapes.errors.facts import Facts


def keywords(facts: Facts) -> Explanation | None:
    """An argument that a layer, or a model, doesn't take."""
    known, wording = facts["owner"], facts.match[0]
    within = r"\{(?:[^{}]|\{[^{}]{0,99}\}){0,999}\}"  # a value, with names of its own
    received = re.sub(within, "", facts["received"])
    dropped, of_layers = once("arguments"), table("arguments")["names"]["of_layers"].split()
    names = (
        re.findall(r'"(\w+)"(?::|$|\W{0,2}$)', received)[:20] or re.findall(r"\w+", received)[:1]
    )
    owner, listed = f"The {'optimizer' if wording[0] == 'A' else 'layer'}", ", ".join(names)
    owner = known if known[:1].isupper() else owner
    if known == "add" and names:
        return say("into add", name=names[0])
    for name in names or ["input"] * (known == "Model"):
        kind = owner if owner in ("GRU", "SimpleRNN", "Bidirectional") else "LSTM"
        words = {"layer": owner, "name": name, "names": listed, "kind": kind}
        words["dropped"] = ", ".join(f"{each}=None" for each in names or [name])
        if path := re.search(r'load_model\("([\w./-]{1,100})"', facts.pasted.whole):
            words["file"] = path[1]
        if facts.pasted.is_loading and name != "go_backwards":  # which Bidirectional sets
            return say("of Keras 2's file", **words)
        own = f"{owner}.{name}"
        if row := dropped.get(own if own in dropped else name):
            value = re.search(rf'"{name}": ([(\[][\w, ]{{1,50}}[)\]])', received)
            instead, todo, right, *in_files = row
            right = filled(cleandoc(right), {"shape": value[1] if value else "(…)"})
            words |= {"instead": instead, "todo": todo, "right": right}
            told = say("gone from files" if in_files else "gone argument", **words)
            # Nobody writes what is the default.
            is_usual = in_files and re.search(rf'"{name}": (?:False|None|\d)', received)
            return replace(told, meanings=told.meanings[::-1]) if is_usual else told
        for meant in difflib.get_close_matches(name, of_layers, 1, 0.75):
            if name != meant:
                return say("misspelt", layer=owner, name=name, meant=meant)
    if "not understood" in wording:
        return say("not understood", names=listed)
    owners = "LSTM, GRU and SimpleRNN" if set(names) & set(of_layers) else ""
    words = {"layer": owner, "names": listed, "owner": known, "owners": owners}
    # Anything else may be anybody's function.
    return say("unknown", **words) if wording[0] == "U" or known[:1].isupper() else None


def gone(facts: Facts) -> Explanation | None:
    """A name that Keras, or TensorFlow, had once."""
    todo, code = once("loading").get(facts["name"], ("", ""))
    return say("gone", facts, todo=todo, right=cleandoc(code)) if code else None


def once(name: str) -> dict[str, list[str]]:
    """By each name that was there once, what a table says of it."""
    return {each: row for names, row in table(name)["gone"].items() for each in names.split()}
