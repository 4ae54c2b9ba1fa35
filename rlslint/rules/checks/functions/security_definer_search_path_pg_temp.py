"""security-definer-search-path-pg-temp: a caller's temporary table stands before the real one."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.runtime_roles import Evidence
from rlslint.catalog.functions import Function
from rlslint.config import Severity
from rlslint.meaning.calls import search_path_of
from rlslint.meaning.unqualified import tables_by_path
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.function_exposure import TRIGGER_TYPES, callers
from rlslint.project.questions.view_exposure import owner_name
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier
from rlslint.text.sentences import listed

_TEMPORARY = "pg_temp"


@rule
def security_definer_search_path_pg_temp(function: Function, project: Project) -> Iterator[Finding]:
    if not function.security_definer or "search_path" not in function.settings:
        return
    # The names in a SQL-standard body are resolved when the function is made.
    if function.atomic or function.language in ("c", "internal"):
        return
    path = search_path_of(function)
    if path[-1:] == (_TEMPORARY,) and path.count(_TEMPORARY) == 1:
        return
    decides = function in project.policy_functions
    if not decides and function.return_type not in TRIGGER_TYPES and not callers(function, project):
        return
    tables = tables_by_path(function, project.catalog)
    if tables:
        yield _finding(function, path, tables, project)


def _finding(
    function: Function, path: tuple[str, ...], tables: tuple[str, ...], project: Project
) -> Finding:
    policies = project.policy_functions.get(function, ())
    who = spoken(callers(function, project) or project.runtime.names)
    owner = owner_name(function.owner, project)
    effect = (
        f"{who} can see rows that policy {policies[0].spoken} of {policies[0].relation} hides"
        if policies
        else f"{who} can make {owner} use other rows"
    )
    kind = "PROCEDURE" if function.is_procedure else "FUNCTION"
    mended = [name for name in path if name != _TEMPORARY]
    schemas = ", ".join(map(quoted_identifier, (*mended, _TEMPORARY)))
    called = policies[0].clauses[0] if policies else None
    return Finding(
        object=str(function),
        message=f"{effect}: their temporary tables stand before {listed(tables[:3])} in {function}"
        f", which runs as {owner}, for its search_path does not name pg_temp last",
        span=shown(function.statements.get("search_path") or function.because("security_definer")),
        label="pg_temp comes first unless it is named",
        help=f"ALTER {kind} {function.signature} SET search_path = {schemas};",
        related=also_shown((called, f"policy {policies[0].spoken} calls it" if policies else "")),
        severity=_severity(project),
        confidence=certainty(project),
    )


def _severity(project: Project) -> Severity | None:
    """Who comes by a platform's API sends no CREATE TEMPORARY TABLE."""
    return Severity.info if project.runtime.evidence is Evidence.platform else None
