"""Who gets at what as data: version 1 of the JSON, and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from rlslint.access.effective import Extent, Ground, Rows
from rlslint.access.reach import applicable_policies
from rlslint.access.tracing import Trace
from rlslint.access.ways import Way
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.meaning.row_kinds import row_kinds
from rlslint.project import NotChecked
from rlslint.project.matrix import Answer, AskedRole, Matrix, alike_roles
from rlslint.reports import place
from rlslint.reports.access_explained import Explained, Said, changes, explained, outcome
from rlslint.reports.access_text import Named
from rlslint.reports.access_words import Speaker, condition_sql, reason, shortened
from rlslint.text import Span, span_of
from rlslint.text.display import printable
from rlslint.text.secrets import masked

VERSION = 1
CSV_COLUMNS = (
    "project", "table", "role", "command", "rows", "decided_by", "condition", "ways", "words",
)  # fmt: skip


_LONGEST_CELL = 8_000


def as_json(matrices: Named, not_checked: Iterable[NotChecked]) -> Iterator[str]:
    """Yield one JSON document in pure ASCII, each table on a line of its own."""
    unread = [
        {"kind": one.kind, "object": one.object, "reason": one.reason, **_place(one.span)}
        for one in not_checked
    ]
    yield f'{{"version": {VERSION}, "not_checked": {_dumped(unread)}, "projects": ['
    for number, (name, matrix) in enumerate(matrices, 1):
        project = {
            "name": name,
            "roles": [_role(role) for role in matrix.roles],
            "commands": list(matrix.commands),
        }
        yield f'{_dumped(project)[:-1]}, "tables": ['
        for at, table in enumerate(matrix.tables, 1):
            yield _dumped(_table(matrix, table)) + ("," if at < len(matrix.tables) else "")
        yield "]}," if number < len(matrices) else "]}"
    yield "]}"


def _dumped(value: Any) -> str:
    return json.dumps(_without_secrets(value))


def as_csv(matrices: Named) -> Iterator[str]:
    """Yield a line for each role, table and command."""
    yield _csv_line(CSV_COLUMNS)
    for name, matrix in matrices:
        speaker = Speaker(matrix.project.catalog, matrix.project.context_functions)
        roles = {role.name: _csv_line((role.name,)) for role in matrix.roles}
        for table in matrix.tables:
            head = _csv_line((name, str(table)))
            for group in alike_roles(matrix, table):
                for answer in group.answers:
                    rows = answer.rows
                    said = _csv_line(
                        (
                            rows.extent.value,
                            rows.ground.value,
                            _masked(shortened(condition_sql(rows, table), _LONGEST_CELL)),
                            " ".join(dict.fromkeys(str(way.via[0]) for way in answer.ways)),
                            _masked(speaker.answer(rows, answer.ways, table)),
                        )
                    )
                    for role in group.roles:
                        for command in answer.commands:
                            yield f"{head},{roles[role]},{command},{said}"


_FORMULA = ("=", "+", "-", "@")


def _csv_line(values: Iterable[str]) -> str:
    # A spreadsheet would carry out what begins like a formula.
    shown = map(printable, values)
    harmless = (f"'{value}" if value.startswith(_FORMULA) else value for value in shown)
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(harmless)
    return written.getvalue()


def _role(role: AskedRole) -> dict[str, Any]:
    return {
        "name": role.name,
        "parts": [part.name for part in role.parts],
        "needs_no_password": role.needs_no_password,
        "because": role.because or None,
        "places": [_place(span) for span in role.spans],
    }


def _table(matrix: Matrix, table: Relation) -> dict[str, Any]:
    catalog = matrix.project.catalog
    speaker = Speaker(catalog, matrix.project.context_functions)
    return {
        "name": str(table),
        "kind": table.kind.value if table.knows("kind") else None,
        "owner": table.owner if table.knows("owner") else None,
        "row_security": table.rls_enabled if table.knows("rls_enabled") else None,
        "forced": table.rls_forced if table.knows("rls_forced") else None,
        **_place(span_of(table.created)),
        "access": [
            {"roles": list(group.roles), **_answer(answer, table, group.roles[0], matrix, speaker)}
            for group in alike_roles(matrix, table)
            for answer in group.answers
        ],
    }


def _answer(
    answer: Answer, table: Relation, role: str, matrix: Matrix, speaker: Speaker
) -> dict[str, Any]:
    return {
        "commands": list(answer.commands),
        **_rows(answer.rows, table, speaker, matrix),
        "words": speaker.answer(answer.rows, answer.ways, table),
        "ways": [_way(way, table, speaker, matrix) for way in answer.ways],
        "policies": [
            {
                "name": policy.name,
                "permissive": policy.permissive,
                **_place(span_of(policy.created)),
            }
            for policy in _policies(matrix.project.catalog, table, role, answer)
        ],
    }


def _rows(rows: Rows, table: Relation, speaker: Speaker, matrix: Matrix) -> dict[str, Any]:
    functions = matrix.project.context_functions
    kinds = row_kinds(rows.condition, functions) if rows.condition is not None else ()
    beside = {"may_leave_behind": rows.leaves, "with_where_or_returning": rows.reads}
    return {
        "rows": rows.extent.value,
        "decided_by": rows.ground.value,
        "condition": condition_sql(rows, table) or None,
        "kinds": [{"form": one.form, "words": speaker.words(one, table)} for one in kinds],
        "columns": list(rows.columns) or None,
        "if": list(rows.doubts),
        "unknown_because": (rows.because or reason(rows.gap))
        if rows.extent is Extent.unknown
        else None,
        **{
            name: None if other is None else _rows(other, table, speaker, matrix)
            for name, other in beside.items()
        },
    }


def _way(way: Way, table: Relation, speaker: Speaker, matrix: Matrix) -> dict[str, Any]:
    return {
        "kind": way.kind,
        "via": [{"name": str(one), **_place(span_of(one.created))} for one in way.via],
        "reader": way.reader,
        "is_part": way.is_part,
        **_rows(way.rows, table, speaker, matrix),
        "words": speaker.way(way, table),
    }


def _policies(catalog: Catalog, table: Relation, role: str, answer: Answer) -> list[Policy]:
    if answer.rows.ground is not Ground.policies:
        return []
    found: dict[str, Policy] = {}
    for command in answer.commands:
        try:
            permissive, restrictive = applicable_policies(catalog, table, role, command)
        except UnknownFact:
            continue
        found |= {policy.name: policy for policy in (*permissive, *restrictive)}
    return list(found.values())


def _place(span: Span | None) -> dict[str, Any]:
    found = None if span is None else place(span)
    if found is None:
        return {"filename": None, "location": None}
    return {"filename": found.path, "location": found.start._asdict()}


@lru_cache(maxsize=1 << 12)
def _masked(words: str) -> str:
    return masked(words)


def _without_secrets(value: Any) -> Any:
    match value:
        case str():
            return _masked(value)
        case dict():
            return {key: _without_secrets(inner) for key, inner in value.items()}
        case list():
            return [_without_secrets(inner) for inner in value]
        case _:
            return value


def explanation_json(found: Iterable[Explained]) -> Iterator[str]:
    """Yield one JSON document with each step to some answers about a table of each project."""
    answers = []
    for name, matrix, traces in found:
        speaker = Speaker(matrix.project.catalog, matrix.project.context_functions)
        for trace, ways in traces:
            answers.append({"project": name, **_explained(trace, ways, speaker, matrix)})
    document = {"version": VERSION, "answers": answers}
    yield json.dumps(_without_secrets(document), indent=2)


def _explained(
    trace: Trace, ways: tuple[Way, ...], speaker: Speaker, matrix: Matrix
) -> dict[str, Any]:
    steps = explained(trace, ways, speaker)
    return {
        "role": trace.role,
        "table": str(trace.table),
        "command": trace.command,
        **_rows(trace.rows, trace.table, speaker, matrix),
        "words": speaker.rows(trace.rows, trace.table),
        "given": outcome(trace, steps) or None,
        "steps": [_said(step) for step in steps],
        "ways": [_way(way, trace.table, speaker, matrix) for way in ways],
        "changes": list(changes(trace, ways)),
    }


def _said(said: Said) -> dict[str, Any]:
    return {
        "step": said.step,
        "words": said.words,
        "verdict": said.verdict,
        **_place(span_of(said.statement)),
        "parts": [_said(part) for part in said.parts],
    }
