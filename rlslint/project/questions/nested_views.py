"""Views that ask as their user, over views that do not."""

from __future__ import annotations

from contextlib import suppress

from rlslint.access.reach import named_relations, runs_as_invoker
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Relation
from rlslint.project.project import Project


def invokers_above(view: Relation, project: Project) -> tuple[Relation, ...]:
    """Return the views with security_invoker that roles of the application read a view through."""
    return project.ask(_invokers).get(view, ())


def _invokers(project: Project) -> dict[Relation, tuple[Relation, ...]]:
    found: dict[Relation, tuple[Relation, ...]] = {}
    for above in project.catalog.relations.known():
        with suppress(UnknownFact):
            query = above.view_query() if above.is_view and runs_as_invoker(above) else None
            if query is None or not project.reachable_by(above, "select"):
                continue
            for inside in named_relations(query):
                if inside.is_view:
                    found[inside] = (*found.get(inside, ()), above)
    return found
