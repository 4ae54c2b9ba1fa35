"""What objects are called now that a history has called otherwise before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rlslint.catalog import Catalog
from rlslint.catalog.model import Relation


def present_names(catalogs: Iterable[Catalog]) -> Mapping[str, str]:
    """Return the names of objects that were renamed, or moved to another schema, by former names.

    A name that an object has now is none of them. Policies and columns stand there by the name that
    they had last; what else is a part of a table goes with it.
    """
    found: dict[str, str] = {}
    for catalog in catalogs:
        relations = (*catalog.relations.known(), *catalog.unknown_relations.values())
        standing = {id(one) for one in (*relations, *catalog.functions.known())}
        taken = {str(one) for one in relations} | {str(f) for f in catalog.functions.known()}
        former: dict[int, list[str]] = {}
        holders = (*catalog.former_holders.items(), *catalog.former_functions.items())
        for (schema, name), holder in holders:
            if id(holder) in standing and (before := f"{schema}.{name}") not in taken:
                former.setdefault(id(holder), []).append(before)
                found[before] = str(holder)
        for relation in relations:
            for before, now in _renamed_parts(relation):
                for whole in (str(relation), *former.get(id(relation), ())):
                    found[f"{whole}.{before}"] = f"{relation}.{now}"
    return found


def _renamed_parts(relation: Relation) -> Iterator[tuple[str, str]]:
    """Yield the former and the present names of policies and columns of a relation."""
    policies = relation.policies.known()
    columns = relation.columns.values() if relation.knows("columns") else ()
    taken = {part.name for part in (*policies, *columns) if part.knows("name")}
    for part in (*policies, *columns):
        if part.earlier is not None and "name" in part.earlier and part.knows("name"):
            before = part.earlier["name"][0]
            if isinstance(before, str) and before not in taken:
                yield before, part.name
