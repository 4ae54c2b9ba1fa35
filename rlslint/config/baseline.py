"""The file of findings that were there before: reading it, and how it is written.

It is TOML, sorted by rule and object, so that a change of it can be reviewed and two branches that
change it can be merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from rlslint import NamedTuple
from rlslint.config import BOOLEAN, Misfit, Severity, described, did_you_mean, level
from rlslint.config.options import ConfigError, ConfigPlace
from rlslint.config.toml_source import KeyPath, TomlProblem, place_of, read_toml

VERSION = 1
_HEAD = """\
# Findings that were there before, which rlslint does not report again (see docs/ci.md).
# Write the reason of each, and `expires = 2026-12-31` where it may not stay for ever.
# The rest is rlslint's: `rlslint check --prune-baseline` takes out what is mended. Comments of
# yours are not kept when it writes this file.
"""
_KEYS = (
    "rule", "object", "severity", "reason", "expires", "live", "reach", "statements", "related",
)  # fmt: skip
_NEEDED = ("rule", "object", "severity")
_SEVERITY = level(Severity)
_CONFLICTS = (b"<<<<<<<", b"=======", b">>>>>>>")


class Entry(NamedTuple):
    """The findings of a rule on an object that were there before.

    `severity` is that of the gravest. `reach` are the roles that reached the object, with what they
    could do; `statements` tell the findings apart, one for each of them, and `related` what else
    had a part in them. `expires` is the last day on which it hides anything. `live` marks what
    `audit` found in a database, of which `check` knows nothing. `paths` are the files in which the
    findings of an earlier state stood, which no baseline keeps.
    """

    rule: str
    object: str
    severity: Severity
    reach: frozenset[tuple[str, str]] = frozenset()
    statements: tuple[str, ...] = ()
    related: frozenset[str] = frozenset()
    reason: str = ""
    expires: date | None = None
    live: bool = False
    file: _File | None = None
    number: int = 0
    paths: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.object

    def is_expired(self, today: date) -> bool:
        return self.expires is not None and self.expires < today

    @property
    def place(self) -> ConfigPlace | None:
        """Where its object stands in its file."""
        return None if self.file is None else self.file.place(("finding", self.number, "object"))


class Baseline(NamedTuple):
    """The entries of a file, under the name that messages give it."""

    shown: str
    entries: tuple[Entry, ...] = ()

    def of(self, *, live: bool) -> tuple[Entry, ...]:
        """Return the entries of `audit`, or those of `check`."""
        return tuple(entry for entry in self.entries if entry.live == live)


def read_baseline(data: bytes, shown: str) -> Baseline:
    """Return the baseline that a file holds. Raises ConfigError."""
    bare = data.removeprefix(b"\xef\xbb\xbf")
    file = _File(shown, bare)
    for number, line in enumerate(bare.split(b"\n"), 1):
        if line.startswith(_CONFLICTS) and line[7:8] in (b"", b" ", b"\r"):
            raise ConfigError(f"{shown}:{number}: the baseline has a merge conflict; resolve it")
    try:
        table = read_toml(bare)
    except TomlProblem as problem:
        place = ConfigPlace(shown, bare, problem.offset, problem.offset)
        raise ConfigError(f"the baseline is no TOML: {problem}", place=place) from None
    version = table.pop("version", None)
    if version != VERSION or isinstance(version, bool):
        if version is None:
            raise ConfigError(f"{shown} is no baseline: it has no `version = {VERSION}`")
        raise file.error(
            ("version",),
            f"the baseline is of version {version}, and this rlslint reads version {VERSION}",
        )
    listed = table.pop("finding", [])
    for key in table:
        raise file.error((key,), f'unknown key "{key}" in the baseline')
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise file.error(("finding",), "expected tables written [[finding]]")
    entries: dict[tuple[object, ...], Entry] = {}
    for number, item in enumerate(listed):
        entry = file.entry(number, item)
        unique = (*entry.key, entry.live)
        if unique in entries:
            message = f"{entry.rule} on {entry.object} stands twice in the baseline"
            raise file.error(("finding", number, "object"), message)
        entries[unique] = entry
    return Baseline(shown, tuple(entries.values()))


class _File(NamedTuple):
    shown: str
    data: bytes

    def place(self, path: KeyPath) -> ConfigPlace:
        return ConfigPlace(self.shown, self.data, *place_of(self.data, path))

    def error(self, path: KeyPath, message: str, meant: str = "") -> ConfigError:
        return ConfigError(message, meant, self.place(path))

    def entry(self, number: int, item: dict[str, Any]) -> Entry:
        path: KeyPath = ("finding", number)
        for key in item:
            if key not in _KEYS:
                meant = did_you_mean(key, _KEYS)
                raise self.error((*path, key), f'unknown key "{key}" in the baseline', meant)
        missing = [key for key in _NEEDED if key not in item]
        if missing:
            raise self.error(path, f'an entry of the baseline needs "{missing[0]}" as well')
        values = {}
        for key, value in item.items():
            try:
                values[key] = _value(key, value)
            except Misfit as misfit:
                raise self.error((*path, key), f"{key}: {misfit}", misfit.meant) from None
        return Entry(**values, file=self, number=number)


def _value(key: str, value: Any) -> Any:
    match key:
        case "severity":
            return _SEVERITY.read(value)
        case "expires":
            return _day(value)
        case "reach":
            if not isinstance(value, dict):
                raise Misfit(f"expected a table of lists of strings, found {described(value)}")
            return frozenset((role, one) for role in value for one in _strings(value[role]))
        case "live":
            return BOOLEAN.read(value)
        case "statements":
            return _strings(value)
        case "related":
            return frozenset(_strings(value))
    if not isinstance(value, str):
        raise Misfit(f"expected a string, found {described(value)}")
    return value


def _strings(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Misfit(f"expected a list of strings, found {described(value)}")
    return tuple(value)


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Misfit(f"expected a day such as 2026-12-31, found {described(value)}")


def baseline_text(entries: Iterable[Entry]) -> str:
    """Return the file that holds entries."""
    lines = [_HEAD, f"version = {VERSION}\n"]
    for entry in sorted(entries, key=lambda entry: (*entry.key, entry.live)):
        lines.append("\n[[finding]]\n")
        lines += (f"{key} = {value}\n" for key, value in _pairs(entry))
    return "".join(lines)


def _pairs(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "rule", _quoted(entry.rule)
    yield "object", _quoted(entry.object)
    yield "severity", _quoted(entry.severity.name)
    yield "reason", _quoted(entry.reason)
    if entry.expires is not None:
        yield "expires", entry.expires.isoformat()
    if entry.live:
        yield "live", "true"
    if entry.reach:
        by_role: dict[str, list[str]] = {}
        for role, what in sorted(entry.reach):
            by_role.setdefault(role, []).append(what)
        pairs = (f"{_key(role)} = {_list(what)}" for role, what in by_role.items())
        yield "reach", f"{{ {', '.join(pairs)} }}"
    if entry.statements:
        yield "statements", _list(sorted(entry.statements))
    if entry.related:
        yield "related", _list(sorted(entry.related))


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _quoted(name)


def _quoted(words: str) -> str:
    escaped = "".join(_ESCAPES.get(sign) or _escaped(sign) for sign in words)
    return f'"{escaped}"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(sign: str) -> str:
    if sign.isprintable():
        return sign
    code = ord(sign)
    if 0xD800 <= code <= 0xDFFF:
        return "\\uFFFD"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
