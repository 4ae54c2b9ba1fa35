"""Whose name new rows may carry: which roles write a tenant column, and what checks its value."""

from __future__ import annotations

from rlslint.access import certainly
from rlslint.access.data_roles import escapes_row_security
from rlslint.access.overwriting import overwriting_triggers
from rlslint.access.privileges import can_use_schema, has_privilege
from rlslint.access.reach import applicable_policies
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Column, Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.meaning.bodies import tables_read
from rlslint.meaning.bounds import bound_of, bounds_of, kind_of
from rlslint.meaning.branches import Branch, branches
from rlslint.meaning.context import ContextFunctions, context_reads, is_row_free, own_columns
from rlslint.meaning.deciding import can_be_true
from rlslint.meaning.gates import is_anybody
from rlslint.meaning.simplifying import conjunction
from rlslint.project.project import Project, is_called_tenant, is_only_key
from rlslint.project.questions import is_refused, served_roles
from rlslint.project.terms import Condition
from rlslint.sql import expressions as sql
from rlslint.sql.expressions import (
    And,
    Call,
    Cast,
    ColumnBinding,
    Constant,
    Expr,
    IsNull,
    Operator,
    Part,
    Source,
    SubSelect,
)


def writers(
    policy: Policy, command: str, columns: tuple[Column, ...], project: Project
) -> tuple[str, ...]:
    """Return the runtime roles that a policy binds and that may set one of `columns`."""
    catalog, relation = project.catalog, policy.relation
    return tuple(
        role
        for role in served_roles(policy, project)
        if not certainly(escapes_row_security, catalog, role)
        and not is_refused(relation, command, role, project)
        and can_use_schema(catalog, role, relation.schema)
        and any(has_privilege(catalog, role, relation, command, c.name) for c in columns)
    )


def unchecked_branch(
    clause: Clause, columns: tuple[Column, ...], relation: Relation, project: Project
) -> Branch | None:
    """Return a branch that accepts rows whatever the value of `columns`, None if there is none.

    A branch that binds one of them, or says what its value must be, checks it; one that asks the
    session for more than its presence is meant for few. Raises UnknownFact where only something
    unknown could check it.
    """
    numbers = frozenset([column.number for column in columns])
    return project.ask(_unchecked_branch, project.condition(clause, relation), numbers)


def _unchecked_branch(
    project: Project, condition: Condition, numbers: frozenset[int]
) -> Branch | None:
    unknown: Expr | None = None
    for branch in condition.ask(branches):
        if _checks(branch, numbers, project) or not _can_pass(branch, condition.filled):
            continue
        kinds = [kind_of(conjunct, project.context_functions) for conjunct in branch]
        if "opaque" in kinds:
            unknown = branch[kinds.index("opaque")]
        elif all(_is_easily_met(conjunct, project) for conjunct in branch):
            return branch
    if unknown is not None:
        raise UnknownFact(unknown, "what it binds", None)
    return None


def is_gate(branch: Branch, project: Project) -> bool:
    """Tell whether a branch asks the session something, and nothing of the row."""
    functions = project.context_functions
    return bool(branch) and all(
        kind_of(conjunct, functions) == "gate" and not own_columns(conjunct) for conjunct in branch
    )


def _is_easily_met(conjunct: Expr, project: Project) -> bool:
    if kind_of(conjunct, project.context_functions) != "gate" or own_columns(conjunct):
        return True
    everyone = frozenset(project.runtime.names)
    return is_anybody(conjunct, everyone, project.context_functions)


def bound_columns(branch: Branch, project: Project) -> frozenset[int]:
    """Return the columns that a branch binds to the caller."""
    functions = project.context_functions
    return frozenset(
        column
        for conjunct in branch
        if (bound := bound_of(conjunct, functions)) is not None
        for column in bound.columns
    )


def _can_pass(branch: Branch, filled: frozenset[int]) -> bool:
    whole = conjunction(branch, -1) if branch else Constant(True)
    return can_be_true(whole, filled)


def _checks(branch: Branch, numbers: frozenset[int], project: Project) -> bool:
    if not bound_columns(branch, project).isdisjoint(numbers):
        return True
    functions = project.context_functions
    return any(
        _fixes(conjunct, numbers) or _looks_up_what_it_looked_up(conjunct, numbers, functions)
        for conjunct in branch
    )


def _looks_up_what_it_looked_up(
    conjunct: Expr, numbers: frozenset[int], functions: ContextFunctions
) -> bool:
    """Tell whether a sub-select about the caller goes by another one about one of the columns.

    So it is where a policy asks who may do something with what the row's parent belongs to. What
    is looked up beside it, and compared with nothing of it, binds no row.
    """
    if not isinstance(conjunct, SubSelect) or not context_reads(conjunct, functions):
        return False
    sources = conjunct.query.sources
    return any(
        _is_compared(condition, sources)
        and any(
            isinstance(part, SubSelect) and not own_columns(part).isdisjoint(numbers)
            for part in condition.walk()
        )
        for one in conjunct.query.conditions
        for condition in (one.arguments if isinstance(one, And) else (one,))
    )


def _is_compared(condition: Expr, sources: tuple[Source, ...]) -> bool:
    """Tell whether a condition asks for something equal to a column of the sources."""
    match condition:
        case SubSelect("exists"):
            return any(
                isinstance(part, Operator)
                and _is_compared(part, sources)
                and sum(isinstance(one, sql.Column) for one in part.walk()) > 1
                for part in condition.walk()
            )
        case Operator("=") | SubSelect("any", symbol="="):
            return any(_is_of(part, sources) for part in condition.walk())
        case _:
            return False


def _is_of(part: Part, sources: tuple[Source, ...]) -> bool:
    """Tell whether a part is a column of what a query reads from."""
    return (
        isinstance(part, sql.Column)
        and isinstance(part.binding, ColumnBinding)
        and any(part.binding.source is source for source in sources)
    )


def _fixes(conjunct: Expr, numbers: frozenset[int]) -> bool:
    """Tell whether a condition leaves one of the columns a single value: NULL or a constant."""
    match conjunct:
        case IsNull(argument, False):
            return _is_one_of(argument, numbers)
        case Operator("=", left, right) if left is not None and not conjunct.quantifier:
            return (_is_one_of(left, numbers) and _is_fixed(right)) or (
                _is_one_of(right, numbers) and _is_fixed(left)
            )
        case _:
            return False


def _is_fixed(expression: Expr) -> bool:
    return is_row_free(expression) and not context_reads(expression)


def _is_one_of(expression: Expr, numbers: frozenset[int]) -> bool:
    match expression:
        case Cast(argument):
            return _is_one_of(argument, numbers)
        case sql.Column():
            return bool(own_columns(expression) & numbers)
        case _:
            return False


def is_checked_elsewhere(
    policy: Policy, command: str, role: str, columns: tuple[Column, ...], project: Project
) -> bool:
    """Tell whether other policies keep `role` from writing any value it likes into `columns`.

    A restrictive one does, or, beside a restrictive `policy`, all the permissive ones.
    """
    relation = policy.relation
    permissive, restrictive = applicable_policies(project.catalog, relation, role, command)
    if any(_is_check(other, columns, project) for other in restrictive if other is not policy):
        return True
    if policy.permissive:
        return False
    return all(
        other.effective_check is None or _is_check(other, columns, project) for other in permissive
    )


def _is_check(policy: Policy, columns: tuple[Column, ...], project: Project) -> bool:
    check = policy.effective_check
    return check is not None and unchecked_branch(check, columns, policy.relation, project) is None


def is_overwritten(
    relation: Relation, columns: tuple[Column, ...], commands: tuple[str, ...], project: Project
) -> str | None:
    """Return the trigger that sets one of `columns` itself on every such command, if any."""
    for column in columns:
        found = [
            overwriting_triggers(project.catalog, relation, column, command) for command in commands
        ]
        if found and all(found):
            return found[0][0]
    return None


def lost_columns(
    using: Clause, check: Clause, relation: Relation, project: Project
) -> tuple[Column, ...]:
    """Return the columns that USING binds to the caller and some branch of WITH CHECK does not.

    Where WITH CHECK binds some of them, or others instead, only a column by which more of the
    project's tables are kept apart than by those that stay bound counts as lost: a row may be
    handed over to a colleague, but not to another tenant. A row's own key counts for nothing where
    it only finds the row itself, to ask whose that is. Raises UnknownFact where only something
    unknown could bind them.
    """
    if using.predicate is check.predicate:
        return ()
    filled = project.condition(check, relation).filled
    functions = project.context_functions
    before = branches(project.predicate(using).expression)
    bound = [columns for branch in before if (columns := bound_columns(branch, project))]
    if not bound:
        return ()
    keys = _keys_of_themselves(before, relation, project)
    wanted = frozenset.union(*bound) - keys
    always = frozenset.intersection(*bound) - keys
    after = branches(project.predicate(check).expression)
    closed = any(bound_columns(branch, project) for branch in after)
    unknown: Expr | None = None
    for branch in after:
        if branch in before or not _can_pass(branch, filled):
            continue
        kept = bound_columns(branch, project)
        lost = _outranked(always if kept & wanted else wanted, kept, relation, project)
        if not lost or any(_fixes(conjunct, lost) for conjunct in branch):
            continue
        kinds = [kind_of(conjunct, functions) for conjunct in branch if not kept]
        if "opaque" in kinds:
            unknown = branch[kinds.index("opaque")]
        elif not closed or all(_is_easily_met(conjunct, project) for conjunct in branch):
            return tuple(c for n in sorted(lost) if (c := relation.column(n)) is not None)
    if unknown is not None:
        raise UnknownFact(unknown, "what it binds", None)
    return ()


def _keys_of_themselves(
    before: tuple[Branch, ...], relation: Relation, project: Project
) -> frozenset[int]:
    """Return the row's own key where all that binds it is a lookup of that row."""
    keys = frozenset(c.number for c in relation.columns.values() if is_only_key(relation, c))
    if not keys:
        return keys
    bounds = (bound_of(part, project.context_functions) for branch in before for part in branch)
    binding = [
        bound for bound in bounds if bound is not None and not keys.isdisjoint(bound.columns)
    ]
    return keys if all(_looks_up(one.expression, relation) for one in binding) else frozenset()


def _looks_up(expression: Expr, relation: Relation) -> bool:
    for part in expression.walk():
        match part:
            case SubSelect(query=query):
                if any(source.relation is relation for source in query.sources):
                    return True
            case Call(function=Function() as function):
                if any(name[-1] == relation.name for name in tables_read(function)):
                    return True
    return False


def _outranked(
    wanted: frozenset[int], kept: frozenset[int], relation: Relation, project: Project
) -> frozenset[int]:
    """Return the columns of `wanted` that count for more than those that stay bound.

    What is called a tenant counts for more than anything else.
    """
    lost = wanted - kept
    if not kept:
        return lost
    uses = project.tenant_column_uses

    def rank(number: int) -> int:
        column = relation.column(number)
        if column is None:
            return 0
        return uses[column.name] + (uses.total() if is_called_tenant(column.name) else 0)

    most = max(rank(number) for number in kept)
    enough = most if kept.isdisjoint(wanted) else most + 1
    return frozenset(number for number in lost if rank(number) >= enough)


def readers_columns(check: Clause, policy: Policy, project: Project) -> tuple[Column, ...]:
    """Return columns that decide who reads new rows, where WITH CHECK binds others only.

    So a user may insert under their own name what another tenant will read. Counts only where the
    two are bound to different parts of the context, and the readers' column keeps more of the
    project's tables apart: who writes a message is not who gets it, and that is no fault.
    """
    relation = policy.relation
    readers = tuple(
        [
            using
            for other in relation.policies.known()
            if other.covers("select") and (using := project.terms(other).using) is not None
        ]
    )
    kept, wanted = project.ask(_kept_and_wanted, project.condition(check, relation), readers)
    if not wanted:
        return ()
    lost = _outranked(wanted | kept, kept, relation, project)
    return tuple(c for n in sorted(lost) if (c := relation.column(n)) is not None)


def _kept_and_wanted(
    project: Project, check: Condition, readers: tuple[Condition, ...]
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the columns that a check binds, and those that only what decides who reads binds."""
    functions, nothing = project.context_functions, frozenset[int]()
    written = check.ask(bounds_of, functions)
    kept = frozenset(column for bound in written for column in bound.columns)
    known = {(read.name, read.path) for bound in written for read in bound.reads}
    reading = [bound for using in readers for bound in using.ask(bounds_of, functions)]
    if not kept or any(not kept.isdisjoint(bound.columns) for bound in reading):
        return nothing, nothing
    wanted = frozenset(
        column
        for bound in reading
        if bound.form == "equality"
        and not known.intersection((read.name, read.path) for read in bound.reads)
        for column in bound.columns
    )
    return kept, wanted
