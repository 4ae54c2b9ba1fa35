"""view-on-pg14-cannot-invoke: before PostgreSQL 15 no view runs with the rights of its caller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.catalog.model import Relation
from rlslint.config import Severity
from rlslint.files.deployment import ServerVersion
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule

_FIRST_WITH_INVOKERS = 15
_MOST_SHOWN = 20


@rule
def view_on_pg14_cannot_invoke(version: ServerVersion, project: Project) -> Iterator[Finding]:
    if version.major >= _FIRST_WITH_INVOKERS:
        return
    views = [one for one in project.catalog.relations.known() if _invokes(one)]
    if views:
        views.sort(key=str)
        # Somebody else may run the migrations on a newer one only.
        newer = [one for one in project.deployment.versions if one.major >= _FIRST_WITH_INVOKERS]
        yield Finding(
            object=f"PostgreSQL {version.major}",
            message=f"PostgreSQL {version.major} refuses to make {_in_words(views)}: it has no "
            "security_invoker, and a view without it shows what its owner may see",
            span=version.span,
            label="has no security_invoker",
            help=f"use PostgreSQL {_FIRST_WITH_INVOKERS} or newer, or grant the tables and not "
            "the views",
            related=also_shown(
                *(
                    (one.because("security_invoker"), "asks for security_invoker")
                    for one in views[:_MOST_SHOWN]
                ),
                *((one.span, "a newer version is asked for here") for one in newer[:1]),
            ),
            severity=Severity.info if newer else None,
        )


def _in_words(views: Sequence[Relation]) -> str:
    others = len(views) - 1
    return f"{views[0]} and {others} more" if others else f"the view {views[0]}"


def _invokes(view: Relation) -> bool:
    """Tell whether a view asks for it, in a statement that runs whatever the server is."""
    if not view.knows("kind") or not view.is_view or not view.knows("options"):
        return False
    statement = view.because("security_invoker")
    return view.option("security_invoker") and statement is not None and statement.parent is None
