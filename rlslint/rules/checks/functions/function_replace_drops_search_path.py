"""function-replace-drops-search-path: CREATE OR REPLACE forgets what it does not say again."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.functions import Function
from rlslint.config import Severity
from rlslint.meaning.bodies import tables_read
from rlslint.meaning.unqualified import unqualified_names
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.function_exposure import TRIGGER_TYPES, callers, relations_meant
from rlslint.project.questions.replaced_functions import lost_search_path, lost_security_definer
from rlslint.project.questions.view_exposure import owner_name
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier


@rule
def function_replace_drops_search_path(function: Function, project: Project) -> Iterator[Finding]:
    path = lost_search_path(function)
    if path is not None:
        yield from _without_path(function, path, project)
    elif lost_security_definer(function):
        yield from _as_caller(function, project)


def _without_path(function: Function, path: str, project: Project) -> Iterator[Finding]:
    if function.atomic or function.language in ("c", "internal"):
        return
    roles = callers(function, project)
    decides = function in project.policy_functions or function.return_type in TRIGGER_TYPES
    if not roles and not decides:
        return
    names = unqualified_names(function, project.catalog)
    owner, who = owner_name(function.owner, project), spoken(roles or project.runtime.names)
    effect = (
        f"{who} can choose what {names[0]} means in {function}" if names else f"{function} runs"
    )
    schemas = [name.strip().strip('"') for name in path.split(",") if name.strip().strip('"')]
    quoted = ", ".join(map(quoted_identifier, schemas)) or "''"
    kind = "PROCEDURE" if function.is_procedure else "FUNCTION"
    tail = f", which runs as {owner}" if names else f" as {owner} with the path of its caller"
    before = function.because_before("settings")
    yield Finding(
        object=str(function),
        message=f"{effect}{tail}: CREATE OR REPLACE did not say SET search_path again, which takes "
        "it away",
        span=shown(function.created),
        label="no SET search_path any more",
        help=f"ALTER {kind} {function.signature} SET search_path = {quoted};",
        related=also_shown((before, "the path was set here")),
        severity=None if names else Severity.warning,
        confidence=certainty(project),
    )


def _as_caller(function: Function, project: Project) -> Iterator[Finding]:
    """Yield a finding where a policy relied on what the function's owner may read."""
    policies = project.policy_functions.get(function, ())
    if not policies:
        return
    relations = relations_meant(function, tables_read(function), project)
    if not any(relation.is_table and relation.rls_enabled for relation in relations):
        return
    policy = policies[0]
    before = function.because_before("security_definer")
    yield Finding(
        object=str(function),
        message=f"policy {policy.spoken} of {policy.relation} sees no more than its caller does: "
        f"CREATE OR REPLACE did not say SECURITY DEFINER again, so that {function} runs as whoever "
        "calls it",
        span=shown(function.created),
        label="no SECURITY DEFINER any more",
        help="say SECURITY DEFINER and SET search_path again, or SECURITY INVOKER if meant",
        related=also_shown(
            (before, "it was SECURITY DEFINER here"),
            (policy.clauses[0], f"policy {policy.spoken} calls it"),
        ),
        severity=Severity.warning,
    )
