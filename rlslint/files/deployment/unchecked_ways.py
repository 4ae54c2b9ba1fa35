"""Ways on which nobody is asked who is calling, though others to the same workload are asked.

Read are Kong, Envoy, Istio, Contour, Traefik's own files and labels, the ingress controller of
nginx, and oauth2-proxy. What such a check fills in is a header by its name, or ANY of those by
which programs know their callers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from rlslint import NamedTuple, Pattern
from rlslint.files.deployment.proxies import PUBLIC_PATHS
from rlslint.files.settings.document import Document
from rlslint.files.settings.yaml_nodes import get, items, path_to, scalar
from rlslint.text import Span, Text
from rlslint.text.budget import DEEPEST_NESTING

ANY = "*"
"""Each header that tells a program who is calling."""


class Way(NamedTuple):
    """A route to `backends` that adds the `headers` which its own check of the caller answers.

    `middlewares` are the names of what else does.
    """

    span: Span
    backends: frozenset[str]
    headers: frozenset[str]
    middlewares: frozenset[str]


class Check(NamedTuple):
    """A middleware that asks another program who is calling, and adds `headers` of its answer."""

    name: str
    headers: frozenset[str]


class Tokens(NamedTuple):
    """That tokens are checked where there are any, and `headers` filled from them.

    `workload` are the labels of what it is for, none for all of a namespace.
    """

    span: Span
    workload: frozenset[tuple[str, str]]
    headers: frozenset[str]


class Demand(NamedTuple):
    """That requests without a token are refused, by the labels of the workload."""

    workload: frozenset[tuple[str, str]]


class Skip(NamedTuple):
    """A path, or a way, that a proxy asks nobody on."""

    span: Span


_KONG = frozenset(
    ("jwt", "key-auth", "basic-auth", "hmac-auth", "oauth2", "ldap-auth", "ldap-auth-advanced",
     "openid-connect", "mtls-auth", "jwt-signer", "key-auth-enc", "oauth2-introspection", "session",
     "forward-auth", "header-cert-auth", "vault-auth")
)  # fmt: skip
"""Plugins of Kong that ask who is calling."""
_ASKS = Pattern(r"(?:^|[-_])(?:auth\w*|oidc|jwt|token|sso|saml|introspection)(?:$|[-_])")
"""Plugins of others that ask, by their names."""
_ASK_NOBODY = frozenset(
    ("addPrefix", "buffering", "circuitBreaker", "compress", "contentType", "errors", "grpcWeb",
     "headers", "inFlightReq", "passTLSClientCert", "rateLimit", "redirectRegex", "redirectScheme",
     "replacePath", "replacePathRegex", "retry", "stripPrefix", "stripPrefixRegex")
)  # fmt: skip
"""Middlewares of Traefik that ask nobody who is calling."""
_ENVOY = ("envoy.filters.http.ext_authz", "envoy.filters.http.jwt_authn",
          "envoy.filters.http.oauth2", "envoy.filters.http.basic_auth")  # fmt: skip
_PRINCIPALS = ("requestPrincipals", "request.auth.principal", "request.auth.claims")
_NO_SERVICE = frozenset[str]()


def ways_of(document: Document, root: Any) -> Iterator[Way | Check | Tokens | Demand | Skip]:
    """Yield what one document of YAML says of who is asked on which way."""
    reading = _Reading(document)
    kind = scalar(get(root, "kind"))
    if get(root, "_format_version") is not None:
        yield from reading.kong(root)
    elif kind == "RequestAuthentication":
        yield reading.tokens(root)
    elif kind == "AuthorizationPolicy":
        yield from reading.demand(root)
    elif kind == "HTTPProxy":
        yield from reading.contour(root)
    elif kind == "Ingress":
        yield from reading.ingress(root)
    elif not kind and get(root, "http") is not None:
        yield from reading.traefik(get(root, "http"))
    elif not kind and get(root, "services") is not None:
        yield from reading.labels(root)
    yield from reading.envoy(root)
    yield from reading.skipping(root, 0)


class _Reading:
    def __init__(self, document: Document) -> None:
        self._document = document

    def _span(self, node: Any) -> Span:
        return self._document.span(node.start_mark.index, node.end_mark.index)

    def kong(self, root: Any) -> Iterator[Way]:
        """Yield the routes of Kong, with the plugins of the route, its service and of all."""
        of_all = _plugins(root)
        routes: list[tuple[Any, Any]] = []
        by_name: dict[str, Any] = {}
        for service in _list(get(root, "services")):
            by_name[scalar(get(service, "name"))] = service
            routes += ((service, route) for route in _list(get(service, "routes")))
        for route in _list(get(root, "routes")):
            named = scalar(path_to(route, "service", "name")) or scalar(get(route, "service"))
            routes.append((by_name.get(named), route))
        for plugin in _list(get(root, "plugins")):
            of = scalar(get(plugin, "service")) or scalar(path_to(plugin, "service", "name"))
            if of in by_name or get(plugin, "route") is not None:
                of_all.pop(scalar(get(plugin, "name")), None)
        for service, route in routes:
            plugins = {**of_all, **_plugins(service), **_plugins(route)}
            for plugin in _list(get(root, "plugins")):
                name = scalar(get(route, "name"))
                of = scalar(get(plugin, "route")) or scalar(path_to(plugin, "route", "name"))
                on = scalar(get(plugin, "service")) or scalar(path_to(plugin, "service", "name"))
                if (name and of == name) or (on and on == scalar(get(service, "name"))):
                    plugins[scalar(get(plugin, "name"))] = plugin
            headers = frozenset[str]()
            for plugin in plugins.values():
                headers |= answered_by_kong(plugin)
            paths = [scalar(each).lstrip("~") for each in _list(get(route, "paths"))]
            if service is not None and not _are_public(paths):
                at = get(route, "name") or route
                behind = f"{self._document.text.path}:{service.start_mark.index}"
                yield Way(self._span(at), frozenset((behind,)), headers, _NO_SERVICE)

    def envoy(self, root: Any) -> Iterator[Way]:
        """Yield the routes of Envoy that its filters are for, and those that switch them off."""
        for manager in _mappings(root):
            filters = _list(get(manager, "http_filters"))
            checks = {
                scalar(get(each, "name")): _answered(each)
                for each in filters
                if scalar(get(each, "name")) in _ENVOY
            }
            if not checks:
                continue
            for host in _list(path_to(manager, "route_config", "virtual_hosts")):
                for route in _list(get(host, "routes")):
                    cluster = path_to(route, "route", "cluster")
                    path = scalar(path_to(route, "match", "prefix")) or scalar(
                        path_to(route, "match", "path")
                    )
                    if cluster is None or _are_public([path]):
                        continue
                    off = {
                        name
                        for part in (host, route)
                        for name, of in items(get(part, "typed_per_filter_config"))
                        if scalar(get(of, "disabled")) == "true"
                    }
                    kept = [headers for name, headers in checks.items() if name not in off]
                    headers = frozenset[str]().union(*kept)
                    backends = frozenset((f"{self._document.text.path}:{scalar(cluster)}",))
                    yield Way(self._span(cluster), backends, headers, _NO_SERVICE)
                    if off:
                        yield Way(
                            self._span(get(manager, "http_filters")),
                            backends,
                            frozenset[str]().union(*checks.values()),
                            _NO_SERVICE,
                        )

    def tokens(self, root: Any) -> Tokens:
        spec = get(root, "spec")
        given = {
            scalar(get(each, "header")).lower()
            for one in _list(get(spec, "jwtRules"))
            for each in _list(get(one, "outputClaimToHeaders"))
        }
        given |= {
            header.lower()
            for one in _list(get(spec, "jwtRules"))
            if (header := scalar(get(one, "outputPayloadToHeader")))
        }
        span = self._span(get(root, "kind"))
        return Tokens(span, _selected(spec), frozenset(given) or frozenset((ANY,)))

    def demand(self, root: Any) -> Iterator[Demand]:
        """Yield that a policy demands a token, or leaves the decision to another program."""
        spec = get(root, "spec")
        action = scalar(get(spec, "action")) or "ALLOW"
        said = self._document.source[root.start_mark.index : root.end_mark.index]
        if action == "CUSTOM" or any(word in said for word in (*_PRINCIPALS, "notRequestPrinc")):
            yield Demand(_selected(spec))

    def contour(self, root: Any) -> Iterator[Skip]:
        for route in _list(path_to(root, "spec", "routes")):
            disabled = path_to(route, "authPolicy", "disabled")
            paths = [scalar(get(each, "prefix")) for each in _list(get(route, "conditions"))]
            if scalar(disabled) == "true" and not _are_public(list(filter(None, paths))):
                yield Skip(self._span(disabled))

    def ingress(self, root: Any) -> Iterator[Skip]:
        annotations = dict(items(path_to(root, "metadata", "annotations")))
        if any(key.endswith("/auth-url") for key in annotations):
            return
        paths = [
            scalar(get(each, "path"))
            for rule in _list(path_to(root, "spec", "rules"))
            for each in _list(path_to(rule, "http", "paths"))
        ]
        for key, value in annotations.items():
            is_off = key.endswith("/enable-global-auth") and scalar(value) == "false"
            if is_off and not _are_public(paths):
                yield Skip(self._span(value))

    def traefik(self, http: Any) -> Iterator[Way | Check]:
        """Yield the routers of Traefik's own file, and its middlewares."""
        for name, middleware in items(get(http, "middlewares")):
            yield Check(name, answered_by_traefik(middleware))
        for _, router in items(get(http, "routers")):
            rule, service = get(router, "rule"), scalar(get(router, "service"))
            named = {scalar(each).partition("@")[0] for each in _list(get(router, "middlewares"))}
            if service and not _is_public_rule(scalar(rule)):
                yield Way(self._span(rule or router), frozenset((service,)), frozenset(),
                          frozenset(named))  # fmt: skip

    def labels(self, root: Any) -> Iterator[Way | Check]:
        """Yield the routers that labels of Compose make, and their middlewares."""
        for service, node in items(get(root, "services")):
            routers: dict[str, tuple[Any, str]] = {}
            used: dict[str, str] = {}
            for key, value, at in _labels(node):
                parts = key.split(".")
                if parts[:3] == ["traefik", "http", "routers"] and len(parts) == 5:
                    if parts[4] == "rule":
                        routers[parts[3]] = (at, value)
                    elif parts[4] == "middlewares":
                        used[parts[3]] = value
                elif _FORWARDED().fullmatch(key):
                    names = frozenset(value.lower().replace(" ", "").split(","))
                    yield Check(parts[3], names)
            for name, (at, rule) in routers.items():
                listed = (each.partition("@")[0].strip() for each in used.get(name, "").split(","))
                if not _is_public_rule(rule):
                    yield Way(self._span(at), frozenset((service,)), frozenset(),
                              frozenset(filter(None, listed)))  # fmt: skip

    def skipping(self, node: Any, depth: int) -> Iterator[Skip]:
        """Yield the arguments and variables of oauth2-proxy that leave paths out of its check."""
        if node is None or node.id == "scalar" or depth > DEEPEST_NESTING:
            return
        name, value = scalar(get(node, "name")), get(node, "value")
        if name.startswith("OAUTH2_PROXY_SKIP_AUTH_R") and not _are_skipped(scalar(value)):
            yield Skip(self._span(value))
        children = node.value if node.id == "sequence" else [one for _, one in items(node)]
        for key, one in items(node):
            if key.startswith("OAUTH2_PROXY_SKIP_AUTH_R") and not _are_skipped(scalar(one)):
                yield Skip(self._span(one))
        for each in children:
            argument, _, patterns = scalar(each).partition("=")
            if _SKIP().fullmatch(argument) and not _are_skipped(patterns):
                yield Skip(self._span(each))
            yield from self.skipping(each, depth + 1)


_FORWARDED = Pattern(r"traefik\.http\.middlewares\.[^.]+\.forwardauth\.authresponseheaders")
_SKIP = Pattern(r"--?skip-auth-r(?:oute|egex)")
_SKIPPING = Pattern(
    r"^[ \t]*skip_auth_r(?:outes|egex)[ \t]*=[ \t]*(?P<value>\[[^\]]*\]|[^\n]*)", re.M
)


def skips_of_file(text: Text, source: str) -> Iterator[Skip]:
    """Yield what oauth2-proxy's own configuration leaves out of its check."""
    for found in _SKIPPING().finditer(source):
        patterns = re.findall(r"[\"']([^\"']+)[\"']", found["value"])
        if patterns and not all(map(_are_skipped, patterns)):
            first = len(source[: found.start()].encode())
            yield Skip(Span(text, first, first + len(found[0].encode())))


def answered_by_traefik(middleware: Any) -> frozenset[str]:
    """Return the headers that a middleware fills in once it knows the caller; see Check."""
    given = _list(path_to(middleware, "forwardAuth", "authResponseHeaders"))
    headers = frozenset(scalar(each).lower() for each in given)
    asks_nobody = all(key in _ASK_NOBODY for key, _ in items(middleware))
    return headers or frozenset(() if asks_nobody else (ANY,))


def answered_by_kong(plugin: Any) -> frozenset[str]:
    """Return the headers that a plugin of Kong fills in once it knows the caller; see Check."""
    name = scalar(get(plugin, "plugin")) or scalar(get(plugin, "name"))
    is_off = scalar(get(plugin, "enabled")) == "false" or scalar(get(plugin, "disabled")) == "true"
    if is_off or not (name in _KONG or _ASKS().search(name) is not None):
        return frozenset()
    given = _list(path_to(plugin, "config", "upstream_headers_names"))
    return frozenset(scalar(each).lower() for each in given) or frozenset((ANY,))


def undemanded(known: Iterable[object]) -> Iterator[tuple[Span, str]]:
    """Yield the checks of tokens that let requests without one pass, and the headers they fill."""
    told = list(known)
    demands = [one.workload for one in told if isinstance(one, Demand)]
    for one in told:
        if not isinstance(one, Tokens) or any(of <= one.workload for of in demands):
            continue
        # What is for all workloads may be demanded for each of them.
        if one.workload or not demands:
            yield from ((one.span, header) for header in sorted(one.headers))


def _are_skipped(patterns: str) -> bool:
    """Tell whether nobody needs to be asked at the paths of patterns."""
    paths = []
    for one in patterns.split(","):
        path = one.strip().strip("\"'").rpartition("=")[2].lstrip("^!")
        paths.append(path.replace("\\", "").rstrip("$"))
    return not any(paths) or _are_public(paths)


def _plugins(node: Any) -> dict[str, Any]:
    return {scalar(get(each, "name")): each for each in _list(get(node, "plugins"))}


def _answered(check: Any) -> frozenset[str]:
    """Return the headers that a filter of Envoy fills in."""
    named: set[str] = set()
    for node in _mappings(check):
        for each in _list(path_to(node, "allowed_upstream_headers", "patterns")):
            named.add(scalar(get(each, "exact")).lower())
        for each in _list(get(node, "claim_to_headers")):
            named.add(scalar(get(each, "header_name")).lower())
        named.add(scalar(get(node, "forward_payload_header")).lower())
    named.discard("")
    return frozenset(named) or frozenset((ANY,))


def _selected(spec: Any) -> frozenset[tuple[str, str]]:
    labels = items(path_to(spec, "selector", "matchLabels"))
    targets = [get(spec, "targetRef"), *_list(get(spec, "targetRefs"))]
    named = [("target", scalar(get(each, "name"))) for each in targets if each is not None]
    return frozenset((*((key, scalar(value)) for key, value in labels), *named))


def _labels(node: Any) -> Iterator[tuple[str, str, Any]]:
    labels = get(node, "labels") or path_to(node, "deploy", "labels")
    for key, value in items(labels):
        yield key.lower(), scalar(value), value
    for each in _list(labels):
        key, _, value = scalar(each).partition("=")
        yield key.lower(), value, each


def _mappings(root: Any) -> Iterator[Any]:
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if node is None or node.id == "scalar" or id(node) in seen:
            continue
        seen.add(id(node))
        if node.id == "mapping":
            yield node
            waiting += [value for _, value in items(node)]
        else:
            waiting += node.value


_MATCHED = Pattern(r"Path(?:Prefix)?\(`([^`]*)`\)")


def _is_public_rule(rule: str) -> bool:
    return _are_public(_MATCHED().findall(rule))


def _are_public(paths: list[str]) -> bool:
    return bool(paths) and all(PUBLIC_PATHS().fullmatch(path) for path in paths)


def _list(node: Any) -> list[Any]:
    return list(node.value) if node is not None and node.id == "sequence" else []
