"""How servers, poolers and connections are set up: by images, providers and configuration files.

PgBouncer has a file of its own, and variables of its images. Options that connections are opened
with are documented by libpq (options, PGOPTIONS), asyncpg (server_settings), pgx (RuntimeParams)
and sqlx (PgConnectOptions::options); the other libraries pass libpq's `options` on under its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rlslint import Pattern
from rlslint.files.deployment import Pooler, ServerVersion, StartupOption
from rlslint.files.settings.development import is_development
from rlslint.text import Searched, Span, Text

_WORDS_OF_VERSIONS = (b"postg", b"pgvector", b"major_version")

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


def may_tell_version(text: Searched) -> bool:
    """Tell whether a file names PostgreSQL as images and providers do."""
    return text.has_any(_WORDS_OF_VERSIONS)


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


_WORDS_OF_POOLERS = (
    b"pool_mode", b"server_reset_query", b"pooler_mode", b'pool "', b"-pooler.", b":6543", b":6432",
    b"pgbouncer=true",
)  # fmt: skip

_SECTION = Pattern(r"^[ \t]*\[pgbouncer\]", re.MULTILINE)
_LINE = Pattern(
    r"^[ \t]*(?P<key>pool_mode|server_reset_query_always|server_reset_query)[ \t]*=[ \t]*"
    r"(?P<value>[^\r\n]*?)(?=[ \t]*(?:[ \t][;#]|\r?$))",
    re.MULTILINE,
)
_OF_ONE = Pattern(
    r"^[ \t]*[^;#\s=][^\r\n=]*=[^\r\n;#]*\bpool_mode[ \t]*=[ \t]*(?P<value>\w+)", re.MULTILINE
)
_VARIABLE = Pattern(
    r"\b(?:PGBOUNCER_)?(?P<key>POOL_MODE|SERVER_RESET_QUERY_ALWAYS|SERVER_RESET_QUERY)\b['\"]?"
    r"(?:[ \t]*[:=]|[ \t]*,?\s*['\"]?value['\"]?[ \t]*:)"
    r"[ \t]*(?P<quote>['\"]?)(?P<value>[^\r\n'\"#}]*)"
)
_ON = ("1", "true", "yes", "on")


def may_tell_pooler(text: Searched) -> bool:
    """Tell whether a file may be about a pooler, for what a few searches cost."""
    return text.has_any(_WORDS_OF_POOLERS)


def poolers(text: Text, source: str) -> Iterator[Pooler]:
    """Yield what a file says of the pools: one for all, and one for each database with its own."""
    if not is_development(text.path):
        yield from _behind_addresses(text, source)
    if _SECTION().search(source):
        yield from _of_lines(text, source, list(_LINE().finditer(source)))
        for found in _OF_ONE().finditer(source):
            settings = _settings(_LINE().finditer(source))
            yield _pooler(text, source, found, {**settings, "pool_mode": found["value"]})
    elif text.path.endswith(".toml"):
        yield from _of_toml(text, source)
    elif "pgbouncer" in source.lower():
        yield from _of_lines(text, source, list(_VARIABLE().finditer(source)))
    elif text.path.endswith(".conf") and "storage" in source:
        yield from _of_odyssey(text, source)


_ADDRESSES = (
    ("the pooler of Neon", Pattern(r"[\w-]+-pooler\.[\w.-]*neon\.tech")),
    ("Supavisor", Pattern(r"[\w.-]+\.(?:pooler\.supabase\.com|supabase\.co):6543")),
    ("PgBouncer", Pattern(r"[\w.-]+\.postgres\.database\.azure\.com:6432|[?&]pgbouncer=true\b")),
)
"""Addresses at which a pooler of transactions listens, by the providers' documentation."""
_NO_SETTING = Pattern(r"\s*(?:#|//|;|--|\*)")
_OTHER_FILES = (".md", ".rst", ".txt", ".sql", ".html", ".lock")


def _behind_addresses(text: Text, source: str) -> Iterator[Pooler]:
    """Yield the poolers that connection strings name, each product once in a file."""
    if text.path.endswith(_OTHER_FILES):
        return
    for product, pattern in _ADDRESSES:
        for found in pattern().finditer(source):
            if _NO_SETTING().match(source, source.rfind("\n", 0, found.start()) + 1) is None:
                first = len(source[: found.start()].encode())
                span = Span(text, first, first + len(found[0].encode()))
                yield Pooler(span, "transaction", None, False, product)
                break


_MODE_OF_TOML = Pattern(
    r"^[ \t]*(?:pool_mode|(?P<dog>pooler_mode))[ \t]*="
    r"[ \t]*[\"'](?P<value>transaction|statement)[\"']",
    re.M,
)
_MODE_OF_ODYSSEY = Pattern(r"^[ \t]*pool[ \t]+\"(?P<value>transaction|statement)\"", re.M)
_DISCARDS = Pattern(r"^[ \t]*pool_(?:smart_)?discard[ \t]+yes\b", re.M)


def _of_toml(text: Text, source: str) -> Iterator[Pooler]:
    """Yield what PgCat's and PgDog's configurations say.

    PgCat takes back what SET changed when a client leaves, where its cleanup is on, as it is by
    itself; what set_config sets it does not see (its documentation).
    """
    for found in _MODE_OF_TOML().finditer(source):
        product = "PgDog" if found["dog"] else "PgCat"
        yield _pooler(text, source, found, {"pool_mode": found["value"]})._replace(product=product)


def _of_odyssey(text: Text, source: str) -> Iterator[Pooler]:
    always = "on" if _DISCARDS().search(source) else ""
    for found in _MODE_OF_ODYSSEY().finditer(source):
        settings = {"pool_mode": found["value"], "server_reset_query_always": always}
        yield _pooler(text, source, found, settings)._replace(product="Odyssey")


def _of_lines(text: Text, source: str, found: list[re.Match[str]]) -> Iterator[Pooler]:
    """Yield one pooler where a file has a mode or a query for when a client leaves."""
    telling = [one for one in found if one["key"].lower() != "server_reset_query_always"]
    modes = [one for one in telling if one["key"].lower() == "pool_mode"]
    if telling:
        yield _pooler(text, source, (modes or telling)[0], _settings(found), telling)


def _settings(found: Iterator[re.Match[str]] | list[re.Match[str]]) -> dict[str, str]:
    return {one["key"].lower(): one["value"].strip() for one in found}


def _pooler(
    text: Text,
    source: str,
    place: re.Match[str],
    settings: dict[str, str],
    telling: list[re.Match[str]] | None = None,
) -> Pooler:
    mode = settings.get("pool_mode", "").lower()
    mode = mode if mode in ("transaction", "statement") else "session"
    query = settings.get("server_reset_query")
    if mode == "session" and query is not None:
        queries = (one for one in telling or () if one["key"].lower() == "server_reset_query")
        place = next(queries, place)
    start = place.start() + len(place[0]) - len(place[0].lstrip())
    first = len(source[:start].encode())
    return Pooler(
        Span(text, first, first + len(place[0].strip().encode())),
        mode,
        query,
        settings.get("server_reset_query_always", "").lower() in _ON,
    )


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


def may_tell_option(text: Searched) -> bool:
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
