"""As whom programs connect: connection strings and the arguments of drivers, written as literals.

A user name counts beside what else a connection to PostgreSQL is given: in one list of arguments or
object, in calls that set one after the other, or behind an address that names no user. What a
class of settings says of the variables of the environment counts as these do.
"""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import pairwise

from rlslint import Pattern
from rlslint.code import form
from rlslint.code.constants import ConstantString, Template
from rlslint.code.forms import ProgramFile
from rlslint.files.connections import LITERAL, Connection
from rlslint.files.settings.addresses import addresses, known
from rlslint.files.settings.variables import OTHER_SERVERS, Variable, connections_of_variables
from rlslint.text import Searched

_SERVER = (b"postg", b"psycopg", b"psql", b"dbname")
_DRIVER = Pattern(rb"pg(?:sql|x|connect|pool|8000|(?<=asyncpg)|(?<=aiopg)|(?<!\wpg)\b)")
_REPOSITORY = Pattern(rb"\.repo\b")
_ADDRESS = Pattern(
    rb"(?:postgres(?:ql)?|postgis|psql|pgsql|asyncpg|psycopg)(?:\+\w+)?://[^\s\"'`]{0,300}@"
    rb"|jdbc:postgresql:|pgsql:|user\s?(?:name|id)?=|sequelize\("
)
_USER_LITERAL = Pattern(
    rb"user_?(?:name|id)?[\"']?\s{0,9}(?:=>|[:=(,])\s{0,9}(?:[\w.\[\]| ]{1,40}=\s{0,9})?"
    rb"(?:[\w.$:?|\s-]{1,60}[(\[,?|]{1,9}\s{0,9}[\"'\w]{0,60}[\"'\])\s,?|]{0,9})?[\"'`]"
)
_KIND_OF_SERVER = Pattern(
    r"(?:.*[^a-z])?(?:(?:pdo_)?pg|pgsql|postgres\w*|postgis|npgsql|psql\w*|asyncpg|psycopg\w*)"
    r"(?:[^a-z].*)?",
    re.IGNORECASE,
)
_OPENS = Pattern(r".*(?:pg|postgre|repo$|pool$|client$).*", re.IGNORECASE)
_DRIVERS = frozenset(
    (
        "aiopg", "asyncpg", "pg", "pg-pool", "pg-promise", "pg8000", "postgres", "psycopg",
        "psycopg2", "psycopg2cffi", "psycopg_pool",
    )
)  # fmt: skip
"""Modules whose functions connect to PostgreSQL as the user that they are given."""

_USERS = frozenset(("user", "username", "userid", "dbuser"))
_HOSTS = frozenset(("host", "hostname", "server", "servername", "hostaddr"))
_DATABASES = frozenset(("database", "dbname", "db", "databasename"))
_ADDRESSES = frozenset(("url", "jdbcurl", "connectionstring", "uri", "dsn", "conninfo"))
_PASSWORDS = frozenset(("password", "pass", "passwd"))
_KINDS = frozenset(
    (
        "adapter", "client", "dialect", "driver", "driverclassname", "drivername", "engine",
        "provider", "scheme", "type",
    )
)  # fmt: skip
_SCHEMES = ("jdbc:postgresql:", "pgsql:")
_POSITIONS = {"Sequelize": 1}
"""Where the user stands among the arguments of constructors that are told the kind of server."""
_NEAR = 500
"""How many bytes may lie between two calls that set up the same connection."""

_Named = list[tuple[str, form.Node]]


def may_connect(text: Searched) -> bool:
    """Tell whether a program may say as whom it connects, for what a few searches cost."""
    return _names_server(text) and bool(
        _USER_LITERAL().search(text.lowered) or _ADDRESS().search(text.lowered)
    )


def _names_server(text: Searched) -> bool:
    return (
        text.has_any(_SERVER)
        or (text.has(b"pg") and _DRIVER().search(text.lowered) is not None)
        or (text.has(b".repo") and _REPOSITORY().search(text.lowered) is not None)
    )


def connections_in(file: ProgramFile) -> Iterator[Connection]:
    """Yield the Connections that a program tells of, each place once."""
    seen: set[int] = set()
    for found in _Connecting(file).found(file.nodes):
        if found.span.start not in seen:
            seen.add(found.span.start)
            yield found


class _Connecting:
    """What tells of connections in one file."""

    def __init__(self, file: ProgramFile) -> None:
        self._constants = file.constants
        self._document = file.document

    def found(self, nodes: Iterable[form.Node]) -> Iterator[Connection]:
        settings: list[tuple[str, ConstantString]] = []
        kinds: dict[int, str] = {}
        for node in nodes:
            if isinstance(node, form.String | form.Operation | form.Call):
                template = self._constants.template(node)
                if template is not None:
                    yield from self._addresses(template)
            match node:
                case form.Mapping(pairs=pairs, type=made):
                    named = [(pair.name, pair.value) for pair in pairs]
                    yield from self._of_names(named, made or kinds.get(id(node), ""))
                    kind = self._kind(named)
                    kinds |= {id(value): kind for _, value in named if kind}
                case form.Call():
                    called = self._constants.path(node.function)
                    words = [self._constants.word(each) for each in node.arguments]
                    yield from self._of_call(called, node, words)
                    mappings = [x for x in node.arguments if isinstance(x, form.Mapping)]
                    kinds |= {id(each): called for each in mappings}
                    if len(words) == 1 and words[0] is not None:
                        settings.append((_plain(called.rpartition(".")[2]), words[0]))
                case form.Assign(targets=(form.Attribute(name=name) | form.Name(name=name),)):
                    value = node.value
                    word = self._constants.word(value) if value is not None else None
                    if word is not None:
                        settings.append((_plain(name), word))
                case form.Class(bases=bases, body=form.Block(body=body)):
                    if any(each.rpartition(".")[2].endswith("Settings") for each in bases):
                        yield from self._of_settings(body)
        yield from self._set_one_by_one(settings)

    def _addresses(self, template: Template) -> Iterator[Connection]:
        """Yield the Connections of the addresses in a string; what it is filled in is not known."""
        text = template.text
        if "@" not in text and "user" not in text.lower():
            return
        for address in addresses(text):
            if address.user:
                start, end = template.place(address.start, address.end)
                yield self._connection(
                    ConstantString(address.user, start, end),
                    "" if "{" in address.host else address.host,
                    "" if "{" in address.database else address.database,
                )

    def _connection(self, user: ConstantString, host: str, database: str) -> Connection:
        return self._document.connection(
            user.text,
            self._document.character(user.start),
            self._document.character(user.end),
            host=host,
            database=database,
            source=LITERAL,
        )

    def _beside(self, user: ConstantString, values: Mapping[str, ConstantString]) -> Connection:
        """Return the Connection of a user, with what else the connection is given."""
        host, database = _value(values, _HOSTS), _value(values, _DATABASES)
        named = next(addresses(_value(values, _ADDRESSES)), None)
        database = database or ("" if "engine" not in values else _value(values, {"name"}))
        return self._connection(
            user,
            host or (named.host if named else ""),
            database or (named.database if named else ""),
        )

    def _of_call(
        self, called: str, call: form.Call, words: list[ConstantString | None]
    ) -> Iterator[Connection]:
        """Yield the Connections that the arguments of one call tell of."""
        texts = [word.text for word in words if word is not None]
        has_address = any(text.startswith(_SCHEMES) for text in texts)
        kind = next((text for text in texts if _KIND_OF_SERVER().fullmatch(text)), "")
        of_others = any(map(OTHER_SERVERS().search, (called, *texts[:1])))
        if not of_others or has_address:
            opens = "postgres" if has_address else kind or called
            yield from self._of_names(list(call.named), opens, has_address)
        for address, user in pairwise(words):
            # JDBC and PDO take the user behind an address that names none.
            if address and user and address.text.startswith(_SCHEMES) and known(user.text):
                yield self._beside(user, {"url": address})
        position = _POSITIONS.get(called.rpartition(".")[2])
        user = words[position] if position is not None and position < len(words) else None
        if user is None or not isinstance(options := call.arguments[-1], form.Mapping):
            return
        if known(user.text) and self._kind([(p.name, p.value) for p in options.pairs]):
            yield self._beside(user, {})

    def _of_names(
        self, named: _Named, opens: str, has_address: bool = False
    ) -> Iterator[Connection]:
        """Yield the Connection that names and values describe, where they are PostgreSQL's.

        `opens` is what they are given to; `has_address` tells that an address stands before them.
        """
        words = {
            _plain(name): word
            for name, value in named
            if (word := self._constants.word(value)) is not None
        }
        names = {_plain(name) for name, _ in named}
        user = next((words[name] for name in sorted(_USERS & words.keys())), None)
        if user is None or known(user.text) is None:
            return
        kind = next((words[name].text for name in sorted(_KINDS & words.keys())), "")
        if kind and not _KIND_OF_SERVER().fullmatch(kind):
            return
        is_driver = not _DRIVERS.isdisjoint(opens.split("."))
        beside = names & (_HOSTS | _DATABASES | _ADDRESSES | _PASSWORDS)
        is_named = kind or names & _DATABASES or _OPENS().fullmatch(opens)
        is_whole = beside or (kind and "engine" in names)
        if is_driver or has_address or (is_named and is_whole):
            yield self._beside(user, words)

    def _kind(self, named: _Named) -> str:
        """Return the kind of server that an object is about, for the objects inside."""
        for name, value in named:
            if _plain(name) in _KINDS:
                word = self._constants.word(value)
                text = word.text if word is not None else self._constants.path(value)
                return text if _KIND_OF_SERVER().fullmatch(text) else ""
        return ""

    def _of_settings(self, body: Iterable[form.Node]) -> Iterator[Connection]:
        """Yield the Connections of a class that reads the environment, where nothing is set."""
        prefix = ""
        found: list[tuple[str, ConstantString]] = []
        for node in body:
            match node:
                case form.Assign(targets=(form.Name(),), value=form.Call(named=named)) if (
                    stated := next((value for name, value in named if name == "env_prefix"), None)
                ):
                    word = self._constants.word(stated)
                    prefix = word.text if word is not None else ""
                case form.Assign(targets=(form.Name(name=name),), value=value) if value is not None:
                    word = self._constants.word(value)
                    found += [(name, word)] if word is not None else []
        variables = [
            Variable(
                f"{prefix}{name}".upper(),
                word.text,
                self._document.character(word.start),
                self._document.character(word.end),
            )
            for name, word in found
        ]
        for connection in connections_of_variables(self._document, variables):
            yield connection._replace(source=LITERAL)

    def _set_one_by_one(self, settings: list[tuple[str, ConstantString]]) -> Iterator[Connection]:
        """Yield the Connections of users that are set by calls or assignments beside others."""
        telling = _USERS | _HOSTS | _DATABASES | _ADDRESSES
        ordered = sorted(
            ((name, word) for name, word in settings if name in telling),
            key=lambda one: one[1].start,
        )
        starts = [word.start for _, word in ordered]
        for name, user in ordered:
            if name not in _USERS or known(user.text) is None:
                continue
            first = bisect_left(starts, user.start - _NEAR)
            around = dict(ordered[first : bisect(starts, user.start + _NEAR)])
            if around.keys() & (_HOSTS | _DATABASES | _ADDRESSES):
                yield self._beside(user, around)


def _plain(name: str) -> str:
    """Return a name as all languages would spell it, without the verb of a setter."""
    plain = name.replace("_", "").replace("-", "").lower()
    return plain.removeprefix("set") if plain.startswith("set") else plain


def _value(values: Mapping[str, ConstantString], names: AbstractSet[str]) -> str:
    return next((values[name].text for name in sorted(names & values.keys())), "")
