"""Headers that YAML takes from requests, overwrites, or leaves to the caller on one way of several.

Read are Istio, the Gateway API, Contour, Emissary, Traefik, Envoy, Kong and the annotations of
ingress controllers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from os.path import basename
from typing import Any

from rlslint import NamedTuple, Pattern
from rlslint.files.deployment import HeaderFate, LostIdentity
from rlslint.files.deployment.proxies import PUBLIC_PATHS
from rlslint.files.deployment.unchecked_ways import (
    ANY,
    Check,
    Demand,
    Skip,
    Tokens,
    Way,
    answered_by_kong,
    answered_by_traefik,
    undemanded,
    ways_of,
)
from rlslint.files.settings.development import is_development, is_stage
from rlslint.files.settings.document import Document, InvalidSettings
from rlslint.files.settings.yaml_nodes import get, items, path_to, roots, scalar
from rlslint.text import Searched, Span, Text
from rlslint.text.budget import DEEPEST_NESTING

IDENTITY = Pattern(
    r"(?i)authorization|[\w-]*(?:tenant|org|organi[sz]ation|account|company|workspace|customer|user)"
    r"(?:[-_](?:id|uuid|key|slug|name))?"
)
"""Headers that tell who is asking; whether a program reads one is asked of the program."""

CHECKED = Pattern(
    r"auth_request|auth-url|auth_jwt|forwardauth|oauth2|oidc|openid|jwt|amazonaws|minio|\bs3\b",
    re.IGNORECASE,
)
"""What checks callers in the proxy's own way, and storage that signs its requests itself."""

_WORDS = (
    b"request-transformer", b"customrequestheaders", b"requestheadermodifier", b"headers:",
    b"requestheaderspolicy", b"remove_request_headers", b"request_headers_to_", b"auth-response-h",
    b"authresponseheaders", b"_format_version", b"http_filters", b"requestauthentication",
    b"authorizationpolicy", b"httpproxy", b"routers", b"skip-auth", b"skip_auth",
)  # fmt: skip
_REMOVED = ("request_headers_to_remove", "remove_request_headers")
_TRANSFORMERS = ("request-transformer", "request-transformer-advanced")
_OTHER_CHECKS = (
    "/configuration-snippet", "middlewares", "/plugins", "/auth-type", "/auth-tls-secret",
    "/server-snippet", "/auth-snippet",
)  # fmt: skip
"""Ends of annotations that may check callers in a way that is not read."""
_MATCHED = Pattern(r"Path(?:Prefix)?\(`([^`]*)`\)")
_LABEL = ".headers.customrequestheaders."


class Plugin(NamedTuple):
    """A change that acts only where a route names it."""

    name: str
    lost: LostIdentity


class Use(NamedTuple):
    """That a route or a Service names plug-ins."""

    names: frozenset[str]


Told = LostIdentity | Way | Check | Tokens | Demand | Skip | Plugin | Use


def may_tell(text: Searched) -> bool:
    """Tell whether YAML may change headers of requests, or name what does."""
    return text.has_any(_WORDS) or text.has(b"konghq.com/plugins") or text.has(b"kind: ingress")


def told_of(text: Text, source: str) -> Iterator[Told]:
    """Yield what a YAML file says of headers of requests."""
    if is_stage(text.path) or is_development(text.path):
        return
    document = Document(text.path, text.data, False)
    try:
        found = roots(document)
    except (InvalidSettings, RecursionError):
        return
    if basename(text.path).startswith("values"):
        return
    is_checked = CHECKED().search(source) is not None
    for root in found:
        yield from ways_of(document, root)
        for one in _Reading(document).document(root):
            lost = one.lost if isinstance(one, Plugin) else one
            if isinstance(lost, LostIdentity) and (is_checked or _is_given_again(lost, source)):
                continue
            yield one


def _is_given_again(lost: LostIdentity, source: str) -> bool:
    """Tell whether what is taken from callers is perhaps given by the proxy, later in the file."""
    header = lost.header.lower()
    if header == "authorization" or lost.fate is not HeaderFate.dropped:
        return False
    return source.lower().count(header) > 1


def settled(told: Iterable[Told], asked: Set[str]) -> Iterator[LostIdentity]:
    """Yield the changes that act, and the ways that leave a header to the caller.

    `asked` are the headers by which programs know their callers.
    """
    known = list(told)
    used = {name for each in known if isinstance(each, Use) for name in each.names}
    checks = {each.name: each.headers for each in known if isinstance(each, Check)}
    ways = [
        (each, each.headers.union(*(checks.get(name, frozenset()) for name in each.middlewares)))
        for each in known
        if isinstance(each, Way)
    ]
    for one in known:
        if isinstance(one, LostIdentity):
            yield one
        elif isinstance(one, Plugin) and one.name in used:
            yield one.lost
        elif isinstance(one, Skip):
            yield from (LostIdentity(one.span, each, HeaderFate.unasked) for each in sorted(asked))
    for span, header in undemanded(known):
        for each in sorted(asked) if header == ANY else [header]:
            yield LostIdentity(span, each, HeaderFate.unasked)
    told_of = set[tuple[Span, str]]()
    for way, vouched in ways:
        # What another middleware does, nothing tells; without any, nothing checks here.
        if way.middlewares and not (vouched or way.middlewares <= checks.keys()):
            continue
        for other, headers in ways:
            if other is way or not other.backends & way.backends:
                continue
            for header in sorted(_named(headers, asked) - _named(vouched, asked)):
                if (way.span, header) not in told_of and (not way.middlewares or not vouched):
                    told_of.add((way.span, header))
                    yield LostIdentity(way.span, header, HeaderFate.left, other=other.span)


def _named(headers: Set[str], asked: Set[str]) -> Set[str]:
    return headers - {ANY} | asked if ANY in headers else headers


class _Reading:
    """One document while it is read."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def _span(self, node: Any) -> Span:
        return self._document.span(node.start_mark.index, node.end_mark.index)

    def _lost(self, node: Any, header: str, value: str | None, around: tuple[Any, ...]) -> Any:
        """Yield the loss of a header that tells who is asking; a variable carries what is known."""
        if IDENTITY().fullmatch(header) and not (value and set("$%{<") & set(value)):
            fate = HeaderFate.replaced if value else HeaderFate.dropped
            yield LostIdentity(self._span(node), header, fate, tuple(map(self._span, around)))

    def document(self, root: Any) -> Iterator[Told]:
        kind = scalar(get(root, "kind"))
        for key, value in items(path_to(root, "metadata", "annotations")):
            if key == "konghq.com/plugins":
                yield Use(frozenset(scalar(value).replace(" ", "").split(",")))
        found = self._changes(root, (), 0)
        if kind in ("KongPlugin", "KongClusterPlugin"):
            name = scalar(path_to(root, "metadata", "name"))
            yield Check(name, answered_by_kong(root))
            is_global = scalar(path_to(root, "metadata", "labels", "global")) == "true"
            yield from found if is_global else (Plugin(name, lost) for lost in found)
        else:
            yield from found
        if kind == "Ingress":
            yield from self._ingress(root)
        elif kind == "IngressRoute":
            for route in _list(path_to(root, "spec", "routes")):
                services = _list(get(route, "services"))
                backends = frozenset(scalar(get(each, "name")) for each in services)
                named = (scalar(get(each, "name")) for each in _list(get(route, "middlewares")))
                if _are_public(_MATCHED().findall(scalar(get(route, "match")))):
                    continue
                yield Way(self._span(get(route, "match") or route), backends, frozenset(),
                          frozenset(named))  # fmt: skip
        elif kind == "Middleware":
            headers = answered_by_traefik(get(root, "spec"))
            yield Check(scalar(path_to(root, "metadata", "name")), headers)

    def _ingress(self, root: Any) -> Iterator[Way]:
        headers: frozenset[str] = frozenset()
        middlewares: frozenset[str] = frozenset()
        is_checked = False
        for key, value in items(path_to(root, "metadata", "annotations")):
            if key.endswith("/auth-response-headers"):
                headers = frozenset(scalar(value).lower().replace(" ", "").split(","))
            elif key == "konghq.com/plugins":
                middlewares |= set(scalar(value).replace(" ", "").split(","))
            elif key.endswith(_OTHER_CHECKS):
                middlewares |= {f"{key}: {scalar(value)}"}
            is_checked |= key.endswith("/auth-url")
        paths = [
            each
            for rule in _list(path_to(root, "spec", "rules"))
            for each in _list(path_to(rule, "http", "paths"))
        ]
        names = (scalar(path_to(each, "backend", "service", "name")) for each in paths)
        backends = frozenset(filter(None, names))
        if backends and not _are_public([scalar(get(each, "path")) for each in paths]):
            at = path_to(root, "metadata", "name") or get(root, "kind")
            vouched = headers if is_checked else frozenset[str]()
            yield Way(self._span(at), backends, vouched, middlewares)

    def _changes(self, node: Any, around: tuple[Any, ...], depth: int) -> Iterator[LostIdentity]:
        """Yield what the mappings under a node change."""
        if node is None or node.id == "scalar" or depth > DEEPEST_NESTING:
            return
        around = (node, *around)
        if node.id == "sequence":
            for each in node.value:
                if each.id == "scalar" and _LABEL in each.value.lower():
                    key, _, value = each.value.partition("=")
                    yield from self._lost(each, key.rpartition(".")[2], value, around)
                yield from self._changes(each, around, depth + 1)
            return
        if (
            scalar(get(node, "name")) in _TRANSFORMERS
            or scalar(get(node, "plugin")) in _TRANSFORMERS
        ) and scalar(get(node, "enabled")) != "false":
            yield from self._transformed(get(node, "config"), around)
        for key, value in items(node):
            match key:
                case "requestHeaderModifier" | "requestHeadersPolicy":
                    yield from self._modified(value, around)
                case "headers" if get(value, "request") is not None:
                    yield from self._modified(get(value, "request"), around)
                case "customRequestHeaders":
                    for header, said in items(value):
                        yield from self._lost(said, header, scalar(said), around)
                case _ if key in _REMOVED:
                    for each in _list(value) or [value]:
                        yield from self._lost(each, scalar(each), None, around)
                case _ if _LABEL in key.lower():
                    yield from self._lost(value, key.rpartition(".")[2], scalar(value), around)
            yield from self._changes(value, around, depth + 1)

    def _modified(self, change: Any, around: tuple[Any, ...]) -> Iterator[LostIdentity]:
        for each in _list(get(change, "remove")):
            yield from self._lost(each, scalar(each), None, around)
        replaced = get(change, "set")
        for header, value in items(replaced):
            yield from self._lost(value, header, scalar(value), around)
        for each in _list(replaced):
            value = get(each, "value")
            yield from self._lost(each, scalar(get(each, "name")), scalar(value), around)

    def _transformed(self, config: Any, around: tuple[Any, ...]) -> Iterator[LostIdentity]:
        for each in _list(path_to(config, "remove", "headers")):
            yield from self._lost(each, scalar(each), None, around)
        for each in _list(path_to(config, "replace", "headers")):
            header, _, value = scalar(each).partition(":")
            yield from self._lost(each, header, value, around)


def _are_public(paths: list[str]) -> bool:
    return bool(paths) and all(PUBLIC_PATHS().fullmatch(path) for path in paths)


def _list(node: Any) -> list[Any]:
    return list(node.value) if node is not None and node.id == "sequence" else []
