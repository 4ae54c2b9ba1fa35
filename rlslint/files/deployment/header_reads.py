"""Where programs read a header of the request that they answer."""

from __future__ import annotations

import re
from functools import cache

from rlslint import Pattern
from rlslint.files.settings.development import is_development, is_for_tests
from rlslint.text import Span, Text

_NOT_SERVING = (".tsx", ".jsx", ".vue", ".svelte", ".sql", ".md", ".yml", ".yaml", ".json", ".conf")


def header_read(text: Text, source: str, header: str) -> Span | None:
    """Return where a program first reads a header, None where nothing says that it does.

    Told from the words around its name, which are alike in all languages: `headers["X"]`,
    `.header("X")`, `getHeader("X")`, `req.get("X")`, `HTTP_X`, a parameter that is a `Header`.
    """
    if text.path.endswith(_NOT_SERVING) or is_for_tests(text.path, "") or is_development(text.path):
        return None
    for found in _reading(header.lower()).finditer(source):
        line = source.rfind("\n", 0, found.start()) + 1
        if not source[line : found.start()].lstrip().startswith(("#", "//", "*", "--")):
            first = len(source[: found.start()].encode())
            return Span(text, first, first + len(found[0].encode()))
    return None


_NAMED = Pattern(
    r"""["'`:](?P<quoted>x[-_][\w-]+)["'`\]]|["']HTTP_(?P<cgi>X_\w+)["']"""
    r"""|\b(?P<parameter>x_\w+)\s*:[^=\n()]*=\s*Header\(""",
    re.IGNORECASE,
)
_VERIFIES = Pattern(
    r"jwt|jose|jwks|oauth|oidc|passport|authlib|verif|authenticat|authoriz|clerk|auth0|firebase"
    r"|supertokens|lucia|hmac|signature|current_?user|api_?key|cookie|session(?:\.user|\[|_id|id)"
    r"|getsession|members?hips?|is_?member",
    re.IGNORECASE,
)
"""Words of programs that know their callers by more than a header."""
_BY_PROXIES = Pattern(r"auth|forwarded|consumer|goog|amzn|ms-client|^cf-|remote|verified|claim|jwt")
"""In the names of headers that checks of callers fill in without being told."""
_UNVERIFIED = Pattern(
    r"verify_signature[\"']?\s*[:=]\s*False|ParseUnverified|[uU]nverified|jwt_?[dD]ecode\(|decodeJwt\("
    r"|\.split\(\s*[\"']\.[\"']\s*\)\s*\[\s*1\s*\]"
)
"""How a program reads a token that somebody else has verified."""


def headers_named(source: str) -> set[str]:
    """Return the headers of their own naming that a program may read, which say who is calling."""
    found = set[str]()
    for match in _NAMED().finditer(source):
        name = next(filter(None, match.groups())).lower().replace("_", "-")
        if _IDENTITY().fullmatch(name):
            found.add(name)
    return found


def is_serving(path: str) -> bool:
    """Tell whether a file may be of a program that answers requests."""
    return not (path.endswith(_NOT_SERVING) or is_for_tests(path, "") or is_development(path))


def verifies(source: str) -> bool:
    """Tell whether a program knows callers by more than a header: by a signature, a log-in."""
    return _VERIFIES().search(source) is not None


def is_filled_by_checks(header: str) -> bool:
    """Tell whether a header is one that a check of the caller fills in by itself, as a rule."""
    return _BY_PROXIES().search(header) is not None


def reads_unverified(source: str) -> bool:
    """Tell whether a program believes a token without verifying it."""
    return _UNVERIFIED().search(source) is not None


_IDENTITY = Pattern(
    r"x-[\w-]*(?:tenant|org|organi[sz]ation|account|company|workspace|customer|user|email)"
    r"(?:-(?:id|uuid|key|slug|name))?"
    r"|x-(?:consumer|credential|authenticated|auth-request|forwarded)-[\w-]*(?:id|user\w*|email|groups)"
    r"|x-userinfo"
)


@cache
def _reading(header: str) -> re.Pattern[str]:
    name = "[-_]".join(map(re.escape, header.replace("_", "-").split("-")))
    parameter = re.escape(header.replace("-", "_"))
    return re.compile(
        rf"""\bheaders?(?:\(\))?\s*(?:\??\.|->)\s*get\w*\(\s*["'`]{name}["'`]"""
        rf"""|\bheaders?(?:\(\))?\s*(?:\?\.)?\[\s*["'`:]{name}["'`]?\s*\](?!\s*=[^=])"""
        rf"""|\bheaders\??\.{parameter}\b(?!\s*=[^=])"""
        rf"""|\b(?:get_?|request_?)?header\(\s*["'`]{name}["'`]\s*\)"""
        rf"""|\b(?:req|request|c|ctx)\.get\(\s*["'`]{name}["'`]\s*\)"""
        rf"""|\bget_req_header\([^()]*["']{name}["']"""
        rf"""|@?RequestHeader\(\s*(?:\w+\s*=\s*)?["']{name}["']"""
        rf"""|["']HTTP_{parameter}["']"""
        rf"""|\bHeader\([^()]*alias\s*=\s*["']{name}["']"""
        rf"""|\b{parameter}\s*:[^=\n()]*=\s*Header\(""",
        re.IGNORECASE,
    )
