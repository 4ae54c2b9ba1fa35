"""What a catalog may have beside what it certainly has."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.catalog.model import Catalog
from rlslint.drift.comparison.keys import UNKNOWN, Facts, Key


def with_possible(facts: Facts, catalog: Catalog, others: Iterable[Key]) -> Facts:
    """Return the facts of a catalog, and those of `others` that it may have as unknown.

    Where dynamic SQL may have made a table, that a server has one more is no difference.
    """
    possible = _Possible(catalog)
    return {**{key: UNKNOWN for key in others if key not in facts and key in possible}, **facts}


class _Possible:
    """The facts of subjects that a catalog does not show, and leaves open whether it has them."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        relations = (*catalog.relations.known(), *catalog.unknown_relations.values())
        self._prefixes = tuple(f"{relation}." for relation in relations)
        self._open_prefixes = tuple(f"{r}." for r in relations if r.policies.is_open)

    def __contains__(self, key: Key) -> bool:
        catalog = self._catalog
        match key.kind:
            case "relation":
                return catalog.relations.is_open
            case "function":
                return catalog.functions.is_open
            case "publication":
                return catalog.publications.is_open
            case "role":
                # Named, and perhaps made by what the replay could not follow.
                return key.subject in catalog.roles and bool(catalog.roles[key.subject].unknown)
            case "policy":
                return key.subject.startswith(self._open_prefixes) or (
                    catalog.relations.is_open and not key.subject.startswith(self._prefixes)
                )
            case _:
                return False
