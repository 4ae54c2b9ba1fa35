"""Connection strings: URLs, JDBC URLs, libpq's keyword/value form and that of .NET.

The forms are those of the PostgreSQL documentation, section "Connection Strings", of pgJDBC and of
Npgsql; one of Npgsql that says `Server` may be another server's and is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from rlslint import NamedTuple, Pattern

_DEFAULT = Pattern(r"\$\{\w[\w.]*(?::?-|:)(?P<default>[^{}?]*)\}")
_URL = Pattern(
    r"""(?<![\w:])(?:postgres|postgresql|postgis|psql|pgsql|asyncpg|psycopg)(?:\+\w+)?://
        (?:(?P<user>(?:\$\{[^}]{0,500}\}|[^\s:/?\#@'"`])*)(?P<password>:[^\s'"`]*?)?@(?![^\s'"`/]*@))?
        (?P<host>\[[^\]\s]*\]|(?:\$\{[^}]{0,500}\}|[^\s:/?\#'"`,])*)[^\s/?\#'"`]*
        (?:/(?P<database>[^\s?\#'"`]*))?
        (?:\?(?P<query>[^\s\#'"`]*))?""",
    re.VERBOSE,
)
_JDBC = Pattern(
    r"""jdbc:postgresql:(?://(?P<host>[^\s:/?\#'"`]*)[^\s/?\#'"`]*/)?(?P<database>[^\s?'"`]*)"""
    r"""(?:\?(?P<query>[^\s'"`]*))?"""
)
_QUERY_USER = Pattern(r"(?:^|[&?])user=(?P<user>[^&\s]+)")
_KEYWORD = (
    r"(?:host|hostaddr|port|dbname|user|password|sslmode|options|connect_timeout|application_name)"
    r"""=(?:'[^']{0,1000}+'|[^\s'"]{1,1000}+)"""
)
_KEYWORDS = Pattern(rf"(?<![\w.?&]){_KEYWORD}(?:\s+{_KEYWORD})+")
_NPGSQL = Pattern(
    r"(?<![\w ])Host=[^;\"'<>\r\n]{1,1000}+"
    r"(?:;[ \t]{0,100}+[A-Za-z][A-Za-z ]{0,50}+=[^;\"'<>\r\n]{0,1000}+)+",
    re.IGNORECASE,
)
_NPGSQL_PAIR = Pattern(r"(?P<key>[A-Za-z][A-Za-z ]*)=(?P<value>[^;]*)")
_NPGSQL_USERS = ("username", "userid", "user")
_NPGSQL_PLACES = ("host", "database")
_PAIR = Pattern(r"(?P<key>\w+)=(?:'(?P<quoted>[^']*)'|(?P<plain>[^\s'\"]+))")


_STAND_IN = Pattern(
    r"(?:placeholder|username|change_?-?me|your[-_ ]?(?:db[-_ ]?)?user(?:[-_ ]?name)?"
    r"|dummy|fake|ignored?|none|not[-_]?used|unused)$",
    re.I,
)
"""What stands in addresses for the name of a role that is to be filled in, or is never asked."""


class Address(NamedTuple):
    """Where a connection goes and as whom; the user's name stands between `start` and `end`.

    `user` is None where the string names none or leaves it to a variable.
    """

    user: str | None
    host: str
    database: str
    start: int
    end: int


def addresses(source: str, start: int = 0, end: int | None = None) -> Iterator[Address]:
    """Yield the connection strings of `source` between two offsets; the passwords are not kept."""
    stop = len(source) if end is None else end
    for match in _URL().finditer(source, start, stop):
        yield _of_url(match)
    for match in _JDBC().finditer(source, start, stop):
        yield _of_jdbc(match)
    for match in _KEYWORDS().finditer(source, start, stop):
        yield _of_keywords(match)
    for match in _NPGSQL().finditer(source, start, stop):
        yield _of_npgsql(match)


def _of_url(match: re.Match[str]) -> Address:
    host, database = _plain(match["host"]), _plain(match["database"])
    if match["user"]:
        return Address(known(match["user"], decode=True), host, database, *match.span("user"))
    return _from_query(match, host, database)


def _of_jdbc(match: re.Match[str]) -> Address:
    return _from_query(match, _plain(match["host"]), _plain(match["database"]))


def _from_query(match: re.Match[str], host: str, database: str) -> Address:
    user = _QUERY_USER().search(match["query"] or "")
    if user is None:
        return Address(None, host, database, *match.span())
    base = match.start("query")
    place = (base + user.start("user"), base + user.end("user"))
    return Address(known(user["user"], decode=True), host, database, *place)


def _of_keywords(match: re.Match[str]) -> Address:
    pairs = {pair["key"]: pair for pair in _PAIR().finditer(match.string, *match.span())}

    def value(key: str) -> str:
        pair = pairs.get(key)
        return _plain(pair["quoted"] or pair["plain"]) if pair else ""

    host, database, user = value("host") or value("hostaddr"), value("dbname"), pairs.get("user")
    if user is None:
        return Address(None, host, database, *match.span())
    group = "plain" if user["quoted"] is None else "quoted"
    return Address(known(user[group]), host, database, *user.span(group))


def _of_npgsql(match: re.Match[str]) -> Address:
    pairs = {
        pair["key"].replace(" ", "").lower(): pair
        for pair in _NPGSQL_PAIR().finditer(match.string, *match.span())
    }
    host, database = (_plain(pairs[key]["value"]) if key in pairs else "" for key in _NPGSQL_PLACES)
    user = next((pairs[key] for key in _NPGSQL_USERS if key in pairs), None)
    if user is None:
        return Address(None, host, database, *match.span())
    return Address(known(user["value"]), host, database, *user.span("value"))


def known(written: str, *, decode: bool = False) -> str | None:
    """Return the user that `written` means, None where only the running program knows."""
    value = expanded(written)
    if not value:
        return None
    plain = unquote(value) if decode else value
    if any(sign in plain for sign in "{}<>$*%") or _STAND_IN().match(plain):
        return None
    return plain


def _plain(written: str | None) -> str:
    return (expanded(written) or "") if written else ""


def expanded(written: str) -> str | None:
    """Return `written` with each default in place of its variable, None where one has none.

    Variables are `${NAME}`, `${NAME:-default}` and Spring's `${NAME:default}`.
    """
    value = _DEFAULT().sub(lambda match: match["default"], written)
    return None if "$" in value else value
