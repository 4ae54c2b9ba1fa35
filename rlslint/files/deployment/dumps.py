"""Calls of pg_dump in scripts, jobs and containers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint.files.deployment import Dump
from rlslint.files.settings.addresses import addresses
from rlslint.text import Span, Text
from rlslint.text.patterns import Pattern, Searched

_CALL = Pattern(
    r"(?<![\w/.-])(?:(?P<before>PGUSER=\S+[^\n]{0,80}?\s))?(?:[\w./${}-]*/)?pg_dump\s+"
    r"(?P<arguments>(?:\\\r?\n|[^\n;|&>])*)"
)
_USER = Pattern(r"(?:(?:^|\s)-U\s*|--username[=\s]\s*|PGUSER=)[\"']?([A-Za-z_]\w*)")
_SCHEMA_ONLY = Pattern(r"(?:^|\s)(?:-s\b|--schema-only\b|--section[=\s]*pre-data\b)")
_BEGINS = Pattern(r"[\s\\]*(?:[-\"'$]|postgres)")
_COMMENT = Pattern(r"\s*(?:#|//|/?\*|--|;|echo\b)")


def may_tell(text: Searched) -> bool:
    """Tell whether a file names pg_dump."""
    return text.has(b"pg_dump")


def dumps(text: Text, source: str) -> Iterator[Dump]:
    """Yield the calls of pg_dump in a file."""
    for found in _CALL().finditer(source):
        if _COMMENT().match(source, source.rfind("\n", 0, found.start()) + 1):
            continue
        arguments = found["arguments"]
        is_command = found["before"] or source[found.end() : found.end() + 1] in ("|", ">")
        if not (is_command or _BEGINS().match(arguments)):
            continue
        start = source.index("pg_dump", found.start())
        end = found.start("arguments") + len(arguments.rstrip(" \t\"'`,]"))
        first = len(source[:start].encode())
        yield Dump(
            Span(text, first, first + len(source[start:end].encode())),
            _user(f"{found['before'] or ''}{arguments}"),
            "--enable-row-security" in arguments,
            _SCHEMA_ONLY().search(arguments) is None,
        )


def _user(command: str) -> str:
    named = re.search(_USER(), command)
    if named is not None:
        return named[1]
    return next((address.user for address in addresses(command) if address.user), "")
