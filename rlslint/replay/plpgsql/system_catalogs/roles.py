"""Rows that describe roles: pg_roles, pg_authid, pg_user and pg_group."""

from __future__ import annotations

from rlslint.catalog.roles import Role
from rlslint.replay.plpgsql.system_catalogs.questions import (
    Question,
    Row,
    RowSet,
    known_fact,
)
from rlslint.replay.plpgsql.values import ANY, Composite, Reference, quoted_name

ROLE_CATALOGS = frozenset({"pg_authid", "pg_group", "pg_roles", "pg_user"})


def pg_roles(question: Question) -> RowSet:
    """Roles belong to the cluster: others than those of the history may exist."""
    roles = question.catalog.roles
    name = question.text("rolname", "usename", "groname")
    asked = roles.values() if name is None else [roles[name]] if name in roles else []
    return RowSet([Row(_role_row(role), role.declared) for role in asked], True)


def _role_row(role: Role) -> Composite:
    known = role.declared
    return Composite(
        oid=Reference("role", role.name, str(quoted_name(role.name))),
        rolname=role.name,
        usename=role.name,
        groname=role.name,
        rolsuper=known_fact(role, "superuser") if known else ANY,
        rolinherit=known_fact(role, "inherit") if known else ANY,
        rolcreaterole=known_fact(role, "createrole") if known else ANY,
        rolcanlogin=known_fact(role, "login") if known else ANY,
        rolreplication=known_fact(role, "replication") if known else ANY,
        rolbypassrls=known_fact(role, "bypassrls") if known else ANY,
    )
