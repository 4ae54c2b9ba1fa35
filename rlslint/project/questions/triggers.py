"""Which functions triggers call, and on which tables."""

from __future__ import annotations

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation, Trigger
from rlslint.project.project import Project


def trigger_places(project: Project) -> dict[Function, tuple[tuple[Relation, Trigger], ...]]:
    """Return the functions that triggers call which fire, and where.

    Partitions have the triggers of their table, and are left out.
    """
    found: dict[Function, list[tuple[Relation, Trigger]]] = {}
    for table in project.catalog.tables():
        if not table.triggers.known():
            continue
        if table.knows("partition_of") and table.partition_of is not None:
            continue
        for trigger in table.triggers.known():
            for function in _functions_of(trigger, project) if trigger.enabled else ():
                found.setdefault(function, []).append((table, trigger))
    return {function: tuple(places) for function, places in found.items()}


def _functions_of(trigger: Trigger, project: Project) -> tuple[Function, ...]:
    schema, _, name = trigger.function.rpartition(".")
    return project.catalog.function_names.get((schema, name), ())
