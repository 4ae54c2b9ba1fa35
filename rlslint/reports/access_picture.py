"""The graph of ways as a picture: a column for each kind of node, lines from left to right."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from rlslint.project.access_graph import Graph, Node
from rlslint.reports.access_graph import label, said
from rlslint.text.display import printable
from rlslint.text.secrets import masked

_COLUMNS = (("Route",), ("Workload",), ("Role",), ("View", "Function"), ("Table", "Tables"))
_MOST_IN_A_COLUMN = 60
_WIDTH, _GAP, _HEIGHT, _ROW = 230, 90, 24, 34
_LONGEST = 30


def picture(graph: Graph) -> tuple[str, int]:
    """Return the graph as SVG, and how many nodes did not fit in."""
    columns = [[node for node in graph.nodes if node.kind in kinds] for kinds in _COLUMNS]
    columns = [column for column in columns if column]
    left_out = sum(max(0, len(column) - _MOST_IN_A_COLUMN) for column in columns)
    places: dict[str, tuple[int, int]] = {}
    boxes = []
    for x, column in enumerate(columns):
        for y, node in enumerate(column[:_MOST_IN_A_COLUMN]):
            places[node.id] = (x * (_WIDTH + _GAP) + 4, y * _ROW + 4)
            boxes.append(_box(node, *places[node.id]))
    lines = [line for edge in graph.edges if (line := _line(edge.start, edge.end, edge.kind,
                                                            said(edge), places))]  # fmt: skip
    width = max(len(columns) * (_WIDTH + _GAP) - _GAP + 8, 0)
    height = max((min(len(column), _MOST_IN_A_COLUMN) * _ROW for column in columns), default=0) + 8
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    drawn = "".join((*lines, *boxes))
    return f'<svg {size} role="img" aria-label="Ways to the rows">{drawn}</svg>', left_out


def _box(node: Node, x: int, y: int) -> str:
    words = printable(masked(label(node)))
    short = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
    return (
        f'<g><title>{escape(words)}</title><rect class="box" x="{x}" y="{y}" width="{_WIDTH}"'
        f' height="{_HEIGHT}" rx="4"/><text x="{x + 6}" y="{y + 16}">{escape(short)}</text></g>'
    )


def _line(
    start: str, end: str, kind: str, words: str, places: Mapping[str, tuple[int, int]]
) -> str:
    if start not in places or end not in places:
        return ""
    (x, y), (to_x, to_y) = places[start], places[end]
    middle, to_middle = y + _HEIGHT // 2, to_y + _HEIGHT // 2
    title = f"<title>{escape(printable(masked(words)))}</title>"
    if x >= to_x:
        left = x - _GAP // 2
        way = f"M{x} {middle} C{left} {middle} {left} {to_middle} {to_x} {to_middle}"
    else:
        first, last = x + _WIDTH, to_x
        bend = (last - first) // 2
        turns = f"{first + bend} {middle} {last - bend} {to_middle}"
        way = f"M{first} {middle} C{turns} {last} {to_middle}"
    return f'<path class="{kind}" d="{way}">{title}</path>'
