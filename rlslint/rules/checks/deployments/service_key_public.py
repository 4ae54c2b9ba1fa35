"""service-key-public: a browser gets the credentials of a role that no policy binds."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import has_bypassrls, is_probably_superuser, is_superuser
from rlslint.access.data_roles import owners
from rlslint.files.deployment import PublicKey
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def service_key_public(key: PublicKey, project: Project) -> Iterator[Finding]:
    if key.user and not _is_exempt(key.user, project):
        return
    if key is not _first_of_its_name(key, project):
        return
    whose = f"connects as {key.user}" if key.user else "is the service role's"
    variable = key.name != key.span.text.path
    yield Finding(
        object=key.name,
        message="whoever opens the application can read and write all rows, past every policy: "
        f"{key.name} {'is sent to browsers, and ' if variable else 'holds a key that '}{whose}",
        span=key.span,
        label="browsers get this",
        help="use the credentials on the server only, under a name without the public prefix, and "
        "replace those that were published",
    )


def _first_of_its_name(key: PublicKey, project: Project) -> PublicKey:
    """Return where a variable is told of first: where it is set, else where it is used."""
    same = [other for other in project.deployment.keys if other.name == key.name]
    return min(same, key=lambda one: ".env" not in one.span.text.path.rpartition("/")[2])


def _is_exempt(role: str, project: Project) -> bool:
    catalog = project.catalog
    return (
        is_superuser(catalog, role)
        or is_probably_superuser(catalog, role)
        or has_bypassrls(catalog, role)
        or role in owners(catalog)
    )
