"""Objects and the session by name: the reg… types and functions (manual: 8.19 and 9.27)."""

from __future__ import annotations

from rlslint.catalog.binding import find_relation
from rlslint.replay.plpgsql.arrays import as_array
from rlslint.replay.plpgsql.dates import (
    KINDS,
    Duration,
    Moment,
    NotADate,
    duration_from,
    moment_from,
)
from rlslint.replay.plpgsql.system_catalogs.questions import is_of_history
from rlslint.replay.plpgsql.system_catalogs.references import (
    function_reference,
    relation_reference,
    schema_reference,
)
from rlslint.replay.plpgsql.values import (
    ANY,
    Blank,
    Datum,
    PartlyKnown,
    Reference,
    is_wholly_known,
    parts_of_name,
    quoted_name,
    shown_text,
)
from rlslint.replay.state import Replay
from rlslint.sql import quoted_identifier
from rlslint.sql.casts import TEXT_TYPES, TYPES_REFUSING_EMPTY, NotFollowed, RefusedValue, converted

_OWN_SCHEMAS = frozenset({"public", "pg_catalog", "information_schema"})
_CURRENT_USER = frozenset({"current_user", "current_role", "user"})


def cast(replay: Replay, value: Datum, type_name: str) -> Datum:
    """Return a value as `::type` gives it; a type of the history's own keeps its spelling."""
    word = type_name.rpartition(".")[2]
    if value is None:
        return None
    if word in ("regclass", "regproc", "regprocedure", "regnamespace", "regrole"):
        return _reference(replay, value, word)
    if word in TEXT_TYPES:
        value = shown_text(value)
    if (word in KINDS or word == "interval") and not isinstance(value, PartlyKnown):
        return _of_time(value, word)
    if isinstance(value, Reference) and word == "oid":
        return Reference(value.kind, value.key, value.name)
    if not is_wholly_known(value):
        return ANY if isinstance(value, PartlyKnown) and word == "bool" else value
    try:
        return converted(value, type_name)
    except RefusedValue:
        return ANY
    except NotFollowed:
        pass
    if type_name.endswith("[]"):
        return as_array(value)
    is_changed = word in TEXT_TYPES or (word in TYPES_REFUSING_EMPTY and isinstance(value, str))
    return ANY if is_changed else value


def _of_time(value: Datum, word: str) -> Datum:
    try:
        match value:
            case Moment() if word != "interval":
                return value.as_kind(word)
            case Duration() if word == "interval":
                return value
            case str():
                return duration_from(value) if word == "interval" else moment_from(value, word)
    except NotADate:
        pass
    return ANY


def _reference(replay: Replay, value: Datum, type_: str) -> Datum:
    match value:
        case Reference(kind=kind, key=key, name=name):
            return Reference(kind, key, name, True)
        case str() if type_ == "regclass":
            return _reference_of_relation(replay, value)
        case str() if type_ == "regnamespace":
            return schema_reference(parts_of_name(value)[-1])
        case str() if type_ == "regrole":
            name = parts_of_name(value)[-1]
            return Reference("role", name, str(quoted_name(name)), True)
        case str() if type_ in ("regproc", "regprocedure"):
            names = parts_of_name(value.partition("(")[0])
            found = replay.functions_named(names)
            if len(found) == 1:
                reference = function_reference(found[0], replay.session.search_path)
                reference.shown = True
                return reference
            return ANY
        case _:
            return ANY


def _reference_of_relation(replay: Replay, text: str) -> Datum:
    names = parts_of_name(text)
    if not names:
        return ANY
    catalog, path = replay.catalog, replay.session.search_path
    schema = names[-2] if len(names) > 1 else ""
    relation = find_relation(catalog, path, schema, names[-1])
    if relation is None:
        places = [schema] if schema else list(path)
        beyond = (catalog.unknown_relations.get((place, names[-1])) for place in places)
        relation = next((r for r in beyond if r is not None), None)
    if relation is None:
        return ANY
    reference = relation_reference(relation, path, catalog)
    reference.shown = True
    return reference


def ask_catalog(
    replay: Replay,
    name: tuple[str, ...],
    arguments: tuple[Datum, ...],
    others_are_missing: bool,
) -> tuple[Datum, ...]:
    """Return what a function tells of objects or the session in a tuple, () for any other one."""
    if len(name) == 1 and name[0] in _CURRENT_USER:
        user = replay.session.user
        return (ANY if user.startswith("(") else user,)
    match name[-1], arguments:
        case "to_regclass", (str() as text,):
            return (_to_regclass(replay, text, others_are_missing),)
        case "to_regrole" | "to_regnamespace", (str() as text,):
            return (_to_reference(replay, name[-1], text),)
        case "pg_get_function_identity_arguments", (Reference(kind="function", name=shown),):
            return (shown.partition("(")[2].removesuffix(")"),)
        case "current_setting", (str() as setting, *_) if setting.lower() == "search_path":
            path = replay.session.search_path_setting
            return (", ".join(map(quoted_identifier, path)),)
        case "current_schema", ():
            return (_current_schema(replay),)
        case "current_database" | "current_catalog", ():
            return (PartlyKnown((Blank.database,)),)
        case _:
            return ()


def _current_schema(replay: Replay) -> Datum:
    """Return the first schema of the path that exists, as far as the history tells."""
    known = (*replay.catalog.schemas, *_OWN_SCHEMAS)
    path = replay.session.search_path
    found = next((name for name in path if name in known), "")
    first = path[:1] == (found,) or path[:1] == (replay.session.user,)
    return found if found and first else ANY


def _to_reference(replay: Replay, function: str, text: str) -> Datum:
    name = parts_of_name(text)[-1:]
    if function == "to_regnamespace":
        known = name and (name[0] in replay.catalog.schemas or name[0] in _OWN_SCHEMAS)
        return cast(replay, text, "regnamespace") if known else None
    role = replay.catalog.roles.get(name[0]) if name else None
    return cast(replay, text, "regrole") if role is not None and role.declared else ANY


def _to_regclass(replay: Replay, text: str, others_are_missing: bool) -> Datum:
    names = parts_of_name(text)
    found = _reference_of_relation(replay, text)
    if isinstance(found, Reference):
        place = names[-2:] if len(names) > 1 else (replay.creation_schema(), names[-1])
        certain = (place[0], place[1]) not in replay.catalog.unknown_relations
        return found if certain else ANY
    if not names or replay.catalog.relations.is_open:
        return ANY
    schema = names[-2] if len(names) > 1 else None
    known = is_of_history(replay.catalog, replay.origins.former_names, schema, names[-1])
    return None if known or others_are_missing else ANY
