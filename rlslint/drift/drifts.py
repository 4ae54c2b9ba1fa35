"""Which differences between a server and its migrations decide who sees which rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.provided import is_bookkeeping
from rlslint.catalog.publications import Publication
from rlslint.catalog.roles import PUBLIC, Schema
from rlslint.config.platforms import SUPABASE, is_provided
from rlslint.drift.comparison import Difference
from rlslint.drift.counting import Catalogs, FactSides
from rlslint.drift.fact_values import NoValue, Object, objects_of
from rlslint.drift.table import EXISTENCE, TABLE, Deviation, Fact


class Drift(NamedTuple):
    """What is told in one finding: an object, and how a server has it not as the migrations do.

    `holder` is the table of a policy that only the server has. `alike` are other relations on the
    server of which the same is to be told.
    """

    deviations: tuple[Deviation, ...]
    holder: Relation | None = None
    alike: tuple[Relation, ...] = ()

    @property
    def first(self) -> Deviation:
        return self.deviations[0]


def drifts(
    differences: Iterable[Difference],
    history: Catalog,
    live: Catalog,
    policy_functions: Collection[Function],
) -> list[Drift]:
    """Return what of the differences counts; `policy_functions` are those that policies call.

    What is missing or is there without a migration comes once, and so do the parts of a policy, a
    function, a role or a publication, and the same grants on tables of a schema.
    """
    by_object: dict[tuple[str, str], list[Difference]] = {}
    for difference in differences:
        by_object.setdefault(difference.key[:2], []).append(difference)
    selection = _Selection(history, live, policy_functions)
    return _gathered(
        drift
        for (kind, name), found in by_object.items()
        for drift in selection.of(kind, name, found)
    )


def _gathered(drifts: Iterable[Drift]) -> list[Drift]:
    """Gather the tables of a schema on which the same is granted, or the same is not."""
    found: dict[object, Drift] = {}
    for drift in drifts:
        deviation, relation = drift.first, drift.first.theirs
        key: object = deviation[:3]
        if isinstance(relation, Relation) and deviation.fact == "privileges":
            key = relation.schema, deviation.history, deviation.live
            if key in found:
                first = found[key]
                found[key] = first._replace(alike=(*first.alike, relation))
                continue
        found[key] = drift
    return list(found.values())


class _Selection:
    def __init__(
        self, history: Catalog, live: Catalog, policy_functions: Collection[Function]
    ) -> None:
        self._history, self._live = history, live
        self._catalogs = Catalogs(history, live)
        self._ours, self._theirs = (
            {(kind, name): found for kind, name, found in objects_of(catalog)}
            for catalog in (history, live)
        )
        self._policy_functions = policy_functions
        self._schemas = {
            *(name for name, schema in history.schemas.items() if schema.created is not None),
            *(relation.schema for relation in history.relations.known()),
            PUBLIC,
        }

    def of(self, kind: str, name: str, differences: list[Difference]) -> Iterator[Drift]:
        """Yield what counts of the differences of one object."""
        ours, theirs = self._ours.get((kind, name)), self._theirs.get((kind, name))
        if not self._is_of_interest(ours, theirs):
            return
        if all(one.history is NoValue.absent for one in differences):
            yield from self._extra(kind, name, theirs)
        elif all(one.live is NoValue.absent for one in differences):
            if self._is_expected(ours):
                yield Drift((Deviation(kind, name, EXISTENCE, True, False, ours, None),))
        elif ours is not None and theirs is not None:
            yield from self._changed(
                kind, name, differences, FactSides(self._catalogs, ours, theirs)
            )

    def _changed(
        self, kind: str, name: str, differences: list[Difference], sides: FactSides
    ) -> Iterator[Drift]:
        changed = {one.key.fact: (one.history, one.live) for one in differences}
        sides = sides._replace(owners=changed.get("owner", ("", "")))
        if "kind" in changed:
            changed = {"kind": changed["kind"]}
        joined: list[Deviation] = []
        for fact, values in changed.items():
            line = TABLE[kind][fact]
            history, live = _counted(line, sides, *values)
            if line.are_same(history, live):
                continue
            deviation = Deviation(kind, name, fact, history, live, sides.ours, sides.theirs)
            if line.joined:
                joined.append(deviation)
            else:
                yield Drift((deviation,))
        if joined:
            yield Drift(tuple(joined))

    def _is_of_interest(self, *both: Object | None) -> bool:
        """Tell whether an object that either side has can decide who sees which rows."""
        for found in both:
            match found:
                case Function():
                    is_definer = found.knows("security_definer") and found.security_definer
                    if is_definer or found in self._policy_functions:
                        return True
                case Relation():
                    return not is_bookkeeping(found)
                case Policy():
                    return not is_bookkeeping(found.relation)
                case None:
                    continue
                case _:
                    return True
        return False

    def _extra(self, kind: str, name: str, theirs: Object | None) -> Iterator[Drift]:
        """Yield what the server has and the history has not, where that is certain."""
        holder: Relation | None = None
        match theirs:
            case Relation():
                parent = self._modelled_parent(theirs)
                if parent is not None:
                    yield from self._runtime_partition(name, theirs, parent)
                    return
                is_ours = theirs.schema in self._schemas
            case Policy():
                holder = self._history.names.get((theirs.relation.schema, theirs.relation.name))
                is_ours = holder is not None
            case Function():
                is_ours = theirs.schema in self._schemas
            case Schema():
                is_ours = self._is_made_by_hand(theirs)
            case Publication():
                is_ours = not is_provided(SUPABASE, name)
            case _:
                is_ours = False
        if is_ours:
            yield Drift((Deviation(kind, name, EXISTENCE, False, True, None, theirs),), holder)

    def _modelled_parent(self, relation: Relation) -> Relation | None:
        """Return the nearest table above that the history has."""
        above = relation.partition_of
        for parent in (above,) if above is not None else relation.parents:
            found = self._ours.get(("relation", str(parent))) or self._modelled_parent(parent)
            if isinstance(found, Relation):
                return found
        return None

    def _runtime_partition(self, name: str, theirs: Relation, parent: Relation) -> Iterator[Drift]:
        """Yield what lets more roles at a partition than the history's default privileges do.

        Whoever reads through the parent needs nothing of it (tried on 15 and 18), and its own row
        security, where it is on, can only take rows away.
        """
        given = {
            (default.grantee, default.privilege)
            for default in self._history.defaults
            if default.kind == "tables" and default.schema in ("", theirs.schema)
        }
        more = tuple(
            (grant.grantee, grant.privilege, grant.column, grant.grantable)
            for grant in theirs.grants.values()
            if (grant.grantee, grant.privilege) not in given
        )
        if more and theirs.schema in self._schemas and not theirs.rls_enabled:
            yield Drift((Deviation("relation", name, "privileges", (), more, parent, theirs),))

    def _is_expected(self, ours: Object | None) -> bool:
        """Tell whether a server ought to have what the history has."""
        match ours:
            case Relation():
                # Partitions go as they come: a scheduler drops those that are too old.
                return ours.schema in self._live.schemas and not _may_be_partition(ours)
            case Policy(relation=table):
                holder = self._live.names.get((table.schema, table.name))
                return holder is not None and not holder.policies.is_open
            case Function():
                return ours.schema in self._live.schemas
            case _:
                return ours is not None

    def _is_made_by_hand(self, schema: Schema) -> bool:
        """Tell whether a schema holds relations and is neither a platform's nor a tool's."""
        named = {key[0] for key in self._history.unknown_relations}
        if schema.name in named or schema.name in self._history.schemas:
            return False
        owner = self._live.roles.get(schema.owner)
        is_of_platform = owner is not None and not owner.declared
        return not (is_of_platform or self._history.relations.is_open) and any(
            relation.schema == schema.name and not is_bookkeeping(relation)
            for relation in self._live.relations.known()
        )


def _counted(line: Fact, sides: FactSides, history: Any, live: Any) -> tuple[Any, Any]:
    """Return what of two values differs and decides who sees which rows."""

    def left(own: Any, other: Any, on_server: bool) -> Any:
        match own:
            case tuple():
                return tuple(m for m in own if m not in other and line.counted(sides, m, on_server))
            case dict():
                return {
                    name: value
                    for name, value in own.items()
                    if not (name in other and line.same(value, other[name]))
                    and line.counted(sides, (name, value), on_server)
                }
            case _:
                return own if line.counted(sides, own, on_server) else None

    return left(history, live, False), left(live, history, True)


def _may_be_partition(relation: Relation) -> bool:
    if not (relation.knows("partition_of") and relation.knows("parents")):
        return True
    return relation.partition_of is not None or bool(relation.parents)
