"""The ways from a route to rows as a graph: who leads to whom, and who gets which rows of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint import NamedTuple
from rlslint.access.effective import Extent, representative
from rlslint.access.ways import Way, has_ways
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.project.matrix import Answer, Matrix, Part, alike_roles
from rlslint.project.routes import traced_routes
from rlslint.text import Span, span_of


class Node(NamedTuple):
    """Something on a way. `kind` is Route, Workload, Role, View, Function, Tables or Table.

    A table, or several of equal answers, `is_protected` where row security is enabled.
    """

    id: str
    kind: str
    label: str
    span: Span | None = None
    is_protected: bool = False


class Edge(NamedTuple):
    """That one leads to another. `words` say by which commands, `reader` as whom if not oneself."""

    start: str
    end: str
    kind: str
    words: str = ""
    reader: str = ""


class Graph(NamedTuple):
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


_KINDS = {
    Extent.every: "GetsEveryRow",
    Extent.own: "GetsOwnRows",
    Extent.some: "GetsSomeRows",
    Extent.unknown: "GetsUnknownRows",
}


def access_graph(matrix: Matrix, *, together: bool) -> Graph:
    """Return the ways to the tables of a project; `together` draws tables of equal answers as one.

    Roles and tables that nothing leads to are left out.
    """
    return _Drawing(matrix, together).graph()


def shortest_ways(graph: Graph, matrix: Matrix) -> Iterator[tuple[Edge, ...]]:
    """Yield from each route the shortest way to every row of a table with row security.

    Where there is no route, from each role that serves requests.
    """
    protected = {node.id for node in graph.nodes if node.is_protected}
    leading: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        leading.setdefault(edge.start, []).append(edge)
    starts = [node.id for node in graph.nodes if node.kind == "Route"]
    if not starts:
        serving = {role.name for role in matrix.roles if Part.runtime in role.parts}
        starts = [node.id for node in graph.nodes if node.kind == "Role" and node.label in serving]
    for start in starts:
        found = _shortest(start, leading, protected)
        if found:
            yield found


def _shortest(start: str, leading: dict[str, list[Edge]], protected: set[str]) -> tuple[Edge, ...]:
    ways: dict[str, tuple[Edge, ...]] = {start: ()}
    waiting = [start]
    for name in waiting:
        for edge in leading.get(name, ()):
            if edge.kind == "GetsEveryRow" and edge.end in protected:
                return (*ways[name], edge)
            if edge.kind in _ONWARDS and edge.end not in ways:
                ways[edge.end] = (*ways[name], edge)
                waiting.append(edge.end)
    return ()


_ONWARDS = frozenset(("LeadsTo", "ConnectsAs", "Inherits", "CanBecome", "Calls", "Reads"))


class _Drawing:
    def __init__(self, matrix: Matrix, together: bool) -> None:
        self._matrix = matrix
        self._together = together
        self._nodes: dict[str, Node] = {}
        self._edges: dict[Edge, None] = {}

    def graph(self) -> Graph:
        self._routes()
        self._memberships()
        for tables in self._groups():
            self._answers(tables)
        used = {end for edge in self._edges for end in (edge.start, edge.end)}
        nodes = (node for node in self._nodes.values() if node.id in used)
        return Graph(tuple(nodes), tuple(self._edges))

    def _node(self, kind: str, name: str, label: str = "", span: Span | None = None) -> str:
        found = f"{kind}:{name}"
        if found not in self._nodes:
            self._nodes[found] = Node(found, kind, label or name, span)
        return found

    def _edge(self, start: str, end: str, kind: str, words: str = "", reader: str = "") -> None:
        self._edges.setdefault(Edge(start, end, kind, words, reader))

    def _routes(self) -> None:
        for one in traced_routes(self._matrix.project):
            route = one.route
            label = f"{route.where} ({route.how})" if route.where else route.how
            at = f"{route.span.text.path}:{route.span.start}"
            start = self._node("Route", f"{label} {at}", label, route.span)
            if route.because:
                continue
            workload = self._node("Workload", f"{route.file}{route.workload}", route.workload_name)
            self._edge(start, workload, "LeadsTo")
            for reach in one.reaches:
                role = self._role(reach.connection.role)
                self._edge(workload, role, "ConnectsAs")

    def _role(self, name: str) -> str:
        known = self._matrix.project.catalog.roles.get(name)
        return self._node("Role", name, span=span_of(known.created) if known is not None else None)

    def _memberships(self) -> None:
        for name, role in self._matrix.project.catalog.roles.items():
            for membership in role.memberships.known():
                kind = "Inherits" if membership.inherit else "CanBecome"
                if membership.inherit or membership.set:
                    self._edge(self._role(name), self._role(membership.role.name), kind)

    def _groups(self) -> Iterator[list[Relation]]:
        catalog = self._matrix.project.catalog
        groups: dict[int, list[Relation]] = {}
        for table in self._matrix.tables:
            alone = not self._together or has_ways(catalog, table)
            stands = table if alone else representative(catalog, table)
            groups.setdefault(id(stands), []).append(table)
        yield from groups.values()

    def _answers(self, tables: list[Relation]) -> None:
        first = tables[0]
        if len(tables) == 1:
            end = self._node("Table", str(first), span=span_of(first.created))
        else:
            names = ", ".join(map(str, tables[:3]))
            more = f" and {len(tables) - 3} more" if len(tables) > 3 else ""
            end = self._node("Tables", names + more)
        if first.knows("rls_enabled") and first.rls_enabled:
            self._nodes[end] = self._nodes[end]._replace(is_protected=True)
        for group in alike_roles(self._matrix, first):
            for role in group.roles:
                self._of_role(role, end, group.answers)

    def _of_role(self, role: str, end: str, answers: Iterable[Answer]) -> None:
        by_kind: dict[str, list[str]] = {}
        for answer in answers:
            kind = _KINDS.get(answer.rows.extent)
            if kind is not None:
                by_kind.setdefault(kind, []).extend(answer.commands)
            for way in answer.ways:
                self._way(role, end, way, answer.commands)
        for kind, commands in by_kind.items():
            self._edge(self._role(role), end, kind, _listed(commands))

    def _way(self, role: str, end: str, way: Way, commands: tuple[str, ...]) -> None:
        kind = _KINDS.get(way.rows.extent)
        if kind is None:
            return
        before = self._role(role)
        for through in way.via:
            is_function = isinstance(through, Function)
            step = self._node(_kind_of(through), str(through), span=span_of(through.created))
            self._edge(before, step, "Calls" if is_function else "Reads", _listed(commands))
            before = step
        self._edge(before, end, kind, _listed(commands), way.reader if way.reader != role else "")


def _kind_of(through: Relation | Function) -> str:
    if isinstance(through, Function):
        return "Function"
    try:
        return "View" if through.is_view or through.is_materialized_view else "Table"
    except UnknownFact:
        return "Table"


def _listed(commands: Iterable[str]) -> str:
    return ", ".join(command.upper() for command in commands)
