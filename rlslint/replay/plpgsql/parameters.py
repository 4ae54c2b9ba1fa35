"""The parameters of a function of the history, and the values that a call gives them."""

from __future__ import annotations

from collections.abc import Callable

from rlslint import NamedTuple
from rlslint.catalog.functions import Function
from rlslint.replay.plpgsql.calls import Arguments
from rlslint.replay.plpgsql.values import ANY, Datum, PartlyKnown
from rlslint.sql.expressions import Expr
from rlslint.sql.nodes import expression, type_name
from rlslint.sql.parser import Node, SyntaxProblem, parsed_statements
from rlslint.text import Text

_MODES = {
    "FUNC_PARAM_IN": "in", "FUNC_PARAM_DEFAULT": "in", "FUNC_PARAM_OUT": "out",
    "FUNC_PARAM_INOUT": "inout", "FUNC_PARAM_VARIADIC": "variadic", "FUNC_PARAM_TABLE": "table",
}  # fmt: skip


class RoutineParameter(NamedTuple):
    """A parameter; `mode` is in, out, inout, variadic, or table for a column of RETURNS TABLE."""

    name: str
    mode: str
    type: str
    default: Expr | None = None

    @property
    def is_input(self) -> bool:
        return self.mode in ("in", "inout", "variadic")

    @property
    def is_output(self) -> bool:
        return self.mode in ("out", "inout", "table")


def declared_parameters(function: Function) -> tuple[RoutineParameter, ...]:
    """Return all parameters as CREATE FUNCTION declares them."""
    created = function.created
    if created is not None and created.kind == "CreateFunctionStmt":
        text = Text(created.text.path, created.sql.encode())
        try:
            for parsed in parsed_statements(text, {"CreateFunctionStmt"}):
                if parsed is not None:
                    return tuple(
                        _parameter(item["FunctionParameter"])
                        for item in parsed.node.get("parameters", ())
                    )
        except SyntaxProblem:
            pass
    last = len(function.argument_types) - 1
    return tuple(
        RoutineParameter(name, "variadic" if function.variadic and number == last else "in", type_)
        for number, (name, type_) in enumerate(
            zip(function.argument_names, function.argument_types, strict=True)
        )
    )


def _parameter(node: Node) -> RoutineParameter:
    default = expression(node["defexpr"]) if "defexpr" in node else None
    return RoutineParameter(
        node.get("name", ""), _MODES[node["mode"]], type_name(node["argType"]), default
    )


def given_values(
    parameters: tuple[RoutineParameter, ...],
    arguments: Arguments,
    is_procedure: bool,
    evaluate: Callable[[Expr], Datum],
) -> list[Datum]:
    """Return the value of each parameter before the first statement; NULL for OUT parameters.

    CALL has an argument for each OUT parameter too (manual: CALL).
    """
    waiting = list(arguments.positional)
    values: list[Datum] = []
    for parameter in parameters:
        takes = parameter.is_input or (is_procedure and parameter.mode == "out")
        if not takes:
            values.append(None)
        elif parameter.mode == "variadic" and waiting:
            values.append(_collected(waiting, arguments.spread))
            waiting = []
        elif waiting:
            value = waiting.pop(0)
            values.append(value if parameter.is_input else None)
        elif parameter.name in arguments.named:
            value = arguments.named[parameter.name]
            values.append(value if parameter.is_input else None)
        elif parameter.default is not None:
            values.append(evaluate(parameter.default))
        else:
            values.append(() if parameter.mode == "variadic" else ANY)
    return values


def _collected(items: list[Datum], spread: bool) -> Datum:
    if spread and len(items) == 1 and isinstance(items[0], tuple | PartlyKnown):
        return items[0]
    return tuple(items)
