"""Terraform: connection strings and parts of them, with the references to a platform's resources.

Only what stands in the file is looked up; modules, variables and functions are not evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint.config.platforms import Platform, platform_of_resource
from rlslint.files.connections import Connection
from rlslint.files.settings.document import Document
from rlslint.files.settings.variables import Variable, connections_of_resolved
from rlslint.text.patterns import Pattern

_ATTRIBUTE = Pattern(
    r"""^[ \t]*["']?(?P<name>[\w.-]+)["']?[ \t]*[=:](?!=)[ \t]*"""
    r"""(?P<value>[^\r\n]*?)[ \t]*,?[ \t]*\r?$""",
    re.MULTILINE,
)
_RESOURCE = Pattern(r'^[ \t]*resource[ \t]+"(?P<type>\w+)"[ \t]+"(?P<label>[\w-]+)"', re.MULTILINE)
_REFERENCE = Pattern(
    r"(?:data\.)?(?P<type>[a-z]\w*)\.(?P<label>[\w-]+)(?:\[[^\]]*\])?\.(?P<attribute>\w+)"
)
_HOLE = Pattern(r"\$\{(?P<inside>[^{}]*)\}")
_USERS = ("name", "user", "username", "master_username", "database_user", "administrator_login")
_WHOLE = ("connection_uri", "connection_uri_pooler", "service_uri", "uri", "private_uri")
_PLACES = ("host", "address", "endpoint", "domain", "fqdn")

Names = dict[tuple[str, str], str]
"""The names of the roles that resources make, by their types and labels."""


def read(document: Document) -> Iterator[Connection]:
    """Yield the Connections of a Terraform file."""
    names = _names(document.source)
    variables: list[Variable] = []
    for match in _ATTRIBUTE().finditer(document.source):
        written = match["value"]
        start, end = match.span("value")
        if written[:1] == '"' == written[-1:] and len(written) > 1:
            start, end = start + 1, end - 1
        variables.append(Variable(match["name"], _value(written, names), start, end))
    yield from connections_of_resolved(document, variables)


def _names(source: str) -> Names:
    """Return what the resources of a file call their roles: the first name in each block."""
    found: Names = {}
    starts = list(_RESOURCE().finditer(source))
    ends = [*(match.start() for match in starts[1:]), len(source)]
    for block, end in zip(starts, ends, strict=False):
        for match in _ATTRIBUTE().finditer(source, block.end(), end):
            if match["name"] in _USERS and match["value"][:1] == '"':
                found.setdefault((block["type"], block["label"]), match["value"].strip('"'))
    return found


def _value(written: str, names: Names) -> str:
    """Return a value with what its references to resources are known to mean."""
    if written[:1] == '"':
        return _HOLE().sub(
            lambda hole: _meant(hole["inside"], names) or hole[0], written.strip('"')
        )
    return _meant(written, names) or written


def _meant(expression: str, names: Names) -> str:
    reference = _REFERENCE().fullmatch(expression.strip())
    platform = platform_of_resource(reference["type"]) if reference is not None else None
    if reference is None or platform is None:
        return ""
    attribute, host = reference["attribute"], platform.hosts[0].lstrip(".")
    if attribute in _WHOLE:
        return f"postgres://{_first_user(platform)}@{host}/"
    if attribute in _USERS:
        return names.get((reference["type"], reference["label"])) or _first_user(platform)
    if any(place in attribute for place in _PLACES):
        return host
    return "of-the-resource"


def _first_user(platform: Platform) -> str:
    """Return the role that a platform makes with each database, "" where it has no fixed name."""
    for console in platform.console_roles:
        for name in sorted(console.names):
            return name
    return ""
