"""SQL that a body runs with EXECUTE and that is the same in every call, but for its values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from rlslint import Pattern
from rlslint.sql import quoted_identifier, quoted_literal
from rlslint.sql.expressions import Call, Cast, Column, Constant, Expr, Operator
from rlslint.sql.nodes import expression
from rlslint.sql.parser import SyntaxProblem, parse_expression
from rlslint.text.budget import LONGEST_TEXT

_PLACE = Pattern(r"%(?:(\d{1,9})\$)?([sIL%])")
_SETTING = Pattern(r"\s*set\b", re.IGNORECASE)
_VALUE = "\0"
"""Stands for a literal that is not known."""


def as_run(text: str) -> str:
    """Return the SQL of a text of `fixed_text`.

    A value that is not known is a parameter, or a text where SET takes no parameter.
    """
    return text.replace(_VALUE, "''" if _SETTING().match(text) else "$1")


def fixed_text(written: str, variables: Mapping[str, str]) -> str | None:
    """Return a text that is put together, None where a part that is no value depends on the call.

    `variables` hold such texts.
    """
    try:
        return _text(_expression(written), variables)
    except (SyntaxProblem, RecursionError, ValueError):
        return None


@lru_cache(maxsize=64)
def _expression(written: str) -> Expr:
    return expression(parse_expression(written))


def _text(part: Expr, variables: Mapping[str, str]) -> str | None:
    match part:
        case Column((name,)):
            return variables.get(name)
        case Constant(str() as text) | Cast(Constant(str() as text), ("text" | "varchar")):
            return text
        case Operator("||", Expr() as left, right):
            return _joined([_text(left, variables), _text(right, variables)])
        case Call(("concat",), arguments):
            return _joined([_text(argument, variables) for argument in arguments])
        case Call(("quote_literal" | "quote_nullable",), (argument,)):
            value = _text(argument, variables)
            return _VALUE if value is None or _VALUE in value else quoted_literal(value)
        case Call(("format",), (Constant(str() as template), *arguments)):
            return _filled(template, arguments, variables)
        case _:
            return None


def _filled(template: str, arguments: list[Expr], variables: Mapping[str, str]) -> str | None:
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
        text = _text(argument, variables) if argument is not None else None
        match letter:
            case "L":
                found.append(_VALUE if text is None or _VALUE in text else quoted_literal(text))
            case "I":
                found.append(None if text is None else quoted_identifier(text))
            case _:
                found.append(text)
    found.append(template[last:])
    return _joined(found)


def _joined(parts: list[str | None]) -> str | None:
    text = "".join(part or "" for part in parts)
    return None if None in parts or len(text) > LONGEST_TEXT else text
