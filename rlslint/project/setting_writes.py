"""Which settings of the session a statement of application code changes."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple, Pattern
from rlslint.catalog import Catalog
from rlslint.catalog.functions import Function
from rlslint.catalog.overloads import find_function, given_types
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH
from rlslint.code.sites import Driver
from rlslint.meaning.bodies import SettingChange, settings_written
from rlslint.sql import quoted_literal
from rlslint.sql.expressions import Call, Cast, Column, Constant, Expr, Operator
from rlslint.sql.nodes import expression
from rlslint.sql.parser import Node, ParsedStatement
from rlslint.text import Statement

_HOLE = "__"
_LITERAL = Pattern(r"""(["'])([^"'\\]*)\1|(true|false|True|False)""")


class SettingWrite(NamedTuple):
    """One change of a setting by a statement that application code sends.

    `name` is in lower case, "" where only the running program knows it. `local` is True where the
    change ends with the transaction, None where that is not known. `value` is what it is set to,
    None where the program fills it in; `resets` tells of RESET, SET … TO DEFAULT and an empty
    value. `through` is the function of the history that does it, None for SET and set_config().
    `alone` is True where the statement does nothing else that could use the setting.
    """

    name: str
    local: bool | None
    value: str | None
    resets: bool
    statement: Statement
    through: Function | None = None
    alone: bool = True


def setting_call(name: str, driver: Driver | None, local: bool = True) -> str:
    """Return the query that sets a setting to a parameter, as a library wants it written."""
    value = driver.parameter if driver is not None else "$1"
    return f"SELECT set_config({quoted_literal(name)}, {value}, {'true' if local else 'false'});"


def setting_writes(parsed: ParsedStatement, catalog: Catalog) -> Iterator[SettingWrite]:
    """Yield what a statement sets; `catalog` knows the functions that it may call."""
    match parsed.statement.kind:
        case "VariableSetStmt":
            yield from _set(parsed)
        case "SelectStmt":
            found = list(_selected(parsed, catalog))
            plain = set(parsed.node) <= {"targetList", "limitOption", "op"}
            targets = len(parsed.node.get("targetList", ()))
            alone = plain and len({number for number, _ in found}) == targets
            for _, write in found:
                yield write._replace(alone=alone)
        case _:
            return


def settings_asked(parsed: ParsedStatement) -> tuple[str, ...]:
    """Return the settings that a SELECT reads by current_setting() and that it names."""
    if parsed.statement.kind != "SelectStmt":
        return ()
    called = (
        _constant(part.arguments[0], parsed)
        for part in _expressions_of(parsed.node)
        if isinstance(part, Call) and part.name[-1] == "current_setting" and part.arguments
    )
    found = (_known(name.lower(), parsed) for name in called if name)
    return tuple(name for name in found if name)


def _selected(parsed: ParsedStatement, catalog: Catalog) -> Iterator[tuple[int, SettingWrite]]:
    """Yield the settings that calls in a SELECT change, each with the number of its call."""
    number = 0
    for part in _expressions_of(parsed.node):
        if isinstance(part, Call):
            number += 1
            for write in _called(part, parsed, catalog):
                yield number, write


def _expressions_of(node: Node) -> Iterator[Expr]:
    if "larg" in node or "valuesLists" in node:
        return
    for target in node.get("targetList", ()):
        value = target["ResTarget"].get("val")
        if value is not None:
            yield from expression(value).walk()
    for source in node.get("fromClause", ()):
        for function in source.get("RangeFunction", {}).get("functions", ()):
            for item in function.get("List", {}).get("items", ()):
                if item:
                    yield from expression(item).walk()
    for cte in node.get("withClause", {}).get("ctes", ()):
        yield from _expressions_of(cte["CommonTableExpr"]["ctequery"].get("SelectStmt", {}))


def _set(parsed: ParsedStatement) -> Iterator[SettingWrite]:
    node, statement = parsed.node, parsed.statement
    name = str(node.get("name", "")).lower()
    local = bool(node.get("is_local", False))
    match node["kind"]:
        case "VAR_SET_VALUE":
            values = [_constant(expression(item), parsed) for item in node.get("args", ())]
            value = None if None in values else ", ".join(str(item) for item in values)
            resets = _resets(name, value)
            yield SettingWrite(_known(name, parsed), local, value, resets, statement)
        case "VAR_RESET_ALL":
            yield SettingWrite("*", False, "", True, statement)
        case "VAR_RESET" | "VAR_SET_DEFAULT":
            yield SettingWrite(_known(name, parsed), local, "", True, statement)
        case _:
            return


def _called(call: Call, parsed: ParsedStatement, catalog: Catalog) -> Iterator[SettingWrite]:
    statement = parsed.statement
    match call:
        case Call(("set_config",), (name, value, *rest)):
            constant = _constant(name, parsed)
            local = _truth(rest[0], parsed) if rest else None
            setting = _known(constant.lower(), parsed) if isinstance(constant, str) else ""
            written = _constant(value, parsed)
            resets = _resets(setting, written)
            yield SettingWrite(setting, local, written, resets, statement)
        case Call(name, arguments):
            given = given_types(arguments, None)
            function, _ = find_function(catalog, DEFAULT_SEARCH_PATH, name, given)
            for write in _written_by(function):
                yield SettingWrite(
                    write.name or "", write.is_local, None, False, statement, function
                )


def _written_by(function: Function | None) -> tuple[SettingChange, ...]:
    """Return what a function of the history sets; nothing of one whose body cannot be read."""
    if function is None or not (function.knows("language") and function.knows("body")):
        return ()
    if function.language not in ("sql", "plpgsql"):
        return ()
    return settings_written(function)


def _resets(name: str, value: str | None) -> bool:
    """Tell whether a value takes a setting back; that of the role is called `none`."""
    return value == "" or (name == "role" and value is not None and value.lower() == "none")


def _known(name: str, parsed: ParsedStatement) -> str:
    return "" if parsed.statement.text.holes and _HOLE in name else name


def _constant(value: Expr, parsed: ParsedStatement) -> str | None:
    """Return a constant as text, None for what only the running program knows.

    A constant that the program passes as a parameter counts.
    """
    match value:
        case Constant(None):
            return ""
        case Constant(bool() as truth):
            return str(truth).lower()
        case Constant(text) if _HOLE not in str(text):
            return str(text)
        case Cast(argument, _):
            return _constant(argument, parsed)
        case Operator("-", None, argument):
            inner = _constant(argument, parsed)
            return None if inner is None else f"-{inner}"
        case Column():
            return _passed(value, parsed)
        case _:
            return None


def _passed(value: Expr, parsed: ParsedStatement) -> str | None:
    """Return the literal of the host language that is passed for a placeholder."""
    offset = value.location + parsed.base
    for hole in parsed.statement.text.holes:
        if hole.start == offset and hole.binding:
            literal = _LITERAL().fullmatch(hole.source)
            return None if literal is None else (literal[2] or literal[3] or "")
    return None


def _truth(value: Expr, parsed: ParsedStatement) -> bool | None:
    constant = _constant(value, parsed)
    if constant is None or constant == "":
        return None
    return constant.lower() in ("t", "true", "on", "yes", "1")
