"""Which tables without row security triggers fill with rows of tables that have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from rlslint import NamedTuple
from rlslint.access.exposure import Exposure
from rlslint.access.gaps import Gap, gap_of
from rlslint.catalog.binding import find_relation
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation, RewriteRule, Trigger
from rlslint.meaning.calls import search_path_of
from rlslint.project.project import Project
from rlslint.project.questions.triggers import trigger_places


class TriggerCopy(NamedTuple):
    """That a trigger copies rows of a table with row security into `target`, which has none.

    `columns` are what is copied, as the end of a sentence. `others` is how many more tables have
    triggers that do the same.
    """

    source: Relation
    trigger: Trigger
    target: Relation
    columns: tuple[str, ...]
    exposed: Exposure
    others: int = 0


def trigger_copies(function: Function, project: Project) -> tuple[TriggerCopy, ...]:
    """Return what a function copies as a trigger, one for each table that it fills.

    A table that several functions fill is the first one's. Raises UnknownFact where what the body
    does is not certain.
    """
    return tuple(
        copy
        for copy in project.ask(_copies, function)
        if _first_to_fill(copy.target, project) is function
    )


def is_filled_by_trigger(table: Relation, project: Project) -> bool:
    """Tell whether it is certain that a trigger, or a rule, copies protected rows into it."""
    if _first_to_fill(table, project) is not None:
        return True
    return any(copy.target is table for copy in project.ask(_copies_of_rules))


class RuleCopy(NamedTuple):
    """That an action of `rule` puts `columns` of its protected relation's rows into `target`."""

    rule: RewriteRule
    target: Relation
    columns: tuple[str, ...]
    exposed: Exposure


def rule_copies(rule: RewriteRule, project: Project) -> Iterator[RuleCopy]:
    """Yield what a rule copies into tables without row security, one for each table."""
    source, found = rule.relation, set[Relation]()
    if not rule.enabled or not source.rls_enabled:
        return
    for action in rule.actions:
        target = action.target
        if action.command != "insert" or target is None or target is source or target in found:
            continue
        told = tuple(telling_columns(source, frozenset(action.copied), project))
        exposed = _exposed(target, source, project) if told else None
        if exposed is not None:
            found.add(target)
            yield RuleCopy(rule, target, told, exposed)


def _copies_of_rules(project: Project) -> tuple[RuleCopy, ...]:
    found: list[RuleCopy] = []
    for relation in project.catalog.tables():
        for rule in relation.rules if relation.knows("rules") else ():
            with suppress(UnknownFact):
                found += rule_copies(rule, project)
    return tuple(found)


def _first_to_fill(table: Relation, project: Project) -> Function | None:
    return project.ask(_filled).get(table)


def _filled(project: Project) -> dict[Relation, Function]:
    found: dict[Relation, Function] = {}
    for function in project.ask(protected_triggers):
        try:
            for copy in project.ask(_copies, function):
                found.setdefault(copy.target, function)
        except UnknownFact:
            continue
    return found


def protected_triggers(project: Project) -> dict[Function, tuple[tuple[Relation, Trigger], ...]]:
    """Return the trigger functions that tables with row security call, and where."""
    found: dict[Function, tuple[tuple[Relation, Trigger], ...]] = {}
    for function, places in project.ask(trigger_places).items():
        protected = tuple(
            (table, trigger)
            for table, trigger in places
            if table.knows("rls_enabled") and table.rls_enabled
        )
        if protected:
            found[function] = protected
    return found


def _copies(project: Project, function: Function) -> tuple[TriggerCopy, ...]:
    from rlslint.meaning.row_copies import row_copies

    found: dict[Relation, TriggerCopy] = {}
    for source, trigger in project.ask(protected_triggers).get(function, ()):
        for table, columns in row_copies(function, trigger.transition_tables):
            path = search_path_of(function)
            target = find_relation(project.catalog, path, table.schema, table.name)
            if target is None or target is source:
                continue
            if target in found:
                found[target] = found[target]._replace(others=found[target].others + 1)
                continue
            told = tuple(telling_columns(source, columns, project))
            exposed = _exposed(target, source, project) if told else None
            if exposed is not None:
                found[target] = TriggerCopy(source, trigger, target, told, exposed)
    return tuple(found.values())


def _exposed(target: Relation, source: Relation, project: Project) -> Exposure | None:
    """Return who reads in the target what the row security of the source keeps from them."""
    if not target.is_table or target.temporary or gap_of(target) is not Gap.plain:
        return None
    from rlslint.project.questions.view_exposure import is_public

    if project.is_shared(target) or is_public(source, project):
        return None
    exposed = project.exposure(target, (source,))
    return exposed if exposed is not None and "select" in exposed.privileges else None


def telling_columns(source: Relation, columns: frozenset[str], project: Project) -> Iterator[str]:
    """Yield the copied columns that tell more of a row than which one it is, and whose.

    Keys, references and moments do not.
    """
    if "*" in columns:
        yield "*"
        return
    if not source.knows("columns"):
        yield from sorted(columns)
        return
    keys = {
        number
        for constraint in source.constraints.known()
        if constraint.kind in ("primary", "foreign")
        for number in constraint.columns
    }
    keys.update(column.number for column in project.tenant_columns(source))
    for name, column in source.columns.items():
        is_telling = column.number not in keys and not _is_moment_or_uuid(column.type)
        if name in columns and is_telling:
            yield name


def _is_moment_or_uuid(type_name: str) -> bool:
    return type_name.startswith(("timestamp", "date", "time", "uuid"))
