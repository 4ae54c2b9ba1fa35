"""Views that are all that keeps a caller to the rows of one tenant."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access.exposure import restricts
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.reach import bypass, runs_as_invoker
from rlslint.catalog.model import Column, Relation, View
from rlslint.meaning.bounds import tenant_columns
from rlslint.meaning.simplifying import conjunction, simplified
from rlslint.project.project import Project
from rlslint.project.questions.view_exposure import query_of, unbound_in
from rlslint.sql.expressions import OWN_ROW, Source
from rlslint.sql.rebuilding import with_sources


class Filter(NamedTuple):
    """That the conditions of a view tie the rows of `table` to the caller, by `columns`.

    No policy does: the table has no row security, or the view reads it as one whom none binds.
    """

    table: Relation
    source: Source
    columns: tuple[Column, ...]


def filter_of(view: View, project: Project) -> Filter | None:
    """Return what a view alone filters by the caller, None where that is nothing."""
    return project.ask(_filter_of, view)


def _filter_of(project: Project, view: View) -> Filter | None:
    if not view.is_view or runs_as_invoker(view):
        return None
    query = query_of(view, project)
    if query is None or query.arms or not query.conditions:
        return None
    condition = simplified(conjunction(query.conditions, -1))
    for source in query.sources:
        table = source.relation
        if not isinstance(table, Relation) or not _is_open_to(view.owner, table, project):
            continue
        own = with_sources(condition, {source: OWN_ROW})
        numbers = sorted(tenant_columns(own, project.context_functions))
        columns = [column for n in numbers if (column := table.column(n)) is not None]
        if columns and table not in unbound_in(query, project):
            return Filter(table, source, tuple(columns))
    return None


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
