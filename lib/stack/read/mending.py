"""The lines of a person's code that a change of its stack changes, in their own style."""

import ast
import re
from dataclasses import replace

from lib.stack.base import Layer, Origin, Stack
from lib.stack.each_step import TimeDistributed
from lib.stack.making import ALIASES, arguments_of
from lib.stack.plain import Input, Unread
from lib.stack.recurrent import Bidirectional
from lib.stack.settings import SIGNATURES


def changed_lines(before: Stack, after: Stack) -> dict[int, str]:
    """By number each line that differs, and what it becomes; {} of a stack without code.

    A new layer is a line after that of the layer before it; a line that goes away is a comment.
    What no line alone can say is left out.
    """
    old: dict[Origin, list[Layer]] = {}  # several where a loop or a function makes them
    for layer in before:
        if layer.origin:
            old.setdefault(layer.origin, []).append(_unnamed(layer))
    implied = [_unnamed(layer) for layer in before if layer.origin is None]
    kept = {layer.origin for layer in after}
    # Where, what stands there, and what shall: new lines first, which hold the line as it was.
    added: list[tuple[Origin, str, str]] = []
    changes: list[tuple[Origin, str, str]] = []
    for place, layer in enumerate(after):
        origin = layer.origin
        if origin is None and old and place and _unnamed(layer) not in implied:
            added += _added(layer, after, place)
        elif origin is not None and _unnamed(layer) not in old.get(origin, [_unnamed(layer)]):
            changes.append((origin, origin.call, _changed_call(origin, old[origin][0], layer)))
    changes += [change for origin in old if origin not in kept for change in _removed(origin)]
    lines: dict[int, str] = {}
    for origin, there, then in added + changes:
        text = lines.get(origin.line, origin.text)
        if then and there in text:
            lines[origin.line] = text.replace(there, then, 1)
    return lines


def rewritten(code: str, before: Stack, after: Stack) -> str:
    """A code with the lines that a change of its stack changes; empty where lines can't say it."""
    texts = {layer.origin.line: layer.origin.text for layer in before if layer.origin}
    lines = code.splitlines()
    for number, text in changed_lines(before, after).items():
        line = lines[number - 1] if number <= len(lines) else ""
        if " ".join(line.split()) != texts.get(number):
            return ""
        indent = line[: len(line) - len(line.lstrip())]
        lines[number - 1] = "\n".join(indent + each for each in text.splitlines())
    return "\n".join(lines)


def _unnamed(layer: Layer) -> Layer:
    """The layer without those that it names."""
    return replace(layer, of=(), shares=None)


def _changed_call(origin: Origin, before: Layer, after: Layer) -> str:
    """The call that makes a layer, with the arguments that it has now."""
    try:
        call = ast.parse(origin.call, mode="eval").body
    except SyntaxError:
        return ""
    if not isinstance(call, ast.Call):
        return ""
    if (
        isinstance(after, (Input, Unread))
        or isinstance(before, Unread)
        or type(after) is not type(before)
    ):
        _take_all(call, after)
    else:
        target = _inner_call(call, after)
        for setting in after.inside.settings():
            value = getattr(after.inside, setting.name)
            if value != getattr(before.inside, setting.name) and not setting.in_call:
                written = setting.options[value] if setting.options else repr(value)
                owner = call if setting.name in ("merge_mode", "backward_layer") else target
                _put(owner, setting.name, ast.parse(written, mode="eval").body)
    return ast.unparse(call)


def _take_all(call: ast.Call, layer: Layer) -> None:
    """Give a call the arguments of a layer's own code; its name too where that is another."""
    own = ast.parse(layer.code(), mode="eval").body
    if not isinstance(own, ast.Call):
        return
    call.args, call.keywords = own.args, own.keywords
    name = layer.keras
    if isinstance(call.func, ast.Attribute):
        known = ALIASES.get(call.func.attr, call.func.attr)
        call.func.attr = call.func.attr if known == name else name
    elif isinstance(call.func, ast.Name) and call.func.id in SIGNATURES:
        call.func.id = name


def _inner_call(call: ast.Call, layer: Layer) -> ast.Call:
    """The call in the brackets of a wrapper; else the call itself."""
    if isinstance(layer, (TimeDistributed, Bidirectional)):
        for node in (*call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(node, ast.Call):
                return node
    return call


def _put(call: ast.Call, name: str, value: ast.expr) -> None:
    """Set an argument where it stands, or as a keyword."""
    func = call.func
    called = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    names = arguments_of(called)
    if name in names[: len(call.args)]:
        call.args[names.index(name)] = value
        return
    for keyword in call.keywords:
        if keyword.arg == name:
            keyword.value = value
            return
    call.keywords.append(ast.keyword(name, value))


def _added(layer: Layer, after: Stack, place: int) -> list[tuple[Origin, str, str]]:
    """The line of a new layer, after that of the last one that has a line."""
    before = next((one.origin for one in reversed(after[:place]) if one.origin), None)
    if before is None:
        return []
    prefix = "" if re.match(r"\w+\(", before.call) else "layers."
    code = layer.code().replace("layers.", prefix)
    way, name = _way(before)
    then = {
        "add": f"{before.text}\n{name}.add({code})",
        "call": f"{before.text}\n{name} = {code}({name})",
        "item": f"{before.call},\n{code}",
    }
    if way in then:
        there = before.call if way == "item" else before.text
        return [(before, there, then[way])]
    return [(before, before.call, f"{before.call}, {code}")]


def _removed(origin: Origin) -> list[tuple[Origin, str, str]]:
    """Its line as a comment, where nothing else stands in it."""
    way, name = _way(origin)
    if way == "call" and not origin.text.endswith(f"({name})"):
        return []
    return [(origin, origin.text, f"# {origin.text}")] if way else []


def _way(origin: Origin) -> tuple[str, str]:
    """How a layer's line makes it part of the model, and the name of that or of its output."""
    if match := re.fullmatch(r"(\w+)\.add\((.*)\)", origin.text):
        return ("add", match[1]) if match[2] == origin.call else ("", "")
    if origin.text.rstrip(", ") == origin.call:
        return "item", ""
    match = re.match(r"(\w+) = ", origin.text)
    is_call = match and origin.text[match.end() :].startswith(f"{origin.call}(")
    return ("call", match[1]) if match and is_call else ("", "")
