"""Functions that ask for objects by name, and for the session (manual: 9.27)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.replay.plpgsql.casts import cast, reference_of_relation
from rlslint.replay.plpgsql.values import ANY, Reference, Value, dotted_name

if TYPE_CHECKING:
    from rlslint.replay.state import Replay

_OWN_SCHEMAS = frozenset({"public", "pg_catalog", "information_schema"})
_CURRENT_USER = frozenset({"current_user", "current_role", "user"})


def ask_catalog(
    replay: Replay, name: tuple[str, ...], arguments: tuple[Value, ...]
) -> tuple[Value, ...]:
    """Return what a function tells of objects or the session in a tuple, () for any other one."""
    if len(name) == 1 and name[0] in _CURRENT_USER:
        user = replay.session.user
        return (ANY if user.startswith("(") else user,)
    match name[-1], arguments:
        case "to_regclass", (str() as text,):
            return (_to_regclass(replay, text),)
        case "to_regrole" | "to_regnamespace", (str() as text,):
            return (_to_reference(replay, name[-1], text),)
        case "pg_get_function_identity_arguments", (Reference(kind="function", name=shown),):
            return (shown.partition("(")[2].removesuffix(")"),)
        case "current_schema", ():
            return (_current_schema(replay),)
        case _:
            return ()


def _current_schema(replay: Replay) -> Value:
    """Return the first schema of the path that exists, as far as the history tells."""
    known = (*replay.catalog.schemas, *_OWN_SCHEMAS)
    path = replay.session.search_path
    found = next((name for name in path if name in known), "")
    first = path[:1] == (found,) or path[:1] == (replay.session.user,)
    return found if found and first else ANY


def _to_reference(replay: Replay, function: str, text: str) -> Value:
    name = dotted_name(text)[-1:]
    if function == "to_regnamespace":
        known = name and (name[0] in replay.catalog.schemas or name[0] in _OWN_SCHEMAS)
        return cast(replay, text, "regnamespace") if known else None
    role = replay.catalog.roles.get(name[0]) if name else None
    return cast(replay, text, "regrole") if role is not None and role.declared else ANY


def _to_regclass(replay: Replay, text: str) -> Value:
    names = dotted_name(text)
    found = reference_of_relation(replay, text)
    if isinstance(found, Reference):
        place = names[-2:] if len(names) > 1 else (replay.creation_schema(), names[-1])
        certain = (place[0], place[1]) not in replay.catalog.unknown_relations
        return found if certain else ANY
    return ANY if replay.catalog.relations.is_open else None
