"""Which findings were there before, and what became of the entries that a baseline has of them.

A finding is known by its rule and its object. It is new nevertheless where it is graver than it
was, where a statement makes or shows it that had no part in it, or where somebody reaches the
object who did not. Lines that move, files with another name, SQL in another form and objects that
the history has given another name make nothing new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from rlslint import NamedTuple
from rlslint.catalog.roles import PUBLIC
from rlslint.config import Severity
from rlslint.config.baseline import Entry
from rlslint.project import Finding
from rlslint.project.reaching import standing
from rlslint.rules import rule_names, suggestion
from rlslint.text import Span, Text

_ANY_FILE = "a file"
"""The object of findings that are about a place rather than an object of the database."""


class Identity(NamedTuple):
    """What a finding is known by another time."""

    rule: str
    object: str
    severity: Severity
    reach: frozenset[tuple[str, str]]
    statement: str
    related: frozenset[str]
    path: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.object


class EntryUse(NamedTuple):
    """An entry of a baseline of which nothing is found any more, or whose rule there is not."""

    entry: Entry

    @property
    def is_unknown(self) -> bool:
        return self.entry.rule not in rule_names()

    @property
    def hint(self) -> str:
        return suggestion(self.entry.rule)

    @property
    def span(self) -> Span | None:
        """Where it stands in its file."""
        place = self.entry.place
        return Span(Text(place.path, place.source), place.start, place.end) if place else None

    def __str__(self) -> str:
        return self.entry.object


class Before(NamedTuple):
    """What was there before: the entries of a baseline, and those of an earlier state.

    `tells_stale` says whether entries of which nothing is left are to be reported, `is_whole` that
    the run is about all that the baseline may tell of.
    """

    today: date
    entries: tuple[Entry, ...] = ()
    state: tuple[Entry, ...] = ()
    tells_stale: bool = True
    is_whole: bool = True


class Earlier(NamedTuple):
    """What comparing with earlier findings gave.

    `found` are all findings of a run but for what comments and accept entries let stand, each with
    whether it is grave and sure enough to be shown; `reported` are those of them that the run
    reports, or would if they were new. `raw` counts all findings by rule and object. `left` is what
    of each entry of the baseline is still found, None where nothing is; an entry of which this run
    tells nothing is left as it is, and where `is_whole` is not set, that is every one. `hidden` and
    `unchanged` count what the baseline hides, and what the earlier state had as well; `since` is
    the name of that state, and `mended` counts what it had and this one has not. `differences` say
    of what was there before in another form what is new of it. `names` tell how objects are called
    now that were called otherwise.
    """

    found: tuple[tuple[Identity, bool], ...]
    reported: tuple[Identity, ...]
    raw: Counter[tuple[str, str]]
    left: tuple[Entry | None, ...]
    hidden: int
    unchanged: int
    is_whole: bool = True
    since: str = ""
    mended: int = 0
    differences: tuple[str, ...] = ()
    names: Mapping[str, str] = MappingProxyType({})

    def mended_since(self, then: Earlier) -> int:
        """Return how many findings of an earlier state, of those that are shown, are gone."""
        before = Counter(
            (one.rule, named_now(one.object, self.names))
            for one, is_shown in then.found
            if is_shown
        )
        return sum(max(0, number - self.raw[key]) for key, number in before.items())


def identity(finding: Finding, severity: Severity) -> Identity:
    """Return what a finding is known by."""
    span = finding.span
    object = finding.object
    if span is not None and object.startswith(span.text.path):
        object = _ANY_FILE
    known = finding.standing or standing(finding)
    path = "" if span is None else span.text.path
    return Identity(
        finding.rule, object, severity, known.reach, known.statement, known.related, path
    )


def entries_of(identities: Iterable[Identity]) -> tuple[Entry, ...]:
    """Return the entries that hide some findings, one for each rule and object."""
    found: dict[tuple[str, str], list[Identity]] = {}
    for one in identities:
        found.setdefault(one.key, []).append(one)
    return tuple(
        Entry(
            *key,
            max(one.severity for one in alike),
            frozenset().union(*(one.reach for one in alike)),
            tuple(sorted(one.statement for one in alike)),
            frozenset().union(*(one.related for one in alike)),
            paths=frozenset(one.path for one in alike),
        )
        for key, alike in found.items()
    )


def under_present_names(entries: Iterable[Entry], names: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return entries with the names that their objects have now.

    Where another entry is about an object of that name, one stays as it is.
    """
    entries = tuple(entries)
    taken = {entry.key for entry in entries}
    found = []
    for entry in entries:
        now = entry._replace(object=named_now(entry.object, names))
        found.append(entry if now.key in taken else now)
        taken.add(found[-1].key)
    return tuple(found)


def named_now(object: str, names: Mapping[str, str]) -> str:
    """Return the name that an object has now, or what it is a part of."""
    if not names:
        return object
    whole, rest = object, ""
    while whole not in names and "." in whole:
        whole, _, last = whole.rpartition(".")
        rest = f".{last}{rest}"
    return f"{names[whole]}{rest}" if whole in names else object


def compare(
    identities: Sequence[Identity], entries: Iterable[Entry], today: date, named: int = 0
) -> tuple[frozenset[int], tuple[Entry | None, ...]]:
    """Return the numbers of the findings that entries hide, and what is left of each entry.

    Of more findings alike than there were before, those are old that stand where one stood, else
    those in files that the user has not named, who has named the files of the first ones.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for number, one in enumerate(identities):
        found.setdefault(one.key, []).append(number)
    known: set[int] = set()
    left = []
    for entry in entries:
        numbers = sorted(
            found.get(entry.key, ()),
            key=lambda n: (identities[n].path not in entry.paths, n < named),
        )
        alike = [identities[number] for number in numbers]
        if not entry.is_expired(today):
            known.update(
                n for n, is_old in zip(numbers, _are_old(alike, entry), strict=True) if is_old
            )
        left.append(_left(entry, alike))
    return frozenset(known), tuple(left)


def _are_old(identities: list[Identity], entry: Entry) -> list[bool]:
    """Tell of each of the findings of one rule on one object whether it was there before."""
    left = Counter(entry.statements)
    found = []
    for one in identities:
        is_old = (
            one.severity <= entry.severity
            and (left[one.statement] > 0 or one.statement in entry.related)
            and one.related <= entry.related.union(entry.statements)
            and all(_is_covered(role, what, entry.reach) for role, what in one.reach)
        )
        if is_old and left[one.statement]:
            left[one.statement] -= 1
        found.append(is_old)
    return found


def difference(one: Identity, entries: Iterable[Entry]) -> str:
    """Return a sentence on what is new of a finding, "" where all of it is."""
    for entry in entries:
        if entry.key == one.key:
            new = _difference(one, entry)
            return f"{one.object} had {one.rule} before; {new}." if new else ""
    return ""


def _difference(one: Identity, entry: Entry) -> str:
    if one.severity > entry.severity:
        return f"new is that its severity is {one.severity.name}, not {entry.severity.name}"
    by_role: dict[str, list[str]] = {}
    for role, what in sorted(one.reach):
        if not _is_covered(role, what, entry.reach):
            by_role.setdefault(role, []).append(what)
    if by_role:
        who = "; ".join(f"{role} ({', '.join(what)})" for role, what in by_role.items())
        return f"new is who reaches it: {who}"
    parts = entry.related.union(entry.statements)
    if one.statement not in parts or not one.related <= parts:
        return "new is a statement that had no part in it"
    return ""


def _is_covered(role: str, what: str, reach: frozenset[tuple[str, str]]) -> bool:
    """Tell whether a role could do something before, itself or as everybody, or to all columns."""
    privilege = what.partition(" (")[0]
    return any((who, all) in reach for who in (role, PUBLIC) for all in (what, privilege))


def _left(entry: Entry, alike: list[Identity]) -> Entry | None:
    """Return an entry without what of it is not found any more, None where nothing of it is."""
    parts = entry.related.union(entry.statements)
    still = [one for one in alike if one.statement in parts]
    if not still:
        return None
    now = entries_of(still)[0]
    statements = Counter(entry.statements) & Counter(now.statements)
    reach = {(role, what) for role, what in now.reach if _is_covered(role, what, entry.reach)}
    return entry._replace(
        severity=min(entry.severity, now.severity),
        statements=tuple(sorted(statements.elements())),
        related=entry.related & now.related.union(now.statements),
        reach=frozenset(reach),
    )


def with_new(entries: Iterable[Entry], identities: Iterable[Identity]) -> tuple[Entry, ...]:
    """Return entries that hide all of some findings as well, with the reasons that they have."""
    found = {entry.key: entry for entry in entries}
    for new in entries_of(identities):
        old = found.get(new.key, new)
        both = Counter(old.statements) | Counter(new.statements)
        found[new.key] = old._replace(
            severity=max(old.severity, new.severity),
            reach=old.reach | new.reach,
            statements=tuple(sorted(both.elements())),
            related=old.related | new.related,
        )
    return tuple(found.values())
