"""What a change gives and takes, as text, Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rlslint import NamedTuple
from rlslint.access.differences import Direction
from rlslint.access.effective import Rows
from rlslint.catalog.model import Relation
from rlslint.meaning.witnesses import Row, Witness
from rlslint.project.access_changes import NO_TABLE, Change, Comparison
from rlslint.project.matrix import Matrix
from rlslint.reports import file_and_row
from rlslint.reports.access_words import Speaker, commands_in_words, role_in_words
from rlslint.reports.markdown import escaped
from rlslint.text.display import hanging, printable
from rlslint.text.secrets import masked
from rlslint.text.sentences import listed

VERSION = 1
_SIGNS = {
    (True, False): "+", (True, None): "+", (False, True): "−", (None, True): "−", (True, True): "±",
    (None, False): "+?", (False, None): "−?", (None, None): "?",
}  # fmt: skip
"""Signs by what is known of gains and of losses."""


class Compared(NamedTuple):
    """What became of one project: the answers before and after, and how they differ."""

    name: str
    before: Matrix
    after: Matrix
    comparison: Comparison


class Words:
    """Says what a change is, before and after, with its example."""

    def __init__(self, compared: Compared) -> None:
        self._before, self._after = (
            Speaker(matrix.project.catalog, matrix.project.context_functions)
            for matrix in (compared.before, compared.after)
        )

    def headline(self, change: Change) -> str:
        """Return who gains or loses what, and where it is written."""
        roles = ", ".join(map(role_in_words, change.roles))
        words = f"{roles}: {sign(change)} {commands_in_words(change.commands)} {change.table}"
        words += f" through {change.through}" if change.through else ""
        places = places_of(change)
        return f"{words} ({', '.join(places)})" if places else words

    def before(self, change: Change) -> str:
        return _said(self._before, change.before, change.was, change.through)

    def now(self, change: Change) -> str:
        return _said(self._after, change.after, change.now, change.through)

    def notes(self, change: Change) -> Iterator[str]:
        """Yield an example of what changed, and what is not known."""
        for verb, direction in (("gains", change.change.gained), ("loses", change.change.lost)):
            if direction.case is not None and change.now is not None:
                yield f"{verb} {example(direction.case, change.now)}"
        reasons = (change.change.gained, change.change.lost)
        for because in dict.fromkeys(one.because for one in reasons if one.happened is None):
            yield f"not certain, for {because}"


def places_of(change: Change) -> list[str]:
    """Return the files and lines of the statements behind a change."""
    return list(dict.fromkeys(file_and_row(one.span) for one in change.statements))


def sign(change: Change) -> str:
    """Return a sign for what is gained (+), lost (−), both (±), or perhaps (?)."""
    return _SIGNS[change.change.gained.happened, change.change.lost.happened]


def _said(speaker: Speaker, rows: Rows, table: Relation | None, through: str) -> str:
    if through and rows is NO_TABLE:
        return f"none by {through}"
    return "none: there is no such table" if table is None else speaker.rows(rows, table)


def example(case: Witness, table: Relation) -> str:
    """Return a case in words: the row, what the session says, what other tables hold."""
    words = f"a row of which {_row(case.row, table)}" if case.row else "any row"
    given = [
        f"{name} is {_value(value) if value is not None else 'not set'}"
        for name, value in case.session.items()
    ]
    if given:
        words += f" when {listed(given)}"
    held = [f"{one.relation} has a row of which {_row(one.row, one.relation)}"
            for one in case.others if one.row]  # fmt: skip
    return f"{words}, where {listed(held)}" if held else words


def _row(row: Row, table: Relation) -> str:
    named = {column.number: name for name, column in table.columns.items()}
    values = (f"{named.get(n, n)} is {_value(value)}" for n, value in sorted(row.items()))
    return listed(values)


def _value(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case _:
            return f"'{value}'"


def text(compared: Sequence[Compared], width: int) -> Iterator[str]:
    """Yield each change, what was and what is, for a terminal of some width."""
    for one in compared:
        if len(compared) > 1 and one.comparison.changes:
            yield from (printable(one.name), "=" * len(one.name), "")
        words = Words(one)
        for change in one.comparison.changes:
            yield from map(printable, _of_change(words, change, width))
            yield ""


def _of_change(words: Words, change: Change, width: int) -> Iterator[str]:
    yield words.headline(change)
    before, now = words.before(change), words.now(change)
    if before == now:
        yield from hanging("    still   ", masked(now), width)
    else:
        yield from hanging("    before  ", masked(before), width)
        yield from hanging("    now     ", masked(now), width)
    for note in words.notes(change):
        yield from hanging("    ", masked(note), width)


def markdown(compared: Sequence[Compared]) -> Iterator[str]:
    """Yield the changes as a comment on a pull request."""
    yield from ("## Who gains and who loses", "")
    if not any(one.comparison.changes for one in compared):
        yield "Nobody gains and nobody loses access to a row."
    for one in compared:
        if not one.comparison.changes:
            continue
        if len(compared) > 1:
            yield from (f"### {escaped(one.name)}", "")
        words = Words(one)
        yield "| | Role | Command | Table | Before | Now | Where |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        for change in one.comparison.changes:
            now = ". ".join((words.now(change), *words.notes(change)))
            cells = (
                sign(change),
                ", ".join(map(role_in_words, change.roles)),
                commands_in_words(change.commands),
                f"{change.table} through {change.through}" if change.through else change.table,
                masked(words.before(change)),
                masked(now),
                ", ".join(places_of(change)),
            )
            yield f"| {' | '.join(map(escaped, cells))} |"
        yield ""


def as_json(compared: Sequence[Compared], broken: Mapping[str, int]) -> Iterator[str]:
    """Yield one JSON document in pure ASCII; `broken` counts what breaks each gate."""
    document = {
        "version": VERSION,
        "projects": [
            {
                "name": one.name,
                "tables": one.comparison.tables,
                "roles": one.comparison.roles,
                "unknown_before_and_now": one.comparison.unknown,
                "changes": list(map(_of(Words(one)), one.comparison.changes)),
            }
            for one in compared
        ],
        "broken_gates": dict(broken),
    }
    yield json.dumps(document, indent=1)


def _of(words: Words) -> Any:
    def change(one: Change) -> dict[str, Any]:
        return {
            "roles": list(one.roles),
            "commands": list(one.commands),
            "table": one.table,
            "through": one.through or None,
            "gained": _direction(one.change.gained, one.now),
            "lost": _direction(one.change.lost, one.now),
            "before": {"rows": one.before.extent.value, "words": masked(words.before(one))},
            "now": {"rows": one.after.extent.value, "words": masked(words.now(one))},
            "places": places_of(one),
        }

    return change


def _direction(direction: Direction, table: Relation | None) -> dict[str, Any]:
    case = direction.case
    return {
        "happened": direction.happened,
        "example": None if case is None or table is None else masked(example(case, table)),
        "unknown_because": direction.because or None,
    }


def gates_broken(comparisons: Iterable[Comparison], gates: Iterable[str]) -> Mapping[str, int]:
    """Return how many changes break each of some gates; one that may be counts."""
    changes = [(one, c.open_roles) for c in comparisons for one in c.changes]
    found = {}
    for gate in gates:
        counted = sum(GATES[gate](change, open_roles) for change, open_roles in changes)
        if counted:
            found[gate] = counted
    return found


def _gains(change: Change, open_roles: frozenset[str]) -> bool:
    return change.change.gained.happened is not False


def _gains_openly(change: Change, open_roles: frozenset[str]) -> bool:
    return _gains(change, open_roles) and not open_roles.isdisjoint(change.roles)


def _loses(change: Change, open_roles: frozenset[str]) -> bool:
    return change.change.lost.happened is not False


GATES = {
    "no-new-access": _gains,
    "no-public-access": _gains_openly,
    "no-lost-access": _loses,
}
"""What a change may not do where its gate is asked for, by the gate's name."""
