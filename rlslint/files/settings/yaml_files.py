"""YAML and JSON: compose files, `database.yml`, `application.yml`, CI, manifests and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rlslint import Pattern
from rlslint.files.connections import Connection
from rlslint.files.settings.addresses import addresses, expanded, known
from rlslint.files.settings.development import is_compose, is_development_name
from rlslint.files.settings.document import Document, InvalidSettings
from rlslint.files.settings.name_value_files import read_literals
from rlslint.files.settings.variables import connections_of_resolved, connections_of_variables
from rlslint.files.settings.yaml_nodes import (
    decoded_variables,
    get,
    inside,
    items,
    known_scalar,
    named,
    path_to,
    roots,
    scalar,
    variables_of,
)

_KINDS = ("adapter", "client", "dialect", "driver", "provider", "type")
_POSTGRES = frozenset(("pg", "pgsql", "postgres", "postgresql"))
"""Under which names a configuration says to which kind of server it belongs, and how."""
_VARIABLE = Pattern(r"\$\{(?P<name>\w+)(?::?[-?][^{}]*)?\}")
IMAGE = Pattern(
    r"(?:[\w.-]+(?::\d+)?/)*(?:postgres|postgis|timescaledb(?:-ha)?|pgvector)(?:[:@].*)?"
)
"""Images of servers that make their POSTGRES_USER a superuser."""
_WITH_A_DATABASE_OF_ITS_OWN = Pattern(
    r"(?:[\w.-]+(?::\d+)?/)?(?:activepieces/activepieces|apache/(?:airflow|superset)|authelia/authelia"
    r"|authzed/spicedb|baserow/baserow|berriai/litellm[\w-]*|calcom/cal\.com|chatwoot/chatwoot|documenso/documenso|forgejo/forgejo|flagsmith/flagsmith"
    r"|formbricks/formbricks|getsentry/sentry|gitea/gitea|gitlab/gitlab-[ce]e|glitchtip/glitchtip"
    r"|goauthentik/server|grafana/grafana[\w-]*|infisical/infisical"
    r"|(?:bitnami|jboss|keycloak)/keycloak|langfuse/langfuse[\w-]*|listmonk/listmonk"
    r"|mattermost/mattermost-[\w-]+|metabase/metabase|n8nio/n8n|nocodb/nocodb|openfga/openfga|posthog/posthog|supertokens/[\w-]+"
    r"|windmill-labs/windmill|(?:library/)?(?:nextcloud|sonarqube)"
    r"|oryd/(?:hydra|keto|kratos)|outlinewiki/outline|penpotapp/backend|prefecthq/prefect"
    r"|plausible/(?:analytics|community-edition)|redash/redash|temporalio/(?:auto-setup|server)"
    r"|umami-software/umami|unleashorg/unleash-server|vaultwarden/server"
    r"|woodpeckerci/woodpecker-server|zitadel/zitadel)(?:[:@].*)?"
)
"""Images of products that keep a database which no migration of a project is about."""


def has_own_database(image: str) -> bool:
    """Tell whether an image is of a product that keeps a database of its own."""
    return _WITH_A_DATABASE_OF_ITS_OWN().fullmatch(image) is not None


def read(document: Document, name: str) -> Iterator[Connection]:
    """Yield the Connections of a YAML file. Raises InvalidSettings."""
    manifests: list[Any] = []
    for root in roots(document):
        if is_compose(name):
            yield from _compose(document, root)
        elif name == "database.yml":
            yield from _rails(document, root)
        elif name.startswith(("application", "bootstrap")):
            yield from _spring(document, root)
        else:
            manifests.append(root)
    yield from _of_manifests(document, manifests)


def _of_manifests(document: Document, manifests: Iterable[Any]) -> Iterator[Connection]:
    found: list[Connection] = []
    superusers: dict[str, str] = {}
    for root in manifests:
        found += _environments(document, root, named(root), set(), superusers)
    # The value of a variable is one of the mapping that it is written as, too.
    unique = {one.span.start: one for one in reversed(found)}
    for _, each in sorted(unique.items()):
        yield each._replace(superuser_evidence=superusers.get(each.user, ""))


def read_json(document: Document) -> Iterator[Connection]:
    """Yield the Connections of a JSON file, which YAML's grammar reads but for comments."""
    try:
        manifests = roots(document)
    except InvalidSettings:
        yield from read_literals(document)
        return
    yield from _of_manifests(document, manifests)


def _compose(document: Document, root: Any) -> Iterator[Connection]:
    """Yield the connections of the services; the image makes its POSTGRES_USER a superuser."""
    found: list[Connection] = []
    superusers: dict[str, str] = {}
    for service, node in items(get(root, "services")):
        variables = [
            one._replace(value=_filled_in(one.value, document.environment))
            for one in variables_of(document, get(node, "environment"))
        ]
        image = expanded(scalar(get(node, "image"))) or ""
        where = f"services.{service}.environment."
        own = list(connections_of_resolved(document, variables, where))
        if IMAGE().fullmatch(image):
            superuser = next(
                (each.user for each in own if each.source.endswith(".POSTGRES_USER")), ""
            )
            given = _given_by_files(document, get(node, "env_file")).get("POSTGRES_USER", "")
            if given and not superuser:
                superuser, place = given, inside(document, get(node, "image"))
                own.append(document.connection(given, *place, source=f"{where}POSTGRES_USER"))
            superusers[superuser or "postgres"] = (
                f"the image {image} of the service {service} makes it a superuser"
            )
            own = [each._replace(connects=False) for each in own]
        elif has_own_database(image) and get(node, "build") is None:
            own = [each._replace(connects=False, product=image) for each in own]
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
        path = scalar(each) or scalar(get(each, "path"))
        found.update(document.variables_at(path) if path else {})
    return found


def _filled_in(value: str, environment: Mapping[str, str]) -> str:
    """Return a value with the variables of the environment that Compose reads beside its file."""
    return _VARIABLE().sub(lambda match: environment.get(match["name"], match[0]), value)


def _rails(document: Document, root: Any) -> Iterator[Connection]:
    for section, node in items(root):
        for inner in (node, *(value for _, value in items(node))):
            if scalar(get(inner, "adapter")) not in ("", "postgresql", "postgis"):
                continue
            yield from _pair(document, inner, "username", section, is_development_name(section))
            yield from _literal(
                document, get(inner, "url"), f"{section}.url", is_development_name(section)
            )


def _spring(document: Document, root: Any) -> Iterator[Connection]:
    profiles = path_to(root, "spring", "config", "activate", "on-profile") or path_to(
        root, "spring", "profiles"
    )
    development = is_development_name(scalar(profiles))
    for keys in (("spring", "datasource"), ("spring", "r2dbc"), ("quarkus", "datasource")):
        node, where = path_to(root, *keys), ".".join(keys)
        url = scalar(get(node, "url"))
        yield from _literal(document, get(node, "url"), f"{where}.url", development)
        if not url or "postgres" in url or "$" in url:
            yield from _pair(document, node, "username", where, development, url)


def _pair(
    document: Document, node: Any, key: str, where: str, development: bool, url: str = ""
) -> Iterator[Connection]:
    name = get(node, key)
    user = known(scalar(name)) if name is not None else None
    if user is None:
        return
    address = next(addresses(url), None)
    start, end = inside(document, name)
    yield document.connection(
        user,
        start,
        end,
        host=(address.host if address else "") or known_scalar(get(node, "host")),
        database=(address.database if address else "") or known_scalar(get(node, "database")),
        source=f"{where}.{key}",
        development=development,
    )


def _literal(document: Document, node: Any, where: str, development: bool) -> Iterator[Connection]:
    if node is None:
        return
    yield from document.connections(*inside(document, node), where, development)


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
    variables = variables_of(document, node)
    names = {variable.name for variable in variables}
    image = expanded(scalar(get(node, "image"))) or ""
    if IMAGE().fullmatch(image):
        made = {one.name: one.value for one in variables_of(document, get(node, "env"))}
        user = expanded(made.get("POSTGRES_USER", "postgres"))
        if user:
            superusers[user] = f"the image {image} makes it a superuser"
    yield from connections_of_variables(document, variables, where)
    if any(scalar(get(node, key)) in _POSTGRES for key in _KINDS):
        development = any(map(is_development_name, where.split(".")))
        for inner, place in ((node, where), (get(node, "connection"), f"{where}connection.")):
            for key in ("username", "user"):
                yield from _pair(document, inner, key, place.rstrip("."), development)
    if scalar(get(node, "kind")) == "Secret":
        data = decoded_variables(document, get(node, "data"))
        yield from connections_of_resolved(document, data, f"{where}data.")
    for key, value in items(node):
        if key not in names:
            yield from _environments(document, value, f"{where}{key}.", seen, superusers)
    if node.id == "sequence":
        for value in node.value:
            if value.id != "scalar":
                yield from _environments(document, value, where, seen, superusers)
