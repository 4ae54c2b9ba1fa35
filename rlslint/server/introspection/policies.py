"""Policies, from the rows that a server returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.server.introspection import queries
from rlslint.server.introspection.authority import RoleNames, Rows
from rlslint.server.introspection.deparsed import Deparsed
from rlslint.server.introspection.description import Description
from rlslint.server.introspection.relations import Relations, numbers_of
from rlslint.sql import quoted_identifier

_COMMANDS = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}


def add_policies(
    relations: Relations,
    rows: Callable[[str], Rows],
    names: RoleNames,
    deparsed: Deparsed,
    description: Description,
) -> None:
    """Add the policies with their bound clauses; one that cannot be read is unknown.

    `rows` asks the server, or returns what it was asked ahead.
    """
    policies = [policy for policy in rows(queries.POLICIES) if policy[1] in relations]
    tables = {policy[0]: relations[policy[1]] for policy in policies}
    conditions = _conditions(rows(queries.CONDITIONS), tables, rows)
    for policy_oid, _, name, permissive, command, role_oids in policies:
        using, check = conditions.get(policy_oid), conditions.get(-policy_oid)
        policy = Policy(name, tables[policy_oid], None)
        policy.permissive, policy.command = permissive, _COMMANDS[command]
        policy.roles = tuple(names[role] for role in numbers_of(role_oids))
        head, (clauses, places) = _shown_head(policy), _shown_clauses(using, check)
        statement = description.write("CreatePolicyStmt", head + clauses)
        policy.statements[""] = statement
        behind_head = statement.end - len(clauses.encode())
        for fact, sql, offset in places:
            clause = deparsed.clause(sql, policy.relation, statement, behind_head + offset)
            if clause is None:
                policy.forget(fact, statement)
            else:
                setattr(policy, fact, clause)
        policy.relation.policies[name] = policy


def _conditions(
    trees: Rows, tables: Mapping[int, Relation], rows: Callable[[str], Rows]
) -> dict[int, str]:
    """Return the SQL of the clauses of policies, "" for one that the server no longer shows.

    To show a clause, the server opens its table: it is asked for one of those that read alike
    because they consist of the same tree over columns, and a table where it is named, of the same
    names. Where the one that was asked for has gone, the others are.
    """
    alike: dict[object, list[int]] = {}
    for number, (columns, names_table, clauses) in enumerate(trees):
        for clause in clauses:
            if abs(clause) not in tables:
                continue
            table = tables[abs(clause)]
            named = _names(table, columns) if table.knows("columns") else (table,)
            key = number, table.name if names_table else "", named
            alike.setdefault(key, []).append(clause)
    found: dict[int, str] = {}
    shown = dict(rows(queries.shown_conditions(clauses[0] for clauses in alike.values())))
    for clauses in alike.values():
        found |= dict.fromkeys(clauses, shown[clauses[0]])
    if gone := [clause for clause, sql in found.items() if not sql]:
        found |= dict(rows(queries.shown_conditions(gone)))
    return found


def _names(table: Relation, numbers: Iterable[int]) -> tuple[str, ...]:
    columns = map(table.column, numbers)
    return tuple(column.name if column is not None else "" for column in columns)


@lru_cache(maxsize=1 << 10)
def _shown_clauses(
    using: str | None, check: str | None
) -> tuple[str, tuple[tuple[str, str, int], ...]]:
    """Return what stands behind the head, and fact, SQL and offset in it of each clause."""
    shown, places = "", []
    for fact, keyword, sql in (("using", "USING", using), ("check", "WITH CHECK", check)):
        if sql is not None:
            opening = "" if _stands_in_parentheses(sql) else "("
            shown += f"\n  {keyword} {opening}"
            places.append((fact, sql, len(shown.encode())))
            shown += sql + (")" if opening else "")
    return shown, tuple(places)


def _stands_in_parentheses(sql: str) -> bool:
    """The server puts them around all but calls, constants and columns (tried on 15 and 18)."""
    return sql.startswith("(") and sql.endswith(")")


def _shown_head(policy: Policy) -> str:
    kind = "" if policy.permissive else " AS RESTRICTIVE"
    return (
        f"CREATE POLICY {policy.sql_name}{kind}"
        f" FOR {policy.command.upper()} TO {_shown_roles(policy.roles)}"
    )


@lru_cache(maxsize=1 << 10)
def _shown_roles(roles: tuple[str, ...]) -> str:
    return ", ".join("PUBLIC" if role == PUBLIC else quoted_identifier(role) for role in roles)
