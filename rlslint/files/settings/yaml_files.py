"""YAML and JSON: compose files, `database.yml`, `application.yml`, CI, manifests and the like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rlslint.files.connections import Connection
from rlslint.files.settings.addresses import addresses, expanded, known
from rlslint.files.settings.development import is_compose, is_development_name
from rlslint.files.settings.document import Document, InvalidSettings
from rlslint.files.settings.name_value_files import read_literals
from rlslint.files.settings.variables import (
    Variable,
    connections_of_resolved,
    connections_of_variables,
)
from rlslint.text.budget import DEEPEST_NESTING
from rlslint.text.patterns import Pattern

_KINDS = ("adapter", "client", "dialect", "driver", "provider", "type")
_POSTGRES = frozenset(("pg", "pgsql", "postgres", "postgresql"))
"""Under which names a configuration says to which kind of server it belongs, and how."""
_VARIABLE = Pattern(r"\$\{(?P<name>\w+)(?::?[-?][^{}]*)?\}")
_ERB = Pattern(
    r"(?P<alone>^[ \t]*(?:-[ \t]+)?<%(?![=%])(?:[^\n%]|%(?!>))*%>[ \t]*\r?$)"
    r"|<%(?:[^<%]|<(?!%)|%(?!>))*%>",
    re.MULTILINE,
)
_GO_TEMPLATE = Pattern(r"(?P<alone>^[ \t]*\{\{[^{}\n]*\}\}[ \t]*\r?$)|\{\{[^{}]*\}\}", re.MULTILINE)
"""What Helm fills in."""
_ERB_VALUE = Pattern(
    r"""<%=\s*ENV(?:\.fetch\(\s*["'][^"']*["']\s*\)\s*\{\s*|\.fetch\(\s*["'][^"']*["']\s*,\s*"""
    r"""|\[\s*["'][^"']*["']\s*\]\s*(?:\|\||\.presence\s*\|\|)\s*)"""
    r"""["'](?P<default>[^"'%\n]*)["']\s*[)}]?\s*-?%>(?=[ \t]*\r?$)""",
    re.MULTILINE,
)
"""A value that is a variable's, with what stands for it where there is none."""
_FILLED_IN = "$"
_IMAGE = Pattern(
    r"(?:[\w.-]+(?::\d+)?/)*(?:postgres|postgis|timescaledb(?:-ha)?|pgvector)(?:[:@].*)?"
)


def read(document: Document, name: str) -> Iterator[Connection]:
    """Yield the Connections of a YAML file. Raises InvalidSettings."""
    manifests: list[Any] = []
    for root in _roots(document):
        if is_compose(name):
            yield from _compose(document, root)
        elif name == "database.yml":
            yield from _rails(document, root)
        elif name.startswith(("application", "bootstrap")):
            yield from _spring(document, root)
        else:
            manifests.append(root)
    yield from _of_manifests(document, manifests)


def _of_manifests(document: Document, roots: Iterable[Any]) -> Iterator[Connection]:
    found: list[Connection] = []
    superusers: dict[str, str] = {}
    for root in roots:
        found += _environments(document, root, _named(root), set(), superusers)
    # The value of a variable is one of the mapping that it is written as, too.
    unique = {one.span.start: one for one in reversed(found)}
    for _, each in sorted(unique.items()):
        yield each._replace(superuser_evidence=superusers.get(each.user, ""))


def read_json(document: Document) -> Iterator[Connection]:
    """Yield the Connections of a JSON file, which YAML's grammar reads but for comments."""
    try:
        roots = _roots(document)
    except InvalidSettings:
        yield from read_literals(document)
        return
    yield from _of_manifests(document, roots)


def _roots(document: Document) -> list[Any]:
    import yaml

    source = _ERB_VALUE().sub(_default_in_place, document.source)
    for template in (_ERB, _GO_TEMPLATE):
        source = template().sub(_blanked, source)
    document.searched = source
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_depth(yaml.parse(source, Loader=loader))
        return [root for root in yaml.compose_all(source, Loader=loader) if root is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        read_before = source[: mark.index] if mark else source
        if _open_brackets(read_before) > DEEPEST_NESTING:
            raise InvalidSettings("nested too deeply") from None
        line = read_before.count("\n") + 1
        raise InvalidSettings(f"no YAML from line {line} on") from None


def _blanked(match: re.Match[str]) -> str:
    """Return nothing in place of a template that has its line for itself, else what is unknown."""
    return re.sub(r"[^\n]", " " if match["alone"] is not None else _FILLED_IN, match[0])


def _default_in_place(match: re.Match[str]) -> str:
    """Return a default where it stands, with spaces around it."""
    start, end = match.start("default") - match.start(), match.end("default") - match.start()
    before, behind = match[0][:start], match[0][end:]
    blank = re.compile(r"[^\n]")
    return f"{blank.sub(' ', before)}{match['default']}{blank.sub(' ', behind)}"


def _check_depth(events: Iterable[Any]) -> None:
    """Refuse a document whose nesting would overflow the stack of libyaml's composer."""
    depth = 0
    for event in events:
        name = type(event).__name__
        depth += name.endswith(("SequenceStartEvent", "MappingStartEvent"))
        depth -= name.endswith(("SequenceEndEvent", "MappingEndEvent"))
        if depth > DEEPEST_NESTING:
            raise InvalidSettings("nested too deeply")


def _open_brackets(source: str) -> int:
    """Count the brackets that `source` leaves open, those in strings and comments too.

    A scanner that reads ahead for the colon of a key stops at a limit of its own, before
    `_check_depth` sees an event; from which version on, and with which words, is PyYAML's affair.
    """
    return sum(map(source.count, "[{")) - sum(map(source.count, "]}"))


def _compose(document: Document, root: Any) -> Iterator[Connection]:
    """Yield the connections of the services; the image makes its POSTGRES_USER a superuser."""
    found: list[Connection] = []
    superusers: dict[str, str] = {}
    for service, node in _items(_get(root, "services")):
        variables = [
            one._replace(value=_filled_in(one.value, document.environment))
            for one in _variables(document, _get(node, "environment"))
        ]
        image = expanded(_scalar(_get(node, "image"))) or ""
        where = f"services.{service}.environment."
        own = list(connections_of_resolved(document, variables, where))
        if _IMAGE().fullmatch(image):
            superuser = next(
                (each.user for each in own if each.source.endswith(".POSTGRES_USER")), ""
            )
            given = _given_by_files(document, _get(node, "env_file")).get("POSTGRES_USER", "")
            if given and not superuser:
                superuser, place = given, _inside(document, _get(node, "image"))
                own.append(document.connection(given, *place, source=f"{where}POSTGRES_USER"))
            superusers[superuser or "postgres"] = (
                f"the image {image} of the service {service} makes it a superuser"
            )
            own = [each._replace(connects=False) for each in own]
        found += own
    for each in found:
        yield each._replace(superuser_evidence=superusers.get(each.user, ""))


def _given_by_files(document: Document, node: Any) -> dict[str, str]:
    """Return the variables of the files that a service names: one, a list, or with options."""
    if node is None:
        return {}
    named = node.value if node.id == "sequence" else [node]
    found: dict[str, str] = {}
    for each in named:
        path = _scalar(each) or _scalar(_get(each, "path"))
        found.update(document.variables_at(path) if path else {})
    return found


def _filled_in(value: str, environment: Mapping[str, str]) -> str:
    """Return a value with the variables of the environment that Compose reads beside its file."""
    return _VARIABLE().sub(lambda match: environment.get(match["name"], match[0]), value)


def _rails(document: Document, root: Any) -> Iterator[Connection]:
    for section, node in _items(root):
        for inner in (node, *(value for _, value in _items(node))):
            if _scalar(_get(inner, "adapter")) not in ("", "postgresql", "postgis"):
                continue
            yield from _pair(document, inner, "username", section, is_development_name(section))
            yield from _literal(
                document, _get(inner, "url"), f"{section}.url", is_development_name(section)
            )


def _spring(document: Document, root: Any) -> Iterator[Connection]:
    profiles = _path(root, "spring", "config", "activate", "on-profile") or _path(
        root, "spring", "profiles"
    )
    development = is_development_name(_scalar(profiles))
    for keys in (("spring", "datasource"), ("spring", "r2dbc"), ("quarkus", "datasource")):
        node, where = _path(root, *keys), ".".join(keys)
        url = _scalar(_get(node, "url"))
        yield from _literal(document, _get(node, "url"), f"{where}.url", development)
        if not url or "postgres" in url or "$" in url:
            yield from _pair(document, node, "username", where, development, url)


def _pair(
    document: Document, node: Any, key: str, where: str, development: bool, url: str = ""
) -> Iterator[Connection]:
    name = _get(node, key)
    user = known(_scalar(name)) if name is not None else None
    if user is None:
        return
    address = next(addresses(url), None)
    start, end = _inside(document, name)
    yield document.connection(
        user,
        start,
        end,
        host=(address.host if address else "") or _known_scalar(_get(node, "host")),
        database=(address.database if address else "") or _known_scalar(_get(node, "database")),
        source=f"{where}.{key}",
        development=development,
    )


def _literal(document: Document, node: Any, where: str, development: bool) -> Iterator[Connection]:
    if node is None:
        return
    yield from document.connections(*_inside(document, node), where, development)


def _environments(
    document: Document, node: Any, where: str, seen: set[int], superusers: dict[str, str]
) -> Iterator[Connection]:
    """Yield the connections of every mapping or list of variables in any manifest.

    An alias leads to a node that was `seen`, perhaps to the one that holds it. What containers of
    the official image make a superuser is added to `superusers`.
    """
    if id(node) in seen:
        return
    seen.add(id(node))
    variables = _variables(document, node)
    names = {variable.name for variable in variables}
    image = expanded(_scalar(_get(node, "image"))) or ""
    if _IMAGE().fullmatch(image):
        made = {one.name: one.value for one in _variables(document, _get(node, "env"))}
        user = expanded(made.get("POSTGRES_USER", "postgres"))
        if user:
            superusers[user] = f"the image {image} makes it a superuser"
    yield from connections_of_variables(document, variables, where)
    if any(_scalar(_get(node, key)) in _POSTGRES for key in _KINDS):
        development = any(map(is_development_name, where.split(".")))
        for inner, place in ((node, where), (_get(node, "connection"), f"{where}connection.")):
            for key in ("username", "user"):
                yield from _pair(document, inner, key, place.rstrip("."), development)
    if _scalar(_get(node, "kind")) == "Secret":
        yield from _secrets(document, _get(node, "data"), f"{where}data.")
    for key, value in _items(node):
        if key not in names:
            yield from _environments(document, value, f"{where}{key}.", seen, superusers)
    if node.id == "sequence":
        for value in node.value:
            if value.id != "scalar":
                yield from _environments(document, value, where, seen, superusers)


def _named(root: Any) -> str:
    """Return what goes before the variables of a manifest: what others reach it as, as a rule."""
    name = _scalar(_path(root, "metadata", "name"))
    return f"{name}." if name and "." not in name else ""


def _secrets(document: Document, node: Any, where: str) -> Iterator[Connection]:
    """Yield the connections of a Secret's values, which Kubernetes wants in base64."""
    from base64 import b64decode

    plain: list[Variable] = []
    for one in _variables(document, node):
        try:
            plain.append(one._replace(value=b64decode(one.value, validate=True).decode()))
        except ValueError:
            continue
    yield from connections_of_resolved(document, plain, where)


def _variables(document: Document, node: Any) -> list[Variable]:
    """Return the variables of an environment: a map, `NAME=value` items, or name/value pairs."""
    if node is None:
        return []
    found = [
        Variable(key, value.value, *_inside(document, value))
        for key, value in _items(node)
        if value.id == "scalar"
    ]
    for item in node.value if node.id == "sequence" else ():
        name, value = _get(item, "name"), _get(item, "value")
        if item.id == "scalar" and "=" in item.value:
            key, _, written = item.value.partition("=")
            start, end = _inside(document, item)
            found.append(Variable(key, written, min(end, start + len(key) + 1), end))
        elif name is not None and value is not None and value.id == "scalar":
            found.append(Variable(_scalar(name), value.value, *_inside(document, value)))
    return found


def _inside(document: Document, node: Any) -> tuple[int, int]:
    start, end = node.start_mark.index, node.end_mark.index
    return (
        (start + 1, end - 1) if document.source[start : start + 1] in ("'", '"') else (start, end)
    )


def _items(node: Any) -> list[tuple[str, Any]]:
    if node is None or node.id != "mapping":
        return []
    own = [
        (key.value, value) for key, value in node.value if key.id == "scalar" and key.value != "<<"
    ]
    names = {name for name, _ in own}
    for key, value in node.value:
        if key.id == "scalar" and key.value == "<<":
            own += [item for item in _items(value) if item[0] not in names]
    return own


def _get(node: Any, key: str) -> Any:
    return next((value for name, value in _items(node) if name == key), None)


def _path(node: Any, *keys: str) -> Any:
    for key in keys:
        node = _get(node, key)
    return node


def _scalar(node: Any) -> str:
    return str(node.value) if node is not None and node.id == "scalar" else ""


def _known_scalar(node: Any) -> str:
    return expanded(_scalar(node)) or ""
