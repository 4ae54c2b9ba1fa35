"""What facts are about, under names that two catalogs share."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Policy, Relation
from rlslint.catalog.publications import Publication
from rlslint.catalog.roles import Role
from rlslint.catalog.schemas import Schema
from rlslint.drift.comparison.forms import local_name

Subject = Relation | Policy | Function | Schema | Role | Publication
Subjects = dict[tuple[str, str], Subject]
"""Subjects by the kind and the name that keys of facts have."""


def subjects_of(catalog: Catalog) -> Subjects:
    """Return what a catalog has, under the names that its facts have."""
    return {(kind, name): subject for kind, name, subject in _named(catalog)}


def _named(catalog: Catalog) -> Iterator[tuple[str, str, Subject]]:
    for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
        if not relation.temporary:
            yield "relation", str(relation), relation
            for policy in relation.policies.known():
                yield "policy", str(policy), policy
    for function in catalog.functions.known():
        yield "function", name_of_function(function), function
    for schema in catalog.schemas.values():
        yield "schema", schema.name, schema
    for role in catalog.roles.values():
        yield "role", role.name, role
    for publication in catalog.publications.known():
        yield "publication", publication.name, publication


def name_of_function(function: Function) -> str:
    """Return a function's name with the types of its arguments, which tell overloads apart."""
    return f"{function}({','.join(map(local_name, function.argument_types))})"
