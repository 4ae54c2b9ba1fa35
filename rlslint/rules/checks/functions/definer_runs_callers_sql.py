"""definer-runs-callers-sql: a caller's SQL runs with the rights of the function's owner."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.privileges import can_execute
from rlslint.catalog.functions import Function
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.function_exposure import asks_for_context, callers
from rlslint.project.questions.view_exposure import owner_name
from rlslint.rules.registry import rule
from rlslint.text import Span


@rule
def definer_runs_callers_sql(function: Function, project: Project) -> Iterator[Finding]:
    if not function.security_definer or function.language != "plpgsql":
        return
    if "execute" not in function.body.lower() or not project.uses_row_security:
        return
    roles = callers(function, project)
    if not roles:
        return
    from rlslint.meaning.run_text import run_texts

    for text in run_texts(function):
        place = _place(function, text.offset, text.command)
        guarded = asks_for_context(function, project)
        yield Finding(
            object=str(function),
            message=f"{spoken(roles)} can run SQL of their own as "
            f"{owner_name(function.owner, project)} by "
            f"calling {function}: its argument {text.argument} becomes part of what EXECUTE runs",
            span=place,
            label="runs what the caller has written",
            help="let the text be constant, with format() and %I or %L for names and values and "
            "USING for values, or let nobody but administrators execute the function",
            related=also_shown(
                (function.because("security_definer"), "runs with the rights of its owner"),
                *_grants(function, roles, project),
                beside=place,
            ),
            severity=Severity.warning if guarded else None,
            confidence=Confidence.medium if guarded else None,
        )
        return


def _place(function: Function, offset: int, command: str) -> Span | None:
    statement = function.because("body")
    if statement is None or not statement.is_written or min(function.body_start, offset) < 0:
        return shown(statement)
    start = function.body_start + offset
    return Span(statement.text, start, start + len(command.encode()))


def _grants(
    function: Function, roles: tuple[str, ...], project: Project
) -> Iterator[tuple[Span | None, str]]:
    for grant in function.grants.known():
        if grant.grantee in roles and can_execute(project.catalog, grant.grantee, function):
            yield shown(grant.statement), f"{grant.grantee} may call it by this privilege"
