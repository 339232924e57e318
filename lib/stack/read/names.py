"""What the names in a code stand for, where the code stands that is followed."""

from __future__ import annotations

import ast
from typing import Any


class Names:
    """Those of a module, a function or a comprehension, and around them those that it sees."""

    def __init__(self, known: dict[str, Any], around: Names | None = None) -> None:
        self.known, self.around = known, around
        self._elsewhere: dict[str, Names] = {}
        """By names that `global` or `nonlocal` lists, whose they are."""

    @property
    def module(self) -> Names:
        """The outermost."""
        return self.around.module if self.around else self

    def holder(self, name: str) -> Names | None:
        """Where this name has a value; None where it has none."""
        names: Names | None = self
        while names and name not in names.known:
            names = names.around
        return names

    def take(self, name: str, value: Any) -> None:
        """Give it a value here, or where it was said to be."""
        self._elsewhere.get(name, self).known[name] = value

    def leave(self, statement: ast.Global | ast.Nonlocal) -> None:
        """Values of these names aren't given here from now on."""
        for name in statement.names:
            whose = self.holder(name) if isinstance(statement, ast.Nonlocal) else None
            self._elsewhere[name] = whose or self.module


def dotted(node: ast.expr) -> str:
    """A name, with what it stands behind: self.model."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def bare(node: ast.AST) -> str:
    """A name without what it stands behind: model, of self.model; "" of what is none."""
    return getattr(node, "attr", getattr(node, "id", ""))
