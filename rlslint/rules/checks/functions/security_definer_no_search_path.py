"""security-definer-no-search-path: callers choose which tables a privileged body means."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.functions import Function
from rlslint.config import Severity
from rlslint.meaning.unqualified import unqualified_names
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.function_exposure import TRIGGER_TYPES, callers
from rlslint.project.questions.replaced_functions import lost_search_path
from rlslint.project.questions.view_exposure import owner_name
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier
from rlslint.text import Statement


@rule
def security_definer_no_search_path(function: Function, project: Project) -> Iterator[Finding]:
    if not function.security_definer or "search_path" in function.settings:
        return
    if lost_search_path(function) is not None:
        return
    # The names in a SQL-standard body are resolved when the function is made.
    if function.atomic or function.language in ("c", "internal"):
        return
    decides = function in project.policy_functions
    if not decides and function.return_type not in TRIGGER_TYPES and not callers(function, project):
        return
    yield _finding(function, unqualified_names(function, project.catalog), project)


def _finding(function: Function, names: tuple[str, ...], project: Project) -> Finding:
    statement = _statement(function)
    policies = project.policy_functions.get(function, ())
    return Finding(
        object=str(function),
        message=_message(function, names, project),
        span=shown(statement),
        label="no SET search_path",
        help=f"ALTER {'PROCEDURE' if function.is_procedure else 'FUNCTION'} {function.signature} "
        f"SET search_path = {_path(function, project)};",
        related=also_shown(
            *((policy.clauses[0], f"policy {policy.spoken} calls it") for policy in policies[:1])
        ),
        severity=_severity(names, bool(policies) and not _only_api(function, project)),
    )


def _message(function: Function, names: tuple[str, ...], project: Project) -> str:
    policies = project.policy_functions.get(function, ())
    who = spoken(_callers(function, project))
    owner = owner_name(function.owner, project)
    if not names:
        return (
            f"{function} runs with the search_path of whoever calls it: its owner is {owner}, and "
            "its body names nothing that this could change"
        )
    what = f"what {names[0]} means in {function}, which runs as {owner}"
    effect = (
        f"{who} can see rows that policy {policies[0].spoken} of {policies[0].relation} hides"
        if policies
        else f"{who} can make {owner} use other objects"
    )
    reason = (
        "; a warning, for clients of an API send no SQL"
        if policies and _only_api(function, project)
        else ""
    )
    return f"{effect}: the caller's search_path and temporary tables decide {what}{reason}"


def _callers(function: Function, project: Project) -> tuple[str, ...]:
    return callers(function, project) or project.runtime.names


def _only_api(function: Function, project: Project) -> bool:
    """Tell whether all callers are roles of an API, which neither set a path nor make tables."""
    return set(_callers(function, project)) <= set(project.api_roles)


def _severity(names: tuple[str, ...], decides: bool) -> Severity | None:
    """Nothing to shadow is no fault yet; what no policy relies on is no leak by itself."""
    if not names:
        return Severity.info
    return None if decides else Severity.warning


def _statement(function: Function) -> Statement | None:
    """Return the statement that left the function without a path, else the one that made it."""
    return function.statements.get("search_path") or function.because("security_definer")


def _path(function: Function, project: Project) -> str:
    known = [schema for schema in function.search_path if schema in project.catalog.schemas]
    schemas = dict.fromkeys((*(known or (function.schema,)), "pg_temp"))
    return ", ".join(map(quoted_identifier, schemas))
