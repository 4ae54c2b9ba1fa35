"""Who gets at what as one HTML file: the matrix, the way to each answer, the findings, the graph.

The file needs nothing from elsewhere. Its data stands in it as JSON, which a script of its own
shows; its content-security policy lets nothing else run.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from rlslint.reports.access_words import Speaker, about_role, condition_sql, role_in_words
from rlslint.text.display import printable
from rlslint.text.secrets import masked
from rlslint.text.sentences import counted

_MOST_GAPS = 500
_MOST_EXPLAINED = 1_500
"""How many answers are explained step by step, which keeps a page of 2,000 tables below 5 MB."""


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
    steps = _Steps()
    data = {"projects": [_project(one, findings, steps) for one in projects]}
    style, script = _part("page.css"), _part("page.js")
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {
        "policy": escape(policy, quote=False),
        "title": escape(printable(title)),
        "summary": escape(_summary(projects, findings, steps)),
        "ways": "".join(_ways(projects)),
        "findings": "".join(_findings(findings, bool(gaps))),
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
    projects: Sequence[ShownProject], findings: Sequence[ReportedFinding], steps: _Steps
) -> str:
    tables = sum(len(one.matrix.tables) for one in projects)
    roles = len({role.name for one in projects for role in one.matrix.roles})
    numbers = (
        counted(tables, "table"),
        counted(roles, "role"),
        counted(len(findings), "finding"),
    )
    said = f"{', '.join(numbers)}."
    if steps.left_out:
        said += (
            f" {counted(steps.left_out, 'answer')} without the steps that lead to them:"
            " rlslint access explain tells them."
        )
    return said


class _Steps:
    """The steps that lead to answers, as far as there is room, in the order of the tables."""

    def __init__(self) -> None:
        self._room = _MOST_EXPLAINED
        self.left_out = 0

    def of(
        self, matrix: Matrix, speaker: Speaker, role: str, table: Relation, answer: Answer
    ) -> list[dict[str, Any]] | None:
        if answer.rows.extent is Extent.none and not answer.ways:
            return None
        if not self._room:
            self.left_out += 1
            return None
        self._room -= 1
        project, command = matrix.project, answer.commands[0]
        found = trace(
            project.catalog, project.runtime, role, table, command, project.context_functions
        )
        return list(map(_step, explained(found, answer.ways, speaker)))


def _step(said: Said) -> dict[str, Any]:
    return {
        "words": masked(said.words),
        "place": file_and_row(said.statement.span) if said.statement is not None else "",
        "parts": list(map(_step, said.parts)),
    }


def _project(
    one: ShownProject, findings: Iterable[ReportedFinding], steps: _Steps
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
        "groups": [_group(matrix, speaker, tables, steps) for tables in groups.values()],
        "findings": _by_table(matrix.tables, findings),
    }


def _group(
    matrix: Matrix, speaker: Speaker, tables: Sequence[Relation], steps: _Steps
) -> dict[str, Any]:
    first = tables[0]
    cells: dict[str, list[dict[str, Any]]] = {}
    for group in alike_roles(matrix, first):
        for role in group.roles:
            cells[role] = [
                {
                    "commands": [command.upper() for command in answer.commands],
                    "rows": _extent(answer),
                    "words": masked(speaker.answer(answer.rows, answer.ways, first)),
                    "condition": masked(condition_sql(answer.rows, first)),
                    "steps": steps.of(matrix, speaker, role, first, answer),
                }
                for answer in group.answers
            ]
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
    tables: Iterable[Relation], findings: Iterable[ReportedFinding]
) -> Mapping[str, list[dict[str, str]]]:
    """Return the findings about tables, and about what is a part of one, by the table's name."""
    names = {str(table) for table in tables}
    found: dict[str, list[dict[str, str]]] = {}
    for one in findings:
        parts = one.finding.object.split(".")
        about = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        table = next((name for name in about if name in names), None)
        if table is not None:
            found.setdefault(table, []).append(
                {
                    "rule": one.name,
                    "severity": one.severity.name,
                    "message": masked(one.finding.message),
                    "place": _at(one),
                }
            )
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


def _findings(findings: Sequence[ReportedFinding], has_gaps: bool) -> Iterator[str]:
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
