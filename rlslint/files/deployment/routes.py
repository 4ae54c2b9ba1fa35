"""Where traffic from outside is let in: published ports of Compose, Ingress and HTTPRoute."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rlslint.files.deployment import Route
from rlslint.files.settings.development import is_compose
from rlslint.text import Span, Text
from rlslint.text.patterns import Pattern, Searched

_WORDS = (b"ports:", b"kind: ingress", b"kind: httproute")

_KIND = Pattern(r"^kind:[ \t]*(?P<kind>Ingress|HTTPRoute)[ \t]*$", re.M)
_BACKENDS = {
    "Ingress": Pattern(
        r"(?:^[ \t]*(?:-[ \t]+)?service:[ \t]*\n[ \t]+name|^[ \t]*(?:-[ \t]+)?serviceName)"
        r":[ \t]*[\"']?(?P<name>[\w-]+)",
        re.M,
    ),
    "HTTPRoute": Pattern(
        r"backendRefs:[ \t]*\n(?:[ \t]+(?!-?[ \t]*name:).*\n)*?[ \t]+(?:-[ \t]+)?name:[ \t]*"
        r"[\"']?(?P<name>[\w-]+)",
        re.M,
    ),
}
_INSIDE = Pattern(r"^[ \t].*(?:class|scheme|gateway)\S*[ \t]*:.*\binternal\b", re.M | re.I)
"""What says that a route is for callers from inside only."""

_KEY = Pattern(r"^(?P<indent>[ ]*)(?P<key>[\w.-]+):(?P<rest>.*)$")
_LOCAL = Pattern(r"""^[ ]*-[ ]*["']?127\.0\.0\.1:""")
_BETWEEN = Pattern(r"^---.*$", re.M)


def may_tell(text: Searched) -> bool:
    """Tell whether a file publishes ports or has a route."""
    return text.has_any(_WORDS)


def routes(text: Text, source: str) -> Iterator[Route]:
    """Yield what a file lets in, and to which workload, as connections' sources call it."""
    path = PurePosixPath(text.path)
    if path.suffix not in (".yml", ".yaml"):
        return
    if is_compose(path.name):
        yield from _published(text, source)
        return
    start = 0
    for part in _BETWEEN().split(source):
        start = source.index(part, start)
        kind = _KIND().search(part)
        if kind is not None and not _INSIDE().search(part):
            for found in _BACKENDS[kind["kind"]]().finditer(part):
                span = _span(text, source, start + found.start("name"), found["name"])
                yield Route(span, f"{found['name']}.", f"the {kind['kind']}")
        start += len(part)


def _published(text: Text, source: str) -> Iterator[Route]:
    """Yield the services that publish a port to more than the machine itself."""
    keys: list[tuple[int, str]] = []
    open_at: tuple[int, str] | None = None
    offset = 0
    for line in source.splitlines(keepends=True):
        found = _KEY().match(line.rstrip())
        if found is not None:
            open_at = None
            depth = len(found["indent"])
            keys = [(indent, key) for indent, key in keys if indent < depth]
            keys.append((depth, found["key"]))
            names = [key for _, key in keys]
            if len(names) == 3 and names[0] == "services" and names[2] == "ports":
                open_at = offset + depth, names[1]
                if found["rest"].strip().startswith("[") and "127.0.0.1" not in found["rest"]:
                    yield _publishes(text, source, *open_at)
                    open_at = None
        elif open_at is not None and line.lstrip().startswith("-") and not _LOCAL().match(line):
            yield _publishes(text, source, *open_at)
            open_at = None
        offset += len(line)


def _publishes(text: Text, source: str, start: int, service: str) -> Route:
    return Route(_span(text, source, start, "ports"), f"services.{service}.", "the published port")


def _span(text: Text, source: str, start: int, word: str) -> Span:
    first = len(source[:start].encode())
    return Span(text, first, first + len(word.encode()))
