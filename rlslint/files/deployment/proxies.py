"""What nginx and Caddy pass on: the hosts behind each path that they serve."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import Pattern
from rlslint.files.deployment import HeaderFate, LostIdentity
from rlslint.files.deployment.traffic import Backend, Entrance
from rlslint.files.settings.development import is_development
from rlslint.text import Searched, Span, Text

_WORDS = (b"proxy_pass", b"grpc_pass", b"uwsgi_pass", b"fastcgi_pass", b"reverse_proxy")
_NGINX = Pattern(r"#[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[{};]|[^\s{};#\"']+")
"""The tokens of nginx's configuration: comments, quoted words, the signs of blocks, words."""
_PASSES = ("proxy_pass", "grpc_pass", "uwsgi_pass", "fastcgi_pass")
_CLOSING = (("internal",), ("deny", "all"))
PUBLIC_PATHS = Pattern(
    r"(?i)/(?:[\w.-]+/)*?(?:health|live|ready|ping|status|metrics|web-?hook|callback|login|auth|oauth"
    r"|sign-?(?:in|up)|register|public|static|assets|media|\.well-known|favicon|robots|openapi"
    r"|swagger)(?:[sz2]|ness|check)*(?:[-_.][\w.-]*)?(?:[/(|*?$].*)?"
)
"""Paths at which, by their names, nobody is asked who they are."""
_CADDY = Pattern(r"^[ \t]*reverse_proxy[ \t]+(?P<rest>[^\n{]+)|^(?P<site>[^\s#{][^\n{]*)\{", re.M)


def may_tell(text: Searched) -> bool:
    """Tell whether a proxy's own configuration passes requests on."""
    return text.has_any(_WORDS)


def entrances(text: Text, source: str) -> Iterator[Entrance]:
    """Yield what the configuration of nginx or Caddy lets in."""
    told = is_development(text.path)
    if "reverse_proxy" in source:
        site = ""
        for found in _CADDY().finditer(source):
            if found["site"] is not None:
                site = found["site"].strip()
                continue
            hosts = [word for word in found["rest"].split() if word[:1] not in "/*@"]
            backends = tuple(Backend(_host(word)) for word in hosts)
            if backends:
                span = _span(text, source, found.start("rest"), found["rest"].rstrip())
                yield Entrance(span, "Caddy", site, backends, told)
        return
    for passed in _passed(source):
        span = _span(text, source, passed[2], passed[3])
        yield Entrance(span, "nginx", passed[0], (Backend(passed[1]),), told)


def left_to_callers(text: Text, source: str) -> Iterator[LostIdentity]:
    """Yield where nginx passes on a header as the caller sends it that it fills itself elsewhere.

    A block with a proxy_set_header of its own inherits none (nginx documentation).
    """
    statements = list(_statements(source))
    answered = {words[1] for _, words, _ in statements if words[:1] == ("auth_request_set",)}
    given: dict[tuple[str, ...], dict[str, str]] = {}
    for blocks, words, _ in statements:
        if words[0] == "proxy_set_header" and len(words) == 3:
            given.setdefault(blocks, {})[words[1].lower()] = words[2]
    closed = {
        blocks for blocks, words, _ in statements if words in (("internal",), ("deny", "all"))
    }
    ways: list[tuple[str, int, str, dict[str, str]]] = []
    for blocks, words, start in statements:
        around = [blocks[:length] for length in range(len(blocks), 0, -1)]
        path = next((b.split()[-1] for b in blocks[::-1] if b.startswith("location ")), "")
        if words[0] in _PASSES and len(words) > 1 and not closed & set(around):
            if PUBLIC_PATHS().fullmatch(path):
                continue
            headers = next((given[block] for block in around if block in given), {})
            ways.append((_host(words[1]), start, words[0], headers))
    upstream = {
        words[2].removeprefix("$upstream_http_"): (words[1], start)
        for _, words, start in statements
        if words[:1] == ("auth_request_set",) and len(words) == 3
    }
    filled_in = {value for given_here in given.values() for value in given_here.values()}
    for _, words, start in statements:
        if words[0] != "proxy_set_header" or len(words) != 3:
            continue
        name = words[1].lower().replace("-", "_")
        variable, at = upstream.get(name, ("", 0))
        # The answer is there, and what the caller sent is taken in its place.
        if variable and variable not in filled_in and words[2].lower() == f"$http_{name}":
            beside = _span(text, source, at, "auth_request_set")
            span = _span(text, source, start, words[0])
            yield LostIdentity(span, words[1].lower(), HeaderFate.left, other=beside)
    for host, start, word, headers in ways:
        for other, place, name, filled in ways:
            for header, value in filled.items():
                sent = headers.get(header, "$http_").lower()
                if other == host and value in answered and sent.startswith("$http_"):
                    beside = _span(text, source, place, name)
                    span = _span(text, source, start, word)
                    yield LostIdentity(span, header, HeaderFate.left, other=beside)


def proxied(source: str) -> Iterator[tuple[str, str]]:
    """Yield what nginx serves, as host and path, and the host behind it."""
    return ((where, host) for where, host, _, _ in _passed(source))


def _passed(source: str) -> Iterator[tuple[str, str, int, str]]:
    """Yield what is served, the host behind it, and where that stands."""
    statements = list(_statements(source))
    variables = {words[1]: words[2] for _, words, _ in statements if _is_set(words)}
    upstreams: dict[str, list[str]] = {}
    closed: set[tuple[str, ...]] = set()
    servers: dict[tuple[str, ...], str] = {}
    for blocks, words, _ in statements:
        match words:
            case ("server", host, *_) if blocks and blocks[-1].startswith("upstream "):
                upstreams.setdefault(blocks[-1].split()[1], []).append(_host(host))
            case ("internal",) | ("deny", "all"):
                closed.add(blocks)
            case ("server_name", name, *_):
                servers[blocks] = "" if name in ("_", "localhost") else name
    for blocks, words, start in statements:
        if len(words) < 2 or words[0] not in _PASSES:
            continue
        if any(blocks[:length] in closed for length in range(1, len(blocks) + 1)):
            continue
        address = words[1]
        variable = next((name for name in variables if name in address), None)
        if variable is not None:
            address = address.replace(variable, variables[variable])
        host = _host(address)
        path = next((b.split()[-1] for b in blocks[::-1] if b.startswith("location ")), "")
        around = [blocks[:length] for length in range(len(blocks), 0, -1)]
        where = next((servers[block] for block in around if block in servers), "") + path
        for one in upstreams.get(host, [host]):
            yield where, one, start, words[0]


def _is_set(words: tuple[str, ...]) -> bool:
    return len(words) == 3 and words[0] == "set" and words[1].startswith("$")


def _statements(source: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], int]]:
    """Yield the statements of nginx's configuration with the blocks around them, and their start.

    A block is called after its words and its number, so that two alike are two.
    """
    blocks: list[str] = []
    words: list[str] = []
    start = number = 0
    for token in _NGINX().finditer(source):
        word = token[0]
        if word.startswith("#"):
            continue
        if word == "{":
            number += 1
            head = " ".join(words)
            is_named = head.startswith(("location ", "upstream "))
            blocks.append(head if is_named else f"{head} #{number}")
            words = []
        elif word == "}":
            words = []
            if blocks:
                blocks.pop()
        elif word == ";":
            yield tuple(blocks), tuple(words), start
            words = []
        else:
            start = start if words else token.start()
            words.append(word.strip("\"'"))


def _host(address: str) -> str:
    """Return the host of an address, with or without a scheme and a port."""
    bare = address.partition("://")[2] or address
    host, _, port = bare.partition("/")[0].rpartition("@")[2].partition(":")
    is_machine = host in ("localhost", "127.0.0.1", "[", "") and port
    return f"localhost:{port.rpartition(':')[2]}" if is_machine else host


def _span(text: Text, source: str, start: int, words: str) -> Span:
    first = len(source[:start].encode())
    return Span(text, first, first + len(words.encode()))
