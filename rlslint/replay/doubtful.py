"""What is perhaps done: it is done, read from the journal, undone, and then unknown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rlslint.catalog import Catalog
from rlslint.catalog.facts import Facts, Members
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import ABSENT, JOURNAL, Record, RecordedDict, set_attribute
from rlslint.catalog.model import Column, Policy, Relation
from rlslint.catalog.publications import Publication
from rlslint.catalog.roles import DefaultPrivilege, PossibleDefault, Role, Schema
from rlslint.sql import is_open_name
from rlslint.text import Statement

DOUBTFUL: dict[type[Facts], tuple[str, ...]] = {
    Relation: (
        "owner", "columns", "rls_enabled", "rls_forced", "options", "query", "partition_of",
        "parents",
    ),
    Column: ("type", "not_null", "default"),
    Policy: ("roles", "using", "check"),
    Function: (
        "owner", "language", "volatility", "security_definer", "leakproof", "parallel", "settings",
        "body", "atomic",
    ),
    Role: (
        "superuser", "bypassrls", "login", "inherit", "createrole", "replication", "settings",
    ),
    Schema: ("owner",),
    Publication: ("owner", "all_tables", "operations", "via_root"),
}  # fmt: skip
"""The facts that can be unknown, by what they are facts of."""

_IDENTITY = ("name", "schema")


def leave_in_doubt(catalog: Catalog, mark: int, statement: Statement) -> bool:
    """Undo what was done since a mark, and make unknown what it had changed.

    Tell whether there was anything. What it would have made is not known to be missing, what it
    would have taken away is not known to be there.
    """
    changes = JOURNAL.since(mark)
    outcomes = _outcomes(changes)
    JOURNAL.undo(mark)
    doubts = Doubts(catalog, statement)
    # More may be otherwise than facts can say: which types there are, who acts, what is missing.
    if outcomes:
        set_attribute(catalog, "is_in_doubt", True)
    for subject, part, outcome in outcomes:
        match subject:
            case Facts():
                _doubt_fact(doubts, subject, part, outcome)
            case Members():
                _doubt_member(doubts, subject, part, outcome)
            case RecordedDict():
                _keep_stand_in(catalog, subject, part, outcome)
            case Catalog() if part == "defaults":
                doubts.defaults(set(catalog.defaults) ^ set(outcome))
            case _:
                continue
    return doubts.any


def _outcomes(changes: list[Record]) -> list[tuple[Any, Any, Any]]:
    """Return what each part that was changed has become, in the order in which they changed."""
    found: dict[tuple[int, Any], tuple[Any, Any, Any]] = {}
    for _, subject, part, _ in changes:
        key = id(subject), part
        if key not in found:
            found[key] = subject, part, _outcome(subject, part)
    return list(found.values())


def _outcome(subject: Any, part: Any) -> Any:
    match subject:
        case Facts():
            if not subject.knows(part) or not _has(subject, part):
                return ABSENT
            value = getattr(subject, part)
            return dict(value) if type(value) is dict else value
        case Members() if part is ABSENT:
            return subject.is_open
        case RecordedDict():
            return dict.get(subject, part, ABSENT)
        case Catalog():
            return getattr(subject, part)
        case _:
            return None


def _has(facts: Facts, part: str) -> bool:
    """Tell whether a part is a fact, for statements are also remembered of parts of facts."""
    return part in type(facts).__slots__


class Doubts:
    """Makes unknown what `statement` may change; `any` tells whether there was something to."""

    def __init__(self, catalog: Catalog, statement: Statement) -> None:
        self.catalog = catalog
        self.statement = statement
        self._any = False

    @property
    def any(self) -> bool:
        return self._any

    @any.setter
    def any(self, value: bool) -> None:
        self._any = value
        if value:
            set_attribute(self.catalog, "is_in_doubt", True)

    def forget(self, facts: Facts, names: Iterable[str]) -> None:
        """Make facts unknown."""
        for name in names:
            if facts.knows(name):
                facts.forget(name, self.statement)
                self.any = True

    def open(self, members: Members[Any, Any]) -> None:
        """Declare that a set may have more members than are known."""
        self.any |= not members.is_open
        members.open(self.statement)

    def lose(self, members: Members[Any, Any], keys: Iterable[Any]) -> None:
        """Declare that members may be gone, or be others."""
        for key in keys:
            members.pop(key, None)
        self.open(members)

    def existence(self, subject: Facts) -> None:
        """Make all unknown of what is perhaps gone, or has another name."""
        self.forget(subject, DOUBTFUL.get(type(subject), ()))
        for name in type(subject).__slots__:
            members = getattr(subject, name) if subject.knows(name) else None
            if isinstance(members, Members):
                self.lose(members, list(dict.keys(members)))

    def defaults(self, changed: Iterable[DefaultPrivilege]) -> None:
        """Declare that default privileges may have changed."""
        places = {(_if_known(one.creator), _if_known(one.schema), one.kind) for one in changed}
        for place in sorted(places):
            possible = PossibleDefault(*place, self.statement)
            self.catalog.possible_defaults.add(possible)
            self.any = True


def _if_known(name: str) -> str:
    return "" if is_open_name(name) else name


def _doubt_fact(doubts: Doubts, subject: Facts, fact: str, outcome: Any) -> None:
    if fact in _IDENTITY and isinstance(subject, Relation | Function):
        if getattr(subject, fact) != outcome:
            doubts.existence(subject)
    elif fact not in DOUBTFUL.get(type(subject), ()):
        return
    elif not subject.knows(fact):
        # Of a table that the history never makes, this is more than what first names it tells.
        if outcome is not ABSENT and subject.unknown[fact] is subject.unknown.get("kind"):
            subject.forget(fact, doubts.statement)
    else:
        held = getattr(subject, fact)
        if held is not outcome and (outcome is ABSENT or held != outcome):
            doubts.forget(subject, (fact,))


def _doubt_member(doubts: Doubts, members: Members[Any, Any], key: Any, outcome: Any) -> None:
    if key is ABSENT:
        if outcome is True:
            doubts.open(members)
        return
    held = dict.get(members, key, ABSENT)
    if held is ABSENT and outcome is not ABSENT:
        doubts.open(members)
    elif held is not ABSENT and held is not outcome and held != outcome:
        if isinstance(held, Relation | Function | Publication):
            doubts.existence(held)
        else:
            doubts.lose(members, (key,))


def _keep_stand_in(
    catalog: Catalog, mapping: RecordedDict[Any, Any], key: Any, outcome: Any
) -> None:
    """What the statement named first stays named: nothing is known of it but that."""
    names = (key,) if mapping is catalog.roles else key
    if mapping is not catalog.roles and mapping is not catalog.unknown_relations:
        return
    if outcome is not ABSENT and key not in mapping and not any(map(is_open_name, names)):
        mapping[key] = outcome
