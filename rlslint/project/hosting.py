"""On which platform with an API a database is, where its migrations do not lie in one's folder.

What is found here is likely and no more: a project may use a platform without its API.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rlslint.config.platforms import PLATFORMS, Platform, platform_of_host
from rlslint.files import disk
from rlslint.files.connections import Connection, platform_of
from rlslint.files.discovery import Found
from rlslint.files.histories import Histories
from rlslint.files.layouts import History

if TYPE_CHECKING:
    from rlslint.files.settings.api import Api


def platform_of_connections(connections: Iterable[Connection]) -> Platform | None:
    """Return the platform with an API of its own on which a connection leads to the database."""
    for connection in connections:
        platform = platform_of(connection)
        if platform is not None and platform.default_grants:
            return platform
    return None


def platform_of_apis(apis: Iterable[Api], connections: Iterable[Connection]) -> Platform | None:
    """Return the platform that an API is asked at, unless connections tell of another database."""
    if next(iter(connections), None) is not None:
        return None
    hosts = (api.host for api in apis if api.host)
    return next((one for one in map(platform_of_host, hosts) if one and one.default_grants), None)


def configured_platform(found: Found, all_files: Histories) -> Platform | None:
    """Return the platform whose configuration lies here, where no history is kept in its folder."""
    for platform in PLATFORMS:
        if not platform.configuration or any(
            history.layout == platform.name for history in all_files.histories
        ):
            continue
        if disk.is_file(os.path.join(found.root, platform.configuration)):
            return platform
    return None


def platform_called(history: History, declared: Iterable[bytes] = ()) -> Platform | None:
    """Return the platform whose functions a history calls without making them, None without any.

    `declared` is the SQL of what its files declare that are not in SQL.
    A history that grants tables to the roles of its API itself tells what they may, as dumps do.
    """
    with_api = [one for one in PLATFORMS if one.default_grants and one.api_functions]
    scripts = [_script(one.path) for one in history.migrations if one.path.endswith(".sql")]
    scripts += [_plain(sql) for sql in declared]
    for platform in with_api:
        words = [f"{schema}.{name}".encode() for schema, name in platform.api_functions]
        called = [script for script in scripts if any(word in script for word in words)]
        if not called:
            continue
        functions = b"|".join(map(re.escape, words))
        roles = b"|".join(re.escape(role.encode()) for role in platform.request_roles)
        calls = re.compile(rb"(?<![\w.])(?:%s)\s*\(" % functions)
        makes = re.compile(rb"\bfunction\s+(?:%s)\s*\(" % functions)
        grants = re.compile(
            rb"\bgrant\s+%s\b[^;]{0,300}\bto\s[^;]{0,99}\b(?:%s)\b" % (_DATA, roles)
        )
        if any(map(makes.search, called)) or any(map(grants.search, scripts)):
            continue
        if any(map(calls.search, called)):
            return platform
    return None


_DATA = b"(?:all|select|insert|update|delete)"


def _script(path: str) -> bytes:
    """Return the SQL of a file in lower case, without quotes; b"" where it cannot be read."""
    try:
        return _plain(disk.read(path))
    except OSError:
        return b""


def _plain(sql: bytes) -> bytes:
    return sql.lower().replace(b'"', b"")
