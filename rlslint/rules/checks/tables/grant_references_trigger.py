"""grant-references-trigger: privileges that tell of hidden rows, or run code as other writers."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.privileges import Granted, revocation
from rlslint.access.runtime_roles import Evidence
from rlslint.access.serving import in_words
from rlslint.catalog.model import Table
from rlslint.config import Confidence
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.table_privileges import EVERYBODY, holders, is_held
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed

_EFFECTS = {
    "references": ("refer to", "a foreign key tells which rows there are"),
    "trigger": (
        "put triggers on",
        "a trigger runs code as whoever writes, and sees what they write",
    ),
}


@rule
def grant_references_trigger(table: Table, project: Project) -> Iterator[Finding]:
    found = False
    for granted in project.grants_beginning_with(table):
        held = [one for one in granted if is_held(one, tuple(_EFFECTS), project)]
        # TRUNCATE by the same statement is the graver fault: ALL was meant for the owner.
        truncates = any(is_held(one, ("truncate",), project) for one in granted)
        if held:
            found = True
            if not truncates and _can_be_used(held, project):
                yield _finding(held, project)
    if not found and table.rls_enabled:
        # Raises where more may be granted than is known.
        any(is_held(Granted(table, one), tuple(_EFFECTS), project) for one in table.grants.values())


def _can_be_used(granted: list[Granted], project: Project) -> bool:
    """Tell whether callers send SQL of their own: an API lets them make neither key nor trigger."""
    roles = {role for one in granted for role in holders(one.grant, one.table, project)}
    return project.runtime.evidence is not Evidence.platform or EVERYBODY in roles


def _finding(granted: list[Granted], project: Project) -> Finding:
    tables = list(dict.fromkeys(one.table for one in granted))
    roles = dict.fromkeys(
        role for one in granted for role in holders(one.grant, one.table, project)
    )
    privileges = [name for name in _EFFECTS if any(one.grant.privilege == name for one in granted)]
    deeds = listed(_EFFECTS[name][0] for name in privileges)
    effects = listed(_EFFECTS[name][1] for name in privileges)
    return Finding(
        object=str(tables[0]),
        message=f"{spoken(roles)} can {deeds} {in_words(tables)}, to which no policy "
        f"applies: {effects}",
        span=shown(granted[0].grant.statement),
        label=f"grants {listed(name.upper() for name in privileges)}",
        help=revocation(privileges, granted, project.catalog),
        confidence=Confidence.low if project.runtime.assumed and EVERYBODY not in roles else None,
    )
