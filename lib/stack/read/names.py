"""What the names in a code stand for, where the code stands that is followed."""

from __future__ import annotations

import ast
from typing import Any


class Names:
    """Those of a module, a function or a comprehension, and around them those that it sees."""

    def __init__(self, known: dict[str, Any], around: Names | None = None) -> None:
        self.known, self.around = known, around

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


def dotted(node: ast.expr) -> str:
    """A name, with what it stands behind: self.model."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def bare(node: ast.AST) -> str:
    """A name without what it stands behind: model, of self.model; "" of what is none."""
    return getattr(node, "attr", getattr(node, "id", ""))
