"""policy-no-row-reference: a policy asks who the caller is, and nothing of the row."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import inherited_roles, spoken
from rlslint.catalog.model import Policy, Relation, Table
from rlslint.catalog.predicates import Clause
from rlslint.catalog.provided import PlatformTable, platform_table
from rlslint.config import Confidence, Severity
from rlslint.meaning.captures import captured_comparisons, swallowed
from rlslint.meaning.containers import open_containers
from rlslint.meaning.context import context_reads, own_columns, require_known
from rlslint.meaning.gates import (
    Gate,
    branches_without_row,
    open_gates,
    shared_names,
    tables_looked_into,
)
from rlslint.meaning.lookups import LookUp, open_lookups
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.tautologies import tautologies
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project, is_only_key
from rlslint.project.questions import certainty_of_owners
from rlslint.project.questions.anonymous_callers import with_account
from rlslint.project.questions.conditions import narrowed, unsaid
from rlslint.project.questions.exposure import Admission, admission, is_published, is_shared, whose
from rlslint.project.questions.homes import homes_of_callers
from rlslint.project.questions.rewording import altered
from rlslint.project.questions.siblings import is_called_shared
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Query
from rlslint.text.sentences import listed


def _asks_nothing_of_a_row(terms: Terms, project: Project) -> bool:
    """Tell whether a branch names no column, and nothing of more weight is at fault."""
    asked = terms.using if terms.command != "insert" else terms.check
    return asked is not None and not (
        not asked.ask(branches_without_row)
        or asked.ask(captured_comparisons)
        or asked.ask(tautologies, asked.filled, project.context_functions)
    )


def _may_ask_nothing(terms: Terms, project: Project) -> bool:
    return (
        _asks_nothing_of_a_row(terms, project)
        or _asks_for_a_container(terms)
        or bool(_lookups(terms, project))
    )


def _lookups(terms: Terms, project: Project) -> tuple[LookUp, ...]:
    asked = terms.using if terms.command != "insert" else terms.check
    if asked is None:
        return ()
    return asked.ask(open_lookups, asked.filled, project.context_functions)


def _asks_for_a_container(terms: Terms) -> bool:
    """Tell whether a policy may be one of a platform's table that asks for the container alone."""
    return terms.using is not None and len(terms.using.ask(own_columns)) == 1


@rule(where=_may_ask_nothing)
def policy_no_row_reference(policy: Policy, project: Project) -> Iterator[Finding]:
    clause = policy.using if policy.command != "insert" else policy.check
    if clause is None or swallowed(project.predicate(clause), policy.relation):
        return
    provided = platform_table(policy.relation)
    if provided is not None and provided.container:
        yield from _of_containers(policy, clause, provided, project)
    terms = project.terms(policy)
    for lookup in _lookups(terms, project):
        if _has_all_tenants(policy, lookup, project):
            yield from _of_lookup(policy, clause, lookup, project)
            return
    if not _asks_nothing_of_a_row(terms, project):
        return
    gate = _gate(policy, clause, project)
    exposed = admission(policy, project) if gate is not None else None
    if gate is None or exposed is None:
        return
    if not gate.memberships and _is_open_to_all(policy, exposed, project):
        return
    yield _finding(policy, clause, gate, exposed, project)


def _of_containers(
    policy: Policy, clause: Clause, provided: PlatformTable, project: Project
) -> Iterator[Finding]:
    """Yield a finding where all rows of a container are open that is not there for everybody."""
    table, exposed = policy.relation, admission(policy, project)
    if exposed is None or exposed.commands == ("insert",):
        return
    everyone = frozenset(project.runtime.names)
    column = table.columns[provided.container].number
    predicate = project.predicate(clause)
    for opened in predicate.ask(open_containers, column, everyone, project.context_functions):
        known = [project.catalog.containers.get(name) for name in opened.names]
        reads = exposed.commands == ("select",)
        if reads and all(known):
            continue
        names = listed(opened.names)
        named = reads and is_called_shared(policy)
        is_private = False in known and not named
        meant = "as its name says" if named else "which may be meant so"
        tail = "" if is_private or not reads else f", {meant}"
        roles = with_account(exposed.roles, opened.expression, project)
        yield Finding(
            object=str(policy),
            message=f"{spoken(roles)} can {exposed.what} every row of {table} in {names}, whoever "
            f"owns it: policy {policy.spoken} asks for the {provided.container} alone{tail}",
            span=clause.span(opened.expression),
            label="true for all that lies there",
            help=altered(policy, {clause: narrowed(policy, clause, project)})
            if opened.expression is predicate.expression
            else f"ask for {provided.own_rows} as well",
            severity=None if is_private or not reads else Severity.info,
            confidence=None if is_private else Confidence.medium,
        )
        return


def _has_all_tenants(policy: Policy, lookup: LookUp, project: Project) -> bool:
    """Tell whether every tenant has a row in the table that is looked into, readable by all.

    It is what the row's tenant refers to, the table of tenants, or one of members: a list of some
    tenants has a key of its own.
    """
    table, (_, column, relation, number) = policy.relation, lookup
    if relation.rls_enabled or all(one.number != column for one in project.tenant_columns(table)):
        return False
    refers = any(
        constraint.kind == "foreign"
        and constraint.referenced is relation
        and constraint.columns == (column,)
        for constraint in table.constraints.known()
    )
    inner = relation.column(number)
    if inner is None or refers:
        return refers
    keys = [one for one in relation.constraints.known() if one.kind in ("primary", "unique")]
    if any(one.columns == (number,) for one in keys):
        return inner.name not in project.tenant_column_names
    return any(number in one.columns for one in keys) or relation in project.ask(_asked_elsewhere)


def _asked_elsewhere(project: Project) -> frozenset[Relation]:
    """Return the tables in which other policies look up the caller."""
    functions = project.context_functions
    return frozenset(
        source.relation
        for policy in project.catalog.policies()
        for clause in policy.known_clauses
        for part in project.predicate(clause).expression.walk()
        if isinstance(part, Query) and part.sources and context_reads(part, functions)
        for source in part.sources
        if isinstance(source.relation, Relation)
    )


def _of_lookup(
    policy: Policy, clause: Clause, lookup: LookUp, project: Project
) -> Iterator[Finding]:
    table, exposed = policy.relation, admission(policy, project)
    column = table.column(lookup.column)
    if exposed is None or column is None or _is_open_to_all(policy, exposed, project):
        return
    rows = "any row into" if exposed.commands == ("insert",) else "every row of"
    word = "WITH CHECK" if clause is policy.check else "USING"
    yield Finding(
        object=str(policy),
        message=f"{exposed.who} can {exposed.what} {rows} {table}{whose(table, project)}: policy "
        f"{policy.spoken} looks for its {column} among all rows of {lookup.relation}, whoever asks",
        span=clause.span(lookup.expression),
        label="asks nothing about the caller",
        help=altered(policy, {clause: narrowed(policy, clause, project)}) or unsaid(table, word),
        related=also_shown((lookup.relation.created, "it is looked for here")),
        confidence=certainty_of_owners(table, project),
    )


def _is_open_to_all(policy: Policy, exposed: Admission, project: Project) -> bool:
    """Tell whether asking for a caller is enough: nobody's rows, or a new row of a key's table.

    Everybody who is signed in may found a tenant; the row's own key says nothing of others.
    """
    table = policy.relation
    if is_shared(policy, exposed, project):
        return True
    columns = project.tenant_columns(table)
    only_keys = bool(columns) and all(is_only_key(table, column) for column in columns)
    return exposed.commands == ("insert",) and only_keys


def _gate(policy: Policy, clause: Clause, project: Project) -> Gate | None:
    table = policy.relation
    condition = project.condition(clause, table)
    names = frozenset(
        name
        for looked_into in condition.ask(tables_looked_into)
        if table.knows("columns") and looked_into.knows("columns")
        for name in shared_names(table, looked_into)
    )
    names |= project.tenant_column_names & _column_names(table)
    gates = condition.ask(
        open_gates,
        condition.filled,
        project.ask(_everyone),
        names,
        project.ask(_identities),
        project.ask(homes_of_callers),
        _tables_of_tenants(table, project),
        project.context_functions,
    )
    if not gates:
        for branch in condition.ask(branches_without_row):
            require_known(conjunction(branch, -1))
        return None
    return gates[0]


def _everyone(project: Project) -> frozenset[str]:
    """Return the roles that all who serve requests have."""
    names = project.runtime.names
    inherited = (inherited_roles(project.catalog, name) for name in names)
    return frozenset(names) | frozenset.intersection(*inherited)


def _tables_of_tenants(table: Relation, project: Project) -> frozenset[Relation]:
    """Return what the columns that tell whose a row is refer to."""
    numbers = {column.number for column in project.tenant_columns(table)}
    return frozenset(
        one.referenced
        for one in table.constraints.known()
        if one.kind == "foreign" and one.referenced is not None and numbers.issuperset(one.columns)
    )


def _identities(project: Project) -> frozenset[str]:
    """Return the settings that policies compare with tenants."""
    bound = project.bound_values
    reads = (bound[name] for name in project.tenant_column_names if name in bound)
    return frozenset(read.name for read in reads if read.name is not None)


def _column_names(table: Table) -> frozenset[str]:
    return frozenset(table.columns) if table.knows("columns") else frozenset()


def _finding(
    policy: Policy, clause: Clause, gate: Gate, exposed: Admission, project: Project
) -> Finding:
    table = policy.relation
    doubtful = gate.by_rank or (not gate.memberships and is_published(policy, project))
    word = "WITH CHECK" if clause is policy.check else "USING"
    if gate.memberships:
        (members, *_) = gate.memberships
        asked = "a rank in" if gate.by_rank else "a row of"
        cause = f"asks for {asked} {members}, whichever tenant that is for"
        created = members.created
    else:
        cause, created = "asks who the caller is and nothing of the row", None
    exposed = exposed._replace(roles=with_account(exposed.roles, gate.expression, project))
    rows = "any row into" if exposed.commands == ("insert",) else "every row of"
    return Finding(
        object=str(policy),
        message=f"{exposed.who} can {exposed.what} {rows} {table}{whose(table, project)}: "
        f"policy {policy.spoken} {cause}",
        span=clause.span(gate.expression),
        label="the same for every row",
        help=altered(policy, {clause: narrowed(policy, clause, project)}) or unsaid(table, word),
        related=also_shown((created, "the members are kept here")),
        severity=Severity.warning if doubtful else None,
        confidence=certainty_of_owners(table, project) or (Confidence.medium if doubtful else None),
    )
