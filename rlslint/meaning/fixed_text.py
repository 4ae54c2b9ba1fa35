"""SQL that a body runs with EXECUTE and that is the same in every call, but for its values."""

from __future__ import annotations

import re

from rlslint.sql.expressions import Call, Cast, Constant, Expr, Operator
from rlslint.sql.nodes import expression
from rlslint.sql.parser import SyntaxProblem, parse_expression
from rlslint.sql.quoting import quoted_identifier, quoted_literal
from rlslint.text.patterns import Pattern

_PLACE = Pattern(r"%(?:(\d+)\$)?([sIL%])")
_SETTING = Pattern(r"\s*set\b", re.IGNORECASE)
_VALUE = "\0"
"""Stands for a literal that is not known."""


def fixed_text(command: str) -> str | None:
    """Return the SQL that EXECUTE runs, None where a part that is no value depends on the call.

    A value that is not known is a parameter, or a text where SET takes no parameter.
    """
    try:
        text = _text(expression(parse_expression(command)))
    except (SyntaxProblem, RecursionError, ValueError):
        return None
    if text is None:
        return None
    return text.replace(_VALUE, "''" if _SETTING().match(text) else "$1")


def _text(part: Expr) -> str | None:
    match part:
        case Constant(str() as text) | Cast(Constant(str() as text), ("text" | "varchar")):
            return text
        case Operator("||", Expr() as left, right):
            parts = _text(left), _text(right)
            return None if None in parts else "".join(map(str, parts))
        case Call(("quote_literal" | "quote_nullable",), (argument,)):
            value = _text(argument)
            return _VALUE if value is None or _VALUE in value else quoted_literal(value)
        case Call(("format",), (Constant(str() as template), *arguments)):
            return _filled(template, arguments)
        case _:
            return None


def _filled(template: str, arguments: list[Expr]) -> str | None:
    found: list[str | None] = []
    last = following = 0
    for place in _PLACE().finditer(template):
        found.append(template[last : place.start()])
        last = place.end()
        position, letter = place.groups()
        if letter == "%":
            found.append("%")
            continue
        following = int(position) if position else following + 1
        argument = arguments[following - 1] if 0 < following <= len(arguments) else None
        text = _text(argument) if argument is not None else None
        match letter:
            case "L":
                found.append(_VALUE if text is None or _VALUE in text else quoted_literal(text))
            case "I":
                found.append(None if text is None else quoted_identifier(text))
            case _:
                found.append(text)
    found.append(template[last:])
    return None if None in found else "".join(map(str, found))
