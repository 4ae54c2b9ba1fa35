"""INSERT, UPDATE, DELETE and MERGE: what refuses them, and which policies decide on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rlslint.catalog import AdmittedRows, RowAccess
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.config.platforms import CONTAINERS
from rlslint.replay import Refused, must_have_columns
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Cast, Constant, Expr, Query
from rlslint.sql.nodes import expression
from rlslint.sql.parser import Node
from rlslint.text import Statement


def refuse_rows(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Refuse a statement about rows of a table that is gone, or of columns that it has not."""
    del base
    relation = replay.find(node["relation"])
    if relation is None:
        # What was never there may be made elsewhere; that is for others to say.
        schema, name = node["relation"].get("schemaname", ""), node["relation"]["relname"]
        if replay.catalog.is_gone((schema,) if schema else replay.search_path, name):
            raise Refused("undefined_table")
        return
    if statement.kind == "InsertStmt":
        columns = [item["ResTarget"].get("name", "") for item in node.get("cols", ())]
        must_have_columns(relation, columns)
    elif statement.kind == "UpdateStmt":
        must_have_columns(
            relation, [item["ResTarget"].get("name", "") for item in node.get("targetList", ())]
        )


_COMMANDS = {"UpdateStmt": "update", "DeleteStmt": "delete", "MergeStmt": "update"}


def change_rows(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Note the tables that INSERT, UPDATE, DELETE or MERGE changes or reads.

    What INSERT adds is checked, and refused for all to see: only what it reads may be hidden.
    """
    del base
    if not replay.has_forced:
        return
    for name, command in _relations_named({statement.kind: node}, frozenset()):
        _note(replay, statement, replay.find(name), command)


def change_in_with(replay: Replay, statement: Statement, node: Node) -> None:
    """Note the tables that the WITH queries of a SELECT update or delete from."""
    for name, command in _relations_named(node, frozenset()):
        if command != "select":
            _note(replay, statement, replay.find(name), command)


def note_reads(replay: Replay, statement: Statement, relations: Iterable[Relation]) -> None:
    """Note the tables that a query reads whose rows are kept."""
    for relation in relations:
        _note(replay, statement, relation, "select")


def note_query(replay: Replay, statement: Statement, found: Query) -> None:
    """Note the tables that a query of a body reads whose rows it goes by."""
    if not replay.has_forced:
        return
    sources = (
        source for part in found.walk() if isinstance(part, Query) for source in part.sources
    )
    for source in sources:
        if source.name and not source.is_cte:
            name = {"relname": source.name, "schemaname": source.schema}
            _note(replay, statement, replay.find(name), "select")


def _note(replay: Replay, statement: Statement, relation: Relation | None, command: str) -> None:
    session = replay.session
    if relation is None or not all(map(relation.knows, ("rls_enabled", "rls_forced", "owner"))):
        return
    if not relation.rls_enabled or "row_security" in session.given:
        return
    if not (relation.rls_forced or _is_bound(replay, relation)) or relation.policies.is_open:
        return
    policies = relation.policies.known()
    if all(one.knows(fact) for one in policies for fact in ("permissive", "roles", "using")):
        replay.catalog.row_accesses.append(
            RowAccess(
                statement,
                relation,
                command,
                session.user,
                relation.owner,
                _escapes(replay),
                session.given,
                tuple(map(_condition, filter(_admits, policies))),
                relation.statements.get("rls_forced"),
            )
        )


def _admits(policy: Policy) -> bool:
    return policy.permissive and policy.command != "insert"


def _condition(policy: Policy) -> AdmittedRows:
    return AdmittedRows(policy.command, policy.roles, policy.using)


def _is_bound(replay: Replay, relation: Relation) -> bool:
    """Tell whether policies bind a role though they are not forced: it has no owner's rights."""
    user = replay.catalog.roles.get(replay.session.user)
    if user is None or user.name == MIGRATION_ROLE or not user.declared:
        return False
    acting = user.acts_as()
    return acting is not None and relation.owner not in acting


def _escapes(replay: Replay) -> bool:
    user = replay.catalog.roles.get(replay.session.user)
    return user is not None and any(
        user.knows(attribute) and getattr(user, attribute)
        for attribute in ("superuser", "bypassrls")
    )


def _relations_named(node: Node | list[Any], ctes: frozenset[str]) -> Iterator[tuple[Node, str]]:
    """Yield the names of relations in a statement, and what is done with their rows.

    The names of its WITH queries are none of relations.
    """
    match node:
        case {"RangeVar": {"relname": name} as fields}:
            if "schemaname" in fields or name not in ctes:
                yield fields, "select"
        case dict():
            for item in node.get("withClause", {}).get("ctes", ()):
                ctes |= {item["CommonTableExpr"]["ctename"]}
            for kind, value in node.items():
                if kind in _COMMANDS:
                    yield value["relation"], _COMMANDS[kind]
                if isinstance(value, dict | list):
                    yield from _relations_named(value, ctes)
        case list():
            for item in node:
                if isinstance(item, dict | list):
                    yield from _relations_named(item, ctes)


_COLUMNS_OF_CONTAINERS = ("id", "name", "owner", "created_at", "updated_at", "public")
"""The first columns of the table, in their order."""


def insert_containers(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    del statement, base
    if not _is_of_containers(node):
        return
    select = node.get("selectStmt", {}).get("SelectStmt", {})
    named = tuple(item["ResTarget"]["name"] for item in node.get("cols", ()))
    for row in select.get("valuesLists", ()):
        values = map(expression, row["List"]["items"])
        held = dict(zip(named or _COLUMNS_OF_CONTAINERS, map(_constant, values), strict=False))
        name, is_public = held.get("id"), held.get("public", False)
        if isinstance(name, str):
            if isinstance(is_public, bool):
                replay.catalog.containers[name] = is_public
            else:
                replay.catalog.containers.pop(name, None)


def update_containers(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Forget what was known: which rows a condition meets is not worked out."""
    del statement, base
    if _is_of_containers(node):
        for name in list(replay.catalog.containers):
            del replay.catalog.containers[name]


def _is_of_containers(node: Node) -> bool:
    relation = node.get("relation", {})
    return (relation.get("schemaname"), relation.get("relname")) == CONTAINERS


def _constant(value: Expr) -> object:
    match value:
        case Cast(argument):
            return _constant(argument)
        case Constant(constant):
            return constant
        case _:
            return value
