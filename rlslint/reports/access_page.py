"""Who gets at what as one HTML file: the matrix, the way to each answer, the findings, the graph.

The file needs nothing from elsewhere. Its data stands in it as JSON, which a script of its own
shows; its content-security policy lets nothing else run.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from rlslint import NamedTuple
from rlslint.access.effective import Extent, representative
from rlslint.access.tracing import trace
from rlslint.access.ways import has_ways
from rlslint.catalog.model import Relation
from rlslint.project.access_graph import Edge, Node, access_graph, shortest_ways
from rlslint.project.matrix import Answer, Matrix, alike_roles
from rlslint.reports import ReportedFinding, file_and_row, place
from rlslint.reports.access_explained import Said, explained
from rlslint.reports.access_graph import label, said
from rlslint.reports.access_picture import picture
from rlslint.reports.access_words import (
    Speaker,
    about_role,
    condition_sql,
    role_in_words,
    shortened,
)
from rlslint.text.display import printable
from rlslint.text.secrets import masked
from rlslint.text.sentences import counted

_MOST_GAPS = 500
_MOST_FINDINGS = 2_000
_MOST_EXPLAINED = 1_500
"""How many answers are explained step by step."""
_MOST_CHARACTERS = 2_500_000
"""How much cells hold in words, which keeps a page of 2,000 tables below 5 MB."""
_CHARACTERS_OF_A_STEP = 40
_LONGEST_TEXT = 4_000
_MOST_PARTS = 50


class ShownProject(NamedTuple):
    """A project on the page, with what was found in it."""

    name: str
    matrix: Matrix


def page(
    projects: Sequence[ShownProject],
    findings: Sequence[ReportedFinding],
    gaps: Sequence[str],
    title: str,
) -> str:
    """Return the page as one text; `gaps` are what could not be read or judged."""
    shared = _Shared()
    listed = _gravest(findings)
    known = [_project(one, findings, shared) for one in projects]
    data = {
        "texts": shared.texts,
        "steps": shared.steps,
        "cells": shared.cells,
        "projects": known,
    }
    style, script = _part("page.css"), _part("page.js")
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {
        "policy": escape(policy, quote=False),
        "title": escape(printable(title)),
        "summary": escape(_summary(projects, findings, shared)),
        "ways": "".join(_ways(projects)),
        "findings": "".join(_findings(listed, len(findings) - len(listed), bool(gaps))),
        "gaps": "".join(_gaps(gaps)),
        "data": _harmless(json.dumps(data, separators=(",", ":"))),
        "style": style,
        "script": script,
    }
    found = _part("page.html")
    return "".join(parts.get(piece, piece) if number % 2 else piece
                   for number, piece in enumerate(found.split("%")))  # fmt: skip


def _part(name: str) -> str:
    return (files("rlslint.reports") / "page" / name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def _harmless(data: str) -> str:
    """Return JSON in which nothing ends the element that holds it."""
    return data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _summary(
    projects: Sequence[ShownProject], findings: Sequence[ReportedFinding], shared: _Shared
) -> str:
    tables = sum(len(one.matrix.tables) for one in projects)
    roles = len({role.name for one in projects for role in one.matrix.roles})
    numbers = (
        counted(tables, "table"),
        counted(roles, "role"),
        counted(len(findings), "finding"),
    )
    said = f"{', '.join(numbers)}."
    without = shared.unexplained + shared.untold
    if without:
        said += f" {counted(without, 'answer')} without the steps that lead to them"
        if shared.untold:
            said += f", {shared.untold or 'none'} of them without words"
        said += ": rlslint access explain tells them."
    return said


class _Shared:
    """What the cells hold, each text, each way to an answer and each cell once, by its number.

    A step is its words, its place and the steps below it; an answer is its commands, how many rows
    these are and, while there is room, its words, its condition and the steps that lead to it.
    """

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._room = _MOST_CHARACTERS
        self._explained = _MOST_EXPLAINED
        self.texts: list[str] = []
        self.steps: list[Any] = []
        self.cells: list[Any] = []
        self.untold = 0
        self.unexplained = 0

    @property
    def has_room(self) -> bool:
        return self._room > 0

    def text(self, words: str) -> int:
        return self._number(words, self.texts, lambda: words)

    def _number(self, key: object, into: list[Any], made: Callable[[], Any]) -> int:
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(into)
            into.append(made())
            self._room -= len(key) if isinstance(key, str) else _CHARACTERS_OF_A_STEP
        return found

    def said(self, said: Said) -> tuple[Any, ...]:
        at = file_and_row(said.statement.span) if said.statement is not None else ""
        words = self.text(shortened(masked(said.words), _LONGEST_TEXT))
        below = tuple(map(self.said, said.parts[:_MOST_PARTS]))
        if len(said.parts) > _MOST_PARTS:
            below += ((self.text(f"and {len(said.parts) - _MOST_PARTS} more"), self.text(""), ()),)
        return words, self.text(at), below

    def cell(self, answers: Sequence[_Told]) -> int:
        known = tuple(map(self._answer, answers))
        return self._number(known, self.cells, lambda: known)

    def _answer(self, told: _Told) -> tuple[Any, ...]:
        answer, role, speaker = told.answer, told.role, told.speaker
        commands = [command.upper() for command in answer.commands]
        plain = self.text(", ".join(commands)), self.text(_extent(answer))
        if not self.has_room:
            self.untold += 1
            return plain
        words = masked(speaker.answer(answer.rows, answer.ways, told.table))
        condition = masked(condition_sql(answer.rows, told.table))
        texts = (self.text(shortened(one, _LONGEST_TEXT)) for one in (words, condition))
        return (*plain, *texts, self._steps_to(told, role))

    def _steps_to(self, told: _Told, role: str) -> int:
        """Return the number of the steps to an answer, -1 where it has none."""
        answer, project = told.answer, told.matrix.project
        if answer.rows.extent is Extent.none and answer.rows.lack is None and not answer.ways:
            return -1
        if not self._explained:
            self.unexplained += 1
            return -1
        self._explained -= 1
        found = trace(
            project.catalog,
            project.runtime,
            role,
            told.table,
            answer.commands[0],
            project.context_functions,
        )
        steps = tuple(map(self.said, explained(found, answer.ways, told.speaker)))
        return self._number(("steps", steps), self.steps, lambda: steps)


class _Told(NamedTuple):
    """An answer, and what it is about."""

    matrix: Matrix
    speaker: Speaker
    role: str
    table: Relation
    answer: Answer


def _project(
    one: ShownProject, findings: Sequence[ReportedFinding], shared: _Shared
) -> dict[str, Any]:
    matrix = one.matrix
    speaker = Speaker(matrix.project.catalog, matrix.project.context_functions)
    groups: dict[int, list[Relation]] = {}
    for table in matrix.tables:
        alone = has_ways(matrix.project.catalog, table)
        stands = table if alone else representative(matrix.project.catalog, table)
        groups.setdefault(id(stands), []).append(table)
    return {
        "name": printable(one.name),
        "commands": [command.upper() for command in matrix.commands],
        "roles": [
            {
                "name": role.name,
                "label": role_in_words(role.name),
                "about": masked(about_role(role)),
            }
            for role in matrix.roles
        ],
        "groups": [_group(matrix, speaker, tables, shared) for tables in groups.values()],
        "findings": _by_table(matrix.tables, findings, shared),
    }


def _group(
    matrix: Matrix, speaker: Speaker, tables: Sequence[Relation], shared: _Shared
) -> dict[str, Any]:
    first = tables[0]
    cells: dict[str, int] = {}
    for group in alike_roles(matrix, first):
        for role in group.roles:
            told = [_Told(matrix, speaker, role, first, answer) for answer in group.answers]
            cells[role] = shared.cell(told)
    return {
        "tables": [str(table) for table in tables],
        "cells": [cells[role.name] for role in matrix.roles],
    }


_ORDER = (Extent.every, Extent.unknown, Extent.some, Extent.own, Extent.none)


def _extent(answer: Answer) -> str:
    """Return how many rows are reached, by the table's name or by another way."""
    extents = {answer.rows.extent, *(way.rows.extent for way in answer.ways)}
    return next(extent.value for extent in _ORDER if extent in extents)


def _by_table(
    tables: Iterable[Relation], findings: Iterable[ReportedFinding], shared: _Shared
) -> Mapping[str, list[tuple[int, ...]]]:
    """Return the findings about tables, and about what is a part of one, by the table's name.

    Each is its severity, its rule and, where there is room, its message and its place.
    """
    names = {str(table) for table in tables}
    found: dict[str, list[tuple[int, ...]]] = {}
    for one in findings:
        parts = one.finding.object.split(".")
        about = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        table = next((name for name in about if name in names), None)
        if table is not None:
            told = [one.severity.name, one.name]
            if shared.has_room:
                told += (shortened(masked(one.finding.message), _LONGEST_TEXT), _at(one))
            found.setdefault(table, []).append(tuple([shared.text(text) for text in told]))
    return found


def _at(one: ReportedFinding) -> str:
    found = place(one.finding.span) if one.finding.span is not None else None
    return "" if found is None else f"{found.path}:{found.start.row}"


def _gaps(gaps: Sequence[str]) -> Iterator[str]:
    if not gaps:
        yield "<p>Nothing.</p>"
        return
    yield "<ul>"
    yield from (f"<li>{_text(one)}</li>" for one in gaps[:_MOST_GAPS])
    yield "</ul>"
    if len(gaps) > _MOST_GAPS:
        more = len(gaps) - _MOST_GAPS
        yield f"<p>And {more} more, which rlslint check --show-unchecked lists.</p>"


def _gravest(findings: Sequence[ReportedFinding]) -> Sequence[ReportedFinding]:
    """Return the findings that are listed: where they are too many, those that weigh most."""
    if len(findings) <= _MOST_FINDINGS:
        return findings
    weighed = sorted(findings, key=lambda one: -one.severity.value)
    kept = {id(one) for one in weighed[:_MOST_FINDINGS]}
    return [one for one in findings if id(one) in kept]


def _findings(findings: Sequence[ReportedFinding], left_out: int, has_gaps: bool) -> Iterator[str]:
    if not findings:
        yield f"<p>None{' in what could be checked' if has_gaps else ''}.</p>"
        return
    yield "<ul>"
    for one in findings:
        severity = one.severity.name
        yield (
            f'<li><span class="severity-{severity}">{severity}</span> '
            f"<strong>{escape(one.name)}</strong>: {_text(one.finding.message)} "
            f'<span class="place">{_text(_at(one))}</span></li>'
        )
    yield "</ul>"
    if left_out:
        yield f"<p>And {left_out} more that weigh no more, which rlslint check lists.</p>"


def _text(words: str) -> str:
    return escape(printable(masked(words)))


def _ways(projects: Sequence[ShownProject]) -> Iterator[str]:
    for one in projects:
        graph = access_graph(one.matrix, together=True)
        nodes = {node.id: node for node in graph.nodes}
        if len(projects) > 1:
            yield f"<h3>{_text(one.name)}</h3>"
        drawn, left_out = picture(graph)
        yield f'<figure tabindex="0" role="group" aria-label="Graph of the ways">{drawn}'
        note = f", without {left_out} more" if left_out else ""
        yield "<figcaption>From routes to tables, thick where every row is reached"
        yield f"{note}.</figcaption>"
        yield "</figure>"
        ways = list(shortest_ways(graph, one.matrix))
        if not ways:
            yield "<p>No way is known that leads to every row of a table with row security.</p>"
            continue
        yield "<p>The shortest ways to the rows of all tenants:</p><ul>"
        yield from (f"<li>{_way(way, nodes)}</li>" for way in ways)
        yield "</ul>"


def _way(way: Sequence[Edge], nodes: Mapping[str, Node]) -> str:
    words = [_text(label(nodes[way[0].start]))]
    words += (f"→ ({_text(said(edge))}) {_text(label(nodes[edge.end]))}" for edge in way)
    return " ".join(words)
