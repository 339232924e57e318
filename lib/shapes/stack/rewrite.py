"""Turn a change of a stack into changed lines of the user's code, in the style of the code."""

import ast
import re
from collections import defaultdict
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Any

from lib.shapes.stack.base import Layer, Origin, Stack
from lib.shapes.stack.link import to_text
from lib.shapes.stack.making import ALIASES, arguments_of, correct_spelling
from lib.shapes.stack.plain import Input, TimeDistributed, Unread, with_given_outputs
from lib.shapes.stack.read import read_code
from lib.shapes.stack.read.pasted import ModelError, ModelReading, bare, parsed
from lib.shapes.stack.recurrent import Bidirectional
from lib.shapes.stack.settings import SIGNATURES
from lib.shapes.stack.torch_layers import TorchLayer

_SHAPES = {"shape", "batch_shape", "batch_size", "batch_input_shape"}
_SHAPES |= {"input_shape", "input_dim", "input_length"}
Position = tuple[int, int]  # a line and a column in bytes, as Python counts them


@lru_cache(32)  # The page calls this function on every rerun.
def rewritten(reading: ModelReading, after: Stack) -> tuple[dict[int, str], ModelReading]:
    """Return the changed lines of the code for the stack `after`, by number, and the new reading.

    A new layer gets a line after the layer before it. A removed layer's line becomes a comment.
    If no change of lines gives exactly this stack, return no lines and the same reading.
    """
    lines = reading.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    with suppress(ModelError, RecursionError, SyntaxError):  # Some layers have no code.
        edits = _Edits(reading.text)
        edits.change(reading.stack, after)
        changes: dict[int, str] = {}
        for number, end, text in edits.changed_lines():
            # Prompts that were pasted with the code stay before each line.
            row = edits.rows[number - 1].decode().strip()
            prompt, found, _ = lines[number - 1].partition(row or "\n")
            if not found:
                return {}, reading
            changes[number] = text
            lines[number - 1 : end] = ["\n".join(prompt + line for line in text.split("\n"))]
        new = read_code("\n".join(lines)) if changes else reading
        new = replace(new, stack=with_given_outputs(new.stack, after))
        if changes and to_text(new.stack) == to_text(after):
            return dict(sorted(changes.items())), new
    return {}, reading


class _Edits:
    def __init__(self, text: str) -> None:
        tree, lines = parsed(text)
        self.rows = [line.encode() for line in lines]
        nodes = [*ast.walk(tree)]
        self._parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
        self._calls = sorted((node for node in nodes if isinstance(node, ast.Call)), key=_span)
        imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        self._imports = [node for node in imports if f"{node.module}".endswith("layers")]
        self._edits: list[tuple[Position, Position, str]] = []  # start, end and new text of each

    def change(self, before: Stack, after: Stack) -> None:
        """Edit the calls that create the stack `before` so that they create `after`."""
        created: defaultdict[Origin, list[tuple[Layer, ast.Call]]] = defaultdict(list)
        for layer in before:
            origin = layer.origin or Origin(0, "", "")
            in_line = [call for call in self._calls if call.lineno == origin.line]
            if calls := [call for call in in_line if ast.unparse(call) == origin.call]:
                # A call in a loop creates several layers. Calls in one line may look the same.
                pairs = created[origin]
                pairs.append((layer, calls[min(len(pairs), len(calls) - 1)]))
        implied = tuple(_without_refs(layer) for layer in before if layer.origin is None)
        call: ast.Call | None = None
        for previous, layer in zip((after[0], *after), after, strict=False):
            if layer.origin is None and call and _without_refs(layer) not in implied:
                self._insert(call, layer)
            if layer.origin and created.get(layer.origin):
                was, call = created[layer.origin].pop(0)
                self._edit(call, was, layer, previous, implied)
        for _, removed in chain.from_iterable(created.values()):
            if statement := self._statement_of(removed):
                (first, column), (last, _) = _span(statement[0])
                starts = [(first, column), *((line, 0) for line in range(first + 1, last + 1))]
                self._edits += [(start, start, "# ") for start in starts]

    def changed_lines(self) -> list[tuple[int, int, str]]:
        """Return each changed line, the last line it replaces, and its text, in reverse order."""
        rows, ends = [*self.rows], dict[int, int]()
        edits = sorted(dict.fromkeys(self._edits), key=lambda edit: edit[0])
        for (line, start), (end, stop), text in reversed(edits):
            rows[line - 1] = rows[line - 1][:start] + text.encode() + rows[end - 1][stop:]
            ends[line] = max(ends.pop(one, one) for one in range(line, end + 1))
        return [
            (line, ends[line], "\n".join(map(str.strip, rows[line - 1].decode().split("\n"))))
            for line in sorted(ends, reverse=True)
        ]

    def _edit(self, call: ast.Call, was: Layer, now: Layer, prior: Layer, implied: Stack) -> None:
        written = deepcopy(call)
        if _without_refs(was) != _without_refs(now):
            written = _changed_call(written, was, now)
        given = _shape_arguments(call)
        # An Input without an origin is implied by the layer's shape arguments.
        is_implied = isinstance(prior, Input) and prior.origin is None
        is_changed = _without_refs(prior) not in implied or _shape_arguments(written) != given
        if is_implied and is_changed:
            written.keywords = [one for one in written.keywords if one.arg not in given]
            self._insert(call, prior, before=True)
        if ast.unparse(written) != ast.unparse(call):
            self._edits.append((*_span(call), ast.unparse(written)))
            self._import_layers(_layer_names(written) - _layer_names(call))

    def _insert(self, call: ast.Call, layer: Layer, *, before: bool = False) -> None:
        if (statement := self._statement_of(call)) is None:
            return
        whole, lead, trail = statement
        owner = ast.unparse(call.func.value) + "." if isinstance(call.func, ast.Attribute) else ""
        owner += "layers." if owner.endswith("keras.") else ""
        text = lead + re.sub(r"\b(?:keras|layers)\.", lambda _: owner, layer.code()) + trail
        start, end = _span(whole)
        gap = "\n"
        if whole is not call:  # Insert after a trailing comment.
            end = end[0], len(self.rows[end[0] - 1])
        else:
            gap = ", " if self.rows[start[0] - 1][: start[1]].strip() else ",\n"
        at = start if before else end
        self._edits.append((at, at, text + gap if before else gap + text))
        self._import_layers(_layer_names(ast.parse(text)))

    def _import_layers(self, names: set[str]) -> None:
        known = {one.asname or one.name for node in self._imports for one in node.names}
        if self._imports and "*" not in known:
            _, place = _span(self._imports[0].names[-1])
            self._edits += [(place, place, f", {name}") for name in sorted(names - known)]

    def _statement_of(self, call: ast.Call) -> tuple[ast.AST, str, str] | None:
        """Return the statement that adds a layer to a model, and its text around the call."""
        parent = self._parents[call]
        match parent, self._parents[parent]:
            case ast.Call(ast.Attribute(attr="add") as add), ast.Expr() as whole:
                return whole, f"{ast.unparse(add)}(", ")"
            case ast.Call(func), ast.Assign([ast.Name(name)]) as whole if func is call:
                return whole, f"{name} = ", f"({name})"
            case ast.List(), _:
                return call, "", ""
        return None


def _span(node: Any) -> tuple[Position, Position]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def _layer_names(tree: ast.AST) -> set[str]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names & {*SIGNATURES, "Input"}


def _without_refs(layer: Layer) -> Layer:
    return replace(layer, of=(), shares=None)


def _shape_arguments(call: ast.Call) -> set[str | None]:
    return {one.arg for one in call.keywords} & _SHAPES - {*arguments_of(bare(call.func))}


def _changed_call(call: ast.Call, before: Layer, after: Layer) -> ast.Call:
    if isinstance(before, Unread) and before.fixed:
        before = before.fixed
        for one in (call, _inner_call(call, before)):
            respelled = {
                correct_spelling(bare(one.func), f"{word.arg}"): word.value for word in one.keywords
            }
            one.keywords = [ast.keyword(name, value) for name, value in respelled.items() if name]
    if isinstance(before, TimeDistributed) and type(after) is type(before.layer):
        call, before = _inner_call(call, before), before.layer
    if isinstance(after, Input) or type(after) is not type(before):
        own = ast.parse(after.code(), mode="eval").body
        if isinstance(own, ast.Call):
            is_input = isinstance(after, Input)  # Keep its arguments other than the shape.
            kept = [one for one in call.keywords if is_input and one.arg not in _SHAPES]
            call.args, call.keywords = own.args, [*own.keywords, *kept]
            if isinstance(call.func, ast.Attribute) and after.keras != ALIASES.get(call.func.attr):
                call.func.attr = after.keras
            elif isinstance(call.func, ast.Name) and call.func.id in SIGNATURES:
                call.func.id = after.keras
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


def _inner_call(call: ast.Call, layer: Layer) -> ast.Call:
    if isinstance(layer, (TimeDistributed, Bidirectional)):
        for node in (*call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(node, ast.Call):
                return node
    return call
