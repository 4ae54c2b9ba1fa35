"""policy-subquery-blocked-by-rls: a policy looks into a table that shows its caller nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import applicable_policies, has_any_column_privilege, row_security_active
from rlslint.access.reach import named_relations
from rlslint.access.wording import spoken
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.config.scales import Confidence
from rlslint.meaning.bodies import runs_as_caller, tables_read
from rlslint.meaning.calls import called_in_body, search_path_of
from rlslint.project.findings import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.exposure import COMMANDS, certainty, served_roles
from rlslint.project.questions.unserved_commands import readable
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Call, Expr, Query, SubSelect
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


def _looks_something_up(terms: Terms, project: Project) -> bool:
    del project
    return any(
        isinstance(part, Query) or (isinstance(part, Call) and isinstance(part.function, Function))
        for condition in terms.conditions
        for part in condition.written.expression.walk()
    )


@rule(where=_looks_something_up)
def policy_subquery_blocked_by_rls(policy: Policy, project: Project) -> Iterator[Finding]:
    found = project.ask(_blocked)
    for blocked in found.values():
        first, *others = blocked
        if first.policy is policy:
            yield _finding(first, others, project)
    # What is not known of a policy's own tables may block it.
    list(_of_policy(policy, project))


def _blocked(project: Project) -> dict[Relation, list[_Blocked]]:
    """Return by table the policies that are blocked there: what the table lacks is one fault."""
    found: dict[Relation, list[_Blocked]] = {}
    for policy in project.catalog.policies():
        try:
            for one in _of_policy(policy, project):
                found.setdefault(one.table, []).append(one)
        except UnknownFact:
            continue
    return found


def _of_policy(policy: Policy, project: Project) -> Iterator[_Blocked]:
    if not policy.relation.rls_enabled or policy.relation.is_beyond_history:
        return
    places = dict(_tables_read(policy, project))
    if not places:
        return
    commands = [command for command in COMMANDS if policy.covers(command)]
    using = [
        role
        for role in served_roles(policy, project)
        if role in project.reachable_by(policy.relation, *commands)
        and row_security_active(project.catalog, role, policy.relation)
    ]
    for table, place in places.items():
        denied = tuple(
            role
            for role in using
            if not has_any_column_privilege(project.catalog, role, table, "select")
        )
        hidden = tuple(
            role
            for role in using
            if role not in denied
            and row_security_active(project.catalog, role, table)
            and not applicable_policies(project.catalog, table, role, "select")[0]
        )
        if denied or hidden:
            yield _Blocked(table, policy, place, denied or hidden, bool(denied))


def _tables_read(policy: Policy, project: Project) -> Iterator[tuple[Relation, Span | None]]:
    """Yield the tables that a policy reads with the rights of its caller, and where."""
    for clause in policy.clauses:
        for part in clause.expression.walk():
            match part:
                case SubSelect():
                    for table in named_relations(part):
                        if _is_another(table, policy):
                            yield table, clause.span(_place(part, table))
                case Call() if isinstance(part.function, Function):
                    yield from _read_by(part.function, part, clause, policy, project)


def _is_another(table: Relation, policy: Policy) -> bool:
    return table is not policy.relation and table.is_table and not table.is_beyond_history


def _place(sub_select: SubSelect, table: Relation) -> Expr:
    """Return the innermost sub-select that reads a table."""
    for part in sub_select.walk():
        if (
            part is not sub_select
            and isinstance(part, SubSelect)
            and table in named_relations(part)
        ):
            return _place(part, table)
    return sub_select


def _read_by(
    function: Function, call: Call, clause: Clause, policy: Policy, project: Project
) -> Iterator[tuple[Relation, Span | None]]:
    seen, waiting = {function}, [function]
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
                    if _is_another(table, policy):
                        yield table, clause.span(call)
                    break
        for called in called_in_body(reading, project.catalog):
            if called not in seen:
                seen.add(called)
                waiting.append(called)


def _finding(first: _Blocked, others: list[_Blocked], project: Project) -> Finding:
    table, policy, who = first.table, first.policy, spoken(first.roles)
    also = f" (so do {len(others)} other policies)" if len(others) > 1 else ""
    if first.by_privilege:
        message = (
            f"queries of {policy.relation} fail for {who} with 42501: policy {policy.name} reads "
            f"{table}{also}, on which {'they have' if len(first.roles) > 1 else 'it has'} no "
            "privilege"
        )
        help = (
            f"grant {listed(first.roles)} SELECT on {table}, with a policy that shows their own "
            "rows, or look it up in a SECURITY DEFINER function"
        )
    else:
        message = (
            f"policy {policy.name} on {policy.relation} finds no row of {table} for {who}: it "
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
            *((one.place, f"policy {one.policy.name} reads it as well") for one in others[:5]),
        ),
        confidence=certainty(project) or (Confidence.medium if first.by_privilege else None),
    )
