"""Which major version of PostgreSQL files start, build on or ask a provider for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rlslint.files.deployment import ServerVersion
from rlslint.text import Span, Text
from rlslint.text.patterns import Pattern, Searched

_WORDS = (b"postg", b"pgvector", b"major_version")

_IMAGE = Pattern(
    r"^[ \t]*(?:-[ \t]+)?(?:image:[ \t]*|FROM[ \t]+)[\"']?"
    r"(?P<told>(?:[\w.-]+(?::\d+)?/)*(?:postgres|postgresql|postgis|pgvector)"
    r":(?:pg)?(?P<major>\d{1,2})(?!\d)[\w.-]*)",
    re.M,
)
"""An image of a container: `postgres:14-alpine`, `postgis/postgis:14-3.3`, `pgvector:pg14`."""

_GOOGLE = Pattern(
    r"^[ \t]*database_version[ \t]*=[ \t]*(?P<told>\"POSTGRES_(?P<major>\d{1,2})\")", re.M
)
_AMAZON = Pattern(
    r"^[ \t]*engine_version[ \t]*=[ \t]*(?P<told>\"(?P<major>\d{1,2})(?:\.\d+)*\")", re.M
)
_ENGINE = Pattern(r"^[ \t]*engine[ \t]*=[ \t]*\"(?:aurora-)?postgres", re.M)
_SUPABASE = Pattern(r"^[ \t]*(?P<told>major_version[ \t]*=[ \t]*(?P<major>\d{1,2}))\b", re.M)

_CONTAINERS = Pattern(r"(?i).*\.ya?ml|(?:.*[._-])?(?:docker|container)file(?:\..*)?")


def may_tell(text: Searched) -> bool:
    """Tell whether a file names PostgreSQL as images and providers do."""
    return text.has_any(_WORDS)


def server_versions(text: Text, source: str) -> Iterator[ServerVersion]:
    """Yield the major versions that a file asks for; what stands in a comment asks for none."""
    for pattern in _patterns(PurePosixPath(text.path), source):
        for found in pattern().finditer(source):
            start = len(source[: found.start("told")].encode())
            end = start + len(found["told"].encode())
            yield ServerVersion(Span(text, start, end), int(found["major"]))


def _patterns(path: PurePosixPath, source: str) -> list[Pattern[str]]:
    if path.suffix == ".tf":
        return [_GOOGLE, _AMAZON] if _ENGINE().search(source) else [_GOOGLE]
    if path.name == "config.toml" and path.parent.name == "supabase":
        return [_SUPABASE]
    return [_IMAGE] if _CONTAINERS().fullmatch(path.name) else []
