"""Keys and connection strings in variables and files that a browser gets, and are no programs.

Build tools put each variable whose name begins in a certain way into what they send to browsers.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rlslint import Pattern
from rlslint.files.deployment import PublicKey
from rlslint.files.settings.addresses import addresses
from rlslint.text import Searched, Span, Text

_SPARSE = (b"service_role", b"servicerole", b"supabase_", b"eyj", b"sb_secret_")
_NAMES = (
    b"SERVICE_ROLE",
    b"SERVICEROLE",
    b"SUPABASE_SERVICE",
    b"SUPABASE_SECRET",
    b"SUPABASE_ADMIN",
)
_KEYS = (b"eyJ", b"sb_secret_")
_ADDRESSES = (b"postgres://", b"postgresql://")
_PREFIXES = (b"PUBLIC_", b"VITE_", b"REACT_APP_", b"VUE_APP_", b"GATSBY_")

_PREFIX = (
    r"(?<![A-Za-z0-9_])"
    r"(?:NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|NUXT_PUBLIC|GATSBY|VUE_APP|PUBLIC)_"
)
"""Documented by Next.js, Vite, Create React App, Expo, Nuxt, Gatsby, Vue CLI, SvelteKit, Astro."""

_KEY_NAME = Pattern(
    _PREFIX + r"(?=[A-Z0-9_]*(?:SERVICE_?ROLE|SUPABASE_(?:SERVICE|SECRET|ADMIN)_?KEY))[A-Z0-9_]+"
)
_PUBLIC_NAME = Pattern(_PREFIX + r"[A-Z0-9_]+")
_SECRET_NAME = Pattern(
    r"(?:[A-Z0-9]+_)*(?:SERVICE_?ROLE|SUPABASE_(?:SERVICE|SECRET|ADMIN))[A-Z0-9_]*"
)
_ASSIGNED = Pattern(rf"({_PREFIX}[A-Z0-9_]+)[\"']?[ \t]*[=:][ \t]*[\"']?([^\s\"'#]{{8,}})")
_TOKEN = Pattern(r"eyJ[\w-]{8,}\.(eyJ[\w-]{16,})\.[\w-]{16,}")
_SECRET_KEY = Pattern(r"sb_secret_\w{8,}")
_CHECK = Pattern(r"\s*(?:#|//|/?\*|--|<!--|(?:if|else if|elif|unless|assert|expect|throw)\b)")
_SERVED_FOLDERS = frozenset(("public", "static", "www", "wwwroot", "public_html"))
_SERVED = (".html", ".htm", ".vue", ".svelte", ".dart", ".swift")


def may_tell(text: Searched) -> bool:
    """Tell whether a file may have such a key, for what a few searches cost."""
    if text.has_any(_SPARSE) and any(word in text.data for word in (*_NAMES, *_KEYS)):
        return True
    return text.has_any(_ADDRESSES) and any(word in text.data for word in _PREFIXES)


def public_keys(text: Text, source: str) -> Iterator[PublicKey]:
    """Yield the keys of a file that a browser gets, each variable once."""
    told: set[str] = set()
    for found in _KEY_NAME().finditer(source):
        if found[0] not in told and not _is_only_checked(source, found.start()):
            value = _ASSIGNED().match(source, found.start())
            if value is None or not is_demonstration(value[2]):
                told.add(found[0])
                yield PublicKey(_span(text, source, *found.span()), found[0])
    for value in _ASSIGNED().finditer(source):
        if value[1] in told or _is_only_checked(source, value.start()):
            continue
        user = user_or_key(value[2])
        if user is not None:
            told.add(value[1])
            yield PublicKey(_span(text, source, *value.span(1)), value[1], user)
    if not told and is_served(text.path, source):
        for start, end in keys_in(source):
            yield PublicKey(_span(text, source, start, end), text.path)
            return


def is_public_name(name: str) -> bool:
    """Tell whether browsers get what a variable of this name holds."""
    return _PUBLIC_NAME().fullmatch(name) is not None


def is_public_key_name(name: str) -> bool:
    """Tell whether browsers get it, and it is the key of a service role."""
    return _KEY_NAME().fullmatch(name) is not None


def is_secret_name(name: str) -> bool:
    """Tell whether a variable holds the key of a service role, whoever gets it."""
    return _SECRET_NAME().fullmatch(name) is not None


def user_or_key(value: str) -> str | None:
    """Return the role of a connection string, "" for the key of a service role, else None."""
    return _user_of(value) or ("" if _is_service_key(value) else None)


def keys_in(source: str) -> Iterator[tuple[int, int]]:
    """Yield where the keys of service roles begin and end in a text."""
    for token in (*_TOKEN().finditer(source), *_SECRET_KEY().finditer(source)):
        if _is_service_key(token[0]):
            yield token.span()


def _span(text: Text, source: str, start: int, end: int) -> Span:
    first = len(source[:start].encode())
    return Span(text, first, first + len(source[start:end].encode()))


def _is_only_checked(source: str, position: int) -> bool:
    """Tell whether a line is a comment, or asks whether the variable is there."""
    return _CHECK().match(source, source.rfind("\n", 0, position) + 1) is not None


def _user_of(value: str) -> str:
    """Return the role of a connection string to PostgreSQL, "" for anything else."""
    if not value.startswith(("postgres://", "postgresql://")):
        return ""
    return next((address.user for address in addresses(value) if address.user), "")


def _is_service_key(value: str) -> bool:
    if _SECRET_KEY().match(value):
        return True
    claims = _claims(value)
    return claims.get("role") == "service_role" and not is_demonstration(value)


def is_demonstration(value: str) -> bool:
    """Tell whether a key is the published one of a local Supabase."""
    return _claims(value).get("iss") == "supabase-demo"


def _claims(value: str) -> dict[str, object]:
    token = _TOKEN().match(value)
    if token is None:
        return {}
    payload = token[1] + "=" * (-len(token[1]) % 4)
    try:
        found = json.loads(base64.urlsafe_b64decode(payload))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def is_served(path: str, source: str) -> bool:
    """Tell whether a browser, or the app on a telephone, gets a file as it is."""
    parts = PurePosixPath(path)
    if path.endswith(_SERVED) or not _SERVED_FOLDERS.isdisjoint(parts.parts[:-1]):
        return True
    return re.match(r"\s*['\"]use client['\"]", source) is not None
