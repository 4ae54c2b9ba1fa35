"""Which policies apply to a role, what exempts it, and which tables stand behind a view."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from rlslint import NamedTuple
from rlslint.access import (
    certainly,
    has_bypassrls,
    inherited_roles,
    is_probably_superuser,
    is_superuser,
)
from rlslint.access.data_roles import escapes_row_security
from rlslint.access.runtime_roles import RuntimeRoles
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Kind, Policy, Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.sql.expressions import Call, Expr, Query
from rlslint.text import Statement


class Escape(Enum):
    """Why row security does not apply to a role (manual: Row Security Policies)."""

    superuser = "superuser"
    bypassrls = "BYPASSRLS"
    owner = "owner"


class Bypass(NamedTuple):
    """That a role bypasses the row security of a table.

    `reason` completes a sentence that starts with the role ("owns public.docs, whose …").
    `certain` is False for the role that runs the migrations and for `postgres`, which are probably
    superusers. `statement` brought it about.
    """

    escape: Escape
    reason: str
    certain: bool
    statement: Statement | None


def bypass(catalog: Catalog, role: str, relation: Relation) -> Bypass | None:
    """Return why the row security of `relation` does not apply to `role`, None where it does.

    Does not ask whether row security is enabled. Membership passes on the owner's exemption,
    never SUPERUSER or BYPASSRLS (src/backend/utils/misc/rls.c, check_enable_rls).
    """
    known = catalog.roles.get(role)
    if is_superuser(catalog, role):
        because = known.because("superuser") if known is not None else None
        return Bypass(Escape.superuser, "is a superuser", True, because)
    if has_bypassrls(catalog, role):
        because = known.because("bypassrls") if known is not None else None
        return Bypass(Escape.bypassrls, "has BYPASSRLS", True, because)
    if relation.owner in inherited_roles(catalog, role) and not relation.rls_forced:
        return _bypass_of_owner(role, relation)
    if is_probably_superuser(catalog, role):
        return Bypass(Escape.superuser, "is probably a superuser", False, None)
    return None


def row_security_active(catalog: Catalog, role: str, relation: Relation) -> bool:
    """Tell whether policies filter what `role` does with `relation`.

    Says what PostgreSQL's row_security_active() says; probable superusers count as such.
    """
    return relation.rls_enabled and bypass(catalog, role, relation) is None


@remembered
def applicable_policies(
    catalog: Catalog, relation: Relation, role: str, command: str
) -> tuple[tuple[Policy, ...], tuple[Policy, ...]]:
    """Return the permissive and the restrictive policies for a command of `role`.

    `command` is select, insert, update or delete; policies for ALL take part in each.
    """
    roles = inherited_roles(catalog, role)
    policies = [
        policy
        for policy in relation.policies.values()
        if policy.covers(command) and (PUBLIC in policy.roles or not roles.isdisjoint(policy.roles))
    ]
    return (
        tuple(policy for policy in policies if policy.permissive),
        tuple(policy for policy in policies if not policy.permissive),
    )


def _bypass_of_owner(role: str, relation: Relation) -> Bypass:
    if role == relation.owner:
        reason = f"owns {relation}, whose row security is not forced"
    else:
        reason = f"inherits from {relation.owner}, the owner of {relation}, and "
        reason += "the row security of the table is not forced"
    return Bypass(Escape.owner, reason, True, relation.because("owner"))


class TableRead(NamedTuple):
    """That whoever queries a relation reads a table behind it.

    `role` is the role whose policies filter the table's rows, `through` the views on the way,
    from the one that is queried to the one that names the table. `from_copy` tells that one of
    these is a materialized view, which keeps the rows: no policy filters them any more.
    """

    table: Relation
    role: str
    through: tuple[Relation, ...]
    from_copy: bool = False


class UnfilteredRead(NamedTuple):
    """A read of a protected table that row security does not filter, and why.

    `bypass` is None where a materialized view copied what its owner could see.
    """

    read: TableRead
    bypass: Bypass | None


def not_exempt(catalog: Catalog, runtime: RuntimeRoles, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out the roles that get past every policy by an attribute, where others serve as well.

    Whatever a fault is, they get at the rows without it.
    """
    bound = _bound(catalog, runtime.names, runtime.exempt)
    return tuple(role for role in roles if role in bound) if bound else roles


@remembered
def _bound(catalog: Catalog, roles: tuple[str, ...], exempt: frozenset[str]) -> frozenset[str]:
    return frozenset(
        role
        for role in roles
        if role not in exempt and not certainly(escapes_row_security, catalog, role)
    )


def runs_as_invoker(view: Relation) -> bool:
    """Tell whether the relations in a view's query are read with the rights of its user.

    Else they are read with those of the view's owner, policies included. A view decides for the
    relations that it names itself; one inside another decides for its own (manual: CREATE VIEW).
    """
    return view.kind is Kind.view and view.option("security_invoker")


def reads_behind(relation: Relation, role: str) -> Iterator[TableRead]:
    """Yield the tables that a query of `role` on a relation reads, a table itself included.

    A materialized view was filled with its owner's rights, whatever `role` is. Yields first what
    is certain, then raises UnknownFact where more is possible.
    """
    reads, gap = _reads(relation, role, role)
    yield from reads
    if gap is not None:
        raise gap


def protected_reads(relation: Relation, role: str) -> tuple[TableRead, ...]:
    """Return the reads of tables that have row security; see reads_behind.

    Raises UnknownFact only where none is certain and one is possible.
    """
    found: list[TableRead] = []
    gap: UnknownFact | None = None
    try:
        for read in reads_behind(relation, role):
            if not read.table.knows("rls_enabled"):
                gap = UnknownFact(read.table, "rls_enabled", read.table.unknown["rls_enabled"])
            elif read.table.rls_enabled:
                found.append(read)
    except UnknownFact as unknown:
        gap = unknown
    if gap is not None and not found:
        raise gap
    return tuple(found)


def protected_sources(relation: Relation) -> tuple[Relation, ...]:
    """Return the tables with row security behind a view or a materialized view, each once.

    Raises UnknownFact only where none is certain and one is possible.
    """
    tables = {id(read.table): read.table for read in protected_reads(relation, "")}
    return tuple(tables.values())


@remembered
def unfiltered_reads(catalog: Catalog, relation: Relation, role: str) -> tuple[UnfilteredRead, ...]:
    """Return how a relation lets `role` past row security that would filter its own query.

    Whether `role` may query the relation is another question: see reachable_by.
    """
    found: list[UnfilteredRead] = []
    for read in protected_reads(relation, role):
        if bypass(catalog, role, read.table) is not None:
            continue
        escape = bypass(catalog, read.role, read.table)
        if escape is not None or read.from_copy:
            found.append(UnfilteredRead(read, escape))
    return tuple(found)


_Reads = tuple[tuple[TableRead, ...], UnknownFact | None]
"""What is certainly read, and what stands in the way of knowing all."""


def _reads(relation: Relation, user: str, reader: str) -> _Reads:
    """Return the reads behind a relation that `reader` reads in a query of `user`."""
    if relation.is_table:
        return (TableRead(relation, reader, ()),), None
    if relation.kind not in (Kind.view, Kind.materialized_view):
        return (), None
    query = relation.view_query()
    if query is None:
        return (), UnknownFact(relation, "query", relation.created)
    return _reads_of_view(query, relation, user)


@remembered
def _reads_of_view(query: Query, view: Relation, user: str) -> _Reads:
    # A view that reads itself, through others, reads nothing more by that.
    query.answers[_reads_of_view, view, user] = (), None
    is_copy = view.kind is Kind.materialized_view
    # REFRESH runs as the owner: security invoker views inside see the owner as their user.
    inner_user = view.owner if is_copy else user
    inner_reader = user if runs_as_invoker(view) else view.owner
    found: dict[object, TableRead] = {}
    gap: UnknownFact | None = None
    for source in named_relations(query):
        try:
            reads, unknown = _reads(source, inner_user, inner_reader)
        except UnknownFact as cause:
            reads, unknown = (), cause
        gap = gap or unknown
        for table, role, through, copied in reads:
            read = TableRead(table, role, (view, *through), is_copy or copied)
            found.setdefault(_told_by(read), read)
    return tuple(found.values()), gap


def _told_by(read: TableRead) -> tuple[object, ...]:
    """Return what tells a read from others: of the many ways that views may lead there, the first
    one speaks for all that begin with the same copy and end in the same view."""
    copies = (id(view) for view in read.through if view.kind is Kind.materialized_view)
    copy = next(copies, None) if read.from_copy else None
    return id(read.table), read.role, id(read.through[-1]), copy


def relations_looked_up(expression: Expr, catalog: Catalog) -> tuple[Relation, ...]:
    """Return the relations that a predicate reads, itself or in the functions that it calls.

    A function whose body cannot be read adds none.
    """
    found = dict.fromkeys(named_relations(expression))
    for part in expression.walk():
        if isinstance(part, Call) and isinstance(part.function, Function):
            found |= dict.fromkeys(_used_by(part.function, catalog))
    return tuple(found)


def functions_around(catalog: Catalog, table: Relation) -> tuple[Function, ...]:
    """Return the SECURITY DEFINER functions that use a table past its row security.

    Functions of which that is not certain are left out.
    """
    return tuple(
        function
        for function in catalog.functions.known()
        if all(function.knows(fact) for fact in ("security_definer", "owner"))
        and function.security_definer
        and table in _used_by(function, catalog)
        and bypass(catalog, function.owner, table) is not None
    )


def _used_by(function: Function, catalog: Catalog) -> list[Relation]:
    from rlslint.meaning.bodies import tables_read, tables_written

    try:
        names = (*tables_read(function), *tables_written(function))
    except UnknownFact:
        return []
    found: list[Relation] = []
    for schema, name in names:
        candidates = (schema,) if schema else function.search_path
        relations = (catalog.relation(candidate, name) for candidate in candidates)
        found += [relation for relation in relations if relation is not None][:1]
    return found


@remembered
def named_relations(expression: Expr) -> list[Relation]:
    """Return the relations that a bound query or predicate names anywhere, each once."""
    found: dict[int, Relation] = {}
    seen: set[int] = set()
    waiting: list[Expr] = [expression]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Query):
            # A recursive CTE contains itself.
            if id(part) in seen:
                continue
            seen.add(id(part))
            for source in part.sources:
                if isinstance(source.relation, Relation):
                    found.setdefault(id(source.relation), source.relation)
        waiting.extend(part.children())
    return list(found.values())
