"""Settings that policies read under one name while they are set, or read, under another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rlslint import NamedTuple
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.config.platforms import ENGINE_SETTINGS
from rlslint.files.unread import Naming
from rlslint.meaning.bodies import settings_written
from rlslint.meaning.bounds import Bound, bounds_of
from rlslint.meaning.context import ContextRead, context_reads
from rlslint.meaning.gates import tables_looked_into
from rlslint.project import shown
from rlslint.project.project import Project
from rlslint.project.terms import Terms
from rlslint.text import Span
from rlslint.text.budget import NAMES_COMPARED

_FILLERS = frozenset(
    ("app", "current", "id", "ids", "my", "session", "setting", "context", "ctx", "uuid", "key",
     "name", "the")
)  # fmt: skip
_TYPING_MISTAKES = 2


class Purpose(NamedTuple):
    """What rows a setting tells apart: a column's name, or the table that it refers to.

    Of a setting by which a table of members is searched only that table is known. What holds
    several tenants is for another purpose than what holds one: its kind is in the plural.
    """

    kind: str
    name: str


class Mismatch(NamedTuple):
    """That a name is read which nothing sets, and the name that stands in its place elsewhere.

    `policies` read the odd name. `place` shows the other name: where it is set, or another policy
    that reads it. `is_set` tells which; `file` is that of another language where it is set.
    """

    name: str
    expected: str
    policies: frozenset[Policy]
    place: Span | None
    is_set: bool
    file: str = ""


def mismatches(project: Project) -> tuple[Mismatch, ...] | None:
    """Return the names that only some of the project uses for what the rest calls otherwise.

    None where there are too many names to compare.

    Where the program computes the name of a setting that it sets, every name may be set: then
    only what the other policies read tells. A name that stands in a file that is not read as SQL
    may be set there.
    """
    readings = _Readings(project)
    written = project.ask(written_settings)
    found = _mismatches(readings, written, {})
    if not found:
        return found
    elsewhere = project.settings_elsewhere(readings.policies)
    if not elsewhere:
        return found
    set_there = {name: None for name, naming in elsewhere.items() if naming.sets}
    return _mismatches(readings, {**set_there, **written}, elsewhere)


def _mismatches(
    readings: _Readings, written: dict[str, Span | None], elsewhere: Mapping[str, Naming]
) -> tuple[Mismatch, ...] | None:
    odd = [
        (name, policies)
        for name, policies in readings.policies.items()
        if name not in written and name not in elsewhere and not name.startswith(ENGINE_SETTINGS)
    ]
    if len(odd) * (len(written) + len(readings.usual)) > NAMES_COMPARED:
        return None
    found = []
    for name, policies in odd:
        expected = _expected(name, readings, written)
        if expected is not None:
            is_set = expected in written
            place = written[expected] if is_set else readings.place_of(expected)
            file = elsewhere[expected].path if is_set and expected in elsewhere else ""
            found.append(Mismatch(name, expected, frozenset(policies), place, is_set, file))
    return tuple(found)


def written_settings(project: Project) -> dict[str, Span | None]:
    """Return the settings that the project sets, in lower case, and where; "" for any name."""
    found: dict[str, Span | None] = {}
    for write in project.setting_writes:
        if not write.resets:
            found.setdefault(write.name, write.statement.span)
    for function in project.functions():
        try:
            writes = settings_written(function)
        except UnknownFact:
            continue
        statement = function.because("body")
        for one in writes:
            found.setdefault(one.name or "", shown(statement))
    for name, (_, statement) in project.catalog.database_settings.items():
        found.setdefault(name.lower(), statement.span)
    for role in project.catalog.roles.values():
        for name in role.settings:
            setting = role.statements.get(f"setting {name}")
            found.setdefault(name.lower(), shown(setting))
    return {name: span for name, span in found.items() if not name or "." in name}


class _Readings:
    """Which policies read which settings, and what for.

    `policies` are by the name that they read, `usual` the names that several read. What policies
    demand alike is looked at once.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._purposes: dict[str, dict[Purpose, set[str]]] = {}
        self._bounds: dict[Terms, list[tuple[Bound, frozenset[str | None]]]] = {}
        self.policies: dict[str, dict[Policy, None]] = {}
        names: dict[Terms, list[str]] = {}
        for policy in project.catalog.policies():
            terms = project.terms(policy)
            if terms not in names:
                names[terms] = [read.name for read in self._reads(terms) if read.name is not None]
            for name in names[terms]:
                self.policies.setdefault(name, {})[policy] = None
        self.usual = tuple(name for name, readers in self.policies.items() if len(readers) > 1)

    def _reads(self, terms: Terms) -> Iterator[ContextRead]:
        for condition in terms.conditions:
            for read in condition.ask(context_reads, self._project.context_functions):
                if read.kind == "setting" and read.name is not None and "." in read.name:
                    yield read

    def purposes(self, name: str) -> dict[Purpose, set[str]]:
        """Return what a setting is read for, with the roles of the policies that do."""
        if name not in self._purposes:
            found: dict[Purpose, set[str]] = {}
            for policy in self.policies[name]:
                for bound, names in self._bounds_of(self._project.terms(policy)):
                    if name in names:
                        for purpose in _purposes(policy.relation, bound):
                            found.setdefault(purpose, set()).update(policy.roles)
            self._purposes[name] = found
        return self._purposes[name]

    def _bounds_of(self, terms: Terms) -> list[tuple[Bound, frozenset[str | None]]]:
        if terms not in self._bounds:
            self._bounds[terms] = [
                (bound, frozenset(read.name for read in bound.reads))
                for condition in terms.conditions
                for bound in condition.ask(bounds_of, self._project.context_functions)
            ]
        return self._bounds[terms]

    def place_of(self, name: str) -> Span | None:
        """Return where the first policy that reads a setting does so."""
        policy = next(iter(self.policies[name]))
        functions = self._project.context_functions
        for clause in policy.clauses:
            for read in self._project.predicate(clause).ask(context_reads, functions):
                if read.name == name:
                    return clause.span(read.expression)
        return None

    def share_a_policy(self, one: str, other: str) -> bool:
        """Tell whether a policy reads both of two settings."""
        return not self.policies[one].keys().isdisjoint(self.policies[other])

    def share_a_purpose(self, one: str, other: str) -> bool:
        """Tell whether two settings are read for one purpose, and for the same roles.

        Policies for roles of their own may well have a setting of their own.
        """
        others = self.purposes(other)
        return any(
            purpose in others and _share_a_role(roles, others[purpose])
            for purpose, roles in self.purposes(one).items()
        )


def _share_a_role(one: set[str], other: set[str]) -> bool:
    return PUBLIC in one or PUBLIC in other or not one.isdisjoint(other)


def _purposes(relation: Relation, bound: Bound) -> Iterator[Purpose]:
    looked_into = tables_looked_into(bound.expression) if bound.form == "membership" else ()
    if looked_into:
        yield from (Purpose("lookup", str(table)) for table in looked_into)
        return
    if not relation.knows("columns"):
        return
    numbers = bound.columns
    several = "s" if bound.form == "membership" else ""
    keys = [
        constraint
        for constraint in relation.constraints.known()
        if len(constraint.columns) == 1 and constraint.columns[0] in numbers
    ]
    primary = any(constraint.kind == "primary" for constraint in keys)
    if primary:
        yield Purpose(f"table{several}", str(relation))
    for constraint in keys:
        if constraint.referenced is not None:
            yield Purpose(f"table{several}", str(constraint.referenced))
    for number in numbers:
        column = relation.column(number)
        if column is not None and not primary:
            yield Purpose(f"column{several}", column.name)


def _expected(name: str, readings: _Readings, written: dict[str, Span | None]) -> str | None:
    if "" not in written:
        for other in written:
            if _is_meant(name, other, readings):
                return other
    candidates = [other for other in readings.usual if other != name]
    if written and "" not in written:
        candidates = [other for other in candidates if other in written]
    return next((other for other in candidates if _is_usual(name, other, readings)), None)


def _is_meant(name: str, other: str, readings: _Readings) -> bool:
    """Tell whether `other`, which something sets, is what the readers of `name` want."""
    is_read = other in readings.policies
    if is_read and readings.share_a_policy(name, other):
        return False
    if _differ_by_typing(name, other):
        return True
    if is_read:
        return readings.share_a_purpose(name, other)
    columns = [purpose.name for purpose in readings.purposes(name)]
    return any(_share_a_word(known, other) for known in (name, *columns))


def _is_usual(name: str, other: str, readings: _Readings) -> bool:
    """Tell whether most policies read `other` for the purpose of the few that read `name`."""
    if len(readings.policies[other]) <= len(readings.policies[name]):
        return False
    return not readings.share_a_policy(name, other) and readings.share_a_purpose(name, other)


def _share_a_word(one: str, other: str) -> bool:
    return any(
        first.startswith(second) or second.startswith(first)
        for first in _words(one)
        for second in _words(other)
    )


def _words(name: str) -> set[str]:
    *_, own = name.rpartition(".")
    found = {word.rstrip("s") for word in re.split(r"[^a-z0-9]+", own.lower())}
    return {word for word in found - _FILLERS if len(word) > 2}


def _differ_by_typing(one: str, other: str) -> bool:
    if min(len(one), len(other)) <= 3 * _TYPING_MISTAKES:
        return False
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1] <= _TYPING_MISTAKES
