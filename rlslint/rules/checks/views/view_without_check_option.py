"""view-without-check-option: a view that hides rows of others takes new rows for them."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.privileges import grants_to, has_privilege
from rlslint.catalog.model import Column, View
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.filtering_views import Filter, filter_of, gets_more_by_itself
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
    reaching = {
        command: roles
        for command in _VERBS
        if (roles := project.reachable_by(view, command)) and passes_on(view, command, project)
    }
    found = filter_of(view, project) if reaching else None
    if found is None:
        return
    column = _shown_column(view, found, project)
    if column is None:
        return
    name, filtered = column
    writers = {
        command: kept
        for command, roles in reaching.items()
        if not is_overwritten(found.table, (filtered,), (command,), project)
        and (kept := tuple(r for r in roles if _writes(r, view, name, command, found, project)))
    }
    if writers:
        yield _finding(view, found, name, writers, project)


def _shown_column(view: View, found: Filter, project: Project) -> tuple[str, Column] | None:
    """Return a column of the view by which a row can be given to another tenant, with what it is.

    One that the view does not put out, or puts out as something else, cannot be written.
    """
    query = query_of(view, project)
    for name, output in zip(view.columns, query.outputs if query is not None else (), strict=False):
        match output:
            case Named(binding=ColumnBinding(source=source, number=number)):
                for column in found.columns:
                    if source is found.source and number == column.number:
                        return name, column
    return None


def _writes(
    role: str, view: View, column: str, command: str, found: Filter, project: Project
) -> bool:
    return has_privilege(project.catalog, role, view, command, column) and not gets_more_by_itself(
        role, found.table, command, project
    )


def _finding(
    view: View, found: Filter, column: str, writers: dict[str, tuple[str, ...]], project: Project
) -> Finding:
    statement = view.because("query")
    roles = tuple(dict.fromkeys(role for kept in writers.values() for role in kept))
    grants = (
        (grant.statement, f"{spoken((role,))} may write through {view} by this privilege")
        for command, kept in writers.items()
        for role in kept
        for grant in grants_to(project.catalog, role, view, command)
    )
    return Finding(
        object=str(view),
        message=f"{spoken(roles)} can {listed(_VERBS[command] for command in writers)} of "
        f"{found.table} through {view}: it looks at {column} of what it shows and not of what it "
        "is "
        "given",
        span=shown(statement),
        label="no WITH CHECK OPTION",
        help=f"ALTER VIEW {view.sql_name} SET (check_option = cascaded);",
        related=also_shown(*grants, beside=statement),
        confidence=Confidence.low if project.runtime.assumed else None,
    )
