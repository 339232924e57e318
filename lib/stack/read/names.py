"""Names as they stand in code."""

import ast


def dotted(node: ast.expr) -> str:
    """A name, with what it stands behind: self.model."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def bare(node: ast.AST) -> str:
    """A name without what it stands behind: model, of self.model; "" of what is none."""
    return getattr(node, "attr", getattr(node, "id", ""))
