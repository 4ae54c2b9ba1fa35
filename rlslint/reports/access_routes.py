"""The map from routes to rows, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from rlslint.access.effective import Extent
from rlslint.project.routes import Reach, TracedRoute
from rlslint.reports import file_and_row
from rlslint.text.display import printable
from rlslint.text.sentences import counted, listed

VERSION = 1
_ROWS = {
    Extent.every: "every row",
    Extent.some: "rows of several kinds",
    Extent.own: "own rows",
    Extent.none: "no row",
    Extent.unknown: "it is not known what",
}
Named = Sequence[tuple[str, Sequence[TracedRoute]]]


def text(routes: Named, width: int) -> Iterator[str]:
    """Yield each route and what is behind it, those that were lost at the end."""
    for name, found in routes:
        if len(routes) > 1 and found:
            yield from (printable(name), "=" * len(name), "")
        for one in sorted(found, key=lambda one: bool(one.because)):
            for number, line in enumerate(_lines(one)):
                indent = "  " * number
                room = max(width - len(indent) - 2, 20)
                parts = wrap(line, room, break_long_words=False, break_on_hyphens=False)
                for part, words in enumerate(parts):
                    yield printable(f"{indent}{'  ' if part else ''}{words}")
            yield ""


def _lines(one: TracedRoute) -> Iterator[str]:
    route = one.route
    where = f"{route.where} " if route.where else ""
    stage = ", before production" if route.development else ""
    yield f"{where}({route.how}, {file_and_row(route.span)}{stage})"
    service = f" through the Service at {file_and_row(route.service)}" if route.service else ""
    if not route.because:
        yield f"→ {route.workload_name}{service}"
    if one.because:
        yield f"not traced: {one.because}"
    for reach in one.reaches:
        role = reach.connection.role or "a role that is not named"
        yield f"→ {role} ({file_and_row(reach.connection.span)}): {sees(reach)}"


def sees(reach: Reach) -> str:
    """Return what a role reads, by how many tables."""
    if reach.exempt:
        return f"sees every row, for no policy binds it: {reach.exempt}"
    parts = [
        f"{_ROWS[extent]} of {counted(number, 'table')}"
        for extent in _ROWS
        if (number := reach.extents.get(extent, 0))
    ]
    return f"sees {listed(parts)}" if parts else "there are no tables"


def as_json(routes: Named) -> Iterator[str]:
    """Yield one JSON document in pure ASCII."""
    document = {
        "version": VERSION,
        "projects": [{"name": name, "routes": list(map(_route, found))} for name, found in routes],
    }
    yield json.dumps(document, indent=1)


def _route(one: TracedRoute) -> dict[str, Any]:
    route = one.route
    return {
        "entrance": route.how,
        "where": route.where or None,
        "place": file_and_row(route.span),
        "service": None if route.service is None else file_and_row(route.service),
        "workload": route.workload_name if not route.because else None,
        "development": route.development,
        "not_traced_because": one.because or None,
        "connections": [
            {
                "role": reach.connection.role or None,
                "place": file_and_row(reach.connection.span),
                "exempt_because": reach.exempt or None,
                "tables": {extent.value: number for extent, number in reach.extents.items()},
            }
            for reach in one.reaches
        ],
    }
