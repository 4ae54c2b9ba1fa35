"""Ways from outside to workloads: entrances, the Services they name, and what these select."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rlslint import NamedTuple
from rlslint.files.deployment import Place, Route
from rlslint.text import Span


class Backend(NamedTuple):
    """What an entrance leads to: the name of a Service or of a host, "" for no namespace."""

    name: str
    namespace: str = ""


class Entrance(NamedTuple):
    """Where traffic from outside is let in; see Route.

    With `because` its file could not be read further. `prefix` is the workload where the entrance
    itself belongs to one, in its `file`; None elsewhere.
    """

    span: Span
    how: str
    where: str
    backends: tuple[Backend, ...]
    development: bool
    because: str = ""
    prefix: str | None = None
    file: str = ""
    given: tuple[Place, ...] = ()


class Service(NamedTuple):
    """A Service of Kubernetes, and the labels of the workloads that it leads to."""

    span: Span
    name: str
    namespace: str
    folder: str
    selector: frozenset[tuple[str, str]]


class Workload(NamedTuple):
    """What runs a program: its labels, the names it is reached by, and its sources' beginning.

    The variables of a service of Compose stand in its `file`, those of others anywhere, or in its
    manifest, the `span`; what else it has its variables from is `given`.
    """

    names: tuple[str, ...]
    namespace: str
    folder: str
    labels: frozenset[tuple[str, str]]
    prefix: str
    file: str
    span: Span | None = None
    given: tuple[Place, ...] = ()


Piece = Entrance | Service | Workload


def traced(pieces: Iterable[Piece]) -> Iterator[Route]:
    """Yield each way in, with the workloads it gets to, or why it was lost."""
    known = tuple(pieces)
    network = _Network(known)
    for entrance in known:
        if isinstance(entrance, Entrance):
            yield from dict.fromkeys(network.routes(entrance))


class _Network:
    """The Services and workloads of a project, by what finds them."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._services: dict[str, list[Service]] = {}
        self._by_name: dict[str, list[Workload]] = {}
        self._by_prefix: dict[str, list[Workload]] = {}
        self._by_label: dict[tuple[str, str], list[Workload]] = {}
        for piece in pieces:
            match piece:
                case Service(name=name):
                    self._services.setdefault(name, []).append(piece)
                case Workload():
                    for name in piece.names:
                        self._by_name.setdefault(name, []).append(piece)
                    self._by_prefix.setdefault(piece.prefix, []).append(piece)
                    for label in piece.labels:
                        self._by_label.setdefault(label, []).append(piece)

    def routes(self, entrance: Entrance) -> Iterator[Route]:
        route = Route(entrance.span, entrance.how, entrance.where, development=entrance.development)
        if entrance.because:
            yield route._replace(because=entrance.because, leads_anywhere=True)
        elif entrance.prefix is not None:
            yield route._replace(workload=entrance.prefix, file=entrance.file, given=entrance.given)
        elif not entrance.backends:
            yield route._replace(because="nothing says where it leads", leads_anywhere=True)
        for backend in entrance.backends:
            services = [
                service
                for service in self._services.get(backend.name, ())
                if backend.namespace in ("", service.namespace) or not service.namespace
            ]
            if services:
                for service in services:
                    yield from self._through(route._replace(service=service.span), service)
            else:
                reached = self._named(backend.name, backend.namespace)
                if not reached and backend.name.startswith("localhost:"):
                    reached = self._named("localhost", "")
                yield from self._at(
                    route, reached, f"no Service and no workload is called {backend.name}"
                )

    def _through(self, route: Route, service: Service) -> Iterator[Route]:
        reached = [w for w in self._selected(service) if _are_together(w, service)]
        if not reached:
            named = self._named(service.name, service.namespace)
            beside = [w for w in named if w.folder == service.folder]
            reached = beside or ([] if service.selector else named)
        yield from self._at(route, reached, f"no workload of the Service {service.name} is here")

    def _at(self, route: Route, reached: Sequence[Workload], otherwise: str) -> Iterator[Route]:
        for workload in reached:
            others = tuple(
                other.span
                for other in self._by_prefix[workload.prefix]
                if other.span is not None and other not in reached
            )
            yield route._replace(
                workload=workload.prefix, file=workload.file, others=others, given=workload.given
            )
        if not reached:
            yield route._replace(because=otherwise)

    def _selected(self, service: Service) -> Iterator[Workload]:
        first = next(iter(sorted(service.selector)), None)
        for workload in self._by_label.get(first, ()) if first is not None else ():
            if service.selector <= workload.labels:
                yield workload

    def _named(self, name: str, namespace: str) -> list[Workload]:
        return [
            workload
            for workload in self._by_name.get(name, ())
            if namespace in ("", workload.namespace) or not workload.namespace
        ]


def _are_together(workload: Workload, service: Service) -> bool:
    """Tell whether both are in one namespace; where none is named, one folder above is enough."""
    if workload.namespace and service.namespace:
        return workload.namespace == service.namespace
    first, second = workload.folder.split("/"), service.folder.split("/")
    return (
        first == second or first[:-1] == second[:-1] or first == second[:-1] or first[:-1] == second
    )
