"""How a function is made wrong by one step: a bound that moves by one, a condition that is turned."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

# The neighbour of each comparison: the fault that people make.
NEIGHBOUR: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.LtE: ast.Lt,
    ast.Lt: ast.LtE,
    ast.GtE: ast.Gt,
    ast.Gt: ast.GtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Mutant:
    """One fault: where it stands, what it changes, and the function with it."""

    module: str
    function: str
    line: int
    change: str
    tree: ast.FunctionDef

    @property
    def name(self) -> str:
        """As it is shown, and as it is named where it changes nothing that can be seen."""
        return f"{self.module}.{self.function}: {self.change}"


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """All faults of the functions and methods of a module, in the order of the source."""
    for owner, function in functions(ast.parse(source)):
        places = [node for node in ast.walk(function) if not isinstance(node, ast.FunctionDef)]
        for index, _node in enumerate(places):
            wrong = copy.deepcopy(function)
            node = [n for n in ast.walk(wrong) if not isinstance(n, ast.FunctionDef)][index]
            before = ast.unparse(node)
            if not change(node):
                continue
            said = f"{before} -> {ast.unparse(node)}"
            name = f"{owner}.{function.name}" if owner else function.name
            yield Mutant(module, name, function.lineno, said, ast.fix_missing_locations(wrong))


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions of the module and methods of its classes, with the class they stand in."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            yield from (
                (node.name, part) for part in node.body if isinstance(part, ast.FunctionDef)
            )


def change(node: ast.AST) -> bool:
    """Make this place wrong, if it is one of those that can be."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        node.ops = [NEIGHBOUR[type(node.ops[0])]()]
        return True
    if isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        if isinstance(node.right, ast.Constant) and isinstance(node.right.value, str):
            return False
        node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        return True
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        node.op = ast.Not()
        node.operand = ast.UnaryOp(ast.Not(), node.operand)
        return True
    return False
