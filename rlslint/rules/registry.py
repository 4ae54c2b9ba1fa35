"""@rule: which check looks at which kind of subject, and at which policies at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, overload

from rlslint import NamedTuple
from rlslint.project import Finding
from rlslint.rules import card

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
    "RewriteRule": "rewrite_rules",
    "Function": "functions",
    "Role": "roles",
    "StoredSetting": "roles",
    "Publication": "publications",
    "Schema": "schemas",
    "QuerySite": "queries",
    "SessionTrace": "sessions",
    "Connection": "connections",
    "PublicKey": "deployments",
    "Pooler": "deployments",
    "StartupOption": "deployments",
    "Dump": "deployments",
    "SchemaPush": "deployments",
    "OutsideScript": "deployments",
    "ServerVersion": "server_versions",
    "LostIdentity": "proxies",
    "Route": "routes",
    "BrokenStatement": "statements",
    "Refusal": "statements",
    "Dynamic": "statements",
    "RowAccess": "statements",
    "IgnoreUse": "ignores",
    "EntryUse": "ignores",
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


class Candidate(NamedTuple):
    """A rule that may look at subjects of a kind, and the module that its check is in.

    `asked_of` are the facts one of which a subject must have, all of one entry; see `facts`.
    """

    name: str
    kind: str
    module: str
    asked_of: tuple[frozenset[str], ...]

    def may_be_about(self, facts: frozenset[str] | None) -> bool:
        """Tell whether the rule is to be asked of a subject with such facts, None for any."""
        if facts is None or not self.asked_of:
            return True
        return any(entry <= facts for entry in self.asked_of)

    def rules(self) -> Iterator[Rule]:
        """Import the check; yield nothing where it is about another kind of subject."""
        import_module(self.module)
        if (found := _rules.get((self.name, self.kind))) is not None:
            yield found


def candidates(kind: str) -> list[Candidate]:
    """Return the rules that may look at a kind of subject, in the order of their names."""
    folder = FOLDERS[kind]
    found = []
    for file in sorted(os.listdir(os.path.join(os.path.dirname(__file__), "checks", folder))):
        module = file.removesuffix(".py")
        if file.endswith(".py") and module != "__init__":
            name = module.replace("_", "-")
            asked_of = tuple(facts for of, facts in card(name).asked_of if of == kind)
            found.append(Candidate(name, kind, f"rlslint.rules.checks.{folder}.{module}", asked_of))
    return found


def rules_for(kind: str) -> list[Rule]:
    """Return the rules that look at a kind of subject, in the order of their names."""
    return [rule for candidate in candidates(kind) for rule in candidate.rules()]
