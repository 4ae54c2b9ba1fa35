"""Rows of pg_policies and pg_policy."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.replay.plpgsql.system_catalogs.columns import TYPE_WORDS
from rlslint.replay.plpgsql.system_catalogs.questions import (
    Question,
    Row,
    RowSet,
    asked_relations,
    known_fact,
)
from rlslint.replay.plpgsql.system_catalogs.references import relation_reference
from rlslint.replay.plpgsql.values import ANY, Composite, Datum, ShownExpression
from rlslint.sql.expressions import Call, Cast, Column, Constant, Expr, Query

_COMMAND_LETTERS = {"all": "*", "select": "r", "insert": "a", "update": "w", "delete": "d"}
_WRITTEN_LARGE = frozenset(
    {"coalesce", "nullif", "greatest", "least", "current_user", "session_user", "current_role"}
)


def _policies(question: Question, relation: Relation) -> Iterator[Policy | None]:
    """Yield the policies of a relation, and None where there may be more.

    What the history does not say of a table that it does not make is taken as not there: a
    policy made elsewhere is not in the model either.
    """
    yield from relation.policies.known()
    beyond = "kind" in relation.unknown and relation.policies.gap is relation.unknown["kind"]
    if relation.policies.is_open and not beyond:
        yield None


def pg_policies(question: Question) -> RowSet:
    rows = []
    wanted = question.text("schemaname"), question.text("tablename")
    for relation in asked_relations(question, *wanted):
        for policy in _policies(question, relation):
            rows.append(Row(_policies_row(relation, policy), policy is not None))
    return RowSet(rows, False)


def _policies_row(relation: Relation, policy: Policy | None) -> Composite:
    row = Composite(schemaname=relation.schema, tablename=relation.name)
    for column in ("policyname", "permissive", "roles", "cmd", "qual", "with_check"):
        row[column] = ANY
    if policy is not None:
        row["policyname"] = policy.name
        if policy.knows("permissive"):
            row["permissive"] = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
        if policy.knows("roles"):
            row["roles"] = tuple(sorted(policy.roles))
        if policy.knows("command"):
            row["cmd"] = policy.command.upper()
        row["qual"] = _deparsed(policy, "using")
        row["with_check"] = _deparsed(policy, "check")
    return row


def _deparsed(policy: Policy, fact: str) -> Datum:
    if not policy.knows(fact):
        return ANY
    clause: Clause | None = getattr(policy, fact)
    if clause is None:
        return None
    return ShownExpression(frozenset(_words(clause.expression)), lambda: clause.sql_run)


def _words(expression: Expr) -> Iterator[str]:
    """Yield the names and the texts in an expression, as PostgreSQL writes them."""
    for part in expression.walk():
        match part:
            case Call(name) if name[0] in _WRITTEN_LARGE:
                yield name[0].upper()
            case Call(names) | Column(names):
                yield from names
            case Constant(str() as text):
                yield text
            case Cast(_, type_name):
                yield TYPE_WORDS.get(type_name, type_name)
            case Query(sources=sources):
                for source in sources:
                    yield from (source.name, source.alias)
            case _:
                continue


def pg_policy(question: Question) -> RowSet:
    rows = []
    for relation in asked_relations(question, None, None):
        reference = relation_reference(relation, question.search_path, question.catalog)
        for policy in _policies(question, relation):
            row = Composite(polrelid=reference, polroles=ANY, polname=ANY, polcmd=ANY)
            row["polpermissive"] = row["polqual"] = row["polwithcheck"] = ANY
            if policy is not None:
                row["polname"] = policy.name
                row["polpermissive"] = known_fact(policy, "permissive")
                if policy.knows("command"):
                    row["polcmd"] = _COMMAND_LETTERS[policy.command]
                row["polqual"] = _deparsed(policy, "using")
                row["polwithcheck"] = _deparsed(policy, "check")
            rows.append(Row(row, policy is not None))
    return RowSet(rows, False)
