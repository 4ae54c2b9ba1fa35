"""Entrances, Services and workloads in YAML: Kubernetes and its gateways, Compose, Kong, Envoy.

A gateway is a line of `_KINDS`: the ways to the names of what it leads to. Hosts and paths are
taken from the keys beside each way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from os.path import basename, dirname, join, normpath
from typing import Any

from rlslint import NamedTuple, Pattern
from rlslint.files.deployment import Place
from rlslint.files.deployment.proxies import proxied
from rlslint.files.deployment.traffic import Backend, Entrance, Piece, Service, Workload
from rlslint.files.settings.addresses import expanded
from rlslint.files.settings.development import is_compose, is_development, is_stage
from rlslint.files.settings.document import Document, InvalidSettings
from rlslint.files.settings.kustomize import Build, document_of
from rlslint.files.settings.yaml_nodes import get, items, named, path_to, roots, scalar
from rlslint.text import Searched, Span, Text
from rlslint.text.budget import DEEPEST_NESTING

ENTRANCES = (
    b"ports:", b"ingress", b"httproute", b"grpcroute", b"tcproute", b"tlsroute", b"virtualservice",
    b"loadbalancer", b"nodeport", b"externalips", b"kind: route", b"kind: mapping", b"httpproxy",
    b"knative", b"_format_version", b"virtual_hosts", b"traefik.", b"proxy_pass", b"network_mode:",
)  # fmt: skip
"""Words of files that may let traffic in."""
_OTHERS = (b"kind: service", b"kind: deployment", b"kind: statefulset", b"kind: daemonset",
           b"kind: replicaset", b"kind: rollout", b"kind: pod", b"services:")  # fmt: skip
"""Words of files that may have what it gets to."""

_WAYS_OF_SERVICES = "spec.routes.*.services.*.name"
_KINDS: dict[str, tuple[str, ...]] = {
    "Ingress": (
        "spec.rules.*.http.paths.*.backend.service.name",
        "spec.rules.*.http.paths.*.backend.serviceName",
        "spec.defaultBackend.service.name",
        "spec.backend.serviceName",
    ),
    **dict.fromkeys(
        ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"), ("spec.rules.*.backendRefs.*.name",)
    ),
    "VirtualService": tuple(
        f"spec.{protocol}.*.route.*.destination.host" for protocol in ("http", "tls", "tcp")
    ),
    **dict.fromkeys(("IngressRoute", "IngressRouteTCP", "HTTPProxy"), (_WAYS_OF_SERVICES,)),
    "TCPIngress": ("spec.rules.*.backend.serviceName",),
    "Route": ("spec.to.name", "spec.alternateBackends.*.name"),
    "Mapping": ("spec.service",),
}
_RELEASES = {
    "HelmRelease": ("spec.values",),
    "Application": ("spec.source.helm.valuesObject", "spec.source.helm.values"),
    "HelmChart": ("spec.valuesContent", "spec.values"),
}
"""What has the values of a chart, of Flux, Argo CD and k3s."""
_WORKLOADS = frozenset(
    ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Pod", "DeploymentConfig")
)
_OPEN_TYPES = ("LoadBalancer", "NodePort")
_HOSTS = ("host", "hosts", "hostnames", "fqdn", "domains", "virtualhost")
_PATHS = ("path", "paths", "match", "matches", "conditions", "prefix")
_INSIDE = Pattern(r"(?:class|scheme|gateway|visibility|load-balancer-type)")
_MACHINE_ONLY = ("127.0.0.1:", "localhost:", "[::1]:")
_MOST_NODES = 50_000


def may_enter(text: Searched) -> bool:
    """Tell whether a file may let traffic in."""
    return text.has_any(ENTRANCES)


def may_serve(text: Searched) -> bool:
    """Tell whether a file may have Services or workloads."""
    return text.has_any(_OTHERS)


def pieces_of(text: Text, source: str) -> Iterator[Piece]:
    """Yield what a YAML file lets in, and what it gets to."""
    path = text.path
    document = Document(path, text.data, is_development(path))
    try:
        found = roots(document)
    except (InvalidSettings, RecursionError) as problem:
        at = (_PORTS if is_compose(basename(path)) else _LETS_IN)().search(source)
        if at is not None:
            span = document.span(*at.span())
            yield Entrance(span, "a route", "", (), False, f"its file is not read: it is {problem}")
        return
    reading = _Reading(document)
    for root in found:
        if is_compose(basename(path)):
            yield from reading.compose(root)
        elif basename(path).startswith("values"):
            yield from reading.values(root, "", 0)
        else:
            yield from reading.manifest(root)


def pieces_of_build(build: Build) -> Iterator[Piece]:
    """Yield what a build of Kustomize lets in, and what it gets to."""
    for document, root in build.manifests:
        for piece in _Reading(document, build).manifest(root):
            yield piece._replace(span=None) if isinstance(piece, Workload) else piece


_LETS_IN = Pattern(
    rf"^kind:[ \t]*(?:{'|'.join(_KINDS)})[ \t]*$|^_format_version:|^[ \t]*virtual_hosts:", re.M
)
_PORTS = Pattern(r"^[ \t]+ports:", re.M)


class _Met(NamedTuple):
    """The end of a way through a manifest: a scalar, and the mappings on the way."""

    node: Any
    around: tuple[Any, ...]


class _Reading:
    """One file while it is read."""

    def __init__(self, document: Document, build: Build | None = None) -> None:
        self._document = document
        self._path = document.text.path
        self._folder = dirname(self._path) if build is None else build.folder
        self._is_stage = is_stage(self._path) if build is None else build.development

    def _span(self, node: Any) -> Span:
        return document_of(node, self._document).span(node.start_mark.index, node.end_mark.index)

    def _entrance(self, node: Any, how: str, where: str, *backends: Backend) -> Entrance:
        stage = self._is_stage or self._document.development
        return Entrance(self._span(node), how, where, backends, stage)

    def manifest(self, root: Any) -> Iterator[Piece]:
        """Yield what a manifest, a List of them, or a proxy's own configuration has."""
        kind = scalar(get(root, "kind"))
        if kind.endswith("List") and get(root, "items") is not None:
            for each in _sequence(get(root, "items")):
                yield from self.manifest(each)
        elif kind in _KINDS:
            yield from self._gateway(root, kind)
        elif kind == "Service":
            yield from self._service(root)
        elif kind in _WORKLOADS:
            yield self._workload(root, kind)
            yield from self._passed_on(root)
        elif kind in _RELEASES:
            for way in _RELEASES[kind]:
                where = f"{named(root)}{way}."
                yield from self.values(path_to(root, *way.split(".")), where, 0)
        elif kind == "ConfigMap":
            for _, value in items(get(root, "data")):
                if value.id == "scalar" and "proxy_pass" in value.value:
                    for where, host in proxied(value.value):
                        yield self._entrance(value, "nginx", where, _backend(host))
        elif not kind:
            yield from self._kong(root)
            yield from self._envoy(root)

    def _gateway(self, root: Any, kind: str) -> Iterator[Entrance]:
        if _is_internal(root, kind):
            return
        namespace = scalar(path_to(root, "metadata", "namespace"))
        name = scalar(path_to(root, "metadata", "name"))
        how = f"the {kind} {name}" if name and "$" not in name else f"the {kind}"
        met = [one for way in _KINDS[kind] for one in _ends(root, way.split("."), ())]
        for one in met:
            beside = one.around[-1] if one.around else root
            other = scalar(get(beside, "namespace")) or namespace
            backend = _backend(_name(self._document, one.node))
            found = backend if backend.namespace else backend._replace(namespace=_plain(other))
            around = one.around if kind == "Mapping" else one.around[:-1]
            yield self._entrance(one.node, how, _where(around), found)
        if not met:
            yield self._entrance(root, how, "")._replace(span=self._span(get(root, "kind")))

    def _service(self, root: Any) -> Iterator[Piece]:
        spec, meta = get(root, "spec"), get(root, "metadata")
        name, namespace = _name(self._document, get(meta, "name")), scalar(get(meta, "namespace"))
        at = get(meta, "name") or get(root, "kind")
        if "knative" in scalar(get(root, "apiVersion")):
            local = scalar(path_to(meta, "labels", "networking.knative.dev/visibility"))
            inside = scalar(path_to(meta, "annotations", "run.googleapis.com/ingress"))
            if local != "cluster-local" and not inside.startswith("internal"):
                entrance = self._entrance(at, f"the Service {name} of Knative", "")
                yield entrance._replace(prefix=named(root))
            return
        selector = frozenset((k, scalar(v)) for k, v in items(get(spec, "selector")))
        yield Service(self._span(at), name, _plain(namespace), self._folder, selector)
        kind = scalar(get(spec, "type"))
        if kind in _OPEN_TYPES and not _is_internal(root, kind):
            how = f"the Service {name} of type {kind}"
            yield self._entrance(get(spec, "type"), how, "", Backend(name, _plain(namespace)))
        addresses = get(spec, "externalIPs")
        if _sequence(addresses):
            how = f"the Service {name} with external addresses"
            yield self._entrance(addresses, how, "", Backend(name, _plain(namespace)))

    def _workload(self, root: Any, kind: str) -> Workload:
        meta = get(root, "metadata")
        pod = meta if kind == "Pod" else path_to(root, "spec", "template", "metadata")
        labels = frozenset((key, scalar(value)) for key, value in items(get(pod, "labels")))
        name, namespace = _name(self._document, get(meta, "name")), scalar(get(meta, "namespace"))
        span = self._span(root)
        return Workload((name,), _plain(namespace), self._folder, labels, named(root), "", span)

    def _passed_on(self, root: Any) -> Iterator[Entrance]:
        """Yield what a container of oauth2-proxy lets callers get to, once they are known."""
        for container in _sequence(path_to(root, "spec", "template", "spec", "containers")):
            for each in _sequence(get(container, "args")):
                argument, _, address = scalar(each).partition("=")
                if argument.lstrip("-") == "upstream" and "://" in address:
                    yield self._entrance(each, "oauth2-proxy", "", _backend(_host_of(address)))

    def compose(self, root: Any) -> Iterator[Piece]:
        """Yield the services of a Compose file, and those that publish something."""
        for name, node in items(get(root, "services")):
            aliases = [scalar(each) for _, network in items(get(node, "networks"))
                       for each in _sequence(get(network, "aliases"))]  # fmt: skip
            names = (name, *filter(None, (scalar(get(node, "container_name")), *aliases)))
            prefix = f"services.{name}."
            given = self._given(node)
            yield Workload(names, "", self._folder, frozenset(), prefix, self._path, given=given)
            entrances = list(self._published(node))
            entrances += self._routed(node)
            for one in entrances:
                yield one._replace(prefix=prefix, file=self._path, given=given)

    def _given(self, node: Any) -> tuple[Place, ...]:
        """Return the files that a service has its variables from, and what it merges.

        What an alias brings is written where its anchor stands, outside of the service.
        """
        named = get(node, "env_file")
        paths = [
            scalar(each) or scalar(get(each, "path"))
            for each in (_sequence(named) or [named])
            if each is not None
        ]
        files = [Place(normpath(join(self._folder, path))) for path in paths if path]
        environment = get(node, "environment")
        merged = [value for _, value in items(environment)] or _sequence(environment)
        spans = [self._span(value) for value in merged]
        return (*files, *(Place(self._path, span.start, span.end) for span in spans))

    def _published(self, node: Any) -> Iterator[Entrance]:
        ports = get(node, "ports")
        if any(map(_is_published, _sequence(ports))):
            key = next(key for key, value in node.value if value is ports)
            yield self._entrance(key, "the published port", "")
        mode = get(node, "network_mode")
        if scalar(mode) == "host":
            yield self._entrance(mode, "the network of the machine", "")

    def _routed(self, node: Any) -> Iterator[Entrance]:
        """Yield what labels for Traefik let in."""
        labels = get(node, "labels")
        given = [(key, value) for key, value in items(labels)]
        given += [(scalar(each).partition("=")[0], each) for each in _sequence(labels)]
        if any("traefik.enable" in key and "false" in scalar(value) for key, value in given):
            return
        for key, value in given:
            if key.startswith("traefik.http.routers.") and key.endswith(".rule"):
                yield self._entrance(value, "the router of Traefik", scalar(value).partition("=")[2]
                                     if "=" in scalar(value) else scalar(value))  # fmt: skip

    def values(self, node: Any, where: str, depth: int) -> Iterator[Piece]:
        """Yield the ingresses that a Helm chart's values turn on, for the parts they are in."""
        if depth > DEEPEST_NESTING:
            return
        if get(node, "ingress") is not None and where:
            yield Workload((), "", self._folder, frozenset(), where, self._path)
        for key, value in items(node):
            if key == "ingress":
                enabled = get(value, "enabled")
                if scalar(enabled) == "true" and not _is_internal(value, "Ingress"):
                    hosts = _where((value, *_sequence(get(value, "hosts"))))
                    entrance = self._entrance(enabled, "the ingress of the chart", hosts)
                    yield entrance._replace(prefix=where, file=self._path)
            else:
                yield from self.values(value, f"{where}{key}.", depth + 1)

    def _kong(self, root: Any) -> Iterator[Entrance]:
        """Yield the routes of Kong's declarative configuration."""
        if get(root, "_format_version") is None:
            return
        hosts: dict[str, str] = {}
        for service in _sequence(get(root, "services")):
            host = scalar(get(service, "host")) or _host_of(scalar(get(service, "url")))
            hosts[scalar(get(service, "name"))] = host
            for route in _sequence(get(service, "routes")):
                yield self._entrance(route, "a route of Kong", _where((route,)), _backend(host))
        for route in _sequence(get(root, "routes")):
            name = scalar(path_to(route, "service", "name")) or scalar(get(route, "service"))
            backend = _backend(hosts.get(name, name))
            yield self._entrance(route, "a route of Kong", _where((route,)), backend)

    def _envoy(self, root: Any) -> Iterator[Entrance]:
        """Yield the routes of Envoy, whose clusters say which hosts they lead to."""
        hosts: dict[str, list[str]] = {}
        routes: list[tuple[Any, Any]] = []
        for node in _nodes(root):
            if get(node, "load_assignment") is not None:
                addresses = [scalar(get(inner, "address")) for inner in _nodes(node)]
                hosts.setdefault(scalar(get(node, "name")), []).extend(filter(None, addresses))
            cluster = get(get(node, "route"), "cluster")
            if cluster is not None:
                routes.append((cluster, node))
        for cluster, node in routes:
            backends = [_backend(host) for host in hosts.get(scalar(cluster), [scalar(cluster)])]
            yield self._entrance(cluster, "a route of Envoy", _where((node,)), *backends)


def _sequence(node: Any) -> list[Any]:
    return list(node.value) if node is not None and node.id == "sequence" else []


def _ends(node: Any, way: list[str], around: tuple[Any, ...]) -> Iterator[_Met]:
    """Yield the scalars that a way leads to; `*` stands for each item of a list."""
    if node is None:
        return
    if not way:
        if node.id == "scalar" and node.value:
            yield _Met(node, around)
    elif way[0] == "*":
        for each in _sequence(node):
            yield from _ends(each, way[1:], around)
    else:
        yield from _ends(get(node, way[0]), way[1:], (*around, node))


def _nodes(root: Any) -> Iterator[Any]:
    """Yield the mappings of a document, each once."""
    waiting, seen = [root], set[int]()
    while waiting and len(seen) < _MOST_NODES:
        node = waiting.pop()
        if node is None or id(node) in seen or node.id == "scalar":
            continue
        seen.add(id(node))
        if node.id == "mapping":
            yield node
            waiting += [value for _, value in reversed(items(node))]
        else:
            waiting += reversed(node.value)


def _where(around: Iterable[Any]) -> str:
    """Return the host and the path that the mappings on a way speak of."""
    host = path = ""
    for node in around:
        host = next((said for key in _HOSTS if (said := _first(get(node, key)))), host)
        path = next((said for key in _PATHS if (said := _first(get(node, key)))), path)
    return f"{host}{path}" if path.startswith("/") else f"{host} {path}".strip()


def _first(node: Any) -> str:
    """Return the first scalar in a node that is no keyword."""
    if node is None:
        return ""
    if node.id == "scalar":
        return "" if node.value in _KEYWORDS else str(node.value)
    inner = node.value if node.id == "sequence" else [value for _, value in items(node)]
    return next((said for each in inner[:4] if (said := _first(each))), "")


_KEYWORDS = frozenset(("PathPrefix", "Exact", "Prefix", "RegularExpression", "exact", "Rule"))


def _is_internal(root: Any, kind: str) -> bool:
    """Tell whether an entrance is for callers from inside only."""
    if kind == "VirtualService":
        gateways = [scalar(each) for each in _sequence(path_to(root, "spec", "gateways"))]
        if not [name for name in gateways if name != "mesh"]:
            return True
    parents = _sequence(path_to(root, "spec", "parentRefs"))
    if parents and all(scalar(get(parent, "kind")) == "Service" for parent in parents):
        return True
    spec = get(root, "spec")
    told = [*items(path_to(root, "metadata", "annotations")), *items(spec), *items(root)]
    told += [("gateway", get(parent, "name")) for parent in parents]
    told += [("annotation", value) for _, value in items(get(root, "annotations"))]
    return any(
        "internal" in f"{key} {scalar(value)}".lower()
        and (_INSIDE().search(key.lower()) is not None or scalar(value) == "true")
        for key, value in told
    )


def _is_published(port: Any) -> bool:
    if port.id == "scalar":
        return not str(port.value).startswith(_MACHINE_ONLY)
    return scalar(get(port, "host_ip")) not in ("127.0.0.1", "localhost", "::1")


def _name(document: Document, node: Any) -> str:
    """Return a name, of one that a template fills in the template."""
    name = scalar(node)
    if "$" not in name:
        return name
    return " ".join(document.source[node.start_mark.index : node.end_mark.index].split())


def _plain(namespace: str) -> str:
    return "" if "$" in namespace else namespace


def _host_of(address: str) -> str:
    return (expanded(address) or address).partition("://")[2].partition("/")[0]


def _backend(host: str) -> Backend:
    """Return what a host's name means inside: a Service, perhaps with its namespace."""
    if host.startswith(("{", "$")):
        return Backend(host)
    name, _, rest = (
        host.partition("://")[2].partition(":")[0].partition(".")
        if "://" in host
        else (host.partition(":")[0].partition("."))
    )
    namespace, _, domain = rest.partition(".")
    return Backend(name, namespace if domain.startswith("svc") or not domain else "")
