"""security-definer-setter-public: everybody may call what makes a session any tenant's."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.functions import Function
from rlslint.catalog.roles import PUBLIC
from rlslint.config import Severity
from rlslint.meaning.bodies import (
    SettingChange,
    reads_context,
    settings_written,
    span_of_write,
    tables_read,
    words_in_body,
)
from rlslint.meaning.calls import called_in_body
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.function_exposure import TRIGGER_TYPES, callers
from rlslint.rules.registry import rule


@rule
def security_definer_setter_public(function: Function, project: Project) -> Iterator[Finding]:
    if not function.security_definer or not function.argument_types:
        return
    if function.language not in ("sql", "plpgsql") or function.return_type in TRIGGER_TYPES:
        return
    write = next((one for one in settings_written(function) if _is_context(one, project)), None)
    if write is None or _checks_something(function, project):
        return
    roles = callers(function, project)
    if roles and any(grant.grantee == PUBLIC for grant in function.grants.known()):
        yield _finding(function, write, roles, project)


def _is_context(write: SettingChange, project: Project) -> bool:
    if write.resets:
        return False
    return write.name is None or write.name in project.context_settings


def _checks_something(function: Function, project: Project) -> bool:
    """Tell whether a body may refuse: it looks something up, raises an error or asks who calls."""
    if any(word in ("raise", "assert") for word, _ in words_in_body(function)):
        return True
    if reads_context(function, project.context_functions) or tables_read(function):
        return True
    return bool(called_in_body(function, project.catalog))


def _finding(
    function: Function, write: SettingChange, roles: tuple[str, ...], project: Project
) -> Finding:
    kind = "PROCEDURE" if function.is_procedure else "FUNCTION"
    name = write.name or "the setting that it is given"
    needs_it = not set(roles).isdisjoint(project.api_roles)
    anyhow = "" if needs_it else "; an info, for whoever sends SQL may set that anyhow"
    return Finding(
        object=str(function),
        message=f"{spoken(roles)} can become any tenant by calling {function}, as every role can: "
        f"it sets {name} to its argument and checks nothing, with the rights of its owner{anyhow}",
        span=shown(function.statements.get("security_definer") or function.created),
        label="SECURITY DEFINER, and PUBLIC may execute it",
        help=f"ask in its body whether the caller may be that tenant; SECURITY INVOKER does for "
        f"set_config, and REVOKE EXECUTE ON {kind} {function.signature} FROM PUBLIC leaves it to "
        "those whom it is granted to",
        related=also_shown((span_of_write(function, write), f"{name} is set here")),
        severity=None if needs_it else Severity.info,
        confidence=certainty(project),
    )
