"""security-definer-function-bypass: callers get rows with the rights of the function's owner."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.functions import Function
from rlslint.catalog.roles import PUBLIC
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.function_exposure import (
    FunctionLeak,
    function_leak,
    may_do_as_caller,
)
from rlslint.project.questions.purpose import is_called_public
from rlslint.project.questions.told_values import ToldValues, told_values
from rlslint.project.questions.view_exposure import (
    confidence_of,
    hides_no_tenant,
    owner_unbound,
    serves_no_tenant,
)
from rlslint.rules.registry import rule


@rule
def security_definer_function_bypass(function: Function, project: Project) -> Iterator[Finding]:
    if not function.security_definer:
        return
    told = told_values(function, project)
    if told is not None:
        yield _of_values(function, told, project)
        return
    leak = function_leak(function, project)
    if leak is not None:
        yield _finding(function, leak, project)


def _of_values(function: Function, told: ToldValues, project: Project) -> Finding:
    what = (
        f"values of every tenant's rows of {told.table}" if told.are_of_rows else "what others ask"
    )
    return Finding(
        object=str(function),
        message=f"{spoken(told.roles)} can read {what} in {told.view} by calling {function}: "
        f"the function runs as {owner_unbound(function.owner, told.bypass, project)}",
        span=shown(function.because("security_definer")),
        label="shows what PostgreSQL keeps beside the rows",
        help="leave out the columns that hold values, or revoke EXECUTE from who need not call it",
        related=also_shown((told.table.because("rls_enabled"), "row security filters the rows")),
        severity=Severity.warning,
        confidence=confidence_of(told.bypass, project) or Confidence.medium,
    )


def _finding(function: Function, leak: FunctionLeak, project: Project) -> Finding:
    statement = function.because("security_definer")
    enabled = leak.table.because("rls_enabled")
    message = f"{leak.table} has row security, which does not apply here"
    because = f"the function runs as {owner_unbound(function.owner, leak.bypass, project)}"
    if not leak.table.rls_enabled:
        message = "made without row security"
        because = f"{leak.table} has no row security, and nobody else gives them its rows"
    passes = f", and its check lets pass for whom {leak.unknown} is NULL" if leak.unknown else ""
    return Finding(
        object=str(function),
        message=f"{spoken(leak.roles)} can {_deed(leak)} by calling {function}: {because}{passes}",
        span=shown(statement),
        label="runs with the rights of its owner",
        help=_help(function, leak, project),
        related=also_shown((enabled, message)),
        severity=_severity(function, leak, project),
        confidence=_confidence(leak, project),
    )


def _deed(leak: FunctionLeak) -> str:
    table = leak.table
    if leak.is_upkeep:
        return f"decide when every tenant's rows of {table} change"
    if leak.exports:
        return f"have every tenant's rows of {table} written to where the server's files are"
    if leak.adds:
        return f"insert rows of every tenant into {table}"
    if leak.writes:
        return f"change every tenant's rows of {table}"
    if leak.statistic:
        return f"read totals over every tenant's rows of {table}"
    if leak.one_value:
        return f"read one value of {table}, which is not of their choice,"
    if leak.key:
        return f"read any tenant's row of {table} whose {leak.key} they know"
    return f"{'read' if leak.read_whole else 'learn of'} every tenant's rows of {table}"


def _help(function: Function, leak: FunctionLeak, project: Project) -> str:
    """Return SQL that lets policies filter, or keeps callers away, or advice, by what it does."""
    if leak.unknown:
        return f"refuse in its body who calls while {leak.unknown} is NULL"
    if function not in project.policy_functions and may_do_as_caller(function, leak, project):
        return f"ALTER {_kind(function)} {function.signature} SECURITY INVOKER;"
    granted = any(grant.grantee != PUBLIC for grant in function.grants.known() if grant.statement)
    if leak.writes and not granted and function not in project.policy_functions:
        return f"REVOKE EXECUTE ON {_kind(function)} {function.signature} FROM PUBLIC;"
    return (
        f"compare in its body whose rows of {leak.table} the caller may have, or revoke EXECUTE "
        "from who need not call it"
    )


def _kind(function: Function) -> str:
    return "PROCEDURE" if function.is_procedure else "FUNCTION"


def _severity(function: Function, leak: FunctionLeak, project: Project) -> Severity | None:
    if leak.statistic or leak.one_value or leak.is_upkeep or _is_meant(function, leak, project):
        return Severity.info
    if not leak.writes and hides_no_tenant(leak.table, project):
        return Severity.info
    whole = (
        leak.table.rls_enabled
        and leak.read_whole
        and not leak.key
        and not serves_no_tenant(leak.roles, project)
    )
    return None if whole else Severity.warning


def _is_meant(function: Function, leak: FunctionLeak, project: Project) -> bool:
    """Tell whether a function says that callers are to see what is not theirs.

    Its name does, or it finds one row by a key and is open to the program alone, by name: how
    else is a program to learn whose request it serves?
    """
    if leak.writes:
        return False
    shows_all = leak.read_whole and not leak.partly
    if not shows_all and is_called_public(function.name):
        return True
    grantees = {grant.grantee for grant in function.grants.known() if grant.statement}
    return (
        bool(leak.key and grantees)
        and PUBLIC not in {grant.grantee for grant in function.grants.known()}
        and set(leak.roles).isdisjoint(project.api_roles)
    )


def _confidence(leak: FunctionLeak, project: Project) -> Confidence | None:
    known = confidence_of(leak.bypass, project)
    return known if leak.read_whole or leak.writes else known or Confidence.medium
