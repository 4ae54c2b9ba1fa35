"""Settings that policies read under one name while they are set, or read, under another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.roles import PUBLIC
from rlslint.meaning.bodies import settings_written
from rlslint.meaning.bounds import bounds_of
from rlslint.meaning.context import context_reads
from rlslint.meaning.gates import tables_looked_into
from rlslint.project.project import Project
from rlslint.sql.expressions import Expr
from rlslint.text import Span

PLATFORM_PREFIXES = ("request.", "pgrst.", "supautils.")
"""Settings that PostgREST and Supabase set for each request."""

_FILLERS = frozenset(
    ("app", "current", "id", "ids", "my", "session", "setting", "context", "ctx", "uuid", "key",
     "name", "the")
)  # fmt: skip
_TYPING_MISTAKES = 2


class Purpose(NamedTuple):
    """What rows a setting tells apart: a column's name, or the table that it refers to.

    Of a setting by which a table of members is searched only that table is known.
    """

    kind: str
    name: str


class Reading(NamedTuple):
    """That a policy reads a setting, and for which purposes."""

    policy: Policy
    name: str
    purposes: frozenset[Purpose]


class Mismatch(NamedTuple):
    """That a name is read which nothing sets, and the name that stands in its place elsewhere.

    `policies` read the odd name. `place` shows the other name: where it is set, or another policy
    that reads it. `is_set` tells which.
    """

    name: str
    expected: str
    policies: tuple[Policy, ...]
    place: Span | None
    is_set: bool


def mismatches(project: Project) -> tuple[Mismatch, ...]:
    """Return the names that only some of the project uses for what the rest calls otherwise.

    Where the program computes the name of a setting that it sets, every name may be set: then
    only what the other policies read tells.
    """
    written = project.ask(written_settings)
    odd = [
        name
        for name in _names_read(project)
        if name not in written and not name.startswith(PLATFORM_PREFIXES)
    ]
    if not odd:
        return ()
    readings = tuple(_readings(project))
    found = []
    for name in odd:
        expected = _expected(name, readings, written)
        if expected is not None:
            policies = tuple(dict.fromkeys(r.policy for r in readings if r.name == name))
            is_set = expected in written
            place = written[expected] if is_set else _place_of(expected, readings, project)
            found.append(Mismatch(name, expected, policies, place, is_set))
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
            found.setdefault(one.name or "", statement.span if statement else None)
    for name, (_, statement) in project.catalog.database_settings.items():
        found.setdefault(name.lower(), statement.span)
    for role in project.catalog.roles.values():
        for name in role.settings:
            setting = role.statements.get(f"setting {name}")
            found.setdefault(name.lower(), setting.span if setting else None)
    return {name: span for name, span in found.items() if not name or "." in name}


def _names_read(project: Project) -> Iterator[str]:
    """Yield the names of the settings that policies read, each once, in the order of readings."""
    clauses = (clause for policy in project.catalog.policies() for clause in policy.clauses)
    predicates = dict.fromkeys(project.predicate(clause) for clause in clauses)
    yield from dict.fromkeys(
        name for predicate in predicates for name in predicate.ask(_settings, project)
    )


def _settings(expression: Expr, project: Project) -> tuple[str, ...]:
    return tuple(
        read.name
        for read in context_reads(expression, project.context_functions)
        if read.kind == "setting" and read.name is not None and "." in read.name
    )


def _readings(project: Project) -> Iterator[Reading]:
    for policy in project.catalog.policies():
        found: dict[str, frozenset[Purpose]] = {}
        for clause in policy.clauses:
            predicate, functions = project.predicate(clause), project.context_functions
            for name in predicate.ask(_settings, project):
                found.setdefault(name, frozenset())
            for bound in predicate.ask(bounds_of, functions):
                looked_into = tables_looked_into(bound.expression)
                purposes = (
                    frozenset(Purpose("lookup", str(relation)) for relation in looked_into)
                    if bound.form == "membership" and looked_into
                    else frozenset(_purposes(policy.relation, bound.columns))
                )
                for read in bound.reads:
                    if read.name in found:
                        found[read.name] |= purposes
        yield from (Reading(policy, name, purposes) for name, purposes in found.items())


def _purposes(relation: Relation, numbers: frozenset[int]) -> Iterator[Purpose]:
    if not relation.knows("columns"):
        return
    keys = [c for c in relation.constraints.known() if c.columns in {(n,) for n in numbers}]
    primary = any(constraint.kind == "primary" for constraint in keys)
    if primary:
        yield Purpose("table", str(relation))
    for constraint in keys:
        if constraint.referenced is not None:
            yield Purpose("table", str(constraint.referenced))
    for number in numbers:
        column = relation.column(number)
        if column is not None and not primary:
            yield Purpose("column", column.name)


def _expected(
    name: str, readings: tuple[Reading, ...], written: dict[str, Span | None]
) -> str | None:
    own = [reading for reading in readings if reading.name == name]
    if "" not in written:
        for other in written:
            if _is_meant(name, other, own, readings):
                return other
    candidates = dict.fromkeys(reading.name for reading in readings if reading.name != name)
    if written and "" not in written:
        candidates = {other: None for other in candidates if other in written}
    return next((other for other in candidates if _is_usual(other, own, readings)), None)


def _is_meant(name: str, other: str, own: list[Reading], readings: tuple[Reading, ...]) -> bool:
    """Tell whether `other`, which something sets, is what the readers of `name` want."""
    others = [reading for reading in readings if reading.name == other]
    if _share_a_policy(own, others):
        return False
    if _differ_by_typing(name, other):
        return True
    if others:
        return _share_a_purpose(own, others)
    columns = [purpose.name for reading in own for purpose in reading.purposes]
    return any(_share_a_word(known, other) for known in (name, *columns))


def _is_usual(other: str, own: list[Reading], readings: tuple[Reading, ...]) -> bool:
    """Tell whether most policies read `other` for the purpose of the few in `own`."""
    others = [reading for reading in readings if reading.name == other]
    if _share_a_policy(own, others) or not _share_a_purpose(own, others):
        return False
    return len(others) >= 2 and len(others) > len(own)


def _share_a_policy(own: list[Reading], others: list[Reading]) -> bool:
    return not {r.policy for r in own}.isdisjoint(r.policy for r in others)


def _share_a_purpose(own: list[Reading], others: list[Reading]) -> bool:
    """Policies for roles of their own may well have a setting of their own."""
    return any(
        not one.purposes.isdisjoint(other.purposes)
        and (
            PUBLIC in (*one.policy.roles, *other.policy.roles)
            or not set(one.policy.roles).isdisjoint(other.policy.roles)
        )
        for one in own
        for other in others
    )


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


def _place_of(name: str, readings: tuple[Reading, ...], project: Project) -> Span | None:
    policy = next(reading.policy for reading in readings if reading.name == name)
    for clause in policy.clauses:
        for read in project.predicate(clause).ask(context_reads, project.context_functions):
            if read.name == name:
                return clause.span(read.expression)
    return None
