"""view-without-check-option: a view that hides rows of others takes new rows for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint.access import spoken
from rlslint.access.privileges import grants_to, has_privilege
from rlslint.catalog.model import Column, Relation, View
from rlslint.config import Confidence
from rlslint.meaning.pulled_up import pulled_up
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.filtering_views import (
    Filter,
    Way,
    filter_of,
    gets_more_by_itself,
    ways_to,
)
from rlslint.project.questions.new_rows import is_overwritten
from rlslint.project.questions.view_exposure import passes_on, query_of
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Column as Named
from rlslint.sql.expressions import ColumnBinding
from rlslint.text.sentences import listed

_VERBS = {"insert": "insert any tenant's rows", "update": "give away rows"}


@rule
def view_without_check_option(view: View, project: Project) -> Iterator[Finding]:
    if not view.is_view or "check_option" in view.options:
        return
    commands = [command for command in _VERBS if passes_on(view, command, project)]
    found = filter_of(view, project) if commands else None
    if found is None:
        return
    reaching = {
        command: ways_to(view, command, project, _passing_unchecked(command, project))
        for command in commands
    }
    column = _shown_column(view, found)
    if column is None:
        return
    name, filtered = column
    writers = {
        command: kept
        for command, ways in reaching.items()
        if not is_overwritten(found.table, (filtered,), (command,), project)
        and all(passes_on(below, command, project) for below in found.views)
        and (kept := tuple(w for w in ways if _writes(w, view, name, command, found, project)))
    }
    if writers:
        yield _finding(view, found, name, writers, project)


def _passing_unchecked(command: str, project: Project) -> Callable[[Relation], bool]:
    """Return what tells whether a view carries rows on, and asks nothing of the views below it."""

    def passes(above: Relation) -> bool:
        return above.options.get("check_option") != "cascaded" and passes_on(
            above, command, project
        )

    return passes


def _shown_column(view: View, found: Filter) -> tuple[str, Column] | None:
    """Return a column of the view by which a row can be given to another tenant, with what it is.

    One that the view does not put out, or puts out as something else, cannot be written.
    """
    for name, output in zip(view.columns, found.outputs, strict=False):
        match output:
            case Named(binding=ColumnBinding(source=source, number=number)):
                for column in found.columns:
                    if source is found.source and number == column.number:
                        return name, column
    return None


def _writes(
    way: Way, view: View, column: str, command: str, found: Filter, project: Project
) -> bool:
    role, queried = way
    name = column if queried is view else _name_above(view, column, queried, project)
    if name is None or not has_privilege(project.catalog, role, queried, command, name):
        return False
    return not gets_more_by_itself(role, found.table, command, project)


def _name_above(view: View, column: str, above: Relation, project: Project) -> str | None:
    """Return what a view above calls a column of a view, None where it does not put it out."""
    query = query_of(above, project)
    if query is None:
        return None
    reading = pulled_up(
        query, lambda below: query_of(below, project) if below is not view else None
    )
    number = view.columns[column].number
    for name, output in zip(above.columns, reading.outputs, strict=False):
        match output:
            case Named(binding=ColumnBinding(source=source, number=found)):
                if source.relation is view and found == number:
                    return name
    return None


def _finding(
    view: View, found: Filter, column: str, writers: dict[str, tuple[Way, ...]], project: Project
) -> Finding:
    statement = view.because("query")
    queried = next(way.queried for kept in writers.values() for way in kept)
    roles = tuple(dict.fromkeys(way.role for kept in writers.values() for way in kept))
    grants = (
        (grant.statement, f"{spoken((role,))} may write through {used} by this privilege")
        for command, kept in writers.items()
        for role, used in kept
        for grant in grants_to(project.catalog, role, used, command)
    )
    return Finding(
        object=str(view),
        message=f"{spoken(roles)} can {listed(_VERBS[command] for command in writers)} of "
        f"{found.table} through {queried}: {view} looks at {column} of what it shows and not of "
        "what it is given",
        span=shown(statement),
        label="no WITH CHECK OPTION",
        help=f"ALTER VIEW {view.sql_name} SET (check_option = cascaded);",
        related=also_shown(*grants, beside=statement),
        confidence=Confidence.low if project.runtime.assumed else None,
    )
