"""Proxies that take from a request the header that says who asks, or put another in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import Pattern
from rlslint.files.deployment import LostIdentity
from rlslint.text import Searched, Span, Text

_HEADER = b"uthorization"

_PATTERNS = (
    # nginx, and the snippets of its ingress controller
    Pattern(
        r"proxy_set_header[ \t]+(?P<header>authorization)[ \t]+"
        r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s;]+)[ \t]*;",
        re.IGNORECASE,
    ),
    # Caddy
    Pattern(r"header_up[ \t]+-(?P<header>authorization)\b", re.IGNORECASE),
    # HAProxy
    Pattern(r"http-request[ \t]+del-header[ \t]+(?P<header>authorization)\b", re.IGNORECASE),
    # Apache
    Pattern(r"RequestHeader[ \t]+unset[ \t]+\"?(?P<header>authorization)\b", re.IGNORECASE),
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

_ELSEWHERE = Pattern(
    r"auth_request|auth-url|auth_jwt|forwardauth|oauth2|oidc|openid|jwt|amazonaws|minio|\bs3\b",
    re.IGNORECASE,
)
"""What checks callers in the proxy's own way, and storage that signs its requests itself."""


def may_tell(text: Searched) -> bool:
    """Tell whether a file names the header."""
    return text.has(_HEADER)


def lost_identities(text: Text, source: str) -> Iterator[LostIdentity]:
    """Yield where a proxy drops the header or gives it a value of its own."""
    if _ELSEWHERE().search(source) or text.path.endswith((".md", ".rst", ".txt")):
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
            yield LostIdentity(Span(text, first, last), found["header"], bool(value))
