"""Of two values of one fact, the parts that differ and that decide who sees which rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rlslint.catalog.model import Catalog, Index, Relation
from rlslint.catalog.publications import Publication
from rlslint.catalog.roles import PUBLIC
from rlslint.catalog.schemas import Schema
from rlslint.drift.comparison import Difference, Key, Subject
from rlslint.sql.expressions import OWN_ROW, Column, ColumnBinding

Columns = dict[str, set[str]]
"""Names of columns by the name of their relation."""

_ON = ("true", "on", "1", "yes")
_BOOLEAN_OPTIONS = ("security_invoker", "security_barrier")
_RULING_SETTINGS = ("row_security", "search_path", "role")
_OF_FUNCTIONS = frozenset(
    ("owner", "language", "volatility", "security definer", "leakproof", "settings", "body")
)


class Narrowing:
    """Knows what else stands in the two catalogs: which columns policies look at, who owns what."""

    def __init__(self, history: Catalog, live: Catalog) -> None:
        self._history, self._live = history, live
        self._policy_columns: Columns = {}
        for catalog in (history, live):
            _add_policy_columns(self._policy_columns, catalog)

    def narrowed(
        self, facts: Iterable[Difference], ours: Subject | None, theirs: Subject | None
    ) -> Iterator[Difference]:
        """Yield what counts of the facts on which both sides' subjects differ."""
        facts = list(facts)
        owners = [(fact.history, fact.live) for fact in facts if fact.key.fact == "owner"]
        for fact in facts:
            if fact.key.kind == "function" and not self._is_of_function(fact):
                continue
            history, live = self._parts(fact, ours, theirs, owners[0] if owners else ("", ""))
            if history != live:
                yield Difference(fact.key, history, live, ours, theirs)

    def of_runtime_partition(self, partition: Relation, parent: Subject) -> Iterator[Difference]:
        """Yield what lets more roles at a partition than the history's default privileges do.

        Whoever reads through the parent needs nothing of it (tried on 15 and 18), and its own row
        security, where it is on, can only take rows away.
        """
        if partition.rls_enabled:
            return
        given = {
            (default.grantee, default.privilege)
            for default in self._history.defaults
            if default.kind == "tables" and default.schema in ("", partition.schema)
        }
        more = tuple(
            (grant.grantee, grant.privilege, grant.column, grant.grantable)
            for grant in partition.grants.values()
            if (grant.grantee, grant.privilege) not in given
        )
        if more:
            key = Key("relation", str(partition), "privileges")
            yield Difference(key, (), more, parent, partition)

    def _is_of_function(self, fact: Difference) -> bool:
        return fact.key.fact in (*_OF_FUNCTIONS, "privileges")

    def _parts(
        self,
        fact: Difference,
        ours: Subject | None,
        theirs: Subject | None,
        owners: tuple[str, str],
    ) -> tuple[Any, Any]:
        match fact.key.fact, ours, theirs:
            case "tables", Publication(), _:
                # A table that is gone is told of by itself.
                there = {str(relation) for relation in self._live.relations.known()}
                return tuple(one for one in fact.history if one in there), fact.live
            case "owner", Publication(), _:
                # It sends the same, whoever may change it.
                return (), ()
            case "owner", Schema(created=None), _:
                return (), ()
            case "privileges", _, _:
                history, live = _privileges(fact, ours, owners)
                return tuple(p for p in history if self._is_there(p[0])), live
            case "indexes", Relation(), Relation():
                return self._indexes(ours, theirs)
            case "options", _, _:
                return _options(fact)
            case "settings", _, _:
                return _settings(fact, is_database=fact.key.kind == "database")
            case "default privileges", _, _:
                return self._defaults(fact)
            case "memberships" | "membership options", _, _:
                return _memberships(fact)
            case "parents" | "query", _, _:
                return _members(fact)
            case "body", _, _:
                return _line_ends(fact.history), _line_ends(fact.live)
            case "columns" | "constraints" | "triggers" | "policies", _, _:
                return (), ()
            case _:
                return fact.history, fact.live

    def _is_there(self, role: str) -> bool:
        """Tell whether the server has a role: migrations may ask first, and then grant nothing."""
        return role == PUBLIC or role in self._live.roles

    def _indexes(self, ours: Relation, theirs: Relation) -> tuple[Any, Any]:
        """Return the columns of policies that an index of one side begins with, and no other's."""
        if not (ours.knows("columns") and theirs.knows("columns")):
            return (), ()
        wanted = self._policy_columns.get(str(theirs), set())
        left, right = wanted & _leading(ours), wanted & _leading(theirs)
        return tuple(sorted(left - right)), tuple(sorted(right - left))

    def _defaults(self, fact: Difference) -> tuple[Any, Any]:
        """Return the lines of creators that the history knows; a platform's are not its own."""
        creators = {role.name for role in self._history.roles.values() if role.declared}
        creators |= {
            relation.owner
            for name, relation in self._live.names.items()
            if name in self._history.names and relation.knows("owner")
        }
        assumed = {
            (d.schema, d.kind, d.privilege, d.grantee)
            for d in self._history.defaults
            if d.statement is None
        }
        history, live = _members(fact)
        return (
            tuple(
                line
                for line in history
                if line[2] != "sequences"
                and line[1:] not in assumed
                and self._is_there(line[0])
                and self._is_there(line[4])
            ),
            tuple(d for d in live if d[2] != "sequences" and d[0] in creators),
        )


def _members(fact: Difference) -> tuple[Any, Any]:
    ours, theirs = set(fact.history), set(fact.live)
    return tuple(sorted(ours - theirs)), tuple(sorted(theirs - ours))


def _privileges(fact: Difference, ours: Subject | None, owners: tuple[str, str]) -> tuple[Any, Any]:
    """Return the privileges of one side only; an owner's own are in no list of privileges."""
    history, live = _members(fact)
    if isinstance(ours, Schema) and ours.created is None:
        stated = {key for key, g in dict.items(ours.grants) if g.statement is not None}
        return tuple(p for p in history if p[:3] in stated), ()
    return (
        tuple(p for p in history if p[0] != owners[1]),
        tuple(p for p in live if p[0] != owners[0]),
    )


def _options(fact: Difference) -> tuple[Any, Any]:
    ours, theirs = dict(fact.history), dict(fact.live)
    for options in (ours, theirs):
        for name in _BOOLEAN_OPTIONS:
            options[name] = "true" if options.get(name, "").lower() in _ON else "false"
    return _unequal(ours, theirs)


def _settings(fact: Difference, *, is_database: bool) -> tuple[Any, Any]:
    """Return the settings that policies may read or that names and roles depend on.

    What is set for a database and in no migration is its operator's.
    """
    ours, theirs = dict(fact.history), dict(fact.live)
    names = {
        name
        for name in (ours if is_database else {**ours, **theirs})
        if name in _RULING_SETTINGS or "." in name
    }
    return _unequal(
        {name: value for name, value in ours.items() if name in names},
        {name: value for name, value in theirs.items() if name in names},
    )


def _unequal(ours: dict[str, str], theirs: dict[str, str]) -> tuple[Any, Any]:
    names = [name for name in sorted({**ours, **theirs}) if ours.get(name) != theirs.get(name)]
    return tuple(
        tuple((name, side[name]) for name in names if name in side) for side in (ours, theirs)
    )  # type: ignore[return-value]


def _memberships(fact: Difference) -> tuple[Any, Any]:
    """Return the memberships that differ; the options of one that only one side has say nothing."""
    history, live = _members(fact)
    if fact.key.fact == "memberships":
        return history, live
    both = {m[0] for m in fact.history} & {m[0] for m in fact.live}
    return tuple(m for m in history if m[0] in both), tuple(m for m in live if m[0] in both)


def _line_ends(body: object) -> object:
    return body.replace("\r\n", "\n") if isinstance(body, str) else body


def _leading(relation: Relation) -> set[str]:
    """Return the columns that an index begins with which serves every query."""
    found = set[str]()
    for index in relation.indexes.values():
        column = _leading_column(relation, index)
        if column is not None:
            found.add(column)
    return found


def _leading_column(relation: Relation, index: Index) -> str | None:
    if not index.valid or index.partial or not index.columns or not index.columns[0]:
        return None
    column = relation.column(index.columns[0])
    return column.name if column is not None else None


def _add_policy_columns(found: Columns, catalog: Catalog) -> None:
    """Add the columns by which policies look for rows, those of the tables they look up as well."""
    for policy in catalog.policies():
        clause = policy.using if policy.knows("using") else None
        if clause is None:
            continue
        for part in clause.expression.walk():
            match part:
                case Column(binding=ColumnBinding(source, number, name)):
                    relation = policy.relation if source is OWN_ROW else source.relation
                    if isinstance(relation, Relation):
                        column = relation.column(number) if relation.knows("columns") else None
                        shown = column.name if column is not None else name
                        found.setdefault(str(relation), set()).add(shown)
                case _:
                    continue
