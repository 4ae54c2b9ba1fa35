"""The arguments of a call, and which of them the file tells."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from rlslint import NamedTuple
from rlslint.code.python.evaluator import ExpressionReader
from rlslint.code.python.values import Pairs, Scoped, Value, constant


class CallArguments(NamedTuple):
    """The arguments of a call, `*` and `**` of known values spread out."""

    positional: tuple[Value, ...]
    named: Mapping[str, Value]
    open: bool
    """More arguments may be passed than are known."""

    def get(self, position: int, name: str) -> Value | None:
        """Return the argument at a position or of a name."""
        if position < len(self.positional):
            return self.positional[position]
        return self.named.get(name)


def arguments_of(evaluator: ExpressionReader, node: ast.Call, scope: Scoped) -> CallArguments:
    """Evaluate the arguments of a call."""
    positional: list[Value] = []
    named: dict[str, Value] = {}
    is_open = False
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            members = evaluator.iterated(evaluator.value(argument.value, scope))
            is_open = is_open or members is None
            positional.extend(members or ())
        else:
            positional.append(evaluator.value(argument, scope))
    for keyword in node.keywords:
        value = evaluator.value(keyword.value, scope)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, Pairs):
            named.update((str(constant(key)), item) for key, item in value.entries if constant(key))
        else:
            is_open = True
    return CallArguments(tuple(positional), named, is_open)
