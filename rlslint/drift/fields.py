"""The fields of templates: of objects, and of the values that their facts have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Kind, Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.publications import Publication
from rlslint.catalog.roles import PUBLIC, Role, Schema, quoted_roles
from rlslint.drift.counting import leading_column
from rlslint.sql import quoted_identifier, quoted_setting
from rlslint.text.sentences import listed

Fields = dict[str, str]

_VERBS = {
    "all": "read, add, change and delete",
    "select": "read",
    "insert": "add",
    "update": "change",
    "delete": "delete",
}


def of_object(described: Any, name: str) -> Fields:
    """Return the fields of an object; `name` is how messages call it.

    `sql` is how SQL does, after `word` in ALTER and DROP, after `noun` in GRANT.
    """
    word, sql, more = "", quoted_identifier(name), Fields()
    match described:
        case Relation():
            word, sql, more = _word(described), described.sql_name, _of_relation(described)
        case Policy():
            word, sql, more = "POLICY", described.sql_name, _of_policy(described)
        case Function(signature=signature):
            word = "PROCEDURE" if described.is_procedure else "FUNCTION"
            sql, more = signature, {"noun": f"{word} ", "owner": described.owner}
        case Schema():
            word, more = "SCHEMA", {"object": f"schema {name}", "noun": "SCHEMA "}
        case Role():
            word = "ROLE"
        case Publication():
            word = "PUBLICATION"
        case _:
            # Which database the server has is no fact of a catalog.
            word, sql, more = "DATABASE", "…", {"object": "the database"}
    comment = "-- " if word == "DATABASE" else ""
    alter = f"{comment}ALTER {word} {sql} "
    return {
        "object": name,
        "name": name,
        "word": word,
        "sql": sql,
        "alter": alter,
        "noun": "",
    } | more


def _word(relation: Relation) -> str:
    if relation.is_view or relation.is_materialized_view:
        return relation.kind.value.upper()
    return "TABLE" if relation.is_table else "FOREIGN TABLE"


def _of_relation(relation: Relation) -> Fields:
    if not relation.is_table:
        owning = "is who reads what stands behind"
    elif relation.rls_enabled and relation.rls_forced:
        owning = "may change the policies of"
    else:
        owning = "passes by the policies and may change those of"
    # A partitioned table's index cannot be built concurrently (manual: CREATE INDEX).
    concurrently = " CONCURRENTLY" if relation.kind is Kind.table else ""
    owner = relation.owner if relation.knows("owner") else ""
    return {"owner": owner, "owning": owning, "concurrently": concurrently}


def _of_policy(policy: Policy) -> Fields:
    who = "everyone" if PUBLIC in policy.roles else listed(policy.roles)
    return {
        "name": policy.name,
        "table": str(policy.relation),
        "who": who,
        "what": _VERBS[policy.command],
        "create": created(policy) or f"CREATE POLICY {policy.sql_name}",
    }


def created(policy: Policy) -> str | None:
    """Return CREATE POLICY, None where a condition cannot be shown."""
    kind = "" if policy.permissive else " AS RESTRICTIVE"
    audience = f"FOR {policy.command.upper()} TO {quoted_roles(policy.roles)}"
    found = [f"CREATE POLICY {policy.sql_name}{kind} {audience}"]
    for keyword, attribute in (("USING", "using"), ("WITH CHECK", "check")):
        if not policy.knows(attribute):
            return None
        clause = getattr(policy, attribute)
        sql = condition_sql(clause)
        if sql is not None:
            found.append(f"  {keyword} ({sql})")
        elif clause is not None:
            return None
    return "\n".join(found)


def condition_sql(clause: Clause | None) -> str | None:
    """Return a condition as SQL on one line, without the parentheses around all of it."""
    sql = clause.sql if clause is not None else None
    if sql is None:
        return None
    return sql[1:-1] if sql.startswith("(") and _closes_at_end(sql) else sql


def _closes_at_end(sql: str) -> bool:
    depth = 0
    for at, character in enumerate(sql):
        depth += (character == "(") - (character == ")")
        if not depth:
            return at == len(sql) - 1
    return False


PartSpelling = Callable[[Iterable[Any], Iterable[Any], Any], list[Fields]]
"""Returns the fields of values, given those of the other side and their own side's object.

`said` is the value as it is, `value` is quoted; `key` is the name that a value is set for.
"""


def named(values: Iterable[Any], _: Iterable[Any], __: Any) -> list[Fields]:
    """Spell names, and what a template has no field for."""
    return [{"said": str(v), "value": quoted_identifier(str(v))} for v in values]


def keyword(values: Iterable[Any], _: Iterable[Any], __: Any) -> list[Fields]:
    """Spell what is a keyword of SQL: `stable`, `select`."""
    return [{"said": str(v).upper(), "value": str(v).upper()} for v in values]


_VIEWS = {
    "security_invoker": "by the rights of its owner",
    "security_barrier": "to functions before its own conditions hold",
}


def view_option(values: Iterable[Any], _: Iterable[Any], __: Any) -> list[Fields]:
    """Spell options of a view, and what it does without them."""
    return [
        {"key": name, "said": value, "who": _VIEWS.get(name, "that it would not let in")}
        for name, value in values
    ]


def index(values: Iterable[Any], _: Iterable[Any], relation: Relation) -> list[Fields]:
    """Spell the columns that indexes begin with."""
    names = (leading_column(relation, relation.indexes[name]) for name, *_ in values)
    return named(dict.fromkeys(names), (), relation)


def setting(values: Iterable[Any], _: Iterable[Any], __: Any) -> list[Fields]:
    """Spell names with values as SET wants them."""
    return [
        {"key": name, "said": value, "value": quoted_setting(name, value)} for name, value in values
    ]


def unsaid(values: Iterable[Any], _: Iterable[Any], __: Any) -> list[Fields]:
    """Spell names with values that are too long to be shown."""
    return [{"key": name} for name, _ in values]


def roles(values: Iterable[Any], _: Iterable[Any], __: Any) -> list[Fields]:
    """Spell the roles that a policy is for."""
    return [{"value": quoted_roles(sorted(names))} for names in values]


def condition(attribute: str) -> PartSpelling:
    """Spell a condition of a policy, which is nothing where no statement shows it."""

    def spelled(_: Iterable[Any], __: Iterable[Any], policy: Policy) -> list[Fields]:
        sql = condition_sql(getattr(policy, attribute))
        return [{"value": f"({sql})"}] if sql is not None else [{}]

    return spelled


def privilege(values: Iterable[Any], others: Iterable[Any], _: Any) -> list[Fields]:
    """Spell privileges grantee by grantee."""
    found: dict[tuple[str, bool, bool], list[str]] = {}
    for (grantee, name, column, option), only in _with_option(values, others):
        spelled = name.upper() + (f" ({quoted_identifier(column)})" if column else "")
        found.setdefault((grantee, option, only), []).append(spelled)
    return [
        {
            "who": "everyone" if grantee == PUBLIC else grantee,
            "privileges": ", ".join(spelled),
            "roles": quoted_roles((grantee,)),
            "option_for": "GRANT OPTION FOR " if only else "",
            "with_option": " WITH GRANT OPTION" if option else "",
        }
        for (grantee, option, only), spelled in found.items()
    ]


def membership(values: Iterable[Any], others: Iterable[Any], _: Any) -> list[Fields]:
    """Spell the roles that a role belongs to."""
    return [
        {
            "who": group,
            "value": quoted_identifier(group),
            "option_for": "ADMIN OPTION FOR " if only else "",
            "with_option": " WITH ADMIN OPTION" if option else "",
        }
        for (group, option), only in _with_option(values, others)
    ]


def membership_options(values: Iterable[Any], _: Iterable[Any], __: Any) -> list[Fields]:
    """Spell the options of memberships that both sides have."""
    return [
        {"key": group, "who": group, "value": quoted_identifier(group), "options": options}
        for group, options in values
    ]


def _with_option(values: Iterable[Any], others: Iterable[Any]) -> list[tuple[Any, bool]]:
    """Return members, which end with an option, and whether that alone is what differs.

    One without its option is left out where the other side has it with the option.
    """
    return [
        (member, member[-1] and (*member[:-1], False) in others)
        for member in values
        if member[-1] or (*member[:-1], True) not in others
    ]


def default_privilege(values: Iterable[Any], _: Iterable[Any], __: Any) -> list[Fields]:
    """Spell what will be granted on objects that a role makes."""
    return [
        {
            "creator": quoted_identifier(creator),
            "within": f" IN SCHEMA {quoted_identifier(schema)}" if schema else "",
            "privilege": f"{privilege.upper()} ON {kind.upper()}",
            "roles": quoted_roles((grantee,)),
        }
        for creator, schema, kind, privilege, grantee in values
    ]
