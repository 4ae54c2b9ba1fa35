"""Where passwords, keys and tokens stand in a text.

A secret is told by its name (`password = 'x'`, `DB_PASS=x`, `{"name": "API_KEY", "value": "x"}`),
by its place (`postgres://user:x@host`, `PASSWORD 'x'`, the column of a row) or by its shape (a JWT,
a PEM block). What stands in its place without being one stays: variables, placeholders, calls,
other columns. Where that cannot be told, it is taken for a secret. The work is linear in the length
of the text."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from rlslint import Pattern
from rlslint.text.secret_values import (
    CLOSING,
    Range,
    any_value,
    end_of_word,
    is_reference,
    is_secret,
    literal,
    quoted,
)

_LONGEST_NAME = 80

_HINT = Pattern(r"pass|pwd|secret|token|credential|key|service_role|jwt")
"""What a secret's name has in it, in small letters; of a key that is told from other keys, so is
what stands before it. A search that has to ignore case takes ten times as long."""
_BEFORE_KEY = Pattern(r"[\w.-]")
_BEFORE_NAME = Pattern(r"(?:\w[\w.\-]*)?\Z")
_REST_OF_NAME = Pattern(r"[\w.\-]{0,80}(?<![.\-])")


def secret_places(text: str, small: str, may_have_shape: bool) -> Iterator[Range]:
    """Yield the stretches of `text` that hold a secret; `small` is the text in small letters."""
    yield from _in_urls(text)
    yield from _by_shape(text, may_have_shape)
    yield from _by_name(text, small)
    yield from _by_call(text, small)
    yield from _in_rows(text, small)


# What follows a user in a URL.

_AUTHORITY = Pattern(r"(?P<quote>\\?[\"'`])?(?P<scheme>[A-Za-z][\w.+:\-]{0,40})?://")
_PORT = Pattern(r"\d{1,5}(?:[/?#\s]|$)")


def _in_urls(text: str) -> Iterator[Range]:
    if "://" not in text or "@" not in text:
        return
    behind = 0
    for found in _AUTHORITY().finditer(text):
        start = found.end()
        if start < behind:
            continue
        end = end_of_word(text, start, found["quote"] or "")
        at = text.rfind("@", start, end)
        colon = text.find(":", start, at if at >= 0 else start)
        if colon < 0 or _PORT().match(text, colon + 1):
            continue
        if not is_reference(text[colon + 1 : at]):
            yield colon + 1, at
        behind = at


# What looks like a secret wherever it stands.

_SHAPES = Pattern(
    r"""\beyJ[\w-]{8,}(?:\.[\w-]+){0,2}\.?
    |\b[spr]k_(?:live|test)_\w{4,}
    |\b(?:whsec|sb_secret|github_pat|npg|napi|dop_v1|rk_live)_(?=\w*\d)\w{8,}
    |\b(?:sbp|gh[oprsu])_(?=\w*\d)\w{8,}
    |\b(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[A-Z0-9]{12,}
    |\bsk-(?=[\w-]*\d)[\w-]{16,}
    |\bglpat-[\w-]{8,}
    |\bxox[abeoprs]-[\w-]{8,}
    |\bAIza[\w-]{20,}
    |\bya29\.[\w-]{10,}
    |\bhvs\.[\w-]{10,}
    |\bSG\.[\w-]{10,}\.[\w-]{10,}
    |\bnpm_(?=\w*\d)\w{20,}
    |\bpypi-[\w-]{20,}
    |SCRAM-SHA-256\$[\w+/=$:]{8,}
    |\bmd5[0-9a-f]{32}\b
    |\$2[abxy]?\$\d\d\$[./\w]{20,}
    |\$argon2\w*\$[\w+/=$,.]{10,}""",
    re.VERBOSE,
)
_PEM = Pattern(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?P<key>.*?)"
    r"(?:-----END [A-Z0-9 ]{0,40}-----|\Z)",
    re.DOTALL,
)


def _by_shape(text: str, may_have_shape: bool) -> Iterator[Range]:
    if may_have_shape:
        for found in _SHAPES().finditer(text):
            yield found.span()
    if "PRIVATE KEY" in text:
        for found in _PEM().finditer(text):
            yield found.span("key")


# What a name says that it is secret.

_CLOSED = r"(?:\\?[\"'`]|'')?\]?"
_SIGN = Pattern(rf"{_CLOSED}\s*(?:=>|:=|={{1,3}}|:(?![:=])|!=|<>)[ \t]*(?:\n\s*)?")
_COMPARED = Pattern(
    r"\\?[\"'`]{1,2}(?:\s*,\s*\w+)?\s*[)\]]*(?:::\s*[\w.]+)?[)\]]*\s*(?:={1,3}|!=|<>|\|\||\?\?)\s*"
)
_SPACED = Pattern(r"[\"']?\s+(?:(?:TO|DEFAULT)\s+)?", re.IGNORECASE)
_TYPED = Pattern(
    r"\s*:?\s*[A-Za-z][\w.]*(?:\[[^\]\n]{0,80}\]|\([\d ,]*\))?(?:\s+NOT\s+NULL)?\s*"
    r"(?::=|=|\bDEFAULT\b)\s*",
    re.IGNORECASE,
)
_PAIRED = Pattern(
    r"[\"']?[\s,;{}/\-]{1,80}[\"']?(?:value|default|defaultValue|content)[\"']?\s*[:=]\s*", re.I
)
_SECOND_ARGUMENT = Pattern(r"\\?[\"'`]{1,2}\s*\)?\s*,\s*(?:\w+\s*=\s*)?")
_CONTENT = Pattern(r"(?:\s[^<>\n]{0,200})?>(?P<value>[^<]{1,2000})")
_OF_A_PAIR = Pattern(r"(?:name|key|id|variable|Name|Key)\\?[\"']?\s{0,9}[:=]?\s{0,9}\\?[\"']?\Z")
_OF_A_CALL = Pattern(
    r"(?:get|set|put|env|fetch|config|secret|default|str|arg|var|param|decouple)\w{0,20}\s?"
    r"\(\s{0,9}\\?[\"'`]{1,2}\Z",
    re.IGNORECASE,
)
_OF_A_FLAG = Pattern(r"(?:\\set\s+|\bENV\s+|\bARG\s+|(?<![\w-])--)\Z")
_OF_A_ROLE = Pattern(r"\b(?:ROLE|USER|GROUP)\b[^;(,]*\Z", re.IGNORECASE)
_FILLED_IN = Pattern(
    r"[\s=:'\"]{1,9}(?P<value>(?:%(?:\d+\$)?[A-Za-z]|\{\w*\}|\$\d+|\?)(?=['\"\s,)])[^'\"\n]{0,80}"
    r"['\"]{1,4}\s*(?:,|%|\.format)\s*[^)\n]{0,80}['\"][^)\n]{1,200})"
)
_VARIABLE = Pattern(r"\s*=?\s*:['\"](?P<name>\w+)['\"]")
_WORD = Pattern(r"\s+(?P<value>[^\s;]+)")
_NULL = Pattern(r"\s+(?:NULL\b|'|E'|\$)", re.IGNORECASE)


def _by_name(text: str, small: str) -> Iterator[Range]:
    behind = 0
    for hint in _HINT().finditer(small):
        within = hint.start()
        if hint[0] == "key":
            within -= 1
            if within < 0 or not _BEFORE_KEY().match(text, within):
                continue
        if within < behind:
            continue
        start = _start_of_name(text, within)
        rest = _REST_OF_NAME().match(text, hint.end())
        end = rest.end() if rest else hint.end()
        behind = max(end, behind)
        if not is_secret(text[start:end]):
            continue
        found = _value_of(text, start, end)
        if found is not None and found[1] > found[0]:
            yield found
            behind = max(found[1], behind)


def _start_of_name(text: str, within: int) -> int:
    first = max(0, within - _LONGEST_NAME)
    found = _BEFORE_NAME().search(text, first, within)
    return found.start() if found else within


def _value_of(text: str, start: int, end: int) -> Range | None:
    """Return where the value of the name between two offsets stands, None where it has none."""
    before = text[max(0, start - 40) : start]
    if before.endswith("<") and (content := _CONTENT().match(text, end)):
        return content.span("value")
    if filled := _FILLED_IN().match(text, end):
        return filled.span("value")
    if (variable := _VARIABLE().match(text, end)) and is_secret(variable["name"]):
        return None
    if literal := _literal_behind(_TYPED, text, end):
        return literal
    if sign := _SIGN().match(text, end):
        return any_value(text, (start, end), sign.end())
    if literal := _literal_behind(_COMPARED, text, end) or _literal_behind(_SPACED, text, end):
        return literal
    if _OF_A_CALL().search(before) and (literal := _literal_behind(_SECOND_ARGUMENT, text, end)):
        return literal
    if _OF_A_PAIR().search(before) and (pair := _PAIRED().match(text, end)):
        return any_value(text, (pair.end(), pair.end()), pair.end())
    word = _WORD().match(text, end)
    if word is None or _NULL().match(text, end):
        return None
    is_password = text[end - 8 : end].lower() == "password"
    is_of_a_role = is_password and _OF_A_ROLE().search(text, max(0, start - 200), start)
    if _OF_A_FLAG().search(before) or is_of_a_role:
        value = word["value"].rstrip(CLOSING)
        return None if not value or is_reference(value) else word.span("value")
    return None


def _literal_behind(form: Pattern[str], text: str, at: int) -> Range | None:
    found = form().match(text, at)
    return literal(text, found.end()) if found else None


# What only some functions take as a secret.

_CALLS = Pattern(
    r"\b(?:create_secret|crypt|pgp_sym_(?:en|de)crypt(?:_bytea)?|IDENTIFIED\s+BY)\s*"
    r"(?:\(\s*)?(?P<first>[^'\"(),]{0,60},\s*)?",
    re.IGNORECASE,
)
_CALLED = ("create_secret", "crypt", "identified")
_TURNED = Pattern(r"'(?P<value>[^'\n]{1,200})'(?:::\w+)?\s*(?:=|<>)\s*(?P<name>[\w.(]*[('\w.]+)")


def _by_call(text: str, small: str) -> Iterator[Range]:
    if any(word in small for word in _CALLED):
        for found in _CALLS().finditer(text):
            secret = literal(text, found.end())
            if secret is not None:
                yield secret
    for found in _TURNED().finditer(text):
        name = re.split(r"[('.]", found["name"].rstrip("'"))[-1]
        if is_secret(name) and not is_reference(found["value"]):
            yield found.span("value")


_NAME = r"[\w.\"`$\\]{1,200}"
_COLUMNS = r"\(\s*(?P<columns>[^()]{1,8000})\)"
_ROWS = Pattern(
    rf"i(?<!\wi)nsert\s+into\s+{_NAME}\s*(?:as\s+\w+\s*)?{_COLUMNS}\s*"
    r"(?:overriding\s+\w+\s+value\s*)?(?P<word>values\s*(?=\()|select\s)"
    rf"|s(?<!\ws)et\s*{_COLUMNS.replace('columns', 'set')}\s*=\s*(?:row\s*)?(?=\()"
    rf"|c(?<!\wc)opy\s+{_NAME}\s*{_COLUMNS.replace('columns', 'copied')}[^;\n]{{0,400}};[^\n]*\n"
)
"""Each begins with its first letter, which a search looks for much faster than for `\\b`."""
_PLAIN = Pattern(r"[^'\"$\\(),;`eEnNxXuU&\s]+|\s+")
_END_OF_SELECT = Pattern(r"(?:from|where|union|on|returning|order|group|limit)\b")
_NEXT_ROW = Pattern(r"\)\s*,\s*(?=\()")
_NUMBER = Pattern(r"\s*(?P<number>[+-]?\d[\d.]*)\s*(?=[,)]|::)")

Ranges = Generator[Range, None, int]
"""Yields the secrets of a part of a text, and returns where the part ends."""


def _in_rows(text: str, small: str) -> Iterator[Range]:
    """Yield where values stand for columns that by their names hold secrets.

    `small` is the text in small letters.
    """
    if "insert" not in small and "set" not in small and "copy" not in small:
        return
    behind = 0
    for found in _ROWS().finditer(small):
        if found.start() < behind:
            continue
        listed = found["columns"] or found["set"] or found["copied"]
        start = found.start() + found[0].index(listed)
        names = text[start : start + len(listed)].split(",")
        secret = {n for n, name in enumerate(names) if is_secret(name.strip().strip('"`\\'))}
        if not secret:
            continue
        if found["copied"] is not None:
            behind = yield from _copied(text, found.end(), secret)
        elif (found["word"] or "").startswith("select"):
            behind = yield from _row(text, small, found.end(), secret, is_selected=True)
        else:
            behind = yield from _rows(text, small, found.end(), secret)


def _rows(text: str, small: str, at: int, secret: set[int]) -> Ranges:
    while text.startswith("(", at):
        at = yield from _row(text, small, at + 1, secret, is_selected=False)
        more = _NEXT_ROW().match(text, at)
        if more is None:
            break
        at = more.end()
    return at


def _row(text: str, small: str, at: int, secret: set[int], *, is_selected: bool) -> Ranges:
    """Yield the secrets among values with commas between them, up to what ends the row."""
    column = depth = 0
    is_first = True
    while at < len(text):
        if is_first and column in secret and (number := _NUMBER().match(text, at)):
            yield number.span("number")
        is_first = False
        sign = text[at]
        if sign == ";" or (sign == ")" and not depth):
            break
        if is_selected and not depth and _END_OF_SELECT().match(small, at):
            break
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            column, is_first = column + 1, True
        if (string := quoted(text, at)) is not None:
            start, end, behind = string
            if column in secret and end > start and not is_reference(text[start:end]):
                yield start, end
            at = max(behind, at + 1)
        elif plain := _PLAIN().match(text, at):
            at = plain.end()
        else:
            at += 1
    return at


def _copied(text: str, at: int, secret: set[int]) -> Ranges:
    """Yield the secrets in the lines of COPY, up to the one that ends them."""
    while at < len(text) and not text.startswith("\\.", at):
        line = text.find("\n", at)
        line = line if line >= 0 else len(text)
        start = at
        for number, field in enumerate(text[at:line].split("\t")):
            if number in secret and field and field != "\\N":
                yield start, start + len(field)
            start += len(field) + 1
        at = line + 1
    return at
