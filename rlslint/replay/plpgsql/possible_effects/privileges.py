"""What GRANT and REVOKE may change."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.privileges import PossibleDefault
from rlslint.catalog.schemas import Schema
from rlslint.replay.plpgsql.possible_effects.effects import FUNCTION_KINDS, PossibleEffects
from rlslint.replay.plpgsql.possible_effects.open_names import is_open_name, name_pattern
from rlslint.replay.privileges import DEFAULT_KINDS
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node


def grant(effects: PossibleEffects, node: Node) -> None:
    for owned in _granted_objects(effects, node):
        if not node.get("is_grant", False):
            _revoke(effects, owned, node)
        elif not _holds_already(effects, owned, node):
            effects.open(owned.grants)


def alter_default_privileges(effects: PossibleEffects, node: Node) -> None:
    """What is made later may have other privileges; what there is keeps its own."""
    creators: tuple[str, ...] = (effects.replay.session.user,)
    schemas: tuple[str, ...] = ("",)
    for item in node.get("options", ()):
        definition = item["DefElem"]
        items = definition["arg"]["List"]["items"]
        if definition["defname"] == "roles":
            creators = tuple(effects.role_name(role["RoleSpec"]) for role in items)
        elif definition["defname"] == "schemas":
            schemas = tuple("" if is_open_name(name) else name for name in strings(items))
    kind = DEFAULT_KINDS.get(node["action"]["objtype"])
    if kind is None:
        return
    for creator in creators:
        for schema in schemas:
            effects.catalog.possible_defaults.append(
                PossibleDefault(creator, schema, kind, effects.statement)
            )
            effects.changed = True


def _granted_objects(
    effects: PossibleEffects, node: Node
) -> Iterator[Relation | Function | Schema]:
    for item in node.get("objects", ()):
        match item:
            case {"RangeVar": range_var}:
                yield from effects.relations(range_var)
            case {"ObjectWithArgs": target}:
                yield from effects.functions_named(strings(target["objname"]))
            case {"String": {"sval": name}} if node["targtype"] == "ACL_TARGET_ALL_IN_SCHEMA":
                matches = name_pattern(name)
                if node["objtype"] in FUNCTION_KINDS:
                    functions = effects.catalog.functions.known()
                    yield from (f for f in functions if matches(f.schema))
                else:
                    yield from (r for r in effects.all_relations() if matches(r.schema))
            case {"String": {"sval": name}}:
                matches = name_pattern(name)
                schemas = effects.catalog.schemas.values()
                yield from (schema for schema in schemas if matches(schema.name))
            case _:
                continue


def _holds_already(
    effects: PossibleEffects, owned: Relation | Function | Schema, node: Node
) -> bool:
    grantees = [effects.role_name(item["RoleSpec"]) for item in node["grantees"]]
    privileges = [
        (item["AccessPriv"].get("priv_name", ""), column)
        for item in node.get("privileges", ())
        for column in strings(item["AccessPriv"].get("cols")) or ("",)
    ]
    held = {(grant.grantee, grant.privilege, grant.column) for grant in owned.grants.known()}
    return bool(privileges) and all(
        (grantee, privilege, column) in held
        for grantee in grantees
        for privilege, column in privileges
    )


def _revoke(effects: PossibleEffects, owned: Relation | Function | Schema, node: Node) -> None:
    grantees = {effects.role_name(item["RoleSpec"]) for item in node["grantees"]}
    named = {item["AccessPriv"].get("priv_name", "") for item in node.get("privileges", ())} - {""}
    for grant in owned.grants.known():
        someone = "" in grantees or grant.grantee in grantees
        if someone and (not named or grant.privilege in named):
            effects.lose(owned.grants, (grant.grantee, grant.privilege, grant.column))
