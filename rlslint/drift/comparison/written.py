"""Which statement of a history made what a server shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from rlslint.catalog.facts import Facts
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Relation
from rlslint.catalog.publications import Publication
from rlslint.drift.comparison.keys import Key
from rlslint.text import Statement

Written = dict[Statement, Statement]
"""The statements that show what a server holds, each with the one that a migration has for it."""

_FACT_NAMES = {"rls_enabled": "row security", "rls_forced": "forced row security"}


class _Pair(NamedTuple):
    kind: str
    live: Facts
    history: Facts


def written_statements(history: Catalog, live: Catalog, differing: Collection[Key]) -> Written:
    """Return the statements of `history` behind those that describe `live`.

    Where the two differ in a fact, what the history has is not what made the server's.
    """
    found: Written = {}
    subjects = {(key.kind, key.subject) for key in differing}
    for pair in _pairs(history, live):
        if pair.kind == "policy" and (pair.kind, str(pair.live)) in subjects:
            continue
        for fact, shown in pair.live.statements.items():
            written = pair.history.because(fact)
            key = Key(pair.kind, str(pair.live), _FACT_NAMES.get(fact, fact))
            if written is not None and key not in differing:
                found.setdefault(shown, written)
    for name, relation in live.names.items():
        other = history.names.get(name)
        if other is not None:
            _add_parts(found, relation, other)
    for publication in live.publications.known():
        twin = dict.get(history.publications, publication.name)
        if twin is not None and ("publication", publication.name) not in subjects:
            _add_published(found, publication, twin)
    return found


def _add_published(found: Written, live: Publication, history: Publication) -> None:
    """Add the statements that put tables and schemas into a publication."""
    written = history.statements_of_parts()
    for name, shown in live.statements_of_parts().items():
        if name in written:
            found.setdefault(shown, written[name])


def _add_parts(found: Written, live: Relation, history: Relation) -> None:
    """Add the statements of a relation's privileges and indexes."""
    for key, grant in dict.items(live.grants):
        ours = dict.get(history.grants, key)
        if grant.statement is not None and ours is not None and ours.statement is not None:
            found.setdefault(grant.statement, ours.statement)
    for name, index in dict.items(live.indexes):
        twin = dict.get(history.indexes, name)
        if index.statement is not None and twin is not None and twin.statement is not None:
            found.setdefault(index.statement, twin.statement)


def _pairs(history: Catalog, live: Catalog) -> Iterator[_Pair]:
    for name, relation in (*live.names.items(), *live.unknown_relations.items()):
        other = history.names.get(name) or history.unknown_relations.get(name)
        if other is None:
            continue
        yield _Pair("relation", relation, other)
        for policy in relation.policies.known():
            ours = dict.get(other.policies, policy.name)
            if ours is not None:
                yield _Pair("policy", policy, ours)
    functions = _functions(history)
    for signature, function in _functions(live).items():
        twin = functions.get(signature)
        if twin is not None:
            yield _Pair("function", function, twin)
    for publication in live.publications.known():
        same = dict.get(history.publications, publication.name)
        if same is not None:
            yield _Pair("publication", publication, same)
    for role in live.roles.values():
        if role.name in history.roles:
            yield _Pair("role", role, history.roles[role.name])


def _functions(catalog: Catalog) -> dict[tuple[str, ...], Function]:
    return {
        (f.schema, f.name, *(name.rpartition(".")[2] for name in f.argument_types)): f
        for f in catalog.functions.known()
    }
