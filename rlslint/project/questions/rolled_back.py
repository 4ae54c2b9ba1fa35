"""Settings that a rollback takes back before the work for which application code sets them."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.code.sites import CodeEventKind
from rlslint.project.blocks import may_lead_to
from rlslint.project.project import Project
from rlslint.project.questions.local_settings import needing, on_the_connection
from rlslint.project.sessions import SessionTrace, Step, runs_in_transaction
from rlslint.project.setting_writes import SettingWrite
from rlslint.text import Span, Statement


class RolledBack(NamedTuple):
    """That a statement runs with what a setting was before, for `end` rolls its SET back.

    `table` is the one whose policies read the setting.
    """

    statement: Statement
    table: str
    end: Span


def rolled_back(
    trace: SessionTrace, step: Step, write: SettingWrite, project: Project
) -> RolledBack | None:
    """Return the first query that needs what a step sets for the session and a rollback undoes.

    Rolling back to a savepoint undoes what was set for the transaction as well.
    """
    if write.name not in project.context_settings or write.resets or write.local is None:
        return None
    found = (_after_rollback(*place, write, project) for place in trace.occurrences(step))
    return next((each for each in found if each is not None), None)


def _after_rollback(
    trace: SessionTrace, step: Step, write: SettingWrite, project: Project
) -> RolledBack | None:
    in_transaction = runs_in_transaction(step) is not False
    savepoints = _savepoints_before(trace, step)
    undone: Step | None = None
    committed = -1
    for other in on_the_connection(trace, step):
        kind = other.event.kind
        if kind is CodeEventKind.rollback and 0 <= other.event.instead_of <= committed:
            in_transaction = True  # What failed may have been the commit, or a step before it.
        if kind is CodeEventKind.commit:
            committed = other.event.number
        if kind is CodeEventKind.rollback and in_transaction and write.local is False:
            undone = undone or other
        elif kind in (CodeEventKind.commit, CodeEventKind.begin):
            in_transaction = kind is CodeEventKind.begin and in_transaction
        if other.query is None:
            continue
        if _savepoint(other, "TRANS_STMT_ROLLBACK_TO") in savepoints:
            undone = undone or other
        if any(one.name == write.name for one in other.query.writes):
            return None
        if undone is None or kind is not CodeEventKind.execute or not other.own:
            continue
        found = needing(other, write.name, project)
        if found is not None and may_lead_to(undone.event.span, other.event.span):
            return RolledBack(*found, undone.event.span)
    return None


def _savepoints_before(trace: SessionTrace, step: Step) -> frozenset[str]:
    """Return the savepoints that are open on the connection when a step is taken."""
    found: set[str] = set()
    for other in trace.steps:
        if other is step:
            break
        if other.event.connection == step.event.connection:
            found.add(_savepoint(other, "TRANS_STMT_SAVEPOINT"))
            found.discard(_savepoint(other, "TRANS_STMT_RELEASE"))
    return frozenset(found - {""})


def _savepoint(step: Step, kind: str) -> str:
    """Return the savepoint that a step makes or goes back to, "" for none."""
    for parsed in step.query.statements if step.query is not None else ():
        if parsed.statement.kind == "TransactionStmt" and parsed.node.get("kind") == kind:
            return str(parsed.node.get("savepoint_name", ""))
    return ""
