"""query-without-context: a query of a table whose policies need a tenant that nothing has set."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.code.sites import POOL, CodeEventKind
from rlslint.config.platforms import ENGINE_SETTINGS
from rlslint.config.server_settings import is_own_setting
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.bound_queries import RowUse, accesses, settings_needed
from rlslint.project.sessions import SessionTrace, Step, lifetime_of, runs_in_transaction
from rlslint.project.setting_writes import SettingWrite
from rlslint.rules.registry import rule
from rlslint.text import Statement

_EFFECTS = {
    "select": "this query finds no rows of {}",
    "insert": "this INSERT into {} is refused",
    "update": "this UPDATE changes no rows of {}",
    "delete": "this DELETE deletes no rows of {}",
}


@rule
def query_without_context(trace: SessionTrace, project: Project) -> Iterator[Finding]:
    if trace.hook is not None or not project.uses_row_security:
        return
    known: set[str] = set()
    elsewhere: set[str] = set()
    for step in trace.steps:
        if step.query is None:
            continue
        for write in step.query.writes:
            if not _is_gone(step, write):
                (elsewhere if _is_of_a_transaction(step, write) else known).add(write.name)
        if not (known | elsewhere).isdisjoint(("", "role", "session_authorization")):
            return
        if step.event.kind is not CodeEventKind.execute or not step.own:
            continue
        if elsewhere and _is_beside(step):
            found = _without(step, known, project)
        elif trace.opens(step) or all(_is_nobodys(each) for _, each in trace.occurrences(step)):
            found = _without(step, known | elsewhere, project)
        else:
            continue
        for statement, access, name in found:
            yield _finding(statement, access, name, project)
            return


def _is_nobodys(step: Step) -> bool:
    """Tell whether a step takes any connection of a pool, on which nobody began anything."""
    site = step.event.site
    if site is None or site.is_surrounding or site.driver is None:
        return False
    return not site.driver.hands_on_pools and runs_in_transaction(step) is False


def _is_of_a_transaction(step: Step, write: SettingWrite) -> bool:
    """Tell whether a setting ends with a transaction that has a connection of its own."""
    site = step.event.site
    return (
        write.local is True
        and step.event.connection != POOL
        and site is not None
        and not site.is_surrounding
        and runs_in_transaction(step) is True
    )


def _is_beside(step: Step) -> bool:
    """Tell whether a step takes another connection than the transaction that its function began.

    A library that takes transactions in place of pools makes no difference: the function has both
    at hand.
    """
    site = step.event.site
    return (
        step.event.connection == POOL
        and site is not None
        and not site.is_surrounding
        and runs_in_transaction(step) is False
    )


def _is_gone(step: Step, write: SettingWrite) -> bool:
    """Tell whether a setting went back to a pool, which took it back, with its connection."""
    return (
        step.event.connection == POOL
        and _is_nobodys(step)
        and write.local is False
        and lifetime_of(step).reset_by_library is True
    )


def _without(
    step: Step, known: set[str], project: Project
) -> Iterator[tuple[Statement, RowUse, str]]:
    """Yield what a step does without a setting of the program's own that its policies need."""
    for parsed in step.query.statements if step.query is not None else ():
        # COPY … FROM fails with any tenant: copy-from-rls says so.
        if parsed.statement.kind == "CopyStmt" and parsed.node.get("is_from"):
            continue
        for access in accesses(parsed, project):
            needed = settings_needed(access, project)
            if not needed or not known.isdisjoint(needed):
                continue
            own = all(
                is_own_setting(name) and not name.startswith(ENGINE_SETTINGS) for name in needed
            )
            if own and needed.isdisjoint(project.ask(_set_by_hooks)):
                yield parsed.statement, access, min(needed)


def _set_by_hooks(project: Project) -> frozenset[str]:
    return frozenset(
        write.name
        for trace in project.traces
        if trace.hook is not None
        for _, write in trace.writes()
    )


def _finding(statement: Statement, access: RowUse, name: str, project: Project) -> Finding:
    effect = _EFFECTS[access.command].format(access.table)
    writes = (write for write in project.setting_writes if write.name == name and not write.resets)
    place = next(writes, None)
    return Finding(
        object=str(access.table),
        message=f"{effect} unless its role is exempt from policies: they need {name}, which "
        "nothing has set on this connection",
        span=statement.span,
        label=f"runs without {name}",
        help=f"set {name} in the transaction of this query, or connect as a role that is meant to "
        "see all rows",
        related=also_shown(
            (place.statement if place else None, f"{name} is set here, for another connection")
        ),
        statement=statement,
    )
