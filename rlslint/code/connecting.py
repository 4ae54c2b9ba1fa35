"""As whom programs connect: connection strings and the arguments of drivers, written as literals.

A user name counts beside what else a connection to PostgreSQL is given: in one list of arguments or
object, in calls that set one after the other, or behind an address that names no user.
"""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections.abc import Iterator, Mapping
from itertools import pairwise

from rlslint import NamedTuple
from rlslint.code import form
from rlslint.files.connections import LITERAL, Connection
from rlslint.files.settings.addresses import addresses, known
from rlslint.files.settings.document import Document
from rlslint.text.patterns import Pattern

_POSTGRES = Pattern(rb"postgre|pgsql|npgsql|pgx|pgconnect|pgpool|\bpg\b|\.repo\b")
_ADDRESS = Pattern(
    rb"postgres(?:ql)?(?:\+\w+)?://[^\s\"'`]{0,300}@|jdbc:postgresql:|pgsql:|user\s?(?:name|id)?=|sequelize\("
)
_USER_LITERAL = Pattern(
    rb"user_?(?:name|id)?[\"']?\s{0,9}(?:=>|[:=(,])\s{0,9}(?:[\w.$:?|\s-]{1,60}[(\[,?|]{1,9}"
    rb"\s{0,9}[\"'\w]{0,60}[\"'\])\s,?|]{0,9})?[\"'`]"
)
_KIND_OF_SERVER = Pattern(
    r"(?:pdo_)?(?:pg|pgsql|postgres|postgresql|npgsql)(?:[^a-z].*)?", re.IGNORECASE
)
_OPENS = Pattern(r".*(?:pg|postgre|repo$|pool$|client$).*", re.IGNORECASE)

_USERS = frozenset(("user", "username", "userid", "dbuser"))
_HOSTS = frozenset(("host", "hostname", "server", "servername", "hostaddr"))
_DATABASES = frozenset(("database", "dbname", "db", "databasename"))
_ADDRESSES = frozenset(("url", "jdbcurl", "connectionstring", "uri", "dsn"))
_PASSWORDS = frozenset(("password", "pass", "passwd"))
_KINDS = frozenset(
    ("adapter", "client", "dialect", "driver", "driverclassname", "provider", "type")
)
_DEFAULTING = frozenset(
    (
        "env", "fetch", "fetch_env", "get", "get_env", "getenv", "getordefault", "getproperty",
        "unwrap_or", "unwrap_or_else", "get_or_else", "orelse", "getorelse", "default",
    )
)  # fmt: skip
"""The last words of functions that return their last argument where a variable is not set."""
_TEST = Pattern(r"\b(?:test|tests|fact|theory)\b", re.IGNORECASE)
"""In the marks of what tests the program."""
_SCHEMES = ("jdbc:postgresql:", "pgsql:")
_WRAPPING = frozenset(("Some", "String.from"))
_POSITIONS = {"Sequelize": 1}
"""Where the user stands among the arguments of constructors that are told the kind of server."""
_NEAR = 500
"""How many bytes may lie between two calls that set up the same connection."""


def may_connect(data: bytes) -> bool:
    """Tell whether a program may say as whom it connects, for what a few searches cost."""
    lowered = data.lower()
    if not _POSTGRES().search(lowered):
        return False
    return bool(_ADDRESS().search(lowered) or _USER_LITERAL().search(lowered))


def connections_in(body: form.Node, document: Document) -> Iterator[Connection]:
    """Yield the Connections that a program in its form tells of, each place once."""
    places = _Places(document)
    nodes = list(_nodes(body))
    constants = _constants(nodes)
    seen: set[int] = set()
    for found in _found(nodes, constants, places):
        if found.span.start not in seen:
            seen.add(found.span.start)
            yield found


class _Word(NamedTuple):
    """A constant string, and the bytes where it is written."""

    text: str
    start: int
    end: int


_Constants = Mapping[str, _Word]


class _Places:
    """Turns the byte offsets of a form into a Document's, which count characters."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._data = document.text.data
        self._is_ascii = self._data.isascii()

    def connection(self, user: _Word, values: Mapping[str, _Word]) -> Connection:
        """Return the Connection of a user, with what else the connection is given."""
        host, database = _value(values, _HOSTS), _value(values, _DATABASES)
        named = next(addresses(_value(values, _ADDRESSES)), None)
        return self._document.connection(
            user.text,
            self._character(user.start),
            self._character(user.end),
            host=host or (named.host if named else ""),
            database=database or (named.database if named else ""),
            source=LITERAL,
        )

    def of_addresses(self, node: form.String) -> Iterator[Connection]:
        """Yield the Connections of the addresses in a string."""
        start, end = self._character(node.start), self._character(node.end)
        yield from self._document.connections(start, end, LITERAL)

    def _character(self, offset: int) -> int:
        return offset if self._is_ascii else len(self._data[:offset].decode("utf-8", "replace"))


def _found(nodes: list[form.Node], constants: _Constants, places: _Places) -> Iterator[Connection]:
    settings: list[tuple[str, _Word]] = []
    kinds: dict[int, str] = {}
    for node in nodes:
        match node:
            case form.String():
                yield from places.of_addresses(node)
            case form.Mapping(pairs=pairs, type=made):
                named = [(pair.name, pair.value) for pair in pairs]
                opens = made or kinds.get(id(node), "")
                yield from _of_names(named, opens, False, constants, places)
                kind = _kind(named, constants)
                kinds |= {id(value): kind for _, value in named if kind}
            case form.Call(function=function, arguments=arguments, named=named):
                called = _path(function)
                words = [_constant(each, constants) for each in arguments]
                has_address = any(word and word.text.startswith(_SCHEMES) for word in words)
                kind = "postgres" if has_address else called
                yield from _of_names(list(named), kind, has_address, constants, places)
                kinds |= {id(each): called for each in arguments if isinstance(each, form.Mapping)}
                yield from _behind_address(words, places)
                yield from _at_position(called, arguments, words, constants, places)
                if len(words) == 1 and words[0] is not None:
                    settings.append((_plain(called.rpartition(".")[2]), words[0]))
            case form.Assign(targets=(form.Attribute(name=name) | form.Name(name=name),)):
                word = _constant(node.value, constants) if node.value is not None else None
                if word is not None:
                    settings.append((_plain(name), word))
    yield from _set_one_by_one(settings, places)


def _of_names(
    named: list[tuple[str, form.Node]],
    opens: str,
    has_address: bool,
    constants: _Constants,
    places: _Places,
) -> Iterator[Connection]:
    """Yield the Connection that names and values describe, where they are PostgreSQL's.

    `opens` is what they are given to; `has_address` tells that an address stands before them.
    """
    words = {
        _plain(name): word
        for name, value in named
        if (word := _constant(value, constants)) is not None
    }
    names = {_plain(name) for name, _ in named}
    user = next((words[name] for name in sorted(_USERS & words.keys())), None)
    if user is None or known(user.text) is None:
        return
    kind = next((words[name].text for name in sorted(_KINDS & words.keys())), "")
    if kind and not (_KIND_OF_SERVER().fullmatch(kind) or "postgres" in kind.lower()):
        return
    beside = has_address or names & (_HOSTS | _DATABASES | _ADDRESSES | _PASSWORDS)
    if beside and (kind or names & _DATABASES or _OPENS().fullmatch(opens)):
        yield places.connection(user, words)


def _kind(named: list[tuple[str, form.Node]], constants: _Constants) -> str:
    """Return the kind of server that an object is about, for the objects inside, "" if unknown."""
    for name, value in named:
        if _plain(name) in _KINDS:
            word = _constant(value, constants)
            return word.text if word is not None and _KIND_OF_SERVER().fullmatch(word.text) else ""
    return ""


def _behind_address(words: list[_Word | None], places: _Places) -> Iterator[Connection]:
    """Yield the Connection of a user behind an address that names none (JDBC, PDO)."""
    for address, user in pairwise(words):
        if address is None or user is None:
            continue
        if address.text.startswith(_SCHEMES) and known(user.text):
            yield places.connection(user, {"url": address})


def _at_position(
    called: str,
    arguments: tuple[form.Node, ...],
    words: list[_Word | None],
    constants: _Constants,
    places: _Places,
) -> Iterator[Connection]:
    """Yield the Connection of a user among arguments, where the last ones name the server."""
    position = _POSITIONS.get(called.rpartition(".")[2])
    user = words[position] if position is not None and position < len(words) else None
    if user is None or not isinstance(options := arguments[-1], form.Mapping):
        return
    if known(user.text) and _kind([(p.name, p.value) for p in options.pairs], constants):
        yield places.connection(user, {})


def _set_one_by_one(settings: list[tuple[str, _Word]], places: _Places) -> Iterator[Connection]:
    """Yield the Connections of users that are set by calls or assignments beside others."""
    telling = _USERS | _HOSTS | _DATABASES | _ADDRESSES
    ordered = sorted(
        ((name, word) for name, word in settings if name in telling), key=lambda one: one[1].start
    )
    starts = [word.start for _, word in ordered]
    for name, user in ordered:
        if name not in _USERS or known(user.text) is None:
            continue
        first, end = bisect_left(starts, user.start - _NEAR), bisect(starts, user.start + _NEAR)
        around = dict(ordered[first:end])
        if around.keys() & (_HOSTS | _DATABASES | _ADDRESSES):
            yield places.connection(user, around)


def _constants(nodes: list[form.Node]) -> dict[str, _Word]:
    """Return the constants of a file: names that are given one string, and nothing else."""
    found: dict[str, _Word | None] = {}
    for node in nodes:
        match node:
            case form.Assign(targets=(form.Name(name=name),), value=value):
                word = _constant(value, {}) if value is not None else None
                found[name] = word if name not in found else None
    return {name: word for name, word in found.items() if word is not None}


def _constant(node: form.Node, constants: _Constants) -> _Word | None:
    """Return the string that a node is, or what it is where a variable has no value."""
    match node:
        case form.String(parts=[*parts], tag=None) if parts and all(
            isinstance(part, form.Piece) for part in parts
        ):
            pieces = [part for part in parts if isinstance(part, form.Piece)]
            return _Word("".join([p.text for p in pieces]), pieces[0].start, pieces[-1].end)
        case form.Name(name=name):
            return constants.get(name)
        case form.Operation(operator="or", operands=[*_, last]):
            return _constant(last, constants)
        case form.Call(function=form.Attribute(of=form.String() as of), arguments=()):
            return _constant(of, constants)
        case form.Call(function=function, arguments=[*others, last]):
            called = _path(function)
            defaults = called.rpartition(".")[2].lower() in _DEFAULTING
            if called in _WRAPPING or (
                defaults and (others or isinstance(function, form.Attribute))
            ):
                return _constant(last, constants)
    return None


def _path(node: form.Node) -> str:
    """Return the dotted name of what is called, as far as it is made of names."""
    match node:
        case form.Name(name=name):
            return name
        case form.Attribute(of=of, name=name):
            before = _path(of)
            return f"{before}.{name}" if before else name
        case form.Call(function=function):
            return _path(function)
    return ""


def _plain(name: str) -> str:
    """Return a name as all languages would spell it, without the verb of a setter."""
    plain = name.replace("_", "").replace("-", "").lower()
    return plain.removeprefix("set") if plain.startswith("set") else plain


def _value(values: Mapping[str, _Word], names: frozenset[str]) -> str:
    return next((values[name].text for name in sorted(names & values.keys())), "")


def _nodes(start: form.Node) -> Iterator[form.Node]:
    """Yield a node and all nodes in it, in the order in which they are written.

    What tests the program is passed over: tests may stand in the file that they test (Rust).
    """
    waiting: list[object] = [start]
    while waiting:
        item = waiting.pop()
        if isinstance(item, form.Later):
            waiting.append(item.node)
        elif isinstance(item, tuple):
            if isinstance(item, form.Function | form.Class) and any(
                _TEST().search(mark) for mark in item.marks
            ):
                continue
            if isinstance(item, form.Node):
                yield item
            waiting.extend(reversed(item))
