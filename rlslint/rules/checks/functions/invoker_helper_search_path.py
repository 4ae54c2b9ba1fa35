"""invoker-helper-search-path: a caller's temporary table decides what a policy admits."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.runtime_roles import Evidence
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy
from rlslint.config import Severity
from rlslint.meaning.calls import called_in_body, called_in_expression, search_path_of
from rlslint.meaning.unqualified import tables_by_path
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty, served_roles
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier
from rlslint.text.sentences import listed

_TEMPORARY = "pg_temp"


@rule
def invoker_helper_search_path(function: Function, project: Project) -> Iterator[Finding]:
    if function.security_definer or function not in project.policy_functions:
        return
    # The names in a SQL-standard body are resolved when the function is made.
    if function.atomic or function.language in ("c", "internal") or _names_temporary_last(function):
        return
    policy = project.ask(_asking).get(function)
    if policy is None:
        return
    tables = tables_by_path(function, project.catalog)
    if tables:
        yield _finding(function, policy, tables, project)


def _names_temporary_last(function: Function) -> bool:
    own = search_path_of(function) if "search_path" in function.settings else ()
    return own[-1:] == (_TEMPORARY,) and own.count(_TEMPORARY) == 1


def _asking(project: Project) -> dict[Function, Policy]:
    """Return the functions that policies in force run without a path of anybody else's.

    What a function with a SET clause calls finds its tables along the path of that one.
    """
    found: dict[Function, Policy] = {}
    for policy in project.catalog.policies():
        if not policy.relation.rls_enabled or not served_roles(policy, project):
            continue
        waiting = [
            function
            for clause in policy.known_clauses
            for function in clause.ask(called_in_expression, project.catalog)
        ]
        while waiting:
            function = waiting.pop()
            if found.setdefault(function, policy) is policy and (
                "search_path" not in function.settings
            ):
                called = called_in_body(function, project.catalog)
                waiting += [one for one in called if one not in found]
    return found


def _finding(
    function: Function, policy: Policy, tables: tuple[str, ...], project: Project
) -> Finding:
    who = spoken(served_roles(policy, project))
    path = search_path_of(function) if "search_path" in function.settings else ()
    why = (
        "for its search_path does not name pg_temp last"
        if path
        else "for it looks them up along the caller's search_path"
    )
    known = [schema for schema in search_path_of(function) if schema in project.catalog.schemas]
    schemas = dict.fromkeys((*(known or (function.schema,)), _TEMPORARY))
    clause = policy.known_clauses[0] if policy.known_clauses else None
    return Finding(
        object=str(function),
        message=f"{who} can get past policy {policy.spoken} of {policy.relation}: temporary "
        "tables of"
        f" theirs stand before {listed(tables[:3])} in {function}, {why}",
        span=shown(function.statements.get("search_path") or function.created),
        label="pg_temp comes first unless it is named" if path else "no SET search_path",
        help=f"ALTER FUNCTION {function.signature} "
        f"SET search_path = {', '.join(map(quoted_identifier, schemas))};",
        related=also_shown((clause, f"policy {policy.spoken} calls it")),
        severity=_severity(project),
        confidence=certainty(project),
    )


def _severity(project: Project) -> Severity | None:
    """Who comes by a platform's API sends no CREATE TEMPORARY TABLE."""
    return Severity.info if project.runtime.evidence is Evidence.platform else None
