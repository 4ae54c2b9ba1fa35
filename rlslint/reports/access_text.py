"""Who gets at what as text: for a terminal, and as Markdown. Equal answers stand together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access.effective import Extent, Rows
from rlslint.access.tracing import Trace
from rlslint.access.ways import Way
from rlslint.catalog.model import Relation
from rlslint.project.matrix import AlikeRoles, Matrix, alike_roles
from rlslint.reports import file_and_row
from rlslint.reports.access_explained import Explained, Said, changes, explained, outcome
from rlslint.reports.access_words import (
    Speaker,
    about_role,
    commands_in_words,
    condition_sql,
    role_in_words,
    shortened,
)
from rlslint.reports.markdown import escaped
from rlslint.text.display import hanging, printable
from rlslint.text.secrets import masked

Named = Sequence[tuple[str, Matrix]]
"""Who gets at what in several projects, each with its name."""


_LONGEST_CONDITION = 4_000


class _Conditions:
    """Numbers what policies spell, so that each of it is printed once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def mark(self, rows: Rows, table: Relation) -> str:
        if rows.extent in (Extent.none, Extent.every):
            return ""
        sql = shortened(condition_sql(rows, table), _LONGEST_CONDITION)
        return f" [{self.numbers.setdefault(sql, len(self.numbers) + 1)}]" if sql else ""


def text(matrices: Named, width: int) -> Iterator[str]:
    """Yield who gets at what, for a terminal of some width."""
    for number, (name, matrix) in enumerate(matrices):
        if len(matrices) > 1:
            yield from ("",) if number else ()
            yield from (printable(name), "=" * len(name), "")
        for line in _matrix(matrix, width):
            yield printable(masked(line))


def _matrix(matrix: Matrix, width: int) -> Iterator[str]:
    speaker = Speaker(matrix.project.catalog, matrix.project.context_functions)
    conditions = _Conditions()
    everywhere = _everywhere(matrix)
    yield "Roles"
    longest = max((len(role_in_words(role.name)) for role in matrix.roles), default=0)
    for role in matrix.roles:
        words = f"{about_role(role)}{everywhere.get(role.name, '')}"
        yield from hanging(f"  {role_in_words(role.name):{longest}}  ", words, width)
    groups: dict[tuple[str, ...], list[str]] = {}
    for table in matrix.tables:
        alike = [
            (roles, group)
            for group in alike_roles(matrix, table)
            if (roles := [role for role in group.roles if role not in everywhere])
        ]
        if alike:
            lines = tuple(_of_table(alike, table, speaker, conditions, width))
            groups.setdefault(lines, []).append(str(table))
    for lines, names in groups.items():
        yield ""
        yield from hanging("", ", ".join(names), width)
        yield from lines
    if conditions.numbers:
        yield from ("", "Conditions")
        for sql, number in conditions.numbers.items():
            yield from hanging(f"  [{number}] ", sql, width)


def _everywhere(matrix: Matrix) -> dict[str, str]:
    """Return the roles that get the same of all tables, every row or nothing, and which."""
    extents: dict[str, set[Extent]] = {}
    doubts: dict[str, set[str]] = {}
    for table in matrix.tables:
        for group in alike_roles(matrix, table):
            for role in group.roles:
                held = extents.setdefault(role, set())
                held.update(answer.rows.extent for answer in group.answers)
                held.update(way.rows.extent for answer in group.answers for way in answer.ways)
                said = doubts.setdefault(role, set())
                said.update(doubt for answer in group.answers for doubt in answer.rows.doubts)
    found = {}
    for role, held in extents.items():
        beside = f", if {' and '.join(sorted(doubts[role]))}" if doubts[role] else ""
        if held == {Extent.every}:
            found[role] = f": gets every row of every table{beside}"
        elif held == {Extent.none}:
            found[role] = ": gets at no row of any table"
    return found


def _of_table(
    alike: list[tuple[list[str], AlikeRoles]],
    table: Relation,
    speaker: Speaker,
    conditions: _Conditions,
    width: int,
) -> Iterator[str]:
    for roles, group in sorted(alike, key=_least_last):
        names = ", ".join(role_in_words(role) for role in roles)
        said = [
            (
                commands_in_words(answer.commands),
                speaker.answer(answer.rows, answer.ways, table)
                + conditions.mark(answer.rows, table),
            )
            for answer in group.answers
        ]
        if len(said) == 1:
            yield from hanging("  ", f"{names}: {said[0][1]}", width)
            continue
        yield from hanging("  ", names, width)
        widest = max(len(commands) for commands, _ in said)
        for commands, words in said:
            if widest <= width // 3:
                yield from hanging(f"    {commands:{widest}}  ", words, width)
            else:
                yield from hanging("    ", f"{commands}: {words}", width)


def markdown(matrices: Named) -> Iterator[str]:
    """Yield who gets at what as tables for a comment, tables of equal answers together."""
    for name, matrix in matrices:
        yield from (f"## Who gets at what: {escaped(name)}", "")
        speaker = Speaker(matrix.project.catalog, matrix.project.context_functions)
        groups: dict[tuple[str, ...], list[str]] = {}
        for table in matrix.tables:
            lines = tuple(
                f"| {_names(group)} | {commands_in_words(answer.commands)} "
                f"| {escaped(masked(speaker.answer(answer.rows, answer.ways, table)))} |"
                for group in sorted(alike_roles(matrix, table), key=_is_none)
                for answer in group.answers
            )
            groups.setdefault(lines, []).append(str(table))
        for lines, tables in groups.items():
            yield from (f"### {escaped(', '.join(tables))}", "")
            yield from ("| Role | Command | Rows |", "| --- | --- | --- |", *lines, "")


def _names(group: AlikeRoles) -> str:
    return escaped(", ".join(map(role_in_words, group.roles)))


def _is_none(group: AlikeRoles) -> bool:
    return all(one.rows.extent is Extent.none and not one.ways for one in group.answers)


def _least_last(alike: tuple[list[str], AlikeRoles]) -> bool:
    return _is_none(alike[1])


def explanations(found: Sequence[Explained], width: int) -> Iterator[str]:
    """Yield why roles get at rows of a table, step by step, for a terminal of some width."""
    is_first = True
    for name, matrix, traces in found:
        speaker = Speaker(matrix.project.catalog, matrix.project.context_functions)
        for trace, ways in traces:
            yield from () if is_first else ("",)
            is_first = False
            if len(found) > 1 and trace is traces[0][0]:
                yield from (printable(name), "=" * len(printable(name)), "")
            for line in _explained(trace, ways, speaker, width):
                yield printable(masked(line))


def _explained(trace: Trace, ways: tuple[Way, ...], speaker: Speaker, width: int) -> Iterator[str]:
    steps = explained(trace, ways, speaker)
    head = f"{role_in_words(trace.role)}, {trace.command.upper()} on {trace.table}: "
    yield from hanging("", head + speaker.rows(trace.rows, trace.table), width)
    found = outcome(trace, steps)
    if found:
        yield from hanging("", f"Given this row and session, {found}.", width)
    yield ""
    for number, step in enumerate(steps, 1):
        yield from _said(f"{number:3}. ", step, width)
    for change in changes(trace, ways):
        yield from hanging("   > ", change, width)


def _said(head: str, said: Said, width: int) -> Iterator[str]:
    place = f" ({file_and_row(said.statement.span)})" if said.statement is not None else ""
    shown = f" [{said.verdict}]" if said.verdict in _GIVEN else ""
    yield from hanging(head, f"{said.words}{shown}{place}", width)
    for part in said.parts:
        yield from _said(" " * len(head) + "- ", part, width)


_GIVEN = frozenset(("true", "false", "null", "error", "depends", "passes", "fails")) - {"passes"}
"""The verdicts that say more than the words of a step."""
