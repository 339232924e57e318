"""Evaluate Python expressions without running any code.

A value is a plain value, a class of `values.py`, a Ref to a tensor, a list or dict of these, or
UNKNOWN. In lists and arguments, a Name with the text of the expression replaces UNKNOWN.
"""

import ast
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator
from inspect import Parameter, Signature
from typing import Any

from lib.shapes.stack.base import Origin, Ref
from lib.shapes.stack.making import UNKNOWN
from lib.shapes.stack.plain import LastStep
from lib.shapes.stack.read import values
from lib.shapes.stack.read.calls import MAKES_LAYERS, Calls
from lib.shapes.stack.read.pasted import bare, dotted
from lib.shapes.stack.read.values import LayerObject, ModelObject, Name, is_listed, is_plain

# Common names, for code pasted without its imports.
_NOT_IMPORTED = {"np": "numpy", "tf": "tensorflow", "pd": "pandas", "K": "keras.backend"}
_NOT_IMPORTED |= {"torch": "torch", "nn": "torch.nn", "F": "torch.nn.functional"}


class Expressions(Calls):
    """Evaluates expressions with the names that are known at that point of the code."""

    call_value: Callable[..., Any]  # defined by the subclass, which follows functions

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines
        self.statement: ast.AST = ast.Pass()
        # The innermost function or comprehension first, the module last.
        self.names: ChainMap[str, Any] = ChainMap({"__name__": "__main__"})
        self.skipped: tuple[Origin, str] | None = None  # first skipped layers, and the reason
        self._origins: dict[ast.AST, Origin] = {}

    def go_to(self, node: Any) -> Origin:
        """Make a node's place in the code the origin of the next layers, and return it."""
        if node not in self._origins:
            call = "" if isinstance(getattr(node, "body", None), list) else ast.unparse(node)
            text = self.lines[node.lineno - 1][:300].strip()
            if call and (node.end_lineno > node.lineno or len(text) > 240):
                text = call[:240]
            self._origins[node] = Origin(node.lineno, text[:240], call if len(call) < 1000 else "")
        self.origin = self._origins[node]
        return self.origin

    def value_of_name(self, name: str) -> Any:
        """Return the value of a name. Undefined names are read as names of Keras."""
        if name in self.names:
            return self.names[name]
        return Name(_NOT_IMPORTED.get(name, f"keras.{name}"))

    def value(self, node: ast.AST | None) -> Any:  # noqa: PLR0911, PLR0912  one case each
        """Return the value of an expression."""
        self.count_steps()
        match node:
            case None:
                return None
            case ast.Constant(value):
                return values.computed(lambda: value)
            case ast.Name(name):
                return self.value_of_name(name)
            case ast.Attribute(ast.Name(owner), name) if f"{owner}.{name}" in self.names.maps[-1]:
                return self.names.maps[-1][f"{owner}.{name}"]
            case ast.Attribute(owner, name):
                return self.attribute(self.value(owner), name, dotted(node))
            case ast.Tuple(elements):
                return tuple(self._items(elements))
            case ast.List(elements):
                return self._items(elements)
            case ast.Dict(keys, entries) if None not in keys:
                pairs = zip(map(self.value, keys), map(self.value, entries), strict=True)
                return {key: one for key, one in pairs if is_plain(key)}
            case ast.BinOp(left, sign, right):
                return self.operation(sign, self.known(left), self.known(right), node)
            case ast.Compare(left, signs, others):
                sides = [self.value(one) for one in (left, *others)]
                holds = [*map(values.operation, signs, sides, sides[1:])]
                return UNKNOWN if UNKNOWN in holds else all(holds)
            case ast.BoolOp(sign, operands):
                for operand in operands:  # The first deciding operand counts, or the last one.
                    value = self.value(operand)
                    if not values.is_flat(value):
                        return self.skip(node, "branch")
                    if bool(value) == isinstance(sign, ast.Or):
                        break
                return value
            case ast.UnaryOp(ast.Not(), operand):
                is_true = self.truth(operand)
                return UNKNOWN if is_true is None else not is_true
            case ast.UnaryOp(ast.USub(), operand):
                return self.operation(ast.Mult(), -1, self.value(operand), node)
            case ast.IfExp(test, then, otherwise):
                is_then = self.truth(test)
                if is_then is None:
                    return self.skip(node, "branch")
                return self.value(then if is_then else otherwise)
            case ast.Subscript(owner, index):
                return self._subscript(self.value(owner), self.value(index), node)
            case ast.Slice(lower, upper, step):
                return slice(self.value(lower), self.value(upper), self.value(step))
            case ast.ListComp(element, loops) | ast.GeneratorExp(element, loops):
                outside, self.names = self.names, self.names.new_child()
                items = self._comprehension(element, loops)
                self.names = outside
                return self.skip(node, "loop") if items is None else items
            case ast.DictComp(key, entry, loops):
                listed = ast.ListComp(ast.Tuple([key, entry]), loops)
                return values.computed(dict, self.value(ast.copy_location(listed, node)))
            case ast.Starred(value):
                return self.value(value)
            case ast.Lambda(args, body):
                return self.function("lambda", args, [ast.Return(body)])
            case ast.Call():
                return self._call(node)
        return self.skip(node, "other")

    def _items(self, nodes: list[ast.expr]) -> list[Any]:
        """Return the entries of a list, or the arguments of a call, with starred ones unpacked."""
        entries: list[Any] = []
        for node in nodes:
            value = self.known(node)
            self.count_steps(len(value) / 20 if is_listed(value) else 0)
            entries += value if isinstance(node, ast.Starred) and is_listed(value) else [value]
        return entries

    def known(self, node: ast.expr) -> Any:
        """Return the value of an expression; if unknown, a Name with its text and place."""
        value = self.value(node)
        if value is UNKNOWN or isinstance(value, Name):
            origin = self.go_to(node)
            path = getattr(value, "path", origin.call or origin.text)
            value = Name(path, origin, getattr(value, "from_logits", None))
        return value

    def truth(self, node: ast.expr) -> bool | None:
        """Return whether a condition holds; None if unknown."""
        value = self.value(node)
        return bool(value) if values.is_flat(value) or isinstance(value, dict) else None

    def operation(self, sign: ast.AST, left: Any, right: Any, node: ast.AST) -> Any:
        """Return the result of an operator on plain values, lists, arrays or tensors."""
        if isinstance(left, (list, tuple)) or not self.found(left, right):
            return values.operation(sign, left, right)
        self.go_to(node)
        return self.arithmetic(sign, left, right)

    def _subscript(self, owner: Any, index: Any, node: ast.AST) -> Any:
        """Return an entry of a list, one of several tensors, or a tensor's last timestep."""
        if isinstance(owner, Ref):
            owner = self.outputs(owner)
            self.go_to(node)
            every = slice(None)
            keeps_axis = isinstance(index, tuple) and index[:2] == (every, slice(-1, None))
            is_last = keeps_axis or (isinstance(index, tuple) and index[:2] == (every, -1))
            if len(owner) == 1 and is_last and all(one in (every, ...) for one in index[2:]):
                return self.add_call(LastStep(keeps_axis, origin=self.origin), owner)
            if len(owner) == 1 or not isinstance(index, (int, slice)):
                return self.not_traced("", "op", owner)
        if isinstance(owner, (Name, LayerObject)):
            return owner
        is_small = is_plain(index) or isinstance(index, slice)  # Nested tuples compare slowly.
        if is_small and isinstance(owner, (list, tuple, str, dict, range)):
            return values.computed(lambda: owner[index])
        return UNKNOWN

    def _comprehension(self, element: ast.expr, loops: list[ast.comprehension]) -> list[Any] | None:
        """Return the entries of nested loops; None if a round is unknown."""
        if not loops:
            return [self.known(element)]
        rounds, entries = self.value(loops[0].iter), list[Any]()
        if not is_listed(rounds):
            return None
        for one in rounds:
            self.assign(loops[0].target, one)
            holds = [self.truth(condition) for condition in loops[0].ifs]
            inside = self._comprehension(element, loops[1:]) if all(holds) else []
            if None in holds or inside is None:
                return None
            entries += inside
        return entries

    def function(self, name: str, args: ast.arguments, body: list[ast.stmt]) -> values.Function:
        """Return a function of the code, with its defaults and its scope."""
        in_order = [*args.posonlyargs, *args.args]
        defaults = [*map(self.value, args.defaults)]
        defaults = [UNKNOWN] * (len(in_order) - len(defaults)) + defaults
        parameters = [
            Parameter(one.arg, Parameter.POSITIONAL_OR_KEYWORD, default=value)
            for one, value in zip(in_order, defaults, strict=True)
        ]
        if args.vararg:
            parameters.append(Parameter(args.vararg.arg, Parameter.VAR_POSITIONAL))
        for one, node in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            value = self.value(node) if node else UNKNOWN
            parameters.append(Parameter(one.arg, Parameter.KEYWORD_ONLY, default=value))
        if args.kwarg:
            parameters.append(Parameter(args.kwarg.arg, Parameter.VAR_KEYWORD))
        in_code = {one.name: one for one in parameters}  # Python accepts a name only once.
        return values.Function(name, body, Signature([*in_code.values()]), self.names)

    def _call(self, node: ast.Call) -> Any:
        func = node.func
        owner = self.value(func.value) if isinstance(func, ast.Attribute) else None
        args = self._items(node.args)
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.known(keyword.value)
            if keyword.arg is None and isinstance(value, dict):
                keywords |= {f"{key}": one for key, one in value.items()}
            else:
                keywords[keyword.arg or "**"] = value
        name = bare(func) or self.go_to(func).call
        self.go_to(node)
        if isinstance(owner, ModelObject) and name not in owner.attributes:
            return self.call_method(owner, name, args, keywords)
        if isinstance(owner, (list, dict)):
            value = values.call_method(owner, name, args)
            return self.skip(node, "other") if value is UNKNOWN else value
        if isinstance(owner, (Ref, values.Array, tuple)):
            value = self.tensor_method(owner, name, args, keywords)
            if value is not NotImplemented:
                return value
        is_method = isinstance(func, ast.Attribute)
        callee = self.attribute(owner, name) if is_method else self.value(func)
        return self.call_value(callee, args, keywords, name)

    def assign(self, target: ast.expr, value: Any) -> None:
        """Assign a value to a name, an attribute, an entry, or several of these."""
        self.count_steps()
        match target:
            case ast.Name(name):
                self.names[name] = value
            case ast.Starred(one):
                self.assign(one, value)
            case ast.Attribute(base, name):
                owner = self.value(base)
                if isinstance(owner, ModelObject) and owner.call:
                    owner.attributes[name] = value
                else:  # Attributes of an unknown object are stored under their full name.
                    self.names.maps[-1][dotted(target)] = value
            case ast.Subscript(base, index):
                owner, place = self.value(base), self.value(index)
                fits = is_listed(value) if isinstance(place, slice) else is_plain(place)
                if isinstance(owner, (list, dict)) and fits:
                    values.computed(owner.__setitem__, place, value)
            case ast.Tuple(targets) | ast.List(targets):
                given = self._unpacked(value, len(targets))
                for at, one in enumerate(targets):
                    if isinstance(one, ast.Starred):  # Python allows one starred target.
                        end = max(at, len(given) - (len(targets) - 1 - at))
                        given[at:end] = [given[at:end]]
                for one, entry in zip(targets, given, strict=False):
                    self.assign(one, entry)

    def _unpacked(self, value: Any, count: int) -> list[Any]:
        if isinstance(value, Ref):
            self.go_to(self.statement)
            return self.outputs(value, count)
        if is_listed(value):
            return list(value)
        return [value if isinstance(value, LayerObject) else UNKNOWN] * count

    def skip(self, code: ast.AST, why: str) -> Any:
        """Skip code. Names that it may change become unknown, and an Unread replaces its layers."""
        nodes = [one for one in self.walk(code) if isinstance(one, (ast.Name, ast.Attribute))]
        used = {name: self.value_of_name(name) for name in map(dotted, nodes)}
        changed = {dotted(one) for one in nodes if isinstance(one.ctx, ast.Store)}
        for name, value in used.items():
            has_method = any(other.startswith(f"{name}.") for other in used)
            if isinstance(value, (list, dict)) and (isinstance(code, ast.stmt) or has_method):
                changed.add(name)
        given: Any = UNKNOWN
        makes_layers = any(getattr(one, "name", "") in MAKES_LAYERS for one in used.values())
        if makes_layers or self.found(used):
            origin = self.go_to(code)
            self.skipped = self.skipped or (origin, why)
            given = self.not_traced(why, why, used)
            for name, value in used.items():
                if isinstance(value, ModelObject) and f"{name}.add" in used:
                    self.add(value, self.unread(why, why))
        self.forget(changed, given)
        return given

    def forget(self, names: Iterable[str], value: Any = UNKNOWN) -> None:
        """Set names to this value in every scope that has them, or else in the module."""
        for name in names:
            scopes = [scope for scope in self.names.maps if name in scope]
            for scope in scopes or self.names.maps[-1:]:
                scope[name] = value

    def walk(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield a node and all nodes in it, and count each as a step of reading."""
        for one in ast.walk(node):
            self.count_steps(0.5)
            yield one
