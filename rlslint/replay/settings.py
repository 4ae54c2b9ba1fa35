"""SET, RESET, SET ROLE, and set_config() of a script."""

from __future__ import annotations

from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call, Constant
from rlslint.sql.nodes import expression
from rlslint.sql.parser import Node
from rlslint.text import Statement


def set_variable(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    name = node.get("name", "").lower()
    local = node.get("is_local", False)
    values = setting_values(node)
    match node["kind"]:
        case "VAR_RESET_ALL":
            replay.session.reset_search_path(local)
        case "VAR_SET_VALUE":
            _set(replay, name, values, local)
        case "VAR_SET_DEFAULT" | "VAR_RESET":
            _reset(replay, name, local)
        case _:
            return


def setting_values(node: Node) -> tuple[str, ...]:
    """Return the values of a SET as text."""
    found: list[str] = []
    for item in node.get("args", ()):
        match expression(item):
            case Constant(value):
                found.append("" if value is None else str(value))
            case _:
                continue
    return tuple(found)


def _set(replay: Replay, name: str, values: tuple[str, ...], local: bool) -> None:
    if name == "search_path":
        replay.session.set_search_path(values, local)
    elif name == "role" and values:
        role = "" if values[0].lower() == "none" else values[0]
        if role:
            replay.catalog.role(role)
        replay.session.set_role(role, local)
    elif name == "session_authorization" and values:
        replay.catalog.role(values[0])
        replay.session.set_session_authorization(values[0], local)


def _reset(replay: Replay, name: str, local: bool) -> None:
    if name == "search_path":
        replay.session.reset_search_path(local)
    elif name == "role":
        replay.session.set_role("", local)
    elif name == "session_authorization":
        replay.session.set_session_authorization("", local)


def select(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Carry out what a top-level SELECT does beside reading: set_config, SELECT INTO, calls."""
    if "intoClause" in node:
        from rlslint.catalog.model import Kind
        from rlslint.replay.tables import table_of_query

        table_of_query(replay, statement, node, node["intoClause"], Kind.table, base)
        return
    from rlslint.replay.dynamic import call_function, call_functions_for_rows

    if "fromClause" in node or "whereClause" in node:
        call_functions_for_rows(replay, statement, node)
        return
    for target in node.get("targetList", ()):
        value = target["ResTarget"].get("val")
        if value is None or "ColumnRef" in value or "A_Const" in value:
            continue
        if "FuncCall" not in value or _calls_in_arguments(value["FuncCall"]):
            call_functions_for_rows(replay, statement, {"targetList": [target]})
            continue
        call = expression(value)
        match call:
            case Call(("set_config",), (Constant(name), Constant(setting), *rest)):
                local = bool(rest) and rest[0] == Constant(True)
                _set_config(replay, str(name).lower(), str(setting or ""), local)
            case Call():
                call_function(replay, call, statement, base)


def _calls_in_arguments(call: Node) -> bool:
    return any("FuncCall" in argument for argument in call.get("args", ()))


def _set_config(replay: Replay, name: str, value: str, local: bool) -> None:
    if name == "search_path":
        schemas = tuple(part.strip().strip('"') for part in value.split(",") if part.strip())
        replay.session.set_search_path(schemas, local)
    elif name == "role":
        _set(replay, name, (value,), local)
