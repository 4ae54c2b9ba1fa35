"""Policies that read their own table, and what PostgreSQL makes of it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import inherited_roles
from rlslint.access.reach import TableRead, reads_behind, row_security_active
from rlslint.catalog import Catalog
from rlslint.catalog.answers import ask, remembered
from rlslint.catalog.binding import find_relation
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.overloads import Given, find_function
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import PUBLIC
from rlslint.meaning.bodies import functions_called, tables_read
from rlslint.sql.expressions import Call, Expr, Query, Source, SubSelect

NOTICED_BY_REWRITER = "42P17"
_STACK_DEPTH = "54001"
_OBJECTS = (Relation, Function)


class Recursion(NamedTuple):
    """How a policy leads back to its own table.

    `sqlstate` is 42P17 where the rewriter notices, 54001 where functions call one another until
    the stack is full. `expression` is the sub-select or the call in `clause`, `through` the view
    or the function on the way, None where the sub-select names the table itself. `again` is a
    policy for the inner read that closes the circle.
    """

    sqlstate: str
    clause: Clause
    expression: Expr
    through: Relation | Function | None
    again: Policy


def recursion(catalog: Catalog, policy: Policy, role: str, command: str) -> Recursion | None:
    """Return how `command` of `role` on the policy's table runs in circles, None if it does not.

    The rewriter expands the sub-selects of policies one inside the other. It refuses a table that
    it meets again on the way where a policy for the inner read contains any sub-select, be it
    only `(SELECT current_setting(…))` (src/backend/rewrite/rewriteHandler.c, fireRIRrules). What a
    function reads is rewritten when the function runs, with the rights of its owner where it is
    SECURITY DEFINER.
    """
    if not applies_to(catalog, policy, role):
        return None
    gap: UnknownFact | None = None
    for clause in clauses_for(policy, command):
        for place, source in clause.ask(looked_up):
            try:
                found = _by_source(catalog, policy, role, clause, place, source)
            except UnknownFact as unknown:
                gap, found = unknown, None
            if found is not None and row_security_active(catalog, role, policy.relation):
                return found
    if gap is not None:
        raise gap
    return None


def clauses_for(policy: Policy, command: str) -> tuple[Clause, ...]:
    """Return the clauses of a policy that take part in a command."""
    using = policy.using if command != "insert" else None
    check = policy.effective_check if command in ("insert", "update") else None
    return tuple(dict.fromkeys(clause for clause in (using, check) if clause is not None))


def looked_up(expression: Expr) -> tuple[tuple[Expr, Source | Call], ...]:
    """Return what an expression reads or calls of the catalog, and the part of it that does."""
    return tuple(
        (place, source)
        for place, source in _sources(expression, expression)
        if isinstance(source.relation if isinstance(source, Source) else source.function, _OBJECTS)
    )


@remembered
def may_read(expression: Expr, catalog: Catalog) -> bool:
    """Tell whether an expression reads a relation, or calls a function that perhaps reads one."""
    return any(
        isinstance(source, Source) or _may_read_in_body(source.function, catalog)
        for _, source in ask(looked_up, expression)
    )


def _may_read_in_body(called: object, catalog: Catalog) -> bool:
    waiting, seen = [called], {called}
    while waiting:
        function = waiting.pop()
        if not isinstance(function, Function):
            continue
        try:
            if tables_read(function):
                return True
            calls = functions_called(function)
        except UnknownFact:
            return True
        for words, arguments in calls:
            given = Given(("",) * arguments)
            further, _ = find_function(catalog, function.search_path, words, given)
            if further not in seen:
                seen.add(further)
                waiting.append(further)
    return False


def _sources(expression: Expr, place: Expr) -> Iterator[tuple[Expr, Source | Call]]:
    """Yield the FROM entries with the outermost sub-select around them, and the calls."""
    match expression:
        case Query():
            for source in expression.sources:
                yield place, source
        case Call() if isinstance(expression.function, Function):
            yield expression, expression
    if isinstance(expression, SubSelect) and not isinstance(place, SubSelect):
        place = expression
    for child in expression.children():
        yield from _sources(child, place)


def _by_source(
    catalog: Catalog,
    policy: Policy,
    role: str,
    clause: Clause,
    place: Expr,
    source: Source | Call,
) -> Recursion | None:
    match source:
        case Source(relation=Relation() as relation):
            return _by_relation(catalog, policy, role, clause, place, relation)
        case Call(function=Function() as function):
            return _by_function(catalog, policy, role, clause, place, function)
        case _:
            return None


def _by_relation(
    catalog: Catalog, policy: Policy, role: str, clause: Clause, place: Expr, relation: Relation
) -> Recursion | None:
    if relation.is_beyond_history:
        return None
    table = policy.relation
    for read in reads_behind(relation, role):
        if read.table is not table or read.from_copy:
            continue
        if not row_security_active(catalog, read.role, table):
            continue
        for inner in select_policies(catalog, table, read.role):
            if any(map(has_sub_select, inner.clauses)):
                through = relation if relation is not table else None
                return Recursion(NOTICED_BY_REWRITER, clause, place, through, inner)
    return None


def _by_function(
    catalog: Catalog, policy: Policy, role: str, clause: Clause, place: Expr, function: Function
) -> Recursion | None:
    for read in _reads_of_function(catalog, function, role, policy.relation, ()):
        if not any(inner is policy for inner in select_policies(catalog, read.table, read.role)):
            continue
        return Recursion(_STACK_DEPTH, clause, place, function, policy)
    return None


def _reads_of_function(
    catalog: Catalog,
    function: Function,
    role: str,
    table: Relation,
    callers: tuple[Function, ...],
) -> Iterator[TableRead]:
    """Yield the reads of `table`, filtered by its policies, that a call by `role` leads to."""
    reader = function.owner if function.security_definer else role
    if function in callers or (
        function.security_definer and not row_security_active(catalog, reader, table)
    ):
        return
    for name in tables_read(function):
        relation = find_relation(catalog, function.search_path, name.schema, name.name)
        for read in reads_behind(relation, reader) if relation is not None else ():
            if read.table is table and row_security_active(catalog, read.role, table):
                yield read
    for words, arguments in functions_called(function):
        called, _ = find_function(catalog, function.search_path, words, Given(("",) * arguments))
        if called is not None:
            yield from _reads_of_function(catalog, called, reader, table, (*callers, function))


def select_policies(catalog: Catalog, table: Relation, role: str) -> Iterator[Policy]:
    """Yield the policies for what `role` reads; the certain ones before UnknownFact is raised."""
    for policy in table.policies.values():
        if policy.covers("select") and applies_to(catalog, policy, role):
            yield policy


def applies_to(catalog: Catalog, policy: Policy, role: str) -> bool:
    """Tell whether a policy is for a role."""
    roles = inherited_roles(catalog, role)
    return any(name == PUBLIC or name in roles for name in policy.roles)


def has_sub_select(clause: Clause) -> bool:
    """Tell whether a clause contains a sub-select, which PostgreSQL takes for a way back."""
    return clause.ask(_contains_sub_select)


def _contains_sub_select(expression: Expr) -> bool:
    return any(isinstance(part, SubSelect) for part in expression.walk())
