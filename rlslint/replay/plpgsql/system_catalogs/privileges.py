"""Rows of information_schema.role_table_grants and table_privileges."""

from __future__ import annotations

from rlslint.catalog.model import Relation
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC
from rlslint.replay.plpgsql.system_catalogs.questions import (
    Question,
    Row,
    Rows,
    asked_relations,
    may_be_missing,
    row_with,
)
from rlslint.replay.plpgsql.values import ANY, Value


def table_privileges(question: Question) -> Rows:
    """Who holds what on whole tables; of the owner's own privileges nothing is certain."""
    rows = []
    wanted = question.text("table_schema"), question.text("table_name")
    for relation in asked_relations(question, *wanted):
        rows += _privileges_on(relation, question)
    return Rows(rows, may_be_missing(question, *wanted))


def _privileges_on(relation: Relation, question: Question) -> list[Row]:
    rows = []
    place = {"table_schema": relation.schema, "table_name": relation.name}
    for grant in relation.grants.known():
        if grant.column or grant.grantee == MIGRATION_ROLE:
            continue
        row = row_with(**place)
        row["grantee"] = "PUBLIC" if grant.grantee == PUBLIC else grant.grantee
        row["privilege_type"] = grant.privilege.upper()
        row["is_grantable"] = "YES" if grant.grantable else "NO"
        rows.append(Row(row, True))
    if relation.grants.is_open or not relation.knows("owner"):
        return [*rows, Row(row_with(**place), False)]
    asked = question.text("grantee")
    role = question.catalog.roles.get(asked) if asked is not None else None
    owner: Value = ANY if relation.owner == MIGRATION_ROLE else relation.owner
    if owner is ANY and role is not None and role.declared:
        # The role that runs the migrations was there before those that they make.
        return rows
    return [*rows, Row(row_with(**place, grantee=owner), False)]
