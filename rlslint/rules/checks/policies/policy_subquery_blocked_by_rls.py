"""policy-subquery-blocked-by-rls: a policy looks into a table that shows its caller nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.reach import (
    applicable_policies,
    named_relations,
    row_security_active,
    runs_as_invoker,
)
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import PUBLIC
from rlslint.config import Confidence
from rlslint.meaning.bodies import runs_as_caller, tables_read
from rlslint.meaning.calls import called_in_body, search_path_of
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import anonymous_roles, certainty, served_roles
from rlslint.project.questions.exposure import COMMANDS
from rlslint.project.questions.unserved_commands import readable
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Call, Expr, SubSelect
from rlslint.text import Span
from rlslint.text.sentences import listed


class _Blocked(NamedTuple):
    """A table that a policy reads as its caller, where it stands, and the roles that see nothing.

    `by_privilege` tells that they may not read it at all, which is an error for every query.
    """

    table: Relation
    policy: Policy
    place: Span | None
    roles: tuple[str, ...]
    by_privilege: bool


class _Found(NamedTuple):
    """What blocks policies, by table, and of which policies something is not known."""

    blocked: dict[Relation, list[_Blocked]]
    gaps: dict[Policy, UnknownFact]


def _looks_something_up(terms: Terms, project: Project) -> bool:
    del project
    return any(condition.written.ask(_looking_up) for condition in terms.conditions)


@rule(where=_looks_something_up)
def policy_subquery_blocked_by_rls(policy: Policy, project: Project) -> Iterator[Finding]:
    found = project.ask(_found)
    if policy in found.gaps:
        raise found.gaps[policy]
    for first, *others in found.blocked.values():
        if first.policy is policy:
            yield _finding(first, others, project)


def _found(project: Project) -> _Found:
    """Return what blocks which policies: what one table lacks is one fault."""
    found = _Found({}, {})
    looking: dict[Terms, bool] = {}
    for policy in project.catalog.policies():
        terms = project.terms(policy)
        try:
            if terms not in looking:
                looking[terms] = _looks_something_up(terms, project)
            for one in _of_policy(policy, project) if looking[terms] else ():
                found.blocked.setdefault(one.table, []).append(one)
        except UnknownFact as unknown:
            found.gaps[policy] = unknown
    return found


def _of_policy(policy: Policy, project: Project) -> Iterator[_Blocked]:
    own = policy.relation
    if not own.rls_enabled or own.is_beyond_history:
        return
    places = {table: (clause, part) for table, clause, part in _tables_read(policy, project)}
    for table, (clause, part) in places.items():
        denied, hidden = project.ask(_in_the_dark, table)
        if not denied and not hidden:
            continue
        commands = [command for command in COMMANDS if policy.covers(command)]
        using = [
            role
            for role in served_roles(policy, project)
            if role in project.reachable_by(own, *commands)
            and row_security_active(project.catalog, role, own)
        ]
        for roles, by_privilege in ((denied, True), (hidden, False)):
            blocked = tuple(role for role in using if role in roles)
            if not by_privilege and _are_left_out(policy, blocked, using, project):
                continue
            if blocked:
                place = _place(part, table) if isinstance(part, SubSelect) else part
                yield _Blocked(table, policy, clause.span(place), blocked, by_privilege)
                break


def _are_left_out(
    policy: Policy, blocked: tuple[str, ...], using: list[str], project: Project
) -> bool:
    """Tell whether only those see nothing who are nobody, of a policy that names no role."""
    strangers = project.ask(anonymous_roles)
    return (
        PUBLIC in policy.roles
        and strangers.issuperset(blocked)
        and any(role not in blocked for role in using)
    )


def _in_the_dark(project: Project, table: Relation) -> tuple[frozenset[str], frozenset[str]]:
    """Return the runtime roles that may not read a table, and those to which it shows no row."""
    catalog, names = project.catalog, project.runtime.names
    denied = frozenset(
        role for role in names if not has_any_column_privilege(catalog, role, table, "select")
    )
    if not table.rls_enabled:
        return denied, frozenset()
    return denied, frozenset(
        role
        for role in names
        if role not in denied
        and row_security_active(catalog, role, table)
        and not applicable_policies(catalog, table, role, "select")[0]
    )


def _tables_read(
    policy: Policy, project: Project
) -> Iterator[tuple[Relation, Clause, SubSelect | Call]]:
    """Yield the tables that a policy reads with the rights of its caller, and where."""
    for clause in policy.clauses:
        for part in clause.ask(_looking_up):
            if isinstance(part, SubSelect):
                tables = _read_directly(part)
            else:
                tables = project.ask(_read_by, part.function)
            for table in tables:
                if _is_another(table, policy):
                    yield table, clause, part


@remembered
def _read_directly(expression: Expr) -> tuple[Relation, ...]:
    """Return the tables that are named, also in views that run with the rights of their user."""
    found: dict[Relation, None] = {}
    waiting = list(named_relations(expression))
    while waiting:
        relation = waiting.pop()
        if relation in found:
            continue
        found[relation] = None
        if runs_as_invoker(relation) and (query := relation.view_query()) is not None:
            waiting += named_relations(query)
    return tuple(found)


def _looking_up(expression: Expr) -> tuple[SubSelect | Call, ...]:
    """Return the sub-selects of a condition and the functions of the history that it calls."""
    return tuple(
        part
        for part in expression.walk()
        if isinstance(part, SubSelect)
        or (isinstance(part, Call) and isinstance(part.function, Function))
    )


def _is_another(table: Relation, policy: Policy) -> bool:
    return table is not policy.relation and table.is_table and not table.is_beyond_history


def _place(sub_select: SubSelect, table: Relation) -> Expr:
    """Return the innermost sub-select that names a table, the outermost where a view does."""
    for part in sub_select.walk():
        if (
            part is not sub_select
            and isinstance(part, SubSelect)
            and table in named_relations(part)
        ):
            return _place(part, table)
    return sub_select


def _read_by(project: Project, function: object) -> tuple[Relation, ...]:
    """Return the tables that a function reads with the rights of its caller, or others for it."""
    found: dict[Relation, None] = {}
    seen, waiting = {function}, [function] if isinstance(function, Function) else []
    while waiting:
        reading = waiting.pop()
        if not runs_as_caller(reading):
            continue
        try:
            names = tables_read(reading)
        except UnknownFact:
            continue
        for schema, name in names:
            for path in (schema,) if schema else search_path_of(reading):
                table = project.catalog.relation(path, name)
                if table is not None:
                    found[table] = None
                    break
        for called in called_in_body(reading, project.catalog):
            if called not in seen:
                seen.add(called)
                waiting.append(called)
    return tuple(found)


def _finding(first: _Blocked, others: list[_Blocked], project: Project) -> Finding:
    table, policy, who = first.table, first.policy, spoken(first.roles)
    also = f" (so do {len(others)} other policies)" if len(others) > 1 else ""
    if first.by_privilege:
        message = (
            f"queries of {policy.relation} fail for {who} with 42501: policy {policy.spoken} reads "
            f"{table}{also}, on which {'they have' if len(first.roles) > 1 else 'it has'} no "
            "privilege"
        )
        help = (
            f"grant {listed(first.roles)} SELECT on {table}, with a policy that shows their own "
            "rows, or look it up in a SECURITY DEFINER function"
        )
    else:
        message = (
            f"policy {policy.spoken} on {policy.relation} finds no row of {table} for {who}: it "
            f"reads that table as its caller{also}, and no policy there shows any"
        )
        help = readable(table, first.roles, project)
    return Finding(
        object=str(policy),
        message=message,
        span=first.place,
        label=f"sees nothing of {table.name}",
        help=help,
        related=also_shown(
            (table.because("rls_enabled"), f"{table} has row security since here")
            if table.rls_enabled
            else (table.created, f"{table} is made here"),
            *((one.place, f"policy {one.policy.spoken} reads it as well") for one in others[:5]),
        ),
        confidence=certainty(project) or (Confidence.medium if first.by_privilege else None),
    )
