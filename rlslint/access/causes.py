"""The statements of a catalog by which a role came to other rows than in an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from rlslint import NamedTuple
from rlslint.access import certainly_of, inherited_roles
from rlslint.access.depending import dependencies
from rlslint.access.effective import Ground, Rows
from rlslint.access.privileges import grants_to
from rlslint.catalog import Catalog
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.text import Statement


class Answered(NamedTuple):
    """What a catalog answers of a role, a table and a command."""

    catalog: Catalog
    role: str
    relation: Relation
    command: str
    rows: Rows


_Found = Iterable[Statement | None]
_Topic = Callable[[Answered], _Found]


def causes(before: Answered | None, after: Answered) -> tuple[Statement, ...]:
    """Return the statements behind an answer that differs from an earlier one, as they follow.

    They are those about what decides it that the earlier catalog does not have. Without `before`,
    the table is new. Empty where no statement shows it.
    """
    known = set(_texts(before)) if before is not None else set()
    for topics in (_deciding(before, after), _ALL):
        found = {
            statement.sql: statement
            for topic in topics
            for statement in topic(after)
            if statement is not None and statement.sql not in known
        }
        if found:
            return tuple(sorted(found.values(), key=lambda one: one.number))
    return _about_policies(before, after) if before is not None else ()


def _about_policies(before: Answered, after: Answered) -> tuple[Statement, ...]:
    """Return what was said of policies that are for other roles, or for this one no more."""
    known = {one.sql for one in _of_policies(before)}
    found = {one.sql: one for one in _of_policies(after) if one.sql not in known}
    return tuple(sorted(found.values(), key=lambda one: one.number))


def _of_policies(one: Answered) -> Iterator[Statement]:
    for policy in one.relation.policies.known():
        yield from filter(None, policy.statements.values())


def _deciding(before: Answered | None, after: Answered) -> tuple[_Topic, ...]:
    """Return what the first step is about at which two answers part, in PostgreSQL's order."""
    if before is None:
        return (_creation, _privilege)
    steps = list(_TOPICS)
    grounds = (before.rows.ground, after.rows.ground)
    first = min(grounds, key=lambda one: steps.index(one) if one in _TOPICS else len(steps))
    return _TOPICS.get(first, _ALL)


def _texts(answered: Answered) -> Iterator[str]:
    for topic in _ALL:
        for statement in topic(answered):
            if statement is not None:
                yield statement.sql


def _privilege(one: Answered) -> _Found:
    if one.rows.ground is Ground.no_privilege:
        yield one.relation.statements.get("grants")
        return
    yield from (g.statement for g in grants_to(one.catalog, one.role, one.relation, one.command))


def _schema(one: Answered) -> _Found:
    schema = one.catalog.schemas.get(one.relation.schema)
    if schema is not None:
        yield from (grant.statement for grant in schema.grants.known())
        yield schema.statements.get("grants")


def _membership(one: Answered) -> _Found:
    for name in certainly_of(inherited_roles, one.catalog, one.role):
        role = one.catalog.roles.get(name)
        if role is not None:
            yield from (membership.statement for membership in role.memberships.known())


def _attributes(one: Answered) -> _Found:
    role = one.catalog.roles.get(one.role)
    if role is not None:
        yield from (role.statements.get(fact) for fact in ("superuser", "bypassrls", "inherit"))
        yield role.created


def _row_security(one: Answered) -> _Found:
    yield from (one.relation.statements.get(fact) for fact in ("rls_enabled", "rls_forced"))


def _ownership(one: Answered) -> _Found:
    yield one.relation.statements.get("owner")


def _policies(one: Answered) -> _Found:
    covered = {one.command, "select"} if one.command in ("update", "delete") else {one.command}
    for policy in one.relation.policies.known():
        if any(map(policy.covers, covered)) and _is_for(policy.known_roles, one):
            yield from policy.statements.values()
    for removed in one.relation.removed:
        yield removed.statement


def _is_for(roles: Iterable[str], one: Answered) -> bool:
    return bool({PUBLIC, *certainly_of(inherited_roles, one.catalog, one.role)} & set(roles))


def _asked(one: Answered) -> _Found:
    """Yield what was granted of the functions and tables that policies ask, or taken back."""
    roots = [clause.expression for p in one.relation.policies.known() for clause in p.known_clauses]
    for asked in dependencies(one.catalog, one.role, roots).values():
        yield asked.subject.statements.get("grants")
        yield from (grant.statement for grant in asked.subject.grants.known())


def _creation(one: Answered) -> _Found:
    yield one.relation.created


_TOPICS: Mapping[Ground, tuple[_Topic, ...]] = {
    Ground.no_privilege: (_privilege, _membership),
    Ground.no_usage: (_schema,),
    Ground.off: (_row_security,),
    Ground.superuser: (_attributes,),
    Ground.owner: (_ownership, _row_security, _membership),
    Ground.bypassrls: (_attributes,),
    Ground.no_policy: (_policies, _row_security),
    Ground.refused: (_asked, _policies, _schema),
    Ground.policies: (_policies,),
}
_ALL: tuple[_Topic, ...] = (
    _privilege, _schema, _membership, _attributes, _row_security, _ownership, _policies, _asked,
    _creation,
)  # fmt: skip
