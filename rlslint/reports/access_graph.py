"""The graph of ways to rows in the languages of others: DOT, Mermaid and BloodHound's OpenGraph."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rlslint.project.access_graph import Edge, Graph, Node
from rlslint.reports import place
from rlslint.reports.access_words import role_in_words
from rlslint.text.display import printable
from rlslint.text.secrets import masked

Named = Sequence[tuple[str, Graph]]

_SHAPES = {
    "Route": ("cds", "{{", "}}"),
    "Workload": ("component", "[[", "]]"),
    "Role": ("ellipse", "([", "])"),
    "View": ("note", "[/", "/]"),
    "Function": ("parallelogram", "[/", "/]"),
    "Table": ("cylinder", "[(", ")]"),
    "Tables": ("cylinder", "[(", ")]"),
}
_WORDS = {
    "LeadsTo": "leads to",
    "ConnectsAs": "connects as",
    "Inherits": "has the rights of",
    "CanBecome": "can become",
    "Calls": "calls",
    "Reads": "reads",
    "GetsEveryRow": "every row",
    "GetsOwnRows": "own rows",
    "GetsSomeRows": "rows of several kinds",
    "GetsUnknownRows": "not known which rows",
}
SOURCE_KIND = "RowSecurity"
"""What BloodHound calls the source of all nodes."""


def label(node: Node) -> str:
    """Return what a node is called in a picture."""
    return role_in_words(node.label) if node.kind == "Role" else node.label


def said(edge: Edge) -> str:
    """Return what stands beside an edge."""
    words = f"{_WORDS[edge.kind]}: {edge.words}" if edge.words else _WORDS[edge.kind]
    return f"{words} as {role_in_words(edge.reader)}" if edge.reader else words


def dot(graphs: Named) -> Iterator[str]:
    """Yield Graphviz's language."""
    yield "digraph access {"
    yield '  rankdir=LR; node [fontname="sans-serif"]; edge [fontname="sans-serif", fontsize=10];'
    for number, (name, graph) in enumerate(graphs):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={_quoted(name)};"
        for node in graph.nodes:
            look = f"label={_quoted(label(node))}, shape={_SHAPES[node.kind][0]}"
            yield f"    {_quoted(f'{number} {node.id}')} [{look}];"
        for edge in graph.edges:
            ends = f"{_quoted(f'{number} {edge.start}')} -> {_quoted(f'{number} {edge.end}')}"
            look = ", color=red, penwidth=2" if edge.kind == "GetsEveryRow" else ""
            yield f"    {ends} [label={_quoted(said(edge))}{look}];"
        yield "  }"
    yield "}"


def _quoted(words: str) -> str:
    escaped = _shown(words).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _shown(words: str) -> str:
    return printable(masked(words))


def mermaid(graphs: Named) -> Iterator[str]:
    """Yield Mermaid's language, which forges draw in comments."""
    yield "flowchart LR"
    for number, (name, graph) in enumerate(graphs):
        ids = {node.id: f"n{number}_{at}" for at, node in enumerate(graph.nodes)}
        yield f"  subgraph p{number}[{_entities(name)}]"
        for node in graph.nodes:
            _, before, behind = _SHAPES[node.kind]
            yield f"    {ids[node.id]}{before}{_entities(label(node))}{behind}"
        for edge in graph.edges:
            line = "==>" if edge.kind == "GetsEveryRow" else "-->"
            yield f"    {ids[edge.start]} {line}|{_entities(said(edge))}| {ids[edge.end]}"
        yield "  end"


def _entities(words: str) -> str:
    """Return words between quotes, in which no sign has a meaning to Mermaid."""
    safe = "".join(
        one if one.isalnum() or one in " _.,:-()/*" else f"#{ord(one)};" for one in _shown(words)
    )
    return f'"{safe}"'


def opengraph(graphs: Named) -> Iterator[str]:
    """Yield BloodHound's OpenGraph as one JSON document in pure ASCII."""
    nodes = [_node(name, node) for name, graph in graphs for node in graph.nodes]
    edges = [_edge(name, edge) for name, graph in graphs for edge in graph.edges]
    document = {
        "metadata": {"source_kind": SOURCE_KIND},
        "graph": {"nodes": nodes, "edges": edges},
    }
    yield json.dumps(document, indent=1)


def _node(project: str, node: Node) -> dict[str, Any]:
    at = None if node.span is None else place(node.span)
    properties: dict[str, Any] = {"name": masked(label(node)), "project": project}
    if at is not None:
        properties |= {"filename": at.path, "row": at.start.row}
    kind = "Table" if node.kind == "Tables" else node.kind
    return {"id": f"{project}/{node.id}", "kinds": [kind, SOURCE_KIND], "properties": properties}


def _edge(project: str, edge: Edge) -> dict[str, Any]:
    return {
        "kind": edge.kind,
        "start": {"value": f"{project}/{edge.start}", "match_by": "id"},
        "end": {"value": f"{project}/{edge.end}", "match_by": "id"},
        "properties": {
            **({"commands": masked(edge.words)} if edge.words else {}),
            **({"as": masked(edge.reader)} if edge.reader else {}),
        },
    }
