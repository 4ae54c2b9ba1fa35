"""Which differences between a server and its migrations decide who sees which rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from rlslint.access import ancestors
from rlslint.catalog.bookkeeping import is_bookkeeping
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Policy, Relation
from rlslint.catalog.platforms import is_provided_by_supabase
from rlslint.catalog.publications import Publication
from rlslint.catalog.roles import PUBLIC, Role
from rlslint.catalog.schemas import Schema
from rlslint.drift.comparison import ABSENT, Difference, Key, Subject, Subjects, subjects_of
from rlslint.drift.narrowing import Narrowing
from rlslint.meaning.calls import functions_of_policies

EXISTENCE, DEFINITION = "existence", "definition"
"""Facts of drift: whether there is a subject at all, and what a policy, function or role is."""

_APART = {
    "policy": (),
    "function": ("owner", "privileges"),
    "publication": ("owner",),
    "role": ("memberships", "membership options", "settings"),
}
"""What is told of by itself, where all else of a subject is its definition."""


def drift(differences: Iterable[Difference], history: Catalog, live: Catalog) -> list[Difference]:
    """Return what of the differences counts, each with the subjects that know its statements.

    What is missing or is there without a migration comes once, and what a policy, a function or a
    role is made of comes as one difference. Of sets only the members that differ are left.
    """
    by_subject: dict[tuple[str, str], list[Difference]] = {}
    for difference in differences:
        by_subject.setdefault(difference.key[:2], []).append(difference)
    selection = _Selection(history, live)
    return _gathered(
        found for facts in by_subject.values() for found in selection.of_subject(facts)
    )


def _gathered(found: Iterable[Difference]) -> list[Difference]:
    """Gather the tables of a schema on which the same is granted, or the same is not."""
    first: dict[object, int] = {}
    gathered: list[Difference] = []
    for difference in found:
        subject = difference.on_server
        if isinstance(subject, Relation) and difference.key.fact == "privileges":
            key = subject.schema, difference.history, difference.live
            if key in first:
                alike = (*gathered[first[key]].alike, subject)
                gathered[first[key]] = gathered[first[key]]._replace(alike=alike)
                continue
            first[key] = len(gathered)
        gathered.append(difference)
    return gathered


class _Selection:
    def __init__(self, history: Catalog, live: Catalog) -> None:
        self._history, self._live = history, live
        self._ours, self._theirs = subjects_of(history), subjects_of(live)
        self._narrowing = Narrowing(history, live)
        self._policy_functions = {
            *_of_policies(history, self._ours),
            *_of_policies(live, self._theirs),
        }
        self._schemas = {
            *(name for name, schema in history.schemas.items() if schema.created is not None),
            *(relation.schema for relation in history.relations.known()),
            PUBLIC,
        }

    def of_subject(self, facts: list[Difference]) -> Iterator[Difference]:
        """Yield what counts of the differences of one subject."""
        kind, name, _ = facts[0].key
        ours, theirs = self._ours.get((kind, name)), self._theirs.get((kind, name))
        if kind == "database":
            yield from self._narrowing.narrowed(facts, None, None)
        elif all(fact.history is ABSENT for fact in facts):
            if theirs is not None:
                yield from self._extra(kind, name, theirs)
        elif all(fact.live is ABSENT for fact in facts):
            if ours is not None:
                yield from self._missing(kind, name, ours)
        elif ours is not None and theirs is not None and self._counts(name, ours, theirs):
            yield from self._changed(facts, ours, theirs)

    def _changed(
        self, facts: list[Difference], ours: Subject, theirs: Subject
    ) -> Iterator[Difference]:
        kind, name, _ = facts[0].key
        other_kind = next((fact for fact in facts if fact.key.fact == "kind"), None)
        if other_kind is not None:
            yield other_kind._replace(in_history=ours, on_server=theirs)
            return
        found = list(self._narrowing.narrowed(facts, ours, theirs))
        parts = [f for f in found if kind in _APART and f.key.fact not in _APART[kind]]
        if parts:
            yield Difference(
                Key(kind, name, DEFINITION),
                {part.key.fact: part.history for part in parts},
                {part.key.fact: part.live for part in parts},
                ours,
                theirs,
            )
        yield from (one for one in found if one not in parts)

    def _counts(self, name: str, *both: Subject) -> bool:
        """Tell whether a subject that either side has decides who sees which rows."""
        match both[0]:
            case Function():
                return name in self._policy_functions or any(
                    isinstance(one, Function) and _is_definer(one) for one in both
                )
            case Relation() as relation:
                return not is_bookkeeping(relation)
            case Policy() as policy:
                return not is_bookkeeping(policy.relation)
            case _:
                return True

    def _extra(self, kind: str, name: str, theirs: Subject) -> Iterator[Difference]:
        """Yield what the server has and the history has not, where that is certain."""
        if not self._counts(name, theirs):
            return
        holder: Subject | None = None
        match theirs:
            case Relation() as relation:
                if relation.schema not in self._schemas:
                    return
                for parent in ancestors(relation):
                    modelled = self._ours.get(("relation", str(parent)))
                    if modelled is not None:
                        yield from self._narrowing.of_runtime_partition(relation, modelled)
                        return
            case Policy() as policy:
                holder = self._history.names.get((policy.relation.schema, policy.relation.name))
                if holder is None:
                    return
            case Function() as function:
                if function.schema not in self._schemas:
                    return
            case Schema() as schema:
                if self._history.relations.is_open or not self._is_made_by_hand(schema):
                    return
            case Publication():
                if is_provided_by_supabase(name):
                    return
            case Role():
                return
        yield Difference(Key(kind, name, EXISTENCE), False, True, holder, theirs)

    def _missing(self, kind: str, name: str, ours: Subject) -> Iterator[Difference]:
        """Yield what the history has and the server has not."""
        if not self._counts(name, ours):
            return
        holder: Subject | None = None
        match ours:
            case Relation() as relation:
                # Partitions go as they come: a scheduler drops those that are too old.
                if _may_be_partition(relation) or relation.schema not in self._live.schemas:
                    return
            case Policy() as policy:
                holder = self._live.names.get((policy.relation.schema, policy.relation.name))
                if not isinstance(holder, Relation) or holder.policies.is_open:
                    return
            case Function() as function:
                if function.schema not in self._live.schemas:
                    return
            case _:
                pass
        yield Difference(Key(kind, name, EXISTENCE), True, False, ours, holder)

    def _is_made_by_hand(self, schema: Schema) -> bool:
        """Tell whether a schema holds relations and is neither a platform's nor a tool's."""
        named = {key[0] for key in self._history.unknown_relations}
        if schema.name in named or schema.name in self._history.schemas:
            return False
        owner = self._live.roles.get(schema.owner)
        is_of_platform = owner is not None and not owner.declared
        return not is_of_platform and any(
            relation.schema == schema.name and not is_bookkeeping(relation)
            for relation in self._live.relations.known()
        )


def _of_policies(catalog: Catalog, subjects: Subjects) -> Iterator[str]:
    """Yield the names of the functions that policies call: all, where that is not known."""
    try:
        wanted: Collection[Function] = functions_of_policies(catalog)
    except UnknownFact:
        wanted = catalog.functions.known()
    for (_, name), subject in subjects.items():
        if isinstance(subject, Function) and subject in wanted:
            yield name


def _may_be_partition(relation: Relation) -> bool:
    if not (relation.knows("partition_of") and relation.knows("parents")):
        return True
    return relation.partition_of is not None or bool(relation.parents)


def _is_definer(function: Function) -> bool:
    return function.knows("security_definer") and function.security_definer
