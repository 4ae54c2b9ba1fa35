"""Settings that connections are opened with: `options`, PGOPTIONS, server_settings and their kin.

Documented by libpq (options, PGOPTIONS), asyncpg (server_settings), pgx (RuntimeParams) and sqlx
(PgConnectOptions::options); the other libraries pass libpq's `options` on under its name.
"""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.files.deployment import StartupOption
from rlslint.text import Span, Text
from rlslint.text.patterns import Pattern, Searched

_RARE = (b"server_settings", b"runtimeparams", b".options([", b"connection:")
_OPTION = Pattern(rb"(?:-c|--)(?:\s|%20|\+|\\ )*[A-Za-z_]\w*\.[A-Za-z_]")

_NAME = r"(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)"
_COMMENT = Pattern(r"\s*(?:#|//|/?\*|--|;)")
_FORMS = (
    # options="-c app.tenant=1", PGOPTIONS=-capp.tenant=1, ?options=-c%20app.tenant%3D1
    Pattern(
        r"\b(?P<how>(?:PG)?OPTIONS|options|Options)\b\W{1,8}[rbf]{0,2}[\"'`]?"
        r"(?:[^\n\"'`]{0,80}?(?:\s|%20|\+))??(?:-c|--)(?:\s|%20|\+|\\ )*" + _NAME + r"(?:=|%3D)",
    ),
    Pattern(r"\b(?P<how>server_settings)\b\W{1,8}(?:[^{}]{0,200}?[\"'])?" + _NAME + r"[\"']\s*:"),
    Pattern(r"\b(?P<how>connection)\s*:\s*\{(?:[^{}]{0,400}?[\"'])?" + _NAME + r"[\"']\s*:"),
    Pattern(r"\b(?P<how>RuntimeParams)\[\s*\"" + _NAME + r"\"\s*\]\s*="),
    Pattern(
        r"\b(?P<how>RuntimeParams)\s*[:=]\s*map\[string\]string\{(?:[^{}]{0,400}?\")?"
        + _NAME
        + r"\"\s*:"
    ),
    Pattern(r"\.(?P<how>options)\(\s*\[\s*\(\s*\"" + _NAME + r"\"\s*,"),
)


def may_tell(text: Searched) -> bool:
    """Tell whether a file may have such a setting, for what a few searches cost."""
    if text.has_any(_RARE):
        return True
    return text.has(b"options") and _OPTION().search(text.data) is not None


def startup_options(text: Text, source: str) -> Iterator[StartupOption]:
    """Yield the settings with a dot in their names that connections are opened with."""
    seen: set[int] = set()
    for form in _FORMS:
        for found in form().finditer(source):
            start, end = found.span("name")
            line = source.rfind("\n", 0, found.start()) + 1
            if start in seen or _COMMENT().match(source, line):
                continue
            seen.add(start)
            first = len(source[:start].encode())
            span = Span(text, first, first + end - start)
            yield StartupOption(span, found["name"].lower(), found["how"])
