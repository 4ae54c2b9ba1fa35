"""@rule: which check looks at which kind of subject, and at which policies at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, overload

from rlslint import NamedTuple
from rlslint.project.findings import Finding

if TYPE_CHECKING:
    from rlslint.project.project import Project
    from rlslint.project.terms import Terms

Check = Callable[[Any, "Project"], Iterator[Finding]]
Where = Callable[["Terms", "Project"], bool]

FOLDERS = {
    "Table": "tables",
    "Policy": "policies",
    "Family": "families",
    "DefaultGrants": "defaults",
    "MissedDrop": "removals",
    "Removal": "removals",
    "Revocation": "revocations",
    "Reversal": "reversals",
    "AlteredPolicy": "alterations",
    "AlteredTable": "alterations",
    "View": "views",
    "ForeignTable": "foreign_tables",
    "Function": "functions",
    "Role": "roles",
    "StoredSetting": "roles",
    "Publication": "publications",
    "QuerySite": "queries",
    "SessionTrace": "sessions",
    "Connection": "connections",
    "PublicKey": "deployments",
    "Pooler": "deployments",
    "StartupOption": "deployments",
    "Dump": "deployments",
    "SchemaPush": "deployments",
    "OutsideScript": "deployments",
    "BrokenStatement": "statements",
    "Refusal": "statements",
    "Dynamic": "statements",
    "RowAccess": "statements",
    "IgnoreUse": "ignores",
    "OptionUse": "options",
    "Server": "servers",
    "SessionSetting": "servers",
    "Drift": "drifts",
}
"""The kinds of subject, and the folder of `checks` whose modules look at them.

Only the folders of the kinds that a project has are imported.
"""


class Rule(NamedTuple):
    """A check under its rule's name, and the kind of subject that it is called with.

    Of policies it is called with those whose terms are such that `where` holds, all if it is None.
    """

    name: str
    subject: str
    check: Check
    where: Where | None = None


_rules: dict[tuple[str, str], Rule] = {}


@overload
def rule(check: Check, /) -> Check: ...


@overload
def rule(*, where: Where) -> Callable[[Check], Check]: ...


def rule(
    check: Check | None = None, /, *, where: Where | None = None
) -> Check | Callable[[Check], Check]:
    """Register a check: its name is its rule's, its first annotation says what it looks at.

    A rule that looks at two kinds of subject has a check for each. `where` is asked once for all
    policies of equal terms: none is looked at for which it says no.
    """
    if check is None:
        return lambda check: _registered(check, where)
    return _registered(check, where)


def _registered(check: Check, where: Where | None) -> Check:
    name = check.__name__.replace("_", "-")
    subject = next(iter(check.__annotations__.values()))
    _rules[name, str(subject)] = Rule(name, str(subject), check, where)
    return check


def rules_for(subject: str) -> list[Rule]:
    """Return the rules that look at a kind of subject, in the order of their names."""
    folder = FOLDERS[subject]
    for name in os.listdir(os.path.join(os.path.dirname(__file__), "checks", folder)):
        if name.endswith(".py") and name != "__init__.py":
            import_module(f"rlslint.rules.checks.{folder}.{name.removesuffix('.py')}")
    return sorted(found for found in _rules.values() if found.subject == subject)
