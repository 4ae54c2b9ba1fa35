"""Signs of row security in the files that nothing reads.

A project may make its policies in a language or a form that rlslint does not read. Then silence
says nothing, so these files are looked through for words that row security is made with, and for
what sets the context that policies read. Nothing is parsed: a file has a sign or it has none.
"""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Container, Iterable, Iterator, Mapping

from rlslint import NamedTuple, Pattern
from rlslint.files import disk
from rlslint.files.walk import (
    HISTORY_FOLDERS,
    is_packed_sql,
    is_sql_template,
    kind,
    shown_path,
)
from rlslint.text import Searched
from rlslint.text.budget import LARGEST_SEARCHED

_GAP = rb"(?:\\[nrt]|[\s'\"+,\\])+"
"""What stands between two words of SQL in a program: white space, or the ends of two strings."""


def _apart(words: bytes) -> Pattern[bytes]:
    """Return a sign of words, given with a space between each two."""
    return Pattern(words.replace(b" ", _GAP))


_DDL = {
    b"security": (
        _apart(rb"able row level security"),
        _apart(rb"force row level security"),
        Pattern(rb"able_?row_?level_?security\b"),
        Pattern(rb"force_?row_?level_?security\b"),
        Pattern(rb"row_?level_?security_?polic"),
        Pattern(rb"row_?security['\"]?\s*(?:\{|[:=]\s*true)"),
    ),
    b"policy": (
        _apart(rb"create policy [^;]{1,200}?\Won\s"),
        _apart(rb"alter policy [^;]{1,200}?\Won\s"),
        Pattern(rb"create_policy[\s(]+[:'\"]"),
        Pattern(rb"pg_?policy\s*\("),
        Pattern(rb"crud_?policy\s*\("),
        Pattern(rb"policy\s+\"[^\"\n]{1,100}\"\s*\{[^}]{0,300}?\bon\s*=\s*table\."),
    ),
    b"rls": (
        Pattern(rb"enable_?rls\b"),
        Pattern(rb"force_?rls\b"),
        Pattern(rb"withrls\b"),
    ),
}
"""What makes row security: a part of each sign in small letters, looked for first, and the signs.

A sign that begins with a letter is found much faster than one that begins with a choice.
"""

_ENABLES = Pattern(rb"enable[\W_]*row[\W_]*level[\W_]*security|\benable_?rls\b|pg_?policy\s*\(")
"""What enables row security, and not only speaks of it or runs queries under it."""

_SHOUTED = {
    b"security": (_apart(rb"ROW LEVEL SECURITY"),),
    b"policy": (_apart(rb"CREATE POLICY\b"), _apart(rb"ALTER POLICY\b")),
}
"""Signs that are prose in any other case."""

_POWERFUL = (
    rb"[\"']?(?:postgres|rds_superuser|cloudsqlsuperuser|azure_pg_admin|neon_superuser"
    rb"|pg_(?:read|write)_(?:all_data|server_files)|pg_execute_server_program)\b[\"']?"
)
"""Roles that get past policies or at all tables, in whose name others do so."""

_EXEMPTING = {
    b"bypassrls": (
        _apart(rb"create (?:role|user) [^;]{1,200}?\Wbypassrls\b"),
        _apart(rb"alter (?:role|user) [^;]{1,200}?\Wbypassrls\b"),
    ),
    b"superuser": (
        _apart(rb"create (?:role|user) [^;]{1,200}?\Wsuperuser\b"),
        _apart(rb"alter (?:role|user) [^;]{1,200}?\Wsuperuser\b"),
    ),
    b"bypass_row_level": (Pattern(rb"bypass_row_level_security\s*[=:]\s*true"),),
    b"role_attr_flags": (Pattern(rb"role_attr_flags\W[^\n]{0,80}\b(?:bypassrls|superuser)\b"),),
    b"createuser": (Pattern(rb"createuser\s[^\n;|&]{0,200}?(?:-s\b|--superuser|--bypassrls)"),),
    b"postgresql_role": (Pattern(rb"\bsuperuser\s*=\s*true"),),
    b"postgresql_grant_role": (Pattern(rb"\bgrant_role\s*=\s*" + _POWERFUL),),
    b"cnpg.io": (Pattern(rb"\b(?:superuser|bypassrls)['\"]?\s*:\s*['\"]?true"),),
    b"acid.zalan.do": (Pattern(rb"-\s*['\"]?(?:superuser|bypassrls)\b"),),
    b"postgrescluster": (Pattern(rb"options:[^\n]{0,200}\b(?:superuser|bypassrls)\b"),),
    b"grant": (_apart(rb"grant " + _POWERFUL + rb" to "),),
}
"""What lets a role past all policies."""

_GRANTING = {
    b"grant": (
        _apart(
            rb"grant (?:all|select|insert|update|delete|usage|execute)\b[^;]{0,200}?\Won "
            rb"[^;]{0,200}?\Wto "
        ),
    )
}
"""What gives privileges."""

_NAME = rb"[a-z_][\w$#{}]*(?:\.[\w$#{}]+)+"
_TO = rb"\W{0,2}\s*(?:=|\bto\s)"
_CONTEXT = {
    b"set_config": (
        Pattern(rb"set_config\W{1,40}(?:\w+\W{1,6})?['\"]" + _NAME + rb"\\?['\"]"),
        Pattern(rb"select\s[^;]{0,200}?set_config\s*\(\s*[$:@?%]"),
    ),
    b"current_setting": (Pattern(rb"current_setting\s*\(\s*\\?['\"]" + _NAME),),
    b"request.jwt.claim": (Pattern(rb"request\.jwt\.claim"),),
    b"local": (Pattern(rb"set\s+local\s+(?:role\s|\W{0,2}" + _NAME + _TO + rb")"),),
    b"session": (Pattern(rb"set\s+session\s+\W{0,2}" + _NAME + _TO),),
    b"set": (Pattern(rb"set(?:(?<=['\"`\n\t]set)|(?<=[ ][ ]set))\s+" + _NAME + _TO),),
}
"""What sets or reads the context that policies depend on."""

_SHOUTED_CONTEXT = {b"set role": (Pattern(rb"SET(?<=['\"`]SET) ROLE\s"),)}
"""Signs of the context that are prose in any other case."""


_SETTER = rb"(?:set_config\b[^;]{0,120}?\W|\bset\s+(?:local\s+|session\s+)?\W?)%b\b"

_UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)
"""How files begin that editors on Windows write."""


class Sign(NamedTuple):
    """A file with a sign: it `makes` row security, or else sets the context of the caller.

    Or it only `exempts` a role from policies, or `grants` privileges. `is_test` tells that it tests
    the program and is no part of it.
    """

    path: str
    makes: bool
    is_test: bool
    exempts: bool = False
    grants: bool = False


class FilesWithSigns(NamedTuple):
    """The files with signs of row security, sorted.

    And those that cannot be looked through: they are too large, or SQL that is compressed; and the
    templates of SQL without a sign.
    """

    found: tuple[Sign, ...]
    too_large: tuple[str, ...]
    packed: tuple[str, ...]
    templates: tuple[str, ...] = ()


def signs(paths: Iterable[str], base: str, tests: Container[str]) -> FilesWithSigns:
    """Look through files; a binary one, or one that cannot be read, has no sign.

    `base` is where the paths are shown from, `tests` are those of tests as they are shown.
    """
    found, too_large, packed, templates = [], [], [], []
    for path in sorted(paths):
        shown = shown_path(path, base)
        data = content(path)
        if not data and (is_packed_sql(path) or _is_dump(path)):
            packed.append(shown)
            continue
        if len(data) > LARGEST_SEARCHED:
            too_large.append(shown)
            continue
        sign = sign_of(Searched(data), shown, is_test=shown in tests)
        found += [sign] if sign is not None else []
        templates += [shown] if sign is None and data and is_sql_template(path) else []
    return FilesWithSigns(tuple(found), tuple(too_large), tuple(packed), tuple(templates))


def _is_dump(path: str) -> bool:
    """Tell whether a file is one that pg_dump writes for pg_restore."""
    try:
        return disk.skim(path, len(_DUMP)) == _DUMP
    except OSError:
        return False


_DUMP = b"PGDMP"


def sign_of(text: Searched, shown: str, is_test: bool) -> Sign | None:
    """Return the sign that a file has, None where it has none."""
    makes = _has(text, _DDL) or _has(text, _SHOUTED, shouted=True)
    if makes or _has(text, _CONTEXT) or _has(text, _SHOUTED_CONTEXT, shouted=True):
        return Sign(shown, makes, is_test)
    if _has(text, _EXEMPTING):
        return Sign(shown, makes, is_test, exempts=True)
    grants = kind(shown) in (None, "settings") and _has(text, _GRANTING)
    return Sign(shown, makes, is_test, grants=True) if grants else None


def makes_row_security(data: bytes) -> bool:
    """Tell whether a text has words that make row security."""
    text = Searched(data)
    return _has(text, _DDL) or _has(text, _SHOUTED, shouted=True)


def tells_of_row_security(data: bytes) -> bool:
    """Tell whether a text makes row security, or sets or reads what policies depend on."""
    sign = sign_of(Searched(data), "", is_test=False)
    return sign is not None and not sign.exempts


def _has(
    text: Searched,
    signs: Mapping[bytes, tuple[Pattern[bytes], ...]],
    shouted: bool = False,
) -> bool:
    """Tell whether one of some signs is there, as they are written where they are `shouted`."""
    for word in filter(text.has, signs):
        data = text.data if shouted else text.lowered
        if any(sign().search(data) for sign in signs[word]):
            return True
    return False


def enabling(table: str, paths: Iterable[str]) -> str | None:
    """Return the first file that may enable row security of a table; None where none does."""
    name = re.compile(rb"(?<![\w])%b(?![\w])" % re.escape(table.lower().encode()))
    for path in paths:
        data = content(path).lower()
        if _ENABLES().search(data) is not None and name.search(data) is not None:
            return path
    return None


class Naming(NamedTuple):
    """A file that names a setting of the session, and whether it surely `sets` it."""

    path: str
    sets: bool


def settings_named(names: Collection[str], paths: Iterable[str], base: str) -> dict[str, Naming]:
    """Return which settings files name in whatever case, each with a file that sets it if any."""
    found: dict[str, Naming] = {}
    sought = {name: name.lower().encode() for name in names}
    for path in sorted(paths):
        data = content(path).lower()
        for name, word in sought.items():
            known = found.get(name)
            if word in data and (known is None or not known.sets):
                standing = re.finditer(rb"(?<![\w.])%b(?![\w])" % re.escape(word), data)
                if not any(not _is_comment(data, one.start()) for one in standing):
                    continue
                sets = re.search(_SETTER % re.escape(word), data) is not None
                if known is None or sets:
                    found[name] = Naming(shown_path(path, base), sets)
    return found


def _is_comment(data: bytes, at: int) -> bool:
    """Tell whether the line of a place only says something to readers."""
    line = data[data.rfind(b"\n", 0, at) + 1 : at].lstrip()
    return line.startswith((b"*", b"//", b"#", b"--", b"/*"))


def left_out(found: Iterable[str], read: Iterable[str], telling: Iterable[str]) -> Iterator[str]:
    """Yield the files that a `.gitignore` leaves out although something runs them, and folders.

    Those among migrations are run with these. Others are run by what names them among `telling`.
    """
    beside = {os.path.dirname(path) for path in read if kind(path) == "sql"}
    named: list[str] = []
    for path in found:
        folder, name = os.path.split(path)
        if disk.is_folder(path):
            if name not in HISTORY_FOLDERS:
                named.append(path)
            elif _has_migrations(path):
                yield path
        elif os.path.basename(folder) in HISTORY_FOLDERS or (
            kind(name) == "sql" and folder in beside
        ):
            if name != "__init__.py":
                yield path
        elif kind(name) == "sql":
            named.append(path)
    if named:
        texts = [content(path) for path in sorted(telling) if not path.endswith("ignore")]
        yield from (path for path in named if any(_runs(path, text) for text in texts))


def _has_migrations(folder: str) -> bool:
    try:
        return any(kind(entry.name) in ("sql", "python") for entry in disk.entries(folder))
    except OSError:
        return False


def _runs(path: str, text: bytes) -> bool:
    """Tell whether a text names a file, or hands a folder or that of a file to a new server."""
    folder, name = os.path.split(path)
    if disk.is_folder(path):
        folder = path
    elif re.search(rb"(?<![\w.-])%b(?![\w.-])" % re.escape(os.fsencode(name)), text):
        return True
    mounted = rb"(?<![\w.-])%b/?:/docker-entrypoint-initdb\.d"
    return re.search(mounted % re.escape(os.fsencode(os.path.basename(folder))), text) is not None


def mention(words: Collection[str], paths: Collection[str]) -> bool | None:
    """Tell whether files mention one of some words in small letters; None without any files."""
    sought = [word.encode() for word in words]
    if not paths:
        return None
    return any(any(word in data for word in sought) for data in map(_lowered, sorted(paths)))


def _lowered(path: str) -> bytes:
    return content(path).lower()


def content(path: str) -> bytes:
    """Return the beginning of a file, nothing of one that is binary or cannot be read."""
    try:
        data = disk.skim(path, LARGEST_SEARCHED + 1)
    except OSError:
        return b""
    if data.startswith(_UTF_16) and len(data) <= LARGEST_SEARCHED:
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return b"" if b"\0" in data[:8192] else data
