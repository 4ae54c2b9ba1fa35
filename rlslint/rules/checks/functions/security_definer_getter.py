"""security-definer-getter: a function that only asks for the context needs nobody's rights."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.privileges import can_execute
from rlslint.catalog.functions import Function
from rlslint.config.server_settings import is_own_setting
from rlslint.meaning.bodies import reads_context, settings_read, words_in_body
from rlslint.meaning.body_effects import effects
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.view_exposure import owner_name
from rlslint.rules.registry import rule

_OWNERS = frozenset(("current_user", "current_role", "user"))
"""What stands for the owner inside of SECURITY DEFINER: another rule speaks of that."""


@rule
def security_definer_getter(function: Function, project: Project) -> Iterator[Finding]:
    if not function.security_definer or function.is_procedure:
        return
    policies = [
        policy
        for policy in project.policy_functions.get(function, ())
        if policy.relation.rls_enabled and served_roles(policy, project)
    ]
    if not policies or not _only_asks(function, project):
        return
    policy = policies[0]
    is_sql = function.language == "sql" and not function.atomic
    cost = "; as SECURITY DEFINER its body cannot become part of the query" if is_sql else ""
    resets = " RESET search_path" if set(function.settings) == {"search_path"} else ""
    yield Finding(
        object=str(function),
        message=f"{function} needs no rights of its owner in policy {policy.spoken} of "
        f"{policy.relation}: as {owner_name(function.owner, project)} it reads what every caller "
        f"may read{cost}",
        span=shown(function.because("security_definer")),
        label="SECURITY DEFINER is not needed",
        help=f"ALTER FUNCTION {function.signature} SECURITY INVOKER{resets};",
        related=also_shown(
            *((clause, f"policy {policy.spoken} calls it") for clause in policy.clauses[:1])
        ),
    )


def _only_asks(function: Function, project: Project) -> bool:
    """Tell whether a body reads the context and nothing for which its caller might lack rights."""
    does = effects(project.catalog, function)
    if does.reads or does.writes or not does.is_certain:
        return False
    if not any(reads_context(one, project.context_functions) for one in does.calls):
        return False
    for one in does.calls:
        if any(word in _OWNERS for word, _ in words_in_body(one)):
            return False
        # Some settings of PostgreSQL's own are for superusers.
        if not all(
            read.name is not None and is_own_setting(read.name) for read in settings_read(one)
        ):
            return False
    callers = project.runtime.names
    return all(
        can_execute(project.catalog, role, one)
        for one in does.calls
        if one is not function
        for role in callers
    )
