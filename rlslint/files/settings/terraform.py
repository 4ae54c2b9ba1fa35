"""Terraform: connection strings and parts of them, with the references to a platform's resources.

Variables have their defaults and what `.tfvars` and the calls of local modules give them; functions
are not evaluated.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from rlslint import Pattern
from rlslint.config.platforms import BYPASSRLS, SUPERUSER, Platform, platform_of_resource
from rlslint.files.connections import Connection
from rlslint.files.settings.document import Document
from rlslint.files.settings.variables import Variable, connections_of_resolved

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
_USERS = ("user", "username", "master_username", "database_user", "administrator_login", "name")
_WHOLE = ("connection_uri", "connection_uri_pooler", "service_uri", "uri", "private_uri")
_PLACES = ("host", "address", "endpoint", "domain", "fqdn")

_BLOCK = Pattern(r'^[ \t]*(?P<kind>variable|module)[ \t]+"(?P<label>[\w-]+)"', re.MULTILINE)
_ANY_BLOCK = Pattern(r"^[a-z]", re.MULTILINE)
_VARIABLE = Pattern(r"var\.(?P<name>[\w-]+)")

_ESCAPES = {"superuser": SUPERUSER, "bypass_row_level_security": BYPASSRLS}
"""The arguments of postgresql_role (the provider's documentation) that let a role past policies."""

Names = dict[tuple[str, str], str]
"""The names of the roles that resources make, by their types and labels."""


def read(document: Document) -> Iterator[Connection]:
    """Yield the Connections of a Terraform file."""
    given = document.environment
    names = _names(document.source, given)
    variables: list[Variable] = []
    for match in _ATTRIBUTE().finditer(document.source):
        written = match["value"]
        start, end = match.span("value")
        if written[:1] == '"' == written[-1:] and len(written) > 1:
            start, end = start + 1, end - 1
        variables.append(Variable(match["name"], _value(written, names, given), start, end))
    yield from connections_of_resolved(document, variables)
    yield from _roles(document, names, given)


def _roles(document: Document, names: Names, given: Mapping[str, str]) -> Iterator[Connection]:
    """Yield the roles that escape policies of those that a file makes (postgresql_role)."""
    source = document.source
    for block in _RESOURCE().finditer(source):
        end = _end_of_block(source, block.end())
        attributes = {
            match["name"]: match for match in _ATTRIBUTE().finditer(source, block.end(), end)
        }
        made_as = next(
            (
                escape
                for name, escape in _ESCAPES.items()
                if name in attributes and attributes[name]["value"] == "true"
            ),
            "",
        )
        if block["type"] == "postgresql_role" and made_as and "name" in attributes:
            user = _value(attributes["name"]["value"], names, given)
            start, behind = attributes["name"].span("value")
            source_name = f"postgresql_role.{block['label']}"
            made = document.connection(user, start, behind, source=source_name)
            yield made._replace(connects=False, made_as=made_as)


def _names(source: str, given: Mapping[str, str]) -> Names:
    """Return what the resources of a file call their roles, `name` where nothing says more."""
    found: Names = {}
    for block in _RESOURCE().finditer(source):
        end = _end_of_block(source, block.end())
        attributes = {
            match["name"]: match["value"]
            for match in _ATTRIBUTE().finditer(source, block.end(), end)
        }
        written = next((attributes[name] for name in _USERS if name in attributes), "")
        variable = _VARIABLE().fullmatch(written)
        name = given.get(variable["name"], "") if variable is not None else written
        if variable is not None or name[:1] == '"':
            found[block["type"], block["label"]] = name.strip('"')
    return found


def variables_of(path: str, source: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Yield what a file gives to the variables of directories; a higher number outweighs others.

    Defaults are outweighed by the calls of local modules, and those by `.tfvars`.
    """
    folder = os.path.dirname(path)
    if path.endswith(".tfvars"):
        yield 2, folder, _assigned(source, 0, len(source))
        return
    yield 0, folder, _defaults(source)
    for _, start, end in _blocks(source, "module"):
        values = _assigned(source, start, end)
        if values.get("source", "").startswith("."):
            yield 1, os.path.normpath(os.path.join(folder, values["source"])), values


def _defaults(source: str) -> dict[str, str]:
    found = {}
    for label, start, end in _blocks(source, "variable"):
        default = _assigned(source, start, end).get("default")
        if default is not None:
            found[label] = default
    return found


def _blocks(source: str, kind: str) -> Iterator[tuple[str, int, int]]:
    """Yield the label of each block, and from where to where its content stands."""
    for block in _BLOCK().finditer(source):
        if block["kind"] == kind:
            yield block["label"], block.end(), _end_of_block(source, block.end())


def _end_of_block(source: str, start: int) -> int:
    following = _ANY_BLOCK().search(source, start)
    return following.start() if following else len(source)


def _assigned(source: str, start: int, end: int) -> dict[str, str]:
    """Return the strings that attributes are given; those with holes are not known."""
    return {
        match["name"]: match["value"].strip('"')
        for match in _ATTRIBUTE().finditer(source, start, end)
        if match["value"][:1] == '"' and "${" not in match["value"]
    }


def _value(written: str, names: Names, given: Mapping[str, str]) -> str:
    """Return a value with what its references are known to mean."""
    if written[:1] == '"':
        return _HOLE().sub(
            lambda hole: _meant(hole["inside"], names, given) or hole[0], written.strip('"')
        )
    return _meant(written, names, given) or written


def _meant(expression: str, names: Names, given: Mapping[str, str]) -> str:
    variable = _VARIABLE().fullmatch(expression.strip())
    if variable is not None:
        return given.get(variable["name"], "")
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
