"""A drift in words and in SQL: what comes of it, what differs, and what takes it back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rlslint import Pattern
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.config import Severity
from rlslint.drift.drifts import Drift
from rlslint.drift.fields import Fields, created, of_object
from rlslint.drift.table import EXISTENCE, TABLE, Deviation
from rlslint.text.sentences import listed

_GRAVEST_FIRST = (True, None, False)
_DEGREES = {True: "more", False: "fewer", None: "other"}
_CREATE = Pattern(r"CREATE\s+(?:OR\s+REPLACE\s+)?", re.IGNORECASE)
_BY_HAND = "-- run the statement of the migrations again"
_LONGEST = 160


def gravest(drift: Drift) -> Deviation:
    """Return the part of a drift that tells what comes of it."""
    return min(drift.deviations, key=lambda deviation: _GRAVEST_FIRST.index(deviation.opens))


def severity(drift: Drift) -> Severity:
    """Return how grave a drift is by itself, whoever is served."""
    return max(one.line.severity[one.opens is False] for one in drift.deviations)


def effect(drift: Drift) -> str:
    """Return who can do what, as the beginning of a sentence."""
    opens = gravest(drift).opens
    found: dict[str, None] = {}
    for deviation in drift.deviations:
        if deviation.opens is opens:
            template = deviation.line.less if opens is False else deviation.line.more
            live, history = _parts(deviation)
            values = [p.get("who") or p.get("said") or p.get("key", "") for p in live or history]
            fields = _fields(deviation, drift.alike) | {
                "degree": _DEGREES[opens],
                "values": listed(dict.fromkeys(values)),
            }
            found[template.format_map(fields)] = None
    first, *others = found
    return listed((first, *(other.removeprefix(f"{drift.first.name} ") for other in others)))


def sides(drift: Drift) -> str:
    """Return what the server has and the migrations have not, and the other way round."""
    return "; ".join(_side(deviation, drift.alike) for deviation in drift.deviations)


def remedy(drift: Drift) -> str:
    """Return the SQL that takes a drift back, or a comment where none can be run as it is."""
    found: list[str] = []
    for deviation in drift.deviations:
        changes = _changes(deviation, _fields(deviation, drift.alike))
        if changes is None:
            return _made_again(drift.first)
        found += changes
    return "\n".join(dict.fromkeys(found))


def _fields(deviation: Deviation, alike: tuple[Relation, ...] = ()) -> Fields:
    """Return the fields of the object; `alike` are further tables of which the same is told."""
    fields = of_object(deviation.object, deviation.name)
    if alike:
        fields["object"] += f" and {len(alike)} other{'s' if alike[1:] else ''}"
        fields["sql"] = ", ".join((fields["sql"], *(relation.sql_name for relation in alike)))
    return fields


def _parts(deviation: Deviation) -> tuple[list[Fields], list[Fields]]:
    """Return the fields of what differs: of the server's values, and of the history's."""
    live, history = _members(deviation.live), _members(deviation.history)
    spell = deviation.line.fields
    return spell(live, history, deviation.theirs), spell(history, live, deviation.ours)


def _members(value: Any) -> tuple[Any, ...]:
    match value:
        case dict():
            return tuple(value.items())
        case tuple():
            return value
        case _:
            return (value,)


def _side(deviation: Deviation, alike: tuple[Relation, ...]) -> str:
    fields = {"value": "(…)"} | _fields(deviation, alike) | {"alter": "", "concurrently": ""}
    values = (deviation.live, deviation.history)
    live, history = map(_clauses, (deviation,) * 2, values, _parts(deviation), (fields,) * 2)
    if live == history:
        return f"{live} is another on the server than after the migrations"
    if live and history:
        return f"{live} on the server, and {history} after the migrations"
    return f"{live} on the server only" if live else f"{history} after the migrations only"


def _clauses(deviation: Deviation, value: Any, parts: list[Fields], fields: Fields) -> str:
    """Return what one side has as SQL on one line, "" where it has nothing."""
    if value in (None, "") or not parts or (value is False and deviation.fact == EXISTENCE):
        return ""
    template = deviation.line.lacks if value is False else deviation.line.has
    clauses = (" ".join(template.format_map(fields | part).split()) for part in parts)
    return listed(shortened(clause) for clause in clauses)


def shortened(sql: str) -> str:
    """Return SQL that is short enough to stand in a sentence."""
    return sql if len(sql) <= _LONGEST else sql[: _LONGEST - 1].rstrip() + "…"


def _changes(deviation: Deviation, fields: Fields) -> list[str] | None:
    """Return the ALTERs, GRANTs and the like for one fact, None where none is enough."""
    line, (live, history) = deviation.line, _parts(deviation)
    if line.again is None:
        return []
    is_extra = deviation.fact == EXISTENCE and not deviation.history
    if line.again and not is_extra:
        return None
    match deviation.history:
        case tuple() | dict():
            kept = {part["key"] for part in history if "key" in part}
            taken = [part for part in live if part.get("key") not in kept]
            changes = [(line.lacks, part) for part in taken] + [(line.has, p) for p in history]
        case bool(value):
            changes = [(line.has if value else line.lacks, {})]
        case _:
            changes = [(line.has, part) for part in history]
            if "value" not in history[0]:
                return None
    made = [f"{template.format_map(fields | part)};" for template, part in changes if template]
    return [*made, *_granted_again(deviation, fields)]


def _granted_again(deviation: Deviation, fields: Fields) -> Iterator[str]:
    """Yield the GRANTs to a role that owned an object: what it had been granted is gone."""
    if deviation.fact == "owner":
        line = TABLE[deviation.kind]["privileges"]
        held = [(*key, grant.grantable) for key, grant in dict.items(deviation.ours.grants)]
        lost = [grant for grant in held if grant[0] == deviation.live]
        for part in line.fields(lost, (), deviation.ours):
            yield f"{line.has.format_map(fields | part)};"


def _made_again(deviation: Deviation) -> str:
    """Return SQL that makes an object anew."""
    match deviation.ours, deviation.theirs:
        case Policy() as policy, theirs:
            fields = of_object(policy, deviation.name)
            create = created(policy)
            if create is None:
                return f"-- CREATE POLICY {fields['sql']} as the migrations do"
            drop = f"DROP POLICY {fields['sql']};\n" if theirs is not None else ""
            return f"{drop}{create};"
        case Function() as function, _:
            return "\n".join((_replaced(function), *_altered_since(function)))
        case Relation(created=made), None if made is not None and made.is_written:
            return f"-- run what makes it: {shortened(' '.join(made.sql.split()))}"
        case _:
            return _BY_HAND


def _replaced(function: Function) -> str:
    """Return the statement that makes the function, as the migrations have it."""
    made = function.because("body")
    if made is None or not made.is_written or made.kind != "CreateFunctionStmt":
        return _BY_HAND
    return _CREATE().sub("CREATE OR REPLACE ", made.sql, count=1) + ";"


def _altered_since(function: Function) -> Iterator[str]:
    """Yield the ALTERs that came after the statement which made a function."""
    made = (None, function.because("body"), function.created)
    for fact, line in TABLE["function"].items():
        if line.joined and not line.again and function.statements.get(line.attribute) not in made:
            value = getattr(function, line.attribute)
            other = {} if isinstance(value, dict) else value
            again = Deviation("function", "", fact, value, other, function, function)
            yield from _changes(again, of_object(function, "")) or ()
