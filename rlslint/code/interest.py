"""Which files of a program are worth following.

They say something about sessions, or read or write rows that policies guard. A file is searched as
bytes before anything of it is parsed. A sign is looked for only where its first word stands, and
begins with it, for such a search is many times as quick as one that begins with a choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter

from rlslint import NamedTuple, Pattern
from rlslint.code.adapters import ENDINGS
from rlslint.code.libraries import LibraryRole, libraries_of
from rlslint.text import Searched

_Words = Sequence[tuple[bytes, "re.Pattern[bytes]"]]
"""Words in lower case, each with what must follow it."""


class Signs(NamedTuple):
    """What files and functions are searched for.

    `sessions` tell of sessions. `tables` finds where SQL names a table with policies, `in_part`
    one of which a policy is for one command only or looks at other rows, `copied` one behind COPY,
    `changed` where a column is changed that policies name; None where there is none.
    """

    sessions: _Words
    tables: re.Pattern[bytes] | None = None
    in_part: re.Pattern[bytes] | None = None
    copied: re.Pattern[bytes] | None = None
    changed: re.Pattern[bytes] | None = None


_NAME = rb"[\"`'\\]*[\w$#{}]+[\"`'\\]*\s*\.[\w$#{}%\"`\\.]+"
_SETTINGS = (
    (b"set_config", Pattern(rb"set_config")),
    (
        b"set",
        Pattern(
            rb"set(?<!\w\wset)(?<!\wset)\s+(?:local\s|session\s+\W?[\w$#{}]+[.\s]|role\s"
            rb"|" + _NAME + rb"\s*(?:=|to\s)|(?:[$#%{]\S{1,40}|___)\s+(?:=|to\s))"
        ),
    ),
    (b"reset ", Pattern(rb"reset (?:role\b|session\s+auth|[\w\"]+\.[a-z_]+\W)")),
    (b"discard all", Pattern(rb"discard all")),
    (b"-c", Pattern(rb"-c(?<![\w<-]-c)(?:\s|%20)*[a-z_]\w*\.\w+(?:=|%3d)")),
    (b"runtimeparams", Pattern(rb"runtimeparams")),
    (b"server_settings", Pattern(rb"server_settings")),
)
"""What changes settings of a session, or gives a connection some from the start."""

_PERHAPS_REFUSED = (
    b"on conflict", b"returning", b"for update", b"for no key update", b"for share",
    b"for key share",
)  # fmt: skip
"""What needs policies for more commands than one."""

_QUERIES = (b"select ", b"insert into", b"update ", b"delete from", b"merge into", b"copy")
"""What reads or writes rows."""

_NAME_OF_TABLE = rb"""["'`\\]*(?:\w+["'`\\]*\.["'`\\]*)?(?:%b)\b"""
_GUARDS = Pattern(
    rb"create\s+policy\s[^;]{1,200}?\son\s+(?:only\s+)?[\"\\]*(?:\w+[\"\\]*\.[\"\\]*)?(\w+)"
    rb"(?=([^;]{0,2000}))"
)
_OF_ONE_COMMAND = Pattern(rb"[^;]{0,80}?\sfor\s+(?:select|insert|update|delete)\b")
_LOOKS_ELSEWHERE = Pattern(rb"\sfrom\s")
_CALLED = Pattern(rb"\b\w++(?=\s*\()")
_COLUMN = Pattern(rb"\b[a-z_]\w++(?!\s*[(.'])")
_DEFINES = Pattern(
    rb"create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+(?:\"?\w+\"?\s*\.\s*)?\"?(\w+)\"?"
)
_SETS = Pattern(rb"set_config\s*\(|\bset\s+(?:local|session)\s|\bexecute\b[^;]*\bset\s")


def functions_that_set(scripts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the names of the functions of SQL whose bodies change settings, in lower case."""
    for data in scripts:
        lowered = data.lower()
        if b"set" not in lowered or not (b"function" in lowered or b"procedure" in lowered):
            continue
        found = list(_DEFINES().finditer(lowered))
        ends = [*(each.start() for each in found[1:]), len(lowered)]
        for name, end in zip(found, ends, strict=True) if found else ():
            if len(name[1]) > 3 and _SETS().search(lowered, name.end(), end):
                yield name[1]


class Guarded(NamedTuple):
    """A table with policies, in lower case, and the `words` of one of them.

    `in_part` tells that it is for one command only, or goes by other rows: then a command that its
    table allows may be refused for what else it asks for.
    """

    name: bytes
    in_part: bool
    words: frozenset[bytes] = frozenset()


def guarded_tables(scripts: Iterable[bytes]) -> Iterator[Guarded]:
    """Yield the tables for which SQL makes policies, once for each policy."""
    texts = [lowered for data in scripts if b"policy" in (lowered := data.lower())]
    defined = {name for text in texts for name in _DEFINES().findall(text)}
    for text in texts:
        for name, rest in _GUARDS().findall(text):
            in_part = _OF_ONE_COMMAND().match(rest) or _LOOKS_ELSEWHERE().search(rest)
            calls = not defined.isdisjoint(_CALLED().findall(rest))
            yield Guarded(name, bool(in_part) or calls, frozenset(_COLUMN().findall(rest)))


def signs_of(functions: Iterable[bytes] = (), tables: Iterable[Guarded] = ()) -> Signs:
    """Return what stands in files worth following; `functions` of the history set settings."""
    settings = [(word, pattern()) for word, pattern in _SETTINGS]
    calls = [(name, re.compile(re.escape(name) + rb"\b")) for name in sorted(set(functions))]
    guarded = set(tables)
    names = {table.name for table in guarded}
    reached = rb"\b(?:from|into|update|join|copy)\s+(?:only\s+)?"
    listed = (
        rb"""(?:\b(?:from|into|update|join|copy)\s|,|copy\w*\([^)]{0,80}?["'])\s*(?:only\s+)?"""
    )
    return Signs(
        (*settings, *calls),
        _named(listed, names),
        _named(reached, {table.name for table in guarded if table.in_part}),
        _named(rb"\bcopy(?:\s+|from\([^\n]{0,120}?[\"'`])", names),
        _changed(guarded),
    )


def _named(before: bytes, names: set[bytes]) -> re.Pattern[bytes] | None:
    """Return what finds where SQL names one of some tables behind some words."""
    known = b"|".join(map(re.escape, sorted(names)))
    return re.compile(before + _NAME_OF_TABLE % known) if known else None


def _changed(tables: Iterable[Guarded]) -> re.Pattern[bytes] | None:
    """Return what finds where SQL changes a column of a table that its policies may name."""
    updates = [
        _NAME_OF_TABLE % re.escape(table.name)
        + rb"[^;]{0,80}?\sset\s(?:(?!\swhere\s)[^;]){0,400}?\b(?:%b)\W{0,3}="
        % b"|".join(sorted(table.words))
        for table in sorted(tables, key=itemgetter(0))
        if table.words
    ]
    known = rb"update(?<!\wupdate)\s+(?:only\s+)?(?:%b)" % b"|".join(updates)
    return re.compile(known) if updates else None


def tells_of_session(data: bytes, signs: Signs) -> bool:
    """Tell whether a text says something about sessions."""
    return _tells_of_session(Searched(data), signs)


def _tells_of_session(text: Searched, signs: Signs) -> bool:
    return any(text.has(word) and sign.search(text.lowered) for word, sign in signs.sessions)


def has_sign(text: Searched, signs: Signs) -> bool:
    """Tell whether a file is worth following."""
    if _tells_of_session(text, signs):
        return True
    if signs.copied is not None and text.has(b"copy") and signs.copied.search(text.lowered):
        return True
    if signs.changed is not None and text.has(b"update ") and signs.changed.search(text.lowered):
        return True
    if signs.in_part is None or not text.has_any(_PERHAPS_REFUSED):
        return False
    return signs.in_part.search(text.lowered) is not None


def reads_rows(text: Searched, signs: Signs) -> bool:
    """Tell whether a file names a table with policies where a query may name one."""
    if signs.tables is None or not text.has_any(_QUERIES):
        return False
    return signs.tables.search(text.lowered) is not None


def names_library(text: Searched, name: str) -> bool:
    """Tell whether a file names a library of its language that lends connections."""
    return any(
        text.has(sparse)
        and any(text.has(word) and sign.search(text.lowered) for word, sign in signs)
        for sparse, signs in _libraries(_language(name)).items()
    )


def openings(data: bytes, name: str) -> list[int]:
    """Return where a file calls what makes connections or pools of them."""
    return [found.start() for found in _opening(_language(name)).finditer(data)]


def _language(name: str) -> str:
    return ENDINGS[name[name.rindex(".") :].lower()][0]


_WORDS = Pattern(r"\w+")


@cache
def _opening(language: str) -> re.Pattern[bytes]:
    """Return what finds a call that makes connections or pools of them in a language."""
    makes = (LibraryRole.pool, LibraryRole.connection, LibraryRole.direct, LibraryRole.request)
    calls = {
        re.escape(_WORDS().findall(name)[-1].encode())
        for library in libraries_of(language)
        for name, role in (*library.opens.items(), *library.types.items())
        if role in makes
    }
    return re.compile(rb"(?<!\w)(?:%b)\s*[(<]" % b"|".join(sorted(calls)))


@cache
def _libraries(language: str) -> dict[bytes, _Words]:
    """Return words without one of which no library of a language is named, and what has them."""
    names = {
        name.lower().encode()
        for library in libraries_of(language)
        if not library.stands_for_others
        for name in library.imports or library.names
    }
    sparse = [name for name in names if not any(o != name and o in name for o in names)]
    return {
        word: [(name, _whole(name)) for name in sorted(names) if word in name]
        for word in sorted(sparse)
    }


def _whole(name: bytes) -> re.Pattern[bytes]:
    """Return what finds a name that is no part of a longer one; it begins with the name itself."""
    plain = re.escape(name)
    before = rb"(?<!\w%b)" % plain if name[:1].isalnum() else b""
    return re.compile(plain + before + rb"(?!\w)")


def places(data: bytes, signs: Signs) -> list[int]:
    """Return where signs begin and end in a file, in order."""
    lowered = data.lower()
    found = [
        each
        for word, pattern in signs.sessions
        if word in lowered
        for each in pattern.finditer(lowered)
    ]
    for tables in (signs.tables, signs.copied):
        found += tables.finditer(lowered) if tables is not None else ()
    return sorted(place for each in found for place in (each.start(), each.end() - 1))
