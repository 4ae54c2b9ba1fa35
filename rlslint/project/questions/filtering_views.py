"""Views that are all that keeps a caller to the rows of one tenant."""

from __future__ import annotations

from collections.abc import Callable

from rlslint import NamedTuple
from rlslint.access.exposure import restricts
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.reach import bypass, runs_as_invoker
from rlslint.catalog.model import Column, Relation, View
from rlslint.meaning.bounds import tenant_columns
from rlslint.meaning.context import context_reads
from rlslint.meaning.pulled_up import pulled_up
from rlslint.meaning.simplifying import conjunction, simplified
from rlslint.project.project import Project
from rlslint.project.questions.view_exposure import query_of, unbound_in, views_inside
from rlslint.sql.expressions import OWN_ROW, Expr, Query, Source
from rlslint.sql.rebuilding import with_sources


class Filter(NamedTuple):
    """That the conditions of a view tie the rows of `table` to the caller, by `columns`.

    No policy does: the table has no row security, or the view reads it as one whom none binds.
    `outputs` are what the view puts out of it, `views` those through which it reads the table.
    """

    table: Relation
    source: Source
    columns: tuple[Column, ...]
    outputs: tuple[Expr, ...]
    views: tuple[Relation, ...]


def filter_of(view: View, project: Project) -> Filter | None:
    """Return what a view alone filters by the caller, None where that is nothing."""
    return project.ask(_filter_of, view)


def _filter_of(project: Project, view: View) -> Filter | None:
    if not view.is_view or runs_as_invoker(view):
        return None
    query = query_of(view, project)
    functions = project.context_functions
    if query is None or query.arms or not context_reads(query, functions):
        return None

    def of_view(below: Relation) -> Query | None:
        if not below.is_view or runs_as_invoker(below):
            return None
        inner = query_of(below, project)
        # What a view below asks of the caller, that view answers for.
        return None if inner is None or context_reads(inner, functions) else inner

    reading = pulled_up(query, of_view)
    if not reading.conditions:
        return None
    reader = reading.views[-1].owner if reading.views else view.owner
    condition = simplified(conjunction(reading.conditions, -1))
    for source in reading.sources:
        table = source.relation
        if not isinstance(table, Relation) or not _is_open_to(reader, table, project):
            continue
        own = with_sources(condition, {source: OWN_ROW})
        numbers = sorted(tenant_columns(own, functions))
        columns = [column for n in numbers if (column := table.column(n)) is not None]
        unbound = frozenset(unbound_in(query, project)) if columns else frozenset()
        if columns and unbound.isdisjoint((table, *reading.views)):
            return Filter(table, source, tuple(columns), reading.outputs, reading.views)
    return None


class Way(NamedTuple):
    """By which view a role gets at one that filters: by that itself, or by one above it."""

    role: str
    queried: Relation


def ways_to(
    view: Relation, privilege: str, project: Project, is_open: Callable[[Relation], bool]
) -> tuple[Way, ...]:
    """Return how roles use a view, directly or through views above it that are `is_open`.

    Each role that may use the view itself is named once.
    """
    found = dict.fromkeys(project.reachable_by(view, privilege), view)
    seen, waiting = {view}, [view]
    while waiting:
        below = waiting.pop()
        for above in project.ask(_views_right_above).get(below, ()):
            if above not in seen and is_open(above):
                seen.add(above)
                waiting.append(above)
                for role in project.reachable_by(above, privilege):
                    found.setdefault(role, above)
    return tuple(Way(role, queried) for role, queried in found.items())


def _is_open_to(reader: str, table: Relation, project: Project) -> bool:
    """Tell whether no policy binds what a role reads of a table."""
    if table.is_foreign_table:
        return True
    if not table.is_table:
        return False
    return not table.rls_enabled or bypass(project.catalog, reader, table) is not None


def gets_more_by_itself(role: str, table: Relation, privilege: str, project: Project) -> bool:
    """Tell whether a role may do to all rows of a table what a view lets it do to some."""
    if not has_any_column_privilege(project.catalog, role, table, privilege):
        return False
    return table.is_foreign_table or not restricts(project.catalog, role, table, privilege)


def _views_right_above(project: Project) -> dict[Relation, list[Relation]]:
    """Return by each view those that name it."""
    found: dict[Relation, list[Relation]] = {}
    for above, inside in project.ask(views_inside).items():
        for view in dict.fromkeys(inside):
            found.setdefault(view, []).append(above)
    return found
