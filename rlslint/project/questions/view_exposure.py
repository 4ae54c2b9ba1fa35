"""Which protected rows a view, or a function that runs as its owner, shows to runtime roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.exposure import restricts
from rlslint.access.privileges import grants_to, has_any_column_privilege
from rlslint.access.reach import (
    Bypass,
    TableRead,
    UnfilteredRead,
    named_relations,
    unfiltered_reads,
)
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Relation, View
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.config import Confidence, Severity
from rlslint.meaning import inner_query
from rlslint.meaning.bounds import unbounded_branches
from rlslint.meaning.deciding import is_always_true
from rlslint.meaning.query_rows import group_columns, unbound_relations
from rlslint.project import also_shown
from rlslint.project.project import Project
from rlslint.project.questions import is_privileged
from rlslint.project.questions.exposure import belongs_to_nobody, sounds_private
from rlslint.sql.expressions import Column, ColumnBinding, Query
from rlslint.text import Related, Span

WRITES = ("insert", "update", "delete")
"""The privileges on a view by which rows of the table behind it can be written."""


_OF_A_PLACE = ("address", "addresses")
"""What shops show of themselves as well."""


class ViewLeak(NamedTuple):
    """That `roles` see rows by querying `queried` that a table's row security keeps from them.

    `read` is the way to the table; `bypass` tells why no policy filters there, None where a
    materialized view keeps a copy. `statistic` tells that only numbers about many rows come out.
    `privilege` is the one on the view that does it: select, or one to write through it.
    """

    roles: tuple[str, ...]
    queried: Relation
    read: TableRead
    bypass: Bypass | None
    statistic: bool
    privilege: str = "select"

    @property
    def who(self) -> str:
        """The roles, as the subject of a sentence."""
        return spoken(self.roles)

    @property
    def what(self) -> str:
        """What the roles can do, and through what."""
        rows = "totals over every tenant's rows" if self.statistic else "every tenant's rows"
        verb = "read" if self.privilege == "select" else "write"
        return f"{verb} {rows} of {self.read.table} through {self.queried}"

    def reason(self, project: Project) -> str:
        """Return why no policy filters the rows, as the end of a sentence."""
        if self.bypass is None:
            return "keeps a copy of them"
        verb = "reads" if self.privilege == "select" else "writes"
        return f"{verb} them as {owner_unbound(self.read.role, self.bypass, project)}"


def view_leaks(view: Relation, project: Project) -> tuple[ViewLeak, ...]:
    """Return the leaks that are a view's own doing, one for each protected table behind it.

    A view answers for the tables that it names itself, also where roles reach it only through
    another view. For what a materialized view copied, the view answers that roles can query.
    Raises UnknownFact only where no leak is certain and one is possible.
    """
    return project.ask(_view_leaks, view, "select") or tuple(
        leak for privilege in WRITES for leak in project.ask(_view_leaks, view, privilege)
    )


def _view_leaks(project: Project, view: Relation, privilege: str) -> tuple[ViewLeak, ...]:
    found: dict[Relation, ViewLeak] = {}
    gap: UnknownFact | None = None
    for queried, role in _ways_to(view, privilege, project):
        if privilege != "select" and not passes_on(queried, privilege, project):
            continue
        try:
            for one in _unfiltered(view, queried, role, privilege, project):
                known = found.get(one.read.table)
                if known is not None and role in known.roles:
                    continue
                leak = _leak(one, queried, role, privilege, project)
                if leak is not None:
                    roles = (*known.roles, role) if known is not None else (role,)
                    found[one.read.table] = (known or leak)._replace(roles=roles)
        except UnknownFact as unknown:
            gap = unknown
    if gap is not None and not found:
        raise gap
    return tuple(sorted(found.values(), key=lambda leak: leak.statistic))


def passes_on(view: Relation, command: str, project: Project) -> bool:
    """Tell whether PostgreSQL carries a command through to the one relation behind a view.

    Manual: CREATE VIEW, Updatable Views. An INSTEAD OF trigger or a rule does something of its own.
    """
    if any(rule.event == command and rule.instead and rule.enabled for rule in view.rules):
        return False
    if any(command in trigger.events for trigger in view.triggers.known()):
        return False
    query = query_of(view, project)
    if not view.is_view or query is None or query.arms or query.grouped or query.limited:
        return False
    return len(query.sources) == 1 and isinstance(query.sources[0].relation, Relation)


def _ways_to(view: Relation, privilege: str, project: Project) -> Iterator[tuple[Relation, str]]:
    direct = project.reachable_by(view, privilege)
    if direct:
        yield from ((view, role) for role in direct)
        return
    for above in project.ask(_reached_above, privilege).get(view, ()):
        yield from ((above, role) for role in project.reachable_by(above, privilege))


def _reached_above(project: Project, privilege: str) -> dict[Relation, list[Relation]]:
    """Return the views above others that runtime roles reach, or may reach, themselves."""
    found: dict[Relation, list[Relation]] = {}
    inside = project.ask(views_inside)
    for above in inside:
        with suppress(UnknownFact):
            if not project.reachable_by(above, privilege):
                continue
        below, waiting = set[Relation](), {*inside[above]}
        while waiting:
            below |= waiting
            waiting = {view for one in waiting for view in inside.get(one, ())} - below
        for view in below:
            found.setdefault(view, []).append(above)
    return found


def views_inside(project: Project) -> dict[Relation, tuple[Relation, ...]]:
    """Return the views that name other views, with these; for `project.ask`."""
    found: dict[Relation, tuple[Relation, ...]] = {}
    for view in project.catalog.relations.known():
        with suppress(UnknownFact):
            if view.is_view or view.is_materialized_view:
                query = view.view_query()
                named = named_relations(query) if query is not None else ()
                inside = tuple(one for one in named if one.is_view or one.is_materialized_view)
                if inside:
                    found[view] = inside
    return found


def _unfiltered(
    view: Relation, queried: Relation, role: str, privilege: str, project: Project
) -> Iterator[UnfilteredRead]:
    """Yield what a role that queries `queried` reads past row security by the doing of `view`."""
    by_view = project.ask(_unfiltered_by_view, queried, role)
    yield from by_view.get(view, ())
    for one in by_view.get(None, ()):
        if _answers_for_copy(view, one.read, role, privilege, project):
            yield one


def _leak(
    one: UnfilteredRead, queried: Relation, role: str, privilege: str, project: Project
) -> ViewLeak | None:
    """Return the leak that such a read is, None where its rows are for all."""
    read = one.read
    if privilege == "select" and is_public(read.table, project):
        return None
    if not restricts(project.catalog, role, read.table, privilege) or _is_filtered(read, project):
        return None
    statistic = _is_statistic(read, project)
    return ViewLeak((role,), queried, read, one.bypass, statistic, privilege)


def _unfiltered_by_view(
    project: Project, queried: Relation, role: str
) -> dict[Relation | None, list[UnfilteredRead]]:
    """Return what is read past row security by the view that names the table, None for copies."""
    found: dict[Relation | None, list[UnfilteredRead]] = {}
    for one in unfiltered_reads(project.catalog, queried, role):
        answering = None if one.read.from_copy else one.read.through[-1]
        found.setdefault(answering, []).append(one)
    return found


def is_public(table: Relation, project: Project) -> bool:
    """Tell whether a table's rows belong to no tenant, and a policy shows them all to some role."""
    if project.is_shared(table):
        return True
    return any(
        policy.permissive
        and policy.covers("select")
        and policy.using is not None
        and policy.using.ask(is_always_true)
        for policy in table.policies.known()
    ) and belongs_to_nobody(table, ("select",), project)


def hides_no_tenant(table: Relation, project: Project) -> bool:
    """Tell whether a table's rows belong to no tenant, and go to all by what is in them.

    What its policies hide is no longer for sale, or not published yet.
    """
    functions = project.context_functions
    return belongs_to_nobody(table, ("select",), project) and any(
        branch.kind == "row flag"
        for policy in table.policies.known()
        if policy.permissive and policy.covers("select") and policy.using is not None
        for condition in (project.condition(policy.using, table),)
        for branch in condition.ask(unbounded_branches, condition.filled, functions)
    )


def _answers_for_copy(
    view: Relation, read: TableRead, role: str, privilege: str, project: Project
) -> bool:
    copy = next(i for i, one in enumerate(read.through) if one.is_materialized_view)
    reachable = [
        one for one in read.through[: copy + 1] if role in project.reachable_by(one, privilege)
    ]
    return bool(reachable) and reachable[-1] is view


def _is_filtered(read: TableRead, project: Project) -> bool:
    """Tell whether a query on the way ties the rows to the caller.

    What the query of a materialized view compares with the context is the context of REFRESH.
    """
    for view, source in zip(read.through, (*read.through[1:], read.table), strict=True):
        if view.is_materialized_view:
            return False
        unbound = project.ask(_unbound_in_view, view)
        if unbound is not None and source not in unbound:
            return True
    return False


def _unbound_in_view(project: Project, view: Relation) -> frozenset[Relation] | None:
    query = query_of(view, project)
    return frozenset(unbound_in(query, project)) if query is not None else None


def _is_statistic(read: TableRead, project: Project) -> bool:
    return any(project.ask(_shows_statistics, view) for view in read.through)


def _shows_statistics(project: Project, view: Relation) -> bool:
    query = query_of(view, project)
    return query is not None and shows_statistics_only(query, project)


def query_of(relation: Relation, project: Project) -> Query | None:
    """Return the query of a view, the calls in it inlined; None for what is no view."""
    if not relation.knows("query") or relation.query is None:
        return None
    expression = project.predicate(relation.query).expression
    return expression if isinstance(expression, Query) else None


def unbound_in(query: Query, project: Project) -> tuple[Relation, ...]:
    """Return the relations whose rows a query puts out, whoever asks."""
    return unbound_relations(
        query, project.context_functions, lambda view: project.ask(_unbound_in_view, view)
    )


def shows_statistics_only(query: Query, project: Project) -> bool:
    """Tell whether a query puts out numbers about many rows, and neither a tenant nor a key."""
    groups = group_columns(query)
    if groups is None:
        return _puts_statistics_together(query, project)
    return not any(_identifies(binding, project) for binding in groups)


def _puts_statistics_together(query: Query, project: Project) -> bool:
    """Tell whether a query puts out what WITH queries and sub-selects in FROM have added up."""
    inner = [inner_query(source) for source in query.sources]
    looks_up = any(isinstance(part, Query) for one in query.outputs for part in one.walk())
    return (
        bool(inner)
        and not query.arms
        and not looks_up
        and all(one is not None and shows_statistics_only(one, project) for one in inner)
    )


def shows_partly(query: Query, table: Relation) -> bool:
    """Tell whether a query puts out some columns of a table, and none whose name sounds private."""
    shown = {
        column.binding.number
        for part in query.walk()
        if isinstance(part, Query)
        for output in part.outputs
        for column in output.walk()
        if isinstance(column, Column)
        and isinstance(column.binding, ColumnBinding)
        and column.binding.source.relation is table
    }
    columns = table.columns.values() if table.knows("columns") else ()
    names = [column.name for column in columns if column.number in shown]
    return (
        bool(names)
        and 0 not in shown
        and len(names) < len(columns)
        and not any(sounds_private(name) for name in names if name not in _OF_A_PLACE)
    )


def _identifies(binding: ColumnBinding, project: Project) -> bool:
    relation = binding.source.relation
    if not isinstance(relation, Relation) or not relation.knows("columns"):
        return True
    if any(column.number == binding.number for column in project.tenant_columns(relation)):
        return True
    return any(
        binding.number in constraint.columns
        for constraint in relation.constraints.known()
        if constraint.kind in ("primary", "unique", "foreign")
    )


def owner_name(role: str, project: Project) -> str:
    """Return an owner as the subject of a sentence, by its name where the project tells that."""
    if role != MIGRATION_ROLE:
        return role
    named = project.runtime.migrating
    return next(iter(named)) if len(named) == 1 else "the role that runs the migrations"


def owner_unbound(role: str, bypass: Bypass, project: Project) -> str:
    """Return an owner, and why policies do not bind it.

    Of whom nothing but this is known, it is likely that it is a superuser; not of one with a name.
    """
    owner = owner_name(role, project)
    if bypass.certain or owner not in (role, *project.runtime.migrating):
        return f"{owner}, which {bypass.reason}"
    return f"{owner}, whom no policy binds if it is a superuser"


def severity_of(leak: ViewLeak, project: Project) -> Severity | None:
    """Return how grave a leak is where less than the card says.

    Info where no row comes out, a warning where the leak is only to roles that policies never name
    though they bind the rows for others: those are probably meant to see more.
    """
    if leak.statistic:
        return Severity.info
    return Severity.warning if serves_no_tenant(leak.roles, project) else None


def serves_no_tenant(roles: Iterable[str], project: Project) -> bool:
    """Tell whether policies bind rows for other runtime roles, and for none of `roles`."""
    return all(is_privileged(role, project) for role in roles)


def confidence_of(bypass: Bypass | None, project: Project) -> Confidence | None:
    """Return how sure a leak is where less than the card says: who asks, who owns."""
    if project.runtime.assumed:
        return Confidence.low
    return Confidence.medium if bypass is not None and not bypass.certain else None


def as_invoker(view: View, leak: ViewLeak, project: Project) -> str:
    """Return SQL that makes a view read as who asks, or advice where who asks may not read."""
    lacking = [
        (role, relation)
        for role in leak.roles
        for relation in _read_by(view)
        if not has_any_column_privilege(project.catalog, role, relation, "select")
    ]
    if lacking:
        role, relation = lacking[0]
        return (
            f"grant {spoken((role,))} SELECT on {relation}, whose policies then filter, and make "
            "the view read WITH (security_invoker = true)"
        )
    return f"ALTER VIEW {view.sql_name} SET (security_invoker = true);"


def _read_by(view: View) -> list[Relation]:
    if not view.knows("query") or view.query is None:
        return []
    return [one for one in named_relations(view.query.expression) if one.knows("owner")]


def related_to(leak: ViewLeak, project: Project, mark: Span | None) -> tuple[Related, ...]:
    """Return the other places: the GRANT that opens the view, and the protected table."""
    grants = [
        grant
        for role in leak.roles
        for grant in grants_to(project.catalog, role, leak.queried, leak.privilege)
    ]
    enabled = leak.read.table.because("rls_enabled")
    places = also_shown(
        *(
            (one.statement, f"{leak.who} may use {leak.queried} by this privilege")
            for one in grants
        ),
        (enabled, f"{leak.read.table} has row security, which does not apply here"),
        beside=mark,
    )
    return tuple({one.span: one for one in places}.values())
