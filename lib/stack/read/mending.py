"""The lines of a person's code that a change of its stack changes, in their own style."""

import ast
from dataclasses import replace

from lib.stack.base import Layer, Origin, Stack
from lib.stack.each_step import TimeDistributed, inner
from lib.stack.making import ALIASES, SIGNATURES
from lib.stack.plain import Input, Unread
from lib.stack.recurrent import Bidirectional


def changed_lines(before: Stack, after: Stack) -> list[tuple[int, str]]:
    """The number of each line that differs, and what it becomes; () of a stack without code.

    A new layer is a line after that of the layer before it; a line that goes away is a comment.
    """
    old: dict[Origin, list[Layer]] = {}  # several where a loop or a function makes them
    for layer in before:
        if layer.origin:
            old.setdefault(layer.origin, []).append(_unnamed(layer))
    implied = [_unnamed(layer) for layer in before if layer.origin is None]
    kept = {layer.origin for layer in after}
    lines = []
    for place, layer in enumerate(after):
        origin = layer.origin
        if origin is None and old and place and _unnamed(layer) not in implied:
            lines.append(_added(layer, after, place))
        elif origin is not None and _unnamed(layer) not in old.get(origin, [_unnamed(layer)]):
            lines.append((origin.line, with_changes(origin, old[origin][0], layer)))
    gone = [origin for origin in old if origin not in kept]
    lines += [(origin.line, f"# {origin.text}") for origin in gone]
    return [(line, text) for line, text in lines if text]


def _unnamed(layer: Layer) -> Layer:
    """The layer without those that it names."""
    return replace(layer, of=(), shares=None)


def with_changes(origin: Origin, before: Layer, after: Layer) -> str:
    """The statement of a layer, with the arguments that it has now."""
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
        for setting in inner(after).settings():
            value = getattr(inner(after), setting.name)
            if value != getattr(inner(before), setting.name) and not setting.in_call:
                written = setting.options[value] if setting.options else repr(value)
                owner = call if setting.name in ("merge_mode", "backward_layer") else target
                _put(owner, setting.name, ast.parse(written, mode="eval").body)
    changed = ast.unparse(call)
    return origin.text.replace(origin.call, changed) if origin.call in origin.text else changed


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
    names = [word.removesuffix("=") for word in SIGNATURES.get(ALIASES.get(called, called), ())]
    if name in names[: len(call.args)]:
        call.args[names.index(name)] = value
        return
    for keyword in call.keywords:
        if keyword.arg == name:
            keyword.value = value
            return
    call.keywords.append(ast.keyword(name, value))


def _added(layer: Layer, after: Stack, place: int) -> tuple[int, str]:
    """The line of a new layer, after that of the last one that has a line."""
    before = next((one.origin for one in reversed(after[:place]) if one.origin), None)
    if before is None:
        return 0, ""
    prefix = "layers."
    call = ast.parse(before.call, mode="eval").body if before.call else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
        prefix = ""
    code = layer.code().replace("layers.", prefix)
    if ".add(" in before.text:
        model = before.text.partition(".add(")[0]
        return before.line, f"{before.text}\n{model}.add({code})"
    name, equals, _ = before.text.partition(" = ")
    if equals and name.isidentifier() and "Sequential" not in before.text:
        return before.line, f"{before.text}\n{name} = {code}({name})"
    return before.line, f"{before.call},\n{code},"
