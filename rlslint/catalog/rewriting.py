"""What the actions of a rule do, as CREATE RULE writes them and as a server shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rlslint.catalog.binding import Scope, bind, find_relation
from rlslint.catalog.model import Relation, RuleAction
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.sql.nodes import expression, strings
from rlslint.sql.parser import Node
from rlslint.text import Statement

_COMMANDS = {
    "SelectStmt": "select", "InsertStmt": "insert", "UpdateStmt": "update", "DeleteStmt": "delete",
}  # fmt: skip
_CONDITIONS = ("whereClause", "quals", "havingClause")
_ROWS = ("old", "new")
"""What the actions call the row of the query; these are no tables."""


def event_of(node: Node) -> str:
    """Return the command that a rule rewrites."""
    return str(node.get("event", "")).removeprefix("CMD_").lower()


def actions_of(node: Node, scope: Scope, statement: Statement, base: int) -> tuple[RuleAction, ...]:
    """Return what a rule runs, names resolved; NOTHING and NOTIFY are no actions."""
    shared = [node["whereClause"]] if "whereClause" in node else []
    found = []
    for action in node.get("actions", ()):
        for kind, fields in action.items():
            if kind in _COMMANDS:
                conditions = (*shared, *_conditions(fields))
                found.append(
                    RuleAction(
                        _COMMANDS[kind],
                        _found(fields.get("relation"), scope),
                        tuple(dict.fromkeys(_reads(fields, scope, frozenset()))),
                        tuple(_bound(one, scope, statement, base) for one in conditions),
                        tuple(dict.fromkeys(_copied(fields))) if kind == "InsertStmt" else (),
                    )
                )
    return tuple(found)


def _found(name: Node | None, scope: Scope) -> Relation | None:
    if name is None:
        return None
    return find_relation(
        scope.catalog, scope.search_path, name.get("schemaname", ""), name["relname"]
    )


def _bound(node: Node, scope: Scope, statement: Statement, base: int) -> Clause:
    return Clause(Predicate(bind(expression(node), scope)), statement, base)


def _conditions(node: Any) -> Iterator[Node]:
    """Yield the conditions at and below a node; one inside another is a part of that."""
    match node:
        case dict():
            for key, value in node.items():
                if key in _CONDITIONS:
                    yield value
                else:
                    yield from _conditions(value)
        case list():
            for item in node:
                yield from _conditions(item)
        case _:
            return


def _copied(insert: Node) -> Iterator[str]:
    """Yield the columns of the query's row that an INSERT puts out, "*" for the whole row."""
    source = insert.get("selectStmt", {}).get("SelectStmt", {})
    waiting = [source.get("valuesLists"), source.get("targetList")]
    while waiting:
        match waiting.pop():
            case {"ColumnRef": {"fields": [{"String": {"sval": row}}, *names]}} if row in _ROWS:
                yield (strings(names) or ("*",))[0]
            case {"A_Const": _}:
                continue
            case dict() as fields:
                waiting += fields.values()
            case list() as items:
                waiting += items
            case _:
                continue


def _reads(node: Any, scope: Scope, ctes: frozenset[str]) -> Iterator[Relation]:
    match node:
        case {"RangeVar": {"relname": name} as fields}:
            relation = None if name in ctes or name in _ROWS else _found(fields, scope)
            if relation is not None:
                yield relation
        case dict():
            for item in node.get("withClause", {}).get("ctes", ()):
                ctes |= {item["CommonTableExpr"]["ctename"]}
            for value in node.values():
                yield from _reads(value, scope, ctes)
        case list():
            for item in node:
                yield from _reads(item, scope, ctes)
        case _:
            return
