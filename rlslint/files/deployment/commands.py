"""Commands in scripts, jobs and containers that change what a database holds, or copy it.

Calls of pg_dump are found, and what brings a database in line with an ORM's schema when a program
is built or started: drizzle-kit push makes a table what the schema says, so that one which declares
no policies loses them, and its row security (tried with drizzle-kit 0.31 on PostgreSQL 15).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rlslint import Pattern
from rlslint.files.deployment import Dump, SchemaPush
from rlslint.files.settings.addresses import addresses
from rlslint.text import Searched, Span, Text

_CALL = Pattern(
    # A path of any length would be read again from each of its braces.
    r"(?<![\w/.-])(?:(?P<before>PGUSER=\S{1,80}[^\n]{0,80}?\s))?(?:[\w./${}-]{0,200}/)?pg_dump\s+"
    r"(?P<arguments>(?:\\\r?\n|[^\n;|&>])*)"
)
_USER = Pattern(r"(?:(?:^|\s)-U\s*|--username[=\s]\s*|PGUSER=)[\"']?([A-Za-z_]\w*)")
_SCHEMA_ONLY = Pattern(r"(?:^|\s)(?:-s\b|--schema-only\b|--section[=\s]*pre-data\b)")
_BEGINS = Pattern(r"[\s\\]*(?:[-\"'$]|postgres)")
_COMMENT = Pattern(r"\s*(?:#|//|/?\*|--|;|echo\b)")


def may_dump(text: Searched) -> bool:
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


_DECLARES = (b"pgPolicy", b"crudPolicy", b".enableRLS", b"withRLS")

_PUSH = Pattern(r"drizzle-kit\s+push(?::pg)?\b")
_SCRIPT = Pattern(r'^[ \t]*"(?P<name>[\w:.-]+)"[ \t]*:[ \t]*"(?P<command>(?:[^"\\\n]|\\.)*)"', re.M)
_RUNS = r"\b(?:run|yarn|pnpm|bun)\s+(?:run\s+)?{}(?![\w:.-])"
_GOES_LIVE = Pattern(
    r"(?:.*[:._-])?(?:(?:pre|post)?(?:build|deploy|release|start|install|serve)|prod(?:uction)?"
    r"|vercel-build|heroku-postbuild|ci)(?:[:._-].*)?"
)
_RUNS_LIVE = Pattern(
    r"(?i)(?:.*[._-])?dockerfile(?:\..*)?|procfile|fly\.toml|(?:.*[._-])?entrypoint(?:\.sh)?"
    r"|render\.ya?ml|railway\.(?:json|toml)|vercel\.json|(?:.*[._-])?(?:deploy|release|start)"
    r"(?:[._-].*)?\.(?:sh|ya?ml)"
)
_COMMENT_IN_SCRIPTS = Pattern(r"\s*(?:#|//|/?\*)")


def may_push(text: Searched) -> bool:
    """Tell whether a file names drizzle-kit."""
    return text.has(b"drizzle-kit")


def declares_policies(data: bytes) -> bool:
    """Tell whether a file is a schema of Drizzle that declares policies itself."""
    return any(word in data for word in _DECLARES)


def schema_pushes(text: Text, source: str) -> Iterator[SchemaPush]:
    """Yield the pushes of a file that run when the program is built, deployed or started."""
    name = PurePosixPath(text.path).name
    if name == "package.json":
        scripts = {found["name"]: found for found in _SCRIPT().finditer(source)}
        for found in scripts.values():
            push = _PUSH().search(found["command"])
            if push is not None and _is_live(found["name"], scripts, frozenset()):
                start = found.start("command") + push.start()
                yield _push(text, source, start, start + len(push[0]))
    elif _RUNS_LIVE().fullmatch(name):
        for push in _PUSH().finditer(source):
            if not _COMMENT_IN_SCRIPTS().match(source, source.rfind("\n", 0, push.start()) + 1):
                yield _push(text, source, *push.span())


def _is_live(name: str, scripts: dict[str, re.Match[str]], seen: frozenset[str]) -> bool:
    """Tell whether a script, or one that runs it, is called after building or going live."""
    if _GOES_LIVE().fullmatch(name):
        return True
    runs = re.compile(_RUNS.format(re.escape(name)))
    return any(
        other not in seen
        and runs.search(found["command"])
        and _is_live(other, scripts, seen | {name})
        for other, found in scripts.items()
    )


def _push(text: Text, source: str, start: int, end: int) -> SchemaPush:
    first = len(source[:start].encode())
    return SchemaPush(Span(text, first, first + end - start))
