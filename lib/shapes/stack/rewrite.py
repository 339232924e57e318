"""The lines of a person's code that a change of its stack changes, in their own style."""

import ast
import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from typing import Any

from lib.shapes.stack.base import Layer, Origin, Stack
from lib.shapes.stack.each_step import TimeDistributed
from lib.shapes.stack.link import to_text
from lib.shapes.stack.making import ALIASES, arguments_of, spelt
from lib.shapes.stack.plain import Input, Unread, with_said_outputs
from lib.shapes.stack.read.code import read_code
from lib.shapes.stack.read.pasted import bare, parsed
from lib.shapes.stack.read.reading import ModelError, Reading
from lib.shapes.stack.recurrent import Bidirectional
from lib.shapes.stack.settings import SIGNATURES

_SHAPES = {"shape", "batch_shape", "batch_size", "batch_input_shape"}
_SHAPES |= {"input_shape", "input_dim", "input_length"}
"""Arguments that say what comes in."""


@lru_cache(32)  # a page that shows them asks each time that it is drawn
def mended(reading: Reading, after: Stack) -> tuple[dict[int, str], Reading]:
    """By number each line of a code that its stack changes, and what is read from it then.

    A new layer is a line after that of the layer before it; a line that goes away is a comment.
    Where no lines say the change, or they say something else as well, there are none, and the
    reading is the same.
    """
    becomes: dict[int, str] = {}
    lines = reading.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    with suppress(ModelError, RecursionError, SyntaxError):  # some layers have no code
        code = _Code(reading.text)
        code.change(reading.stack, after)
        for number, end, text in code.changed():
            # What is pasted along, as prompts are, stays before each line.
            row = code.rows[number - 1].decode().strip()
            before, found, _ = lines[number - 1].partition(row or "\n")
            if not found:
                return {}, reading
            becomes[number] = text
            lines[number - 1 : end] = ["\n".join(before + line for line in text.split("\n"))]
        new = read_code("\n".join(lines)) if becomes else reading
        new = replace(new, stack=with_said_outputs(new.stack, after))
        if becomes and to_text(new.stack) == to_text(after):
            return dict(sorted(becomes.items())), new
    return {}, reading


class _Code:
    """A code, and the edits that are made to it where calls make layers."""

    def __init__(self, text: str) -> None:
        tree, lines = parsed(text)
        self.rows = [line.encode() for line in lines]
        """In bytes, as Python counts their columns."""
        self.nodes = nodes = [*ast.walk(tree)]
        self.parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
        self.calls = sorted(
            (node for node in nodes if isinstance(node, ast.Call)),
            key=lambda node: (node.lineno, node.col_offset),
        )
        self.edits: list[tuple[tuple[int, int], tuple[int, int], str]] = []
        """From where, as a line and a column, to where, and what stands there then."""

    def change(self, before: Stack, after: Stack) -> None:
        """Edit what makes the layers of one stack, so that it makes those of another."""
        made: dict[Origin, list[tuple[Layer, ast.Call]]] = {}
        for layer in before:
            if layer.origin and (there := self._calls_at(layer.origin)):
                # Of a loop one call makes several layers; calls in one line may look alike.
                known = made.setdefault(layer.origin, [])
                known.append((layer, there[min(len(known), len(there) - 1)]))
        implied = tuple(_unnamed(layer) for layer in before if layer.origin is None)
        calls: dict[int, ast.Call] = {}
        for place, layer in enumerate(after):
            if layer.origin is None and calls and _unnamed(layer) not in implied:
                self._add(calls[max(calls)], layer)
            if layer.origin and made.get(layer.origin):
                was, calls[place] = made[layer.origin].pop(0)
                self._set(calls[place], was, layer, after[:place], implied)
                for ref in {*layer.of} - {*was.of}:
                    if ref.output == 0 and ref.place in calls:
                        self._unpack(calls[ref.place])
        for gone in made.values():
            for _, call in gone:
                self._comment(call)

    def changed(self) -> list[tuple[int, int, str]]:
        """Each line that changes, the last that goes up in it, and what it becomes; last first."""
        rows, ends = [*self.rows], dict[int, int]()
        edits = sorted(dict.fromkeys(self.edits), key=itemgetter(0))
        for (line, start), (end, stop), text in reversed(edits):
            rows[line - 1] = rows[line - 1][:start] + text.encode() + rows[end - 1][stop:]
            ends[line] = max(ends.pop(one, one) for one in range(line, end + 1))
        texts = {line: rows[line - 1].decode().split("\n") for line in ends}
        return [
            (line, ends[line], "\n".join(text.strip() for text in texts[line]))
            for line in sorted(ends, reverse=True)
        ]

    def _calls_at(self, origin: Origin) -> list[ast.Call]:
        """The calls that make a layer, in order."""
        return [
            call
            for call in self.calls
            if call.lineno == origin.line and origin.call in (self._text(call), ast.unparse(call))
        ]

    def _text(self, call: ast.Call) -> str:
        """A call as it stands in one line."""
        end = call.end_col_offset if call.end_lineno == call.lineno else None
        return self.rows[call.lineno - 1][call.col_offset : end].decode(errors="replace")

    def _set(self, call: ast.Call, was: Layer, now: Layer, below: Stack, implied: Stack) -> None:
        """Write a layer as it is now, and in front of it an input that its arguments don't tell."""
        written = deepcopy(call)
        if _unnamed(was) != _unnamed(now):
            written = _changed_call(written, was, now)
        told, first = _told(call), below[-1] if below else now
        is_implied = isinstance(first, Input) and first.origin is None
        if is_implied and (_unnamed(first) not in implied or _told(written) != told):
            written.keywords = [one for one in written.keywords if one.arg not in told]
            self._add(call, first, before=True)
        if ast.unparse(written) != ast.unparse(call):
            self.edits.append((*_span(call), ast.unparse(written)))
            self._import(_bare_layers(written) - _bare_layers(call))

    def _add(self, call: ast.Call, layer: Layer, *, before: bool = False) -> None:
        """Write a new layer after that of a call, or before it, in the same way."""
        if (way := self._way(call)) is None:
            return
        whole, lead, trail = way
        owner = ast.unparse(call.func.value) + "." if isinstance(call.func, ast.Attribute) else ""
        owner += "layers." * owner.endswith("keras.")
        text = lead + re.sub(r"\b(?:keras|layers)\.", lambda _: owner, layer.code()) + trail
        start, end = _span(whole)
        gap = "\n"
        if whole is call:
            gap = ", " if self.rows[start[0] - 1][: start[1]].strip() else ",\n"
        else:  # behind a comment
            end = end[0], len(self.rows[end[0] - 1])
        at = start if before else end
        self.edits.append((at, at, text + gap if before else gap + text))
        self._import(_bare_layers(ast.parse(text)))

    def _import(self, names: set[str]) -> None:
        """Add the layers that the code doesn't know to an import that brings layers by name."""
        known, place = set[str](), None
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom) and f"{node.module}".endswith("layers"):
                place = place or _span(node.names[-1])[1]
            if isinstance(node, ast.alias):
                known.add(node.asname or node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                known.add(node.id)
            elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                known.add(node.name)
        if place and "*" not in known:
            self.edits += [(place, place, f", {name}") for name in sorted(names - known)]

    def _unpack(self, call: ast.Call) -> None:
        """Give its first tensor the name that all of them have."""
        way = self._way(call)
        if way and isinstance(way[0], ast.Assign):
            _, end = _span(way[0].targets[0])
            self.edits.append((end, end, ", *states"))

    def _comment(self, call: ast.Call) -> None:
        """Take a layer out."""
        if way := self._way(call):
            (first, column), (last, _) = _span(way[0])
            for line in range(first, last + 1):
                at = line, column if line == first else 0
                self.edits.append((at, at, "# "))

    def _way(self, call: ast.Call) -> tuple[ast.AST, str, str] | None:
        """What makes a layer part of a model, and what stands there around the layer."""
        parent = self.parents[call]
        match parent, self.parents[parent]:
            case ast.Call(ast.Attribute(attr="add") as add), ast.Expr() as whole:
                return whole, f"{ast.unparse(add)}(", ")"
            case ast.Call(func), ast.Assign([ast.Name(name)]) as whole if func is call:
                return whole, f"{name} = ", f"({name})"
            case ast.List(), _:
                return call, "", ""
        return None


def _span(node: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def _bare_layers(tree: ast.AST) -> set[str]:
    """The layers that a code calls by their names alone."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names & {*SIGNATURES, "Input"}


def _unnamed(layer: Layer) -> Layer:
    """The layer without those that it names."""
    return replace(layer, of=(), shares=None)


def _told(call: ast.Call) -> set[str | None]:
    """The arguments that say what comes in."""
    return {one.arg for one in call.keywords} & _SHAPES - {*arguments_of(bare(call.func))}


def _changed_call(call: ast.Call, before: Layer, after: Layer) -> ast.Call:
    """The call that makes a layer, with the arguments that it has now; it is changed itself."""
    if isinstance(before, Unread) and before.mended:
        before = before.mended
        _respell(call)
        _respell(_inner_call(call, before))
    if isinstance(before, TimeDistributed) and type(after) is type(before.layer):
        call, before = _inner_call(call, before), before.layer
    if isinstance(after, Input) or type(after) is not type(before):
        _take_all(call, after)
        return call
    target = _inner_call(call, after)
    for setting in after.inside.settings():
        value = getattr(after.inside, setting.name)
        if value != getattr(before.inside, setting.name) and not setting.in_call:
            written = setting.options[value] if setting.options else repr(value)
            owner = call if setting.name in ("merge_mode", "backward_layer") else target
            _put(owner, setting.name, ast.parse(written, mode="eval").body)
    return call


def _respell(call: ast.Call) -> None:
    """Rename the arguments that a layer nearly takes, and drop those that it doesn't."""
    name = bare(call.func)
    taken = {*arguments_of(name)[: len(call.args)], *(one.arg for one in call.keywords)}
    for keyword in [*call.keywords]:
        if keyword.arg is None or (right := spelt(name, keyword.arg)) == keyword.arg:
            continue
        if not right or right in taken:
            call.keywords.remove(keyword)
        keyword.arg = right
        taken.add(right)


def _take_all(call: ast.Call, layer: Layer) -> None:
    """Give a call the arguments of a layer's own code; its name too where that is another.

    An input keeps what says nothing of its shape.
    """
    own = ast.parse(layer.code(), mode="eval").body
    if not isinstance(own, ast.Call):
        return
    kept = [one for one in call.keywords if isinstance(layer, Input) and one.arg not in _SHAPES]
    call.args, call.keywords = own.args, [*own.keywords, *kept]
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
    names = arguments_of(bare(call.func))
    if name in names[: len(call.args)]:
        call.args[names.index(name)] = value
        return
    for keyword in call.keywords:
        if keyword.arg == name:
            keyword.value = value
            return
    if all(one.arg for one in call.keywords):  # else **those may hold it as well
        call.keywords.append(ast.keyword(name, value))
