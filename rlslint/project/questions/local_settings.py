"""Settings that end with their transaction before the work for which application code sets them."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple, Pattern
from rlslint.code.sites import CodeEventKind, Hook
from rlslint.project.blocks import always_before, repeats
from rlslint.project.project import Project
from rlslint.project.questions.queried_tables import guarded_by, tables_of_statement
from rlslint.project.sessions import SessionTrace, Step, refused_by_server, runs_in_transaction
from rlslint.project.setting_writes import SettingWrite
from rlslint.text import Statement

_ENDS = (CodeEventKind.commit, CodeEventKind.rollback)


Place = tuple[SessionTrace, Step]
"""A step, and the function on whose connection it is taken."""


def lost_at_once(
    trace: SessionTrace, step: Step, write: SettingWrite, project: Project
) -> tuple[Place, ...]:
    """Return where a step is taken such that nothing that runs later sees what it sets.

    Several statements in one string are one transaction (manual: Multiple Statements in a Simple
    Query).
    """
    if write.name not in project.context_settings or not write.local or write.resets:
        return ()
    if not write.alone or step.query is None or step.query.statement_count > 1:
        return ()
    if refused_by_server(step, write):
        return ()
    places = trace.occurrences(step)
    return tuple(place for place in places if runs_in_transaction(place[1]) is False)


_MOST_LINES = 25
_COMMENTED = Pattern(r"\s*(?:\*|//|/\*|#|--|\"\"\"|''')|\s+[A-Z][a-z ]+")
_IN_ONE = Pattern(
    r"(?i)\b(?:active|call\w*|current|existing|in|inside|must|need\w*|open|requir\w*|same|within)\b"
    r"[^.;]*\btransactions?\b"
)


def is_said_to_be_in_one(statement: Statement) -> bool:
    """Tell whether a comment of the function that sends a statement asks for a transaction.

    What calls the function has begun one then, as far as it keeps to that.
    """
    text = statement.text
    row = text.location(statement.start).row
    for above in range(row - 1, max(0, row - 1 - _MOST_LINES), -1):
        line = text.line(above)
        if line.rstrip("; ") in ("}", "end", ")", "})"):
            return False
        if _COMMENTED().match(line) is not None and _IN_ONE().search(line) is not None:
            return True
    return False


def turns_transactions_off(trace: SessionTrace, place: Place) -> bool:
    """Tell whether a function keeps its library from opening a transaction, and opens none itself.

    Where it does, the step stands outside of that transaction. Where the function is given the
    connection, it is not the one that chose its mode.
    """
    chosen, step = place
    if chosen is not trace:
        return False
    driver = step.event.site.driver if step.event.site is not None else None
    return (driver is not None and driver.begins_by_itself) and not any(
        other.event.kind is CodeEventKind.begin and other.event.connection == step.event.connection
        for other in trace.steps
    )


def told_lost(write: SettingWrite) -> str:
    """Return what follows where a setting is lost at once, as the beginning of a message."""
    is_set = write.statement.kind == "VariableSetStmt"
    does = "SET LOCAL" if is_set else "set_config with true as its third argument"
    if write.through is not None:
        does = f"what {write.through} sets"
    effect = "has no effect" if is_set else "ends with its own statement"
    return (
        f"the statements that follow run without {write.name}, or with another caller's: "
        f"{does} {effect}"
    )


class Lost(NamedTuple):
    """That a statement runs when the transaction that had the setting has ended.

    `end` ended it, `table` is the one whose policies read the setting.
    """

    statement: Statement
    table: str
    end: Step


def lost_at_end(
    trace: SessionTrace, step: Step, write: SettingWrite, project: Project
) -> Lost | None:
    """Return the first query that needs what a step sets and runs after its transaction.

    In a loop, that may be the query of the next round.
    """
    if write.name not in project.context_settings or not write.local or write.resets:
        return None
    if write.name in project.ask(_set_in_each_transaction):
        return None
    places = trace.occurrences(step)
    found = (
        _after_end(*p, write.name, project) or _next_round(*p, write.name, project) for p in places
    )
    return next((lost for lost in found if lost is not None), None)


def _set_in_each_transaction(project: Project) -> frozenset[str]:
    """Return the settings that a hook of the library sets wherever a transaction begins."""
    return frozenset(
        write.name
        for trace in project.traces
        if trace.hook is Hook.begin
        for _, write in trace.writes()
    )


def _after_end(trace: SessionTrace, step: Step, name: str, project: Project) -> Lost | None:
    end: Step | None = None
    inner = 0
    for other in on_the_connection(trace, step):
        kind = other.event.kind
        if kind is CodeEventKind.begin and end is None:
            inner += 1
        elif kind in _ENDS and end is None and inner:
            inner -= 1
        elif kind in _ENDS and end is None:
            end = other
        if other.query is None:
            continue
        if any(write.name == name for write in other.query.writes):
            return None
        if end is None or kind is not CodeEventKind.execute or not other.own:
            continue
        needed = needing(other, name, project)
        if needed is not None and always_before(end.event.span, other.event.span):
            return Lost(*needed, end)
    return None


def _next_round(trace: SessionTrace, step: Step, name: str, project: Project) -> Lost | None:
    """Return a query before the commit of a loop that begins after its context was set."""
    lost: Lost | None = None
    inner = 0
    for other in on_the_connection(trace, step):
        kind = other.event.kind
        if kind is CodeEventKind.begin:
            inner += 1
        elif kind in _ENDS and inner:
            inner -= 1
        elif kind in _ENDS:
            is_so = kind is CodeEventKind.commit and other.event.instead_of < 0
            if lost is None or not is_so or other.event.cleanup:
                return None
            again = repeats(step.event.span, lost.statement.span, other.event.span)
            return lost._replace(end=other) if again else None
        if other.query is None:
            continue
        if any(write.name == name for write in other.query.writes):
            return None
        if lost is None and kind is CodeEventKind.execute and other.own:
            needed = needing(other, name, project)
            lost = Lost(*needed, other) if needed is not None else None
    return None


def on_the_connection(trace: SessionTrace, step: Step) -> Iterator[Step]:
    """Yield the steps of a function after one, on the same connection until it is given back."""
    position = next(n for n, other in enumerate(trace.steps) if other is step)
    for other in trace.steps[position + 1 :]:
        if other.event.connection == step.event.connection:
            if other.event.kind in (CodeEventKind.acquire, CodeEventKind.release):
                return
            yield other


def needing(step: Step, name: str, project: Project) -> tuple[Statement, str] | None:
    """Return the statement of a step that needs a setting, and the table whose policies read it."""
    for parsed in step.query.statements if step.query is not None else ():
        tables = tables_of_statement(parsed, project)
        guarded = tables if project.assumes_context else guarded_by(name, project)
        for table in tables:
            if table in guarded:
                return parsed.statement, str(table)
    return None
