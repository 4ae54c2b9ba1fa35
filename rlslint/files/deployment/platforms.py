"""What starts programs without a cluster: systemd, and the files of Heroku, Fly and Render.

Such a platform lets requests in to what it calls `web`; units are reached over a machine's ports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rlslint import Pattern
from rlslint.files.deployment import Place
from rlslint.files.deployment.traffic import Entrance, Piece, Workload
from rlslint.files.settings.development import is_development, is_stage
from rlslint.text import Searched, Span, Text

_WEB_OF_PROCFILE = Pattern(r"^(?P<name>[\w-]+):[^\n]*$", re.M)
_SERVICE_OF_FLY = Pattern(r"^\[(?:http_service|\[services\])\]", re.M)
_WEB_OF_HEROKU = Pattern(r"\"web\"[ \t]*:")
_ITEM_OF_RENDER = Pattern(r"^(?P<indent>[ \t]*)-[ \t]+(?:type|name|runtime|env)[ \t]*:", re.M)
_TYPE_OF_RENDER = Pattern(r"\btype:[ \t]*(?P<kind>[\w-]+)")
_NAME_OF_RENDER = Pattern(r"\bname:[ \t]*[\"']?(?P<name>[\w-]+)")
_PORT_OF_UNIT = Pattern(
    r"\b(?:\w+_)?PORT=[\"']?(?P<a>\d{2,5})"
    r"|--?(?:port|p|listen|bind|addr|b)[= ](?:\S*:)?(?P<b>\d{2,5})\b"
    r"|(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\s):(?P<c>\d{2,5})\b"
)
_RUNS_ONCE = Pattern(r"^Type[ \t]*=[ \t]*oneshot", re.M)
_FILE_OF_UNIT = Pattern(r"^EnvironmentFile[ \t]*=[ \t]*-?(?P<path>\S+)", re.M)
MACHINE = "localhost"
"""What a unit is reached by where nothing tells its port."""


def may_place(path: str, text: Searched) -> bool:
    """Tell whether a file starts programs as one of these does."""
    name = PurePosixPath(path).name.lower()
    if name.endswith(".service"):
        return text.has(b"[service]")
    return name in ("fly.toml", "render.yaml", "render.yml", "app.json") or name.startswith(
        "procfile"
    )


def pieces_of(text: Text, source: str) -> Iterator[Piece]:
    """Yield what the file lets in, and what it starts."""
    name = PurePosixPath(text.path).name.lower()
    if name.endswith(".service"):
        yield _unit(text, source)
    elif name.startswith("procfile"):
        for found in _WEB_OF_PROCFILE().finditer(source):
            yield from _started(text, source, found.span(), found["name"], found["name"] == "web")
    elif name == "fly.toml":
        service = _SERVICE_OF_FLY().search(source)
        if service is not None:
            yield from _started(text, source, (0, len(source)), "the app", True, service.span())
    elif name == "app.json":
        web = _WEB_OF_HEROKU().search(source)
        if web is not None or '"formation"' not in source:
            at = web.span() if web is not None else (0, 1)
            yield from _started(text, source, (0, len(source)), "web", True, at)
    else:
        yield from _render(text, source)


def _started(
    text: Text,
    source: str,
    part: tuple[int, int],
    name: str,
    is_open: bool,
    at: tuple[int, int] | None = None,
) -> Iterator[Piece]:
    """Yield what one part of a file starts, and the way in where it is open to requests."""
    whole = _span(text, source, *part)
    place = Place(text.path, whole.start, whole.end)
    yield Workload((name,), "", "", frozenset(), f"{name}.", _NO_FILE, None, (place,))
    if is_open:
        stage = is_development(text.path) or is_stage(text.path)
        span = whole if at is None else _span(text, source, *at)
        how = f"the platform's router to {name}"
        yield Entrance(span, how, "", (), stage, "", f"{name}.", _NO_FILE, (place,))


_NO_FILE = "\0"
"""A file that nothing is in: what is given tells all."""


def _render(text: Text, source: str) -> Iterator[Piece]:
    """Yield the services of Render's blueprint, which has one item of a list for each."""
    heads = list(_ITEM_OF_RENDER().finditer(source))
    least = min((len(head["indent"]) for head in heads), default=0)
    heads = [head for head in heads if len(head["indent"]) == least]
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        end = following.start() if following is not None else len(source)
        item = source[head.start() : end]
        kind, name = _TYPE_OF_RENDER().search(item), _NAME_OF_RENDER().search(item)
        if kind is None or name is None:
            continue
        at = (head.start() + kind.start("kind"), head.start() + kind.end("kind"))
        yield from _started(
            text, source, (head.start(), end), name["name"], kind["kind"] == "web", at
        )


def _unit(text: Text, source: str) -> Workload:
    """Return what a unit of systemd runs, reached by its ports; what runs once serves nobody."""
    name = PurePosixPath(text.path).stem
    ports = [next(filter(None, found.groups())) for found in _PORT_OF_UNIT().finditer(source)]
    reached = [f"{MACHINE}:{port}" for port in ports] or [MACHINE]
    names = (name,) if _RUNS_ONCE().search(source) else (name, *reached)
    files = tuple(Place(found["path"].lstrip("/")) for found in _FILE_OF_UNIT().finditer(source))
    given = (Place(text.path), *files)
    return Workload(names, "", "", frozenset(), f"{name}.", _NO_FILE, None, given)


def _span(text: Text, source: str, start: int, end: int) -> Span:
    first = len(source[:start].encode())
    return Span(text, first, first + len(source[start:end].encode()))
