"""Turn changed layers of a stack into changed lines of the code, in the style of the code."""

import ast
from collections import Counter
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from typing import Any

from lib.shapes.stack.base import Layer, Origin, Stack
from lib.shapes.stack.link import to_text
from lib.shapes.stack.making import arguments_of, corrections
from lib.shapes.stack.plain import Input, TimeDistributed, Unread, with_given_outputs
from lib.shapes.stack.read import read_code
from lib.shapes.stack.read.pasted import ModelError, ModelReading, bare, parsed
from lib.shapes.stack.recurrent import Bidirectional
from lib.shapes.stack.tensors import shape_of
from lib.shapes.stack.torch_layers import TorchLayer
from lib.shapes.stack.torch_operations import TorchOperation

_SHAPES = {"shape", "batch_shape", "batch_size", "batch_input_shape"}
_SHAPES |= {"input_shape", "input_dim", "input_length"}
Position = tuple[int, int]  # a line and a column in bytes, as Python counts them


@lru_cache(32)  # The page calls this function on every rerun.
def rewritten(reading: ModelReading, after: Stack) -> tuple[dict[int, str], ModelReading]:
    """Return the changed lines of the code for the stack `after`, by number, and the new reading.

    Only calls that create a layer change. If no such change gives exactly this stack, as if a layer
    was added, return no lines and the same reading.
    """
    lines = reading.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    with suppress(ModelError, RecursionError, SyntaxError):  # Some layers have no code.
        tree, code = parsed(reading.text)
        rows, ends = [line.encode() for line in code], dict[int, int]()
        for ((line, start), (end, stop)), text in sorted(
            _changed_calls(tree, reading.stack, after).items(), reverse=True
        ):
            rows[line - 1] = rows[line - 1][:start] + text.encode() + rows[end - 1][stop:]
            ends[line] = max(ends.pop(one, one) for one in range(line, end + 1))
        changes = {line: rows[line - 1].decode().strip() for line in sorted(ends)}
        for number in sorted(ends, reverse=True):
            # Prompts that were pasted with the code stay before each line.
            prompt, found, _ = lines[number - 1].partition(code[number - 1].strip() or "\n")
            if not found:
                return {}, reading
            lines[number - 1 : ends[number]] = [prompt + changes[number]]
        new = read_code("\n".join(lines)) if changes else reading
        new = replace(new, stack=with_given_outputs(new.stack, after))
        if changes and to_text(new.stack) == to_text(after):
            return changes, new
    return {}, reading


def _changed_calls(
    tree: ast.AST, before: Stack, after: Stack
) -> dict[tuple[Position, Position], str]:
    """Return the new text of each call that creates a changed layer, by its start and end."""
    calls = sorted((node for node in ast.walk(tree) if isinstance(node, ast.Call)), key=_span)
    created, changed = Counter[Origin](), dict[tuple[Position, Position], ast.Call]()
    for place, (was, now) in enumerate(zip(before, after, strict=False)):
        # If the code has no Input, the call of the next layer has its shape.
        has_call = was.origin or type(was) is not Input
        with_shape = was if has_call else (*before, was)[place + 1]
        origin = with_shape.origin or Origin(0, "", "")
        in_line = [call for call in calls if call.lineno == origin.line]
        alike = [call for call in in_line if ast.unparse(call) == origin.call]
        if not alike:
            continue
        # Calls in one line may look the same. A call in a loop creates several layers.
        call = alike[min(created[origin], len(alike) - 1)]
        created[origin] += with_shape is was
        if _without_refs(was) != _without_refs(now):
            span = _span(call)
            changed[span] = _changed_call(changed.get(span) or deepcopy(call), was, now)
    return {span: ast.unparse(call) for span, call in changed.items()}


def _span(node: Any) -> tuple[Position, Position]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def _without_refs(layer: Layer) -> Layer:
    return replace(layer, of=(), shares=None)


def _changed_call(call: ast.Call, before: Layer, after: Layer) -> ast.Call:
    if isinstance(before, Unread) and before.fixed:
        before = before.fixed
        inner = before.forward() if isinstance(before, Bidirectional) else before.inside
        _correct(_inner_call(call, before), inner.keras)
        _correct(call, before.keras)
    if isinstance(before, TimeDistributed) and type(after) is type(before.layer):
        call, before = _inner_call(call, before), before.layer
    if isinstance(after, Input):
        _write_shape(call, before, after)
        return call
    if type(after) is not type(before):
        return call
    if isinstance(after, TorchOperation) and isinstance(call.func, ast.Attribute):
        call.func.attr = after.name
        return call
    target = _inner_call(call, after)
    for setting in after.inside.settings():
        value = getattr(after.inside, setting.name)
        if value != getattr(before.inside, setting.name) and not setting.in_call:
            written = setting.options[value] if setting.options else repr(value)
            parsed_value = ast.parse(written, mode="eval").body
            owner = call if setting.name == "merge_mode" else target
            names = arguments_of(bare(owner.func))
            names = after.signature() if isinstance(after, TorchLayer) else names
            names = names[: len(owner.args)]
            given = {one.arg: one for one in owner.keywords}
            if setting.name in names:
                owner.args[names.index(setting.name)] = parsed_value
            elif setting.name in given:
                given[setting.name].value = parsed_value
            elif None not in given:  # None stands for **options, which may contain the setting.
                owner.keywords.append(ast.keyword(setting.name, parsed_value))
    return call


def _write_shape(call: ast.Call, before: Layer, after: Input) -> None:
    """Write the shape of an Input into its call, or into the call of the layer that has it."""
    given = [one for one in call.keywords if one.arg in _SHAPES]
    kept = [one for one in call.keywords if one not in given]
    own: Any = ast.parse(after.code(), mode="eval").body
    shape: Any = [*own.args, *(one.value for one in own.keywords)][0]
    nodes: list[Any] = [*(call.args if before.origin else ()), *(one.value for one in given)]
    written = [size for node in nodes for size in getattr(node, "elts", [node])]
    sizes = shape_of(before.axes()) if isinstance(before, Input) else ()
    names = dict(zip(sizes[-len(written) :], written, strict=False))  # The code's names stay.
    shape.elts = [names.get(size.value, size) for size in shape.elts]
    if before.origin:
        call.args, call.keywords = own.args, [*own.keywords, *kept]
    elif bare(call.func) != "Embedding":
        call.keywords = [*kept, ast.keyword("input_shape", shape)]


def _correct(call: ast.Call, name: str) -> None:
    """Rename and remove the arguments that the layer refuses, in its call."""
    given = {f"{one.arg}": one for one in call.keywords if one.arg}  # without **options
    right = corrections(name, [*arguments_of(name)[: len(call.args)], *given])
    if "input_length" in right and "input_dim" in given:
        sizes = [given["input_length"].value, given["input_dim"].value]
        given["input_dim"].arg, given["input_dim"].value = "input_shape", ast.Tuple(sizes)
    for one in call.keywords:
        one.arg = right.get(f"{one.arg}", one.arg)
    call.keywords = [one for one in call.keywords if one.arg != ""]


def _inner_call(call: ast.Call, layer: Layer) -> ast.Call:
    if isinstance(layer, (TimeDistributed, Bidirectional)):
        for node in (*call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(node, ast.Call):
                return node
    return call
