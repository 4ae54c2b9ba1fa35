"""Where programs read a header of the request that they answer."""

from __future__ import annotations

import re
from functools import cache

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
