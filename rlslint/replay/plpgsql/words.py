"""What SQL may change that cannot be parsed: what its words name, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from rlslint.catalog.facts import Members
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import PossibleDefault, Role, Schema
from rlslint.replay.doubtful import DOUBTFUL, Doubts
from rlslint.replay.open_names import all_relations, name_pattern, relations_named
from rlslint.replay.state import Replay
from rlslint.sql import is_open_name
from rlslint.sql.outlines import Outline, outlines

Names = tuple[str, ...]
A = TypeVar("A", Relation, Function)

_ROW_SECURITY = ("rls_enabled", "rls_forced")
_ATTRIBUTES = tuple(fact for fact in DOUBTFUL[Role] if fact != "settings")
_KINDS_OF_DEFAULTS = ("tables", "sequences", "functions", "schemas", "types")


def doubt_by_words(replay: Replay, doubts: Doubts, sql: str, is_refused: bool = False) -> None:
    """Make unknown what SQL may change, by its words.

    `is_refused` tells that a server refuses it as it stands. That leaves roles as they are, on
    which all depends that they reach: no other object is to be in doubt for it.
    """
    for outline in outlines(sql):
        if is_refused and outline.kind == "role":
            _declare_roles(replay, doubts, outline)
        else:
            _doubt(replay, doubts, outline)


def _declare_roles(replay: Replay, doubts: Doubts, outline: Outline) -> None:
    """Let roles exist that a refused CREATE ROLE was to make; nothing else is known of them."""
    doubts.any = True
    for name in outline.roles if outline.verb == "create" else ():
        role = replay.catalog.role(name)
        if not role.declared and not is_open_name(name):
            role.become("declared", True)
            doubts.forget(role, _facts_of_role(outline))
            doubts.open(role.memberships)


def _doubt(replay: Replay, doubts: Doubts, outline: Outline) -> None:
    match outline.kind:
        case "relation":
            _doubt_relations(replay, doubts, outline)
        case "relation of schema":
            _doubt_grants(doubts, outline, _in_schemas(all_relations(replay), outline.names))
        case "function":
            _doubt_functions(replay, doubts, outline)
        case "function of schema":
            functions = _in_schemas(replay.catalog.functions.known(), outline.names)
            _doubt_grants(doubts, outline, functions)
        case "role":
            _doubt_roles(replay, doubts, outline)
        case "policy":
            for relation in _tables(replay, doubts, outline):
                _doubt_members(doubts, relation.policies, outline)
        case "index":
            _doubt_indexes(replay, doubts, outline)
        case "trigger":
            for relation in _tables(replay, doubts, outline):
                _doubt_members(doubts, relation.triggers, outline)
        case "schema":
            _doubt_schemas(replay, doubts, outline)
        case "publication":
            _doubt_publications(replay, doubts, outline)
        case "default privileges":
            _doubt_defaults(doubts, outline)
        case "owned":
            _doubt_owners(replay, doubts, outline)
        case _ if not outline.verb:
            _doubt_everything(replay, doubts)
        case _:
            return


def _doubt_relations(replay: Replay, doubts: Doubts, outline: Outline) -> None:
    if outline.verb == "create" and not outline.names:
        doubts.open(replay.catalog.relations)
    if outline.verb == "create" and outline.is_temporary:
        return
    for relation in _named(replay, doubts, outline.names):
        if not outline.names and relation.knows("kind") and _is_other_kind(relation, outline):
            continue
        match outline.verb:
            case "grant" | "revoke":
                _doubt_grants(doubts, outline, (relation,))
            case "create" if not relation.is_beyond_history and outline.says("or", "replace"):
                doubts.forget(relation, ("query", "options", "columns"))
            case "create":
                # Nothing is known of what may have been made, and IF NOT EXISTS changes nothing.
                doubts.any |= relation.unknown.get("kind") is doubts.statement
            case "alter":
                _doubt_altered(doubts, relation, outline)
            case _:
                doubts.existence(relation)


def _is_other_kind(relation: Relation, outline: Outline) -> bool:
    """Tell whether a statement that names no relation is about relations of another kind."""
    is_view = relation.is_view or relation.is_materialized_view
    return outline.says("view") != is_view and outline.verb in ("alter", "drop")


def _doubt_altered(doubts: Doubts, relation: Relation, outline: Outline) -> None:
    """Make unknown what ALTER TABLE may have changed, all where its words do not tell."""
    facts: set[str] = set()
    if outline.says("row", "level", "security"):
        facts.update(_ROW_SECURITY)
    if outline.says("owner", "to"):
        facts.add("owner")
    parts = ("column", "constraint", "trigger", "inherit")
    changed = [part for part in parts if outline.says(part)]
    if outline.says("rename", "to") or outline.says("set", "schema") or not (facts or changed):
        doubts.existence(relation)
        return
    if "column" in changed or "constraint" in changed:
        facts.add("columns")
        if outline.says("drop"):
            doubts.lose(relation.constraints, list(dict.keys(relation.constraints)))
            doubts.lose(relation.indexes, list(dict.keys(relation.indexes)))
        doubts.open(relation.constraints)
        doubts.open(relation.indexes)
    if outline.says("drop", "column"):
        doubts.lose(relation.policies, list(dict.keys(relation.policies)))
    if "inherit" in changed:
        facts.update(("columns", "parents"))
    if "trigger" in changed:
        doubts.lose(relation.triggers, list(dict.keys(relation.triggers)))
    doubts.forget(relation, sorted(facts))


def _doubt_grants(
    doubts: Doubts, outline: Outline, objects: Iterable[Relation | Function | Schema]
) -> None:
    for one in objects:
        if outline.verb == "grant":
            doubts.open(one.grants)
        else:
            matches = [name_pattern(role) for role in outline.roles]
            held = list(dict.keys(one.grants))
            of_these = [key for key in held if any(found(key[0]) for found in matches)]
            doubts.lose(one.grants, of_these if matches else held)


def _doubt_functions(replay: Replay, doubts: Doubts, outline: Outline) -> None:
    functions = replay.catalog.functions
    if outline.verb == "create":
        doubts.open(functions)
        if not outline.names:
            return
    patterns = [(name_pattern(name[-1]), name[:-1]) for name in outline.names]
    for function in functions.known():
        if patterns and not any(
            matches(function.name) and (not schema or name_pattern(schema[-1])(function.schema))
            for matches, schema in patterns
        ):
            continue
        if outline.verb in ("grant", "revoke"):
            _doubt_grants(doubts, outline, (function,))
        else:
            doubts.existence(function)


def _doubt_roles(replay: Replay, doubts: Doubts, outline: Outline) -> None:
    """Make unknown what roles may do, and the memberships of all that are named."""
    roles = replay.catalog.roles
    if outline.verb == "create" and not outline.roles:
        return
    if outline.verb in ("grant", "revoke"):
        members = [role for role in roles.values() if _is_one(role.name, outline.roles)]
    else:
        for name in outline.roles:
            if outline.verb == "create" and not is_open_name(name):
                replay.catalog.role(name).become("declared", True)
        members = [role for role in roles.values() if role.name in outline.words]
        for role in list(roles.values()):
            if _is_one(role.name, outline.roles):
                doubts.forget(role, _facts_of_role(outline))
                members.append(role)
    for role in dict.fromkeys(members):
        doubts.lose(role.memberships, list(dict.keys(role.memberships)))


def _facts_of_role(outline: Outline) -> list[str]:
    """Return the facts that a statement about a role speaks of, all where it speaks of none."""
    if outline.verb == "drop":
        return list(DOUBTFUL[Role])
    said = [fact for fact in _ATTRIBUTES if outline.says(fact) or outline.says(f"no{fact}")]
    if outline.says("set") or outline.says("reset"):
        said.append("settings")
    return said or list(_ATTRIBUTES)


def _doubt_indexes(replay: Replay, doubts: Doubts, outline: Outline) -> None:
    if outline.on or outline.verb == "create":
        for relation in _tables(replay, doubts, outline):
            doubts.open(relation.indexes)
        return
    names = [name[-1] for name in outline.names]
    for relation in all_relations(replay):
        lost = [key for key in dict.keys(relation.indexes) if _is_one(key, names)]
        if lost:
            doubts.lose(relation.indexes, lost)


def _doubt_schemas(replay: Replay, doubts: Doubts, outline: Outline) -> None:
    schemas = replay.catalog.schemas
    for name in outline.names:
        if outline.verb == "create" and name[-1] not in schemas and not is_open_name(name[-1]):
            schemas[name[-1]] = Schema(name[-1], replay.session.user, doubts.statement)
    if outline.verb == "create" and not outline.names:
        return
    for schema in list(schemas.values()):
        if not _is_one(schema.name, [name[-1] for name in outline.names]):
            continue
        if outline.verb in ("grant", "revoke"):
            _doubt_grants(doubts, outline, (schema,))
            continue
        doubts.forget(schema, ("owner",))
        if outline.verb == "drop" or outline.says("rename"):
            for relation in _in_schemas(all_relations(replay), ((schema.name,),)):
                doubts.existence(relation)
            for function in _in_schemas(replay.catalog.functions.known(), ((schema.name,),)):
                doubts.existence(function)


def _doubt_publications(replay: Replay, doubts: Doubts, outline: Outline) -> None:
    if outline.verb == "create":
        doubts.open(replay.catalog.publications)
    for publication in replay.catalog.publications.known():
        if _is_one(publication.name, [name[-1] for name in outline.names]):
            doubts.existence(publication)


def _doubt_defaults(doubts: Doubts, outline: Outline) -> None:
    kinds = [kind for kind in _KINDS_OF_DEFAULTS if outline.says(kind)] or _KINDS_OF_DEFAULTS
    for creator in _or_any(outline.roles):
        for schema in _or_any([name[-1] for name in outline.names]):
            for kind in kinds:
                possible = PossibleDefault(creator, schema, kind, doubts.statement)
                doubts.catalog.possible_defaults.add(possible)
                doubts.any = True


def _or_any(names: Iterable[str]) -> list[str]:
    return ["" if is_open_name(name) else name for name in names] or [""]


def _doubt_owners(replay: Replay, doubts: Doubts, outline: Outline) -> None:
    """REASSIGN OWNED and DROP OWNED: of all that these roles may own."""
    for relation in all_relations(replay):
        if not relation.knows("owner") or _is_one(relation.owner, outline.roles):
            if outline.verb == "drop":
                doubts.existence(relation)
            else:
                doubts.forget(relation, ("owner",))
        if outline.verb == "drop":
            _doubt_grants(doubts, outline, (relation,))


def _doubt_everything(replay: Replay, doubts: Doubts) -> None:
    for relation in all_relations(replay):
        doubts.forget(relation, (*_ROW_SECURITY, "owner", "columns"))
        doubts.lose(relation.policies, list(dict.keys(relation.policies)))
        doubts.lose(relation.grants, list(dict.keys(relation.grants)))
    doubts.open(replay.catalog.relations)
    for function in replay.catalog.functions.known():
        doubts.existence(function)
    doubts.open(replay.catalog.functions)
    for role in replay.catalog.roles.values():
        doubts.forget(role, (fact for fact in DOUBTFUL[Role] if fact != "settings"))
        doubts.lose(role.memberships, list(dict.keys(role.memberships)))


def _doubt_members(doubts: Doubts, members: Members[str, Any], outline: Outline) -> None:
    """Doubt the members of a table that are named, all where none is."""
    if outline.verb == "create":
        doubts.open(members)
        return
    names = [name[-1] for name in outline.names]
    doubts.lose(members, [key for key in dict.keys(members) if _is_one(key, names)])


def _tables(replay: Replay, doubts: Doubts, outline: Outline) -> list[Relation]:
    """Return the table on which something stands, all of them where it is not named."""
    return list(_named(replay, doubts, (outline.on,) if outline.on else ()))


def _named(replay: Replay, doubts: Doubts, names: Iterable[Names]) -> Iterator[Relation]:
    """Yield the relations of these names, which the history need not make; all without a name."""
    listed = tuple(names)
    if not listed:
        yield from all_relations(replay)
    for name in listed:
        if any(map(is_open_name, name)):
            yield from relations_named(replay, name[-2] if len(name) > 1 else "", name[-1])
        else:
            yield replay.relation_named(name, doubts.statement)


def _in_schemas(objects: Iterable[A], names: Iterable[Names]) -> list[A]:
    schemas = [name[-1] for name in names]
    return [one for one in objects if _is_one(one.schema, schemas)]


def _is_one(name: str, names: Iterable[str]) -> bool:
    """Tell whether a name may be one of these; any may where there are none."""
    listed = tuple(names)
    return not listed or any(name_pattern(one)(name) for one in listed)
