"""Proxies that take from a request the header that says who asks, or put another in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import Pattern
from rlslint.files.deployment import HeaderFate, LostIdentity
from rlslint.files.deployment.header_changes import CHECKED
from rlslint.files.deployment.proxies import left_to_callers
from rlslint.text import Searched, Span, Text

_WORDS = (b"uthorization", b"proxy_set_header", b"header_up", b"del-header", b"requestheader")
_NAME = (
    r"(?P<header>authorization"
    r"|[\w-]*(?:tenant|org|account|company|workspace|customer|user)(?:-id)?)"
)

_PATTERNS = (
    # nginx, and the snippets of its ingress controller
    Pattern(
        rf"proxy_set_header[ \t]+{_NAME}[ \t]+"
        r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s;]+)[ \t]*;",
        re.IGNORECASE,
    ),
    # Caddy
    Pattern(rf"header_up[ \t]+-{_NAME}(?![\w-])", re.IGNORECASE),
    # HAProxy
    Pattern(rf"http-request[ \t]+del-header[ \t]+{_NAME}(?![\w-])", re.IGNORECASE),
    # Apache
    Pattern(rf"RequestHeader[ \t]+unset[ \t]+\"?{_NAME}(?![\w-])", re.IGNORECASE),
    # Traefik
    Pattern(
        r"customRequestHeaders:[ \t]*\n(?:[ \t]+[\w-]+:.*\n)*?"
        r"[ \t]+(?P<header>authorization):[ \t]*(?P<value>\"[^\"\n]*\"|'[^'\n]*')",
        re.IGNORECASE,
    ),
    # the Gateway API, and Envoy
    Pattern(
        r"(?:requestHeaderModifier:[ \t]*\n(?:[ \t]+(?!remove)\S.*\n)*?[ \t]+remove"
        r"|request_?headers_?to_?remove):[ \t]*(?:\n[ \t]*-[ \t]*|\[[ \t]*)"
        r"(?:(?!authorization\b)[\w-]+[ \t]*(?:,[ \t]*|\n[ \t]*-[ \t]*))*"
        r"[\"']?(?P<header>authorization)\b",
        re.IGNORECASE,
    ),
)
"""How proxies are told; `value` is what the header becomes, without one it goes."""


def may_tell(text: Searched) -> bool:
    """Tell whether a file may name such a header."""
    return text.has_any(_WORDS)


def lost_identities(text: Text, source: str) -> Iterator[LostIdentity]:
    """Yield where a proxy drops the header or gives it a value of its own."""
    if "auth_request_set" in source:
        yield from left_to_callers(text, source)
    if CHECKED().search(source) or text.path.endswith((".md", ".rst", ".txt")):
        return
    for pattern in _PATTERNS:
        for found in pattern().finditer(source):
            value = (found.groupdict().get("value") or "").strip("\"'")
            line = source.rfind("\n", 0, found.start("header")) + 1
            is_comment = source[line : found.start("header")].lstrip().startswith(("#", "//"))
            # A variable carries what the caller has sent, or what the proxy has checked.
            if is_comment or "$" in value or value.lower().startswith("basic "):
                continue
            first = len(source[: found.start("header")].encode())
            last = first + len(found["header"].encode())
            fate = HeaderFate.replaced if value else HeaderFate.dropped
            yield LostIdentity(Span(text, first, last), found["header"], fate)
