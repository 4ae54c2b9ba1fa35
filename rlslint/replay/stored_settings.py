"""ALTER ROLE … SET and ALTER DATABASE … SET, with which sessions begin."""

from __future__ import annotations

from rlslint.catalog.roles import Role
from rlslint.catalog.schemas import DEFAULT_SEARCH_PATH
from rlslint.replay.state import Replay
from rlslint.sql.parser import Node
from rlslint.text import Statement


def start_path(replay: Replay, user: str) -> tuple[str, ...]:
    """Return the search_path that a role's sessions begin with.

    Its own comes before that of the database (manual: ALTER ROLE).
    """
    role = replay.catalog.roles.get(user)
    if role is not None and role.knows("settings") and "search_path" in role.settings:
        return _schemas(role.settings["search_path"])
    stored = replay.catalog.database_settings.get("search_path")
    return DEFAULT_SEARCH_PATH if stored is None else _schemas(stored[0])


def _schemas(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(","))


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
            from rlslint.replay.settings import setting_values

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
