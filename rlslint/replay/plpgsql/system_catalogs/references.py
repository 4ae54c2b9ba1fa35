"""OIDs of what the catalog holds, with the names that the reg… types show for them."""

from __future__ import annotations

from rlslint.catalog import Catalog
from rlslint.catalog.binding import find_relation
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.replay.plpgsql.values import Reference, quoted_name


def relation_reference(relation: Relation, path: tuple[str, ...], catalog: Catalog) -> Reference:
    """Return the OID of a relation, with the name that regclass shows for it."""
    name = str(quoted_name(relation.name))
    if find_relation(catalog, path, "", relation.name) is not relation:
        name = f"{quoted_name(relation.schema)}.{name}"
    return Reference("relation", relation, name)


def function_reference(function: Function, path: tuple[str, ...]) -> Reference:
    """Return the OID of a function, with the signature that regprocedure shows for it."""
    types = ",".join(function.argument_types)
    name = f"{quoted_name(function.name)}({types})"
    if function.schema not in path:
        name = f"{quoted_name(function.schema)}.{name}"
    return Reference("function", function, name)


def schema_reference(name: str) -> Reference:
    return Reference("schema", name, str(quoted_name(name)))
