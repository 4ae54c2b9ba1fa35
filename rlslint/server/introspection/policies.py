"""Policies, from the rows that a server returns."""

from __future__ import annotations

from rlslint.catalog.model import Policy
from rlslint.catalog.roles import PUBLIC
from rlslint.server.introspection.authority import RoleNames, Rows
from rlslint.server.introspection.deparsed import Deparsed
from rlslint.server.introspection.description import Description
from rlslint.server.introspection.relations import Relations
from rlslint.sql.quoting import quoted_identifier

_COMMANDS = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}


def add_policies(
    relations: Relations,
    rows: Rows,
    names: RoleNames,
    deparsed: Deparsed,
    description: Description,
) -> None:
    """Add the policies with their bound clauses; one that cannot be read is unknown."""
    for oid, name, permissive, command, role_oids, using, check in rows:
        policy = Policy(name, relations[oid], None)
        policy.permissive, policy.command = permissive, _COMMANDS[command]
        policy.roles = tuple(names[role] for role in role_oids)
        head = _shown_head(policy)
        whole, places = head, {}
        for fact, keyword, sql in (("using", "USING", using), ("check", "WITH CHECK", check)):
            if sql is not None:
                whole += f"\n  {keyword} "
                places[fact] = (sql, len(whole.encode()))
                whole += sql if _stands_in_parentheses(sql) else f"({sql})"
        statement = description.write("CreatePolicyStmt", whole)
        policy.statements[""] = statement
        for fact, (sql, offset) in places.items():
            at = statement.start + offset + (0 if _stands_in_parentheses(sql) else 1)
            clause = deparsed.clause(sql, policy.relation, statement, at)
            if clause is None:
                policy.forget(fact, statement)
            else:
                setattr(policy, fact, clause)
        policy.relation.policies[name] = policy


def _stands_in_parentheses(sql: str) -> bool:
    """The server puts them around all but calls, constants and columns (tried on 15 and 18)."""
    return sql.startswith("(") and sql.endswith(")")


def _shown_head(policy: Policy) -> str:
    kind = "" if policy.permissive else " AS RESTRICTIVE"
    roles = ", ".join("PUBLIC" if r == PUBLIC else quoted_identifier(r) for r in policy.roles)
    return (
        f"CREATE POLICY {quoted_identifier(policy.name)} ON {policy.relation.sql_name}{kind}"
        f" FOR {policy.command.upper()} TO {roles}"
    )
