"""SET, RESET, SET ROLE and set_config(), and the settings with which sessions begin."""

from __future__ import annotations

from rlslint.catalog.roles import Role
from rlslint.replay import Refused
from rlslint.replay.session import READ_ONLY, READ_ONLY_BY_DEFAULT, only_reads
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Constant
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
            replay.session.take_all(local)
        case "VAR_SET_MULTI":
            read_only = only_reads(node.get("args", ()))
            if read_only is not None and name == "transaction":
                replay.session.give(READ_ONLY, read_only and replay.is_in_transaction, True)
            elif read_only is not None:
                replay.session.give(READ_ONLY_BY_DEFAULT, read_only, False)
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
        if role and ("role", "", role) in replay.catalog.gone:
            raise Refused("invalid_parameter_value")
        if role:
            replay.catalog.role(role)
        replay.session.set_role(role, local)
    elif name == "session_authorization" and values:
        replay.catalog.role(values[0])
        replay.session.set_session_authorization(values[0], local)
    elif name == READ_ONLY and replay.is_in_transaction:
        replay.session.give(name, _is_on(values), True)
    elif name == READ_ONLY_BY_DEFAULT:
        replay.session.give(name, _is_on(values), local)
    elif "." in name or name == "row_security":
        # A value that is no constant is one nevertheless.
        value = ", ".join(values) if values else None
        give_setting(replay, name, value is None or _tells(name, value), local)


def _is_on(values: tuple[str, ...]) -> bool:
    return bool(values) and values[0].lower() in ("on", "true", "yes", "1", "t", "y")


def _tells(name: str, value: str) -> bool:
    if name == "row_security":
        return value.lower() in ("off", "false", "no", "0")
    return value != ""


def give_setting(replay: Replay, name: str, has_value: bool, local: bool) -> None:
    """Note whether a setting holds a value.

    SET LOCAL outside of a transaction block counts for the rest of the script: what runs the script
    may have begun a transaction.
    """
    replay.session.give(name, has_value, local and replay.transaction is not None)


def _reset(replay: Replay, name: str, local: bool) -> None:
    if name == "search_path":
        replay.session.reset_search_path(local)
    elif name == "role":
        replay.session.set_role("", local)
    elif name == "session_authorization":
        replay.session.set_session_authorization("", local)
    elif name == READ_ONLY_BY_DEFAULT:
        replay.session.give(name, False, local)
    elif "." in name or name == "row_security":
        give_setting(replay, name, False, local)


def set_config(replay: Replay, name: str, value: str | None, local: bool) -> None:
    """Carry out set_config(); NULL stands for the default (manual: 9.28.1)."""
    name = name.lower()
    if value is None:
        _reset(replay, name, local)
    elif name == "search_path":
        replay.session.set_search_path(schemas_of(value), local)
    else:
        _set(replay, name, (value,), local)


def schemas_of(value: str) -> tuple[str, ...]:
    """Return the schemas of a search_path as one text holds them."""
    parts = (part.strip() for part in value.split(","))
    return tuple(p.strip('"') if p.startswith('"') else p.lower() for p in parts if p)


def alter_role_set(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    if "role" not in node:
        _keep_for_all(replay, statement, node["setstmt"], "database" in node)
        return
    role = replay.catalog.role(replay.role_name(node["role"]))
    if not role.knows("settings"):
        return
    if node["setstmt"]["kind"] == "VAR_SET_CURRENT" and not _is_path(node["setstmt"]):
        role.forget("settings", statement)  # The values of a session's settings are not kept.
        return
    changed = _changed(replay, role, "database" in node, node["setstmt"])
    settings = {**role.settings, **changed}
    known = {name: value for name, value in settings.items() if value is not None}
    role.become("settings", known)
    role.because_of(f"setting {node['setstmt'].get('name', '').lower()}", statement)


def _is_path(setting: Node) -> bool:
    return bool(setting.get("name", "").lower() == "search_path")


def alter_database_set(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    _keep_for_all(replay, statement, node["setstmt"], True)


def _keep_for_all(replay: Replay, statement: Statement, setting: Node, in_database: bool) -> None:
    """Keep what applies to all roles: ALTER ROLE ALL IN DATABASE is ALTER DATABASE."""
    database = replay.catalog.database_settings
    for name, value in _changed(replay, None, in_database, setting).items():
        if value is None:
            database.pop(name, None)
        elif name not in database or database[name][0] != value:
            database[name] = (value, statement)


def _changed(
    replay: Replay, role: Role | None, in_database: bool, setting: Node
) -> dict[str, str | None]:
    """Change what is stored, and return what applies of it then.

    What is set for one database comes before what is set for all (manual: ALTER ROLE).
    """
    everywhere, here = (
        dict(replay.origins.stored_settings.get((role, only_here), {}))
        for only_here in (False, True)
    )
    stored = here if in_database else everywhere
    name = setting.get("name", "").lower()
    names = [name]
    match setting["kind"]:
        case "VAR_SET_VALUE":
            stored[name] = ", ".join(setting_values(setting))
        case "VAR_SET_CURRENT" if _is_path(setting):
            stored[name] = ", ".join(replay.session.search_path_setting)
        case "VAR_RESET_ALL":
            names = list(stored)
            stored.clear()
        case _:
            stored.pop(name, None)
    replay.origins.stored_settings[role, in_database] = stored
    return {name: here.get(name, everywhere.get(name)) for name in names}
