"""Whether callers may write what policies believe about them."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access import certainly
from rlslint.access.data_roles import escapes_row_security
from rlslint.access.privileges import can_use_schema, grants_to, has_privilege
from rlslint.access.reach import applicable_policies, row_security_active
from rlslint.catalog.model import Column, Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.meaning.authorities import Authority, authorities
from rlslint.meaning.bounds import bound_of
from rlslint.meaning.branches import branches_or_whole
from rlslint.meaning.context import ContextFunctions, context_reads, own_columns
from rlslint.project.project import Project
from rlslint.project.questions import anonymous_roles, served_roles
from rlslint.project.questions.new_rows import unchecked_branch
from rlslint.sql.expressions import Expr, IsNull
from rlslint.text import Statement

_WRITES = ("insert", "update")


class Belief(NamedTuple):
    """That a clause of a policy believes the rows of a table."""

    policy: Policy
    clause: Clause
    authority: Authority


class AuthorityWrite(NamedTuple):
    """That a role may write the rows that policies believe about it.

    `writes` are insert and update, as far as they are open; `by` is the policy that accepts such
    rows, None where no row security keeps any out, and `grants` what gave the privileges.
    """

    belief: Belief
    role: str
    columns: tuple[Column, ...]
    writes: tuple[str, ...]
    by: Policy | None
    grants: tuple[Statement, ...]
    is_guarded_by_trigger: bool


def beliefs(project: Project) -> dict[Relation, list[Belief]]:
    """Return by table the clauses of policies that look up there what a caller may do."""
    found: dict[Relation, list[Belief]] = {}
    for policy in project.catalog.policies():
        if not policy.permissive:
            continue
        for clause in policy.known_clauses:
            condition = project.condition(clause, policy.relation)
            for authority in condition.ask(authorities, project.context_functions):
                found.setdefault(authority.relation, []).append(Belief(policy, clause, authority))
    return found


def authority_write(project: Project, table: Relation) -> AuthorityWrite | None:
    """Return how a caller may give itself what policies believe, None where it may not."""
    for belief in project.ask(beliefs).get(table, ()):
        for role in served_roles(belief.policy, project):
            found = _write(belief, role, project)
            if found is None or _is_kept_from_strangers(found, project):
                continue
            if not _has_to_have_it(found, project) and not _has_to_own_it(found, project):
                return found
    return None


def _has_to_have_it(found: AuthorityWrite, project: Project) -> bool:
    """Tell whether each branch accepts rows only of those who have what they would give."""
    check, table = (found.by.effective_check if found.by else None), found.belief.authority.relation
    if check is None:
        return False
    numbers = {column.number for column in found.columns}
    return all(
        any(
            one.relation is table and one.believed >= numbers
            for conjunct in branch
            for one in authorities(conjunct, project.context_functions)
        )
        for branch in project.condition(check, table).ask(branches_or_whole)
    )


def _has_to_own_it(found: AuthorityWrite, project: Project) -> bool:
    """Tell whether each branch accepts rows only of those who own what these give access to.

    So it is where the owner of a document says who else may read it: the one document that the row
    names, found by its key, and an owner of the kind that gets access. That it is one of the
    caller's tenant makes nobody its owner.
    """
    check, authority = (found.by.effective_check if found.by else None), found.belief.authority
    if check is None:
        return False
    bound = authority.believed.difference(column.number for column in found.columns)
    owned = [found.belief.policy.relation] + [
        constraint.referenced
        for constraint in authority.relation.constraints.known()
        if constraint.referenced is not None and bound.issuperset(constraint.columns)
    ]
    functions = project.context_functions
    served = _names_read(authority, functions)

    def owns(conjunct: Expr) -> bool:
        tied = bound_of(conjunct, functions)
        if tied is None or tied.columns.isdisjoint(bound):
            return False
        return any(
            one.relation in owned
            and one.relation is not authority.relation
            and any(one.believed.issuperset(key) for key in _keys(one.relation))
            and served <= _names_read(one, functions)
            for one in authorities(conjunct, functions)
        )

    return all(
        any(map(owns, branch))
        for branch in project.condition(check, authority.relation).ask(branches_or_whole)
    )


def _names_read(authority: Authority, functions: ContextFunctions) -> frozenset[str | None]:
    return frozenset(read.name for read in context_reads(authority.expression, functions))


def _keys(table: Relation) -> frozenset[tuple[int, ...]]:
    return frozenset(
        constraint.columns
        for constraint in table.constraints.known()
        if constraint.kind in ("primary", "unique")
    )


def _is_kept_from_strangers(found: AuthorityWrite, project: Project) -> bool:
    """Tell whether the policy asks who is calling, and the role is that of who cannot tell."""
    check = found.by.effective_check if found.by is not None else None
    if check is None or found.role not in project.ask(anonymous_roles):
        return False
    return bool(project.predicate(check).ask(context_reads, project.context_functions))


def _write(belief: Belief, role: str, project: Project) -> AuthorityWrite | None:
    table, catalog = belief.authority.relation, project.catalog
    if table.is_beyond_history or not table.is_table:
        return None
    columns = _believed(belief)
    if not columns or not can_use_schema(catalog, role, table.schema):
        return None
    if certainly(escapes_row_security, catalog, role):
        return None
    writes: dict[str, tuple[Column, ...]] = {}
    accepting: Policy | None = None
    for command in _WRITES:
        held = tuple(c for c in columns if has_privilege(catalog, role, table, command, c.name))
        if held and row_security_active(catalog, role, table):
            held, by = _accepted(table, role, command, held, project)
            accepting = accepting or by
        if held:
            writes[command] = held
    if not writes:
        return None
    statements = [
        grant.statement
        for command in writes
        for grant in grants_to(catalog, role, table, command)
        if grant.statement is not None
    ]
    triggered = all(
        any(t.before and t.enabled and command in t.events for t in table.triggers.known())
        for command in writes
    )
    granted = tuple(dict.fromkeys(statements))
    open_ones = tuple(one for one in columns if any(one in held for held in writes.values()))
    return AuthorityWrite(belief, role, open_ones, tuple(writes), accepting, granted, triggered)


def _believed(belief: Belief) -> tuple[Column, ...]:
    """Return the columns that say what a caller may do, none where these name a row of its own.

    A parent is found by its key: whose it is, is what its own policies see to.
    """
    table, authority = belief.authority.relation, belief.authority
    keys = _keys(table)
    if any((number,) in keys for number in authority.believed):
        return ()
    found = (table.column(number) for number in sorted(authority.believed))
    return tuple(column for column in found if column is not None and not column.generated)


def _accepted(
    table: Relation, role: str, command: str, columns: tuple[Column, ...], project: Project
) -> tuple[tuple[Column, ...], Policy | None]:
    """Return those of some columns into which a role may write any value, and by which policy."""
    permissive, restrictive = applicable_policies(project.catalog, table, role, command)
    for one in permissive:
        left = tuple(
            column
            for column in columns
            if _is_unchecked(one, column, project)
            and all(_is_unchecked(other, column, project) for other in restrictive)
        )
        if left:
            return left, one
    return (), None


def _is_unchecked(policy: Policy, column: Column, project: Project) -> bool:
    check = policy.effective_check
    if check is None:
        return not policy.permissive
    branch = unchecked_branch(check, (column,), policy.relation, project)
    if branch is None:
        return False
    return not any(
        column.number in own_columns(conjunct)
        for conjunct in branch
        if not isinstance(conjunct, IsNull)
    )
