"""What a catalog says of its objects, as values that two catalogs share."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.publications import Publication, PublishedTable
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC, Role, Schema
from rlslint.drift.likeness import alike, local_name, signature
from rlslint.sql.expressions import Column, Expr, Query

Object = Relation | Policy | Function | Schema | Role | Publication | Catalog
"""What facts are of; the catalog itself has those of the database."""

_SWITCHES = ("security_invoker", "security_barrier")
_NEW_PRIVILEGE = "maintain"
"""GRANT ALL gives it from PostgreSQL 17 on (release notes of 17), as the replay cannot tell."""


class NoValue(Enum):
    """Stands where a fact has no value: its object is `absent`, or a catalog does not tell.

    What is `unknown` agrees with nothing and differs from nothing.
    """

    absent = "absent"
    unknown = "unknown"

    def __repr__(self) -> str:
        return self.value


def objects_of(catalog: Catalog) -> Iterator[tuple[str, str, Object]]:
    """Yield what a catalog has under the kind and the name by which another has it too."""
    for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
        if not relation.temporary:
            yield "relation", str(relation), relation
            for policy in relation.policies.known():
                yield "policy", str(policy), policy
    for function in catalog.functions.known():
        if function.schema != "pg_temp":
            yield "function", signature(function), function
    for schema in catalog.schemas.values():
        yield "schema", schema.name, schema
    for role in catalog.roles.values():
        yield "role", role.name, role
    for publication in catalog.publications.known():
        yield "publication", publication.name, publication
    yield "database", "", catalog


class Reading(NamedTuple):
    """A catalog and who ran the history where that does not say it."""

    catalog: Catalog
    migration_role: str

    def role(self, name: str) -> str:
        return self.migration_role if name == MIGRATION_ROLE else name

    def privileges(self, owned: Relation | Function | Schema) -> object:
        """Grantee, privilege, column ("" for all) and whether it may be granted on."""
        return tuple(
            sorted(
                (self.role(grant.grantee), grant.privilege, grant.column, grant.grantable)
                for grant in owned.grants.values()
                if grant.grantee != owned.owner and grant.privilege != _NEW_PRIVILEGE
            )
        )

    def memberships(self, role: Role) -> object:
        return tuple(sorted((self.role(m.role.name), m.admin) for m in role.memberships.values()))

    def membership_options(self, role: Role) -> object:
        return {
            self.role(m.role.name): f"INHERIT {m.inherit}, SET {m.set}".upper()
            for m in role.memberships.values()
        }

    def default_privileges(self) -> object:
        """Creator, schema ("" for all), kind of object, privilege and grantee."""
        if self.catalog.possible_defaults:
            return NoValue.unknown
        lines = {
            (self.role(d.creator), d.schema, d.kind, d.privilege, self.role(d.grantee))
            for d in self.catalog.defaults
            if d.privilege != _NEW_PRIVILEGE
            and d.creator != d.grantee
            # PUBLIC may execute every new function unless told otherwise.
            and (d.kind, d.schema, d.grantee) != ("functions", "", PUBLIC)
        }
        return tuple(sorted(lines))

    def _published(self, publication: Publication) -> tuple[PublishedTable, ...]:
        tuple(publication.tables)  # Raises where there may be others.
        return self.catalog.published_tables(publication)

    def published_tables(self, publication: Publication) -> object:
        return tuple(sorted(table.relation.sql_name for table in self._published(publication)))

    def column_lists(self, publication: Publication) -> object:
        """The columns that are sent of tables, of which not all are."""
        tables = self._published(publication)
        if not all(table.relation.knows("columns") for table in tables):
            return NoValue.unknown
        return {str(t.relation): t.columns for t in tables if t.columns}

    def row_filters(self, publication: Publication) -> object:
        """The conditions under which rows of tables are sent."""
        tables = self._published(publication)
        filters = {str(table.relation): resolved_condition(table.condition) for table in tables}
        if NoValue.unknown in filters.values():
            return NoValue.unknown
        return {name: value for name, value in filters.items() if value is not None}

    def published_schemas(self, publication: Publication) -> object:
        tuple(publication.schemas)  # Raises where there may be others.
        named = self.catalog.published_schemas(publication)
        return tuple(sorted(published.schema.name for published in named))


def columns_stated(relation: Relation) -> object:
    """Number, name, type, NOT NULL and whether something fills it in, of each column."""
    return tuple(
        (
            column.number,
            column.name,
            local_name(column.type) if column.knows("type") else NoValue.unknown,
            column.not_null,
            column.default is not None or column.identity or column.generated,
        )
        for column in sorted(relation.columns.values(), key=lambda c: c.number)
    )


def indexes_of(relation: Relation) -> object:
    """Name, columns and kind of each index."""
    return tuple(
        sorted(
            (i.name, _numbers(relation, i.columns), i.unique, i.partial, i.valid)
            for i in relation.indexes.values()
        )
    )


def _numbers(relation: Relation, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """0 stands for an expression; while the columns are unknown, for each of them."""
    if 0 in numbers and not relation.knows("columns"):
        raise UnknownFact(relation, "columns", relation.unknown["columns"])
    return numbers


def constraints_of(relation: Relation) -> object:
    """Name, kind, columns, what is referenced and its columns, of each constraint."""
    return tuple(
        sorted(
            (
                constraint.name,
                constraint.kind,
                _numbers(relation, constraint.columns),
                str(constraint.referenced or ""),
                constraint.on_delete,
                constraint.referenced_columns,
            )
            for constraint in relation.constraints.values()
            if constraint.kind != "not null"
        )
    )


def triggers_of(relation: Relation) -> object:
    """Name, function, moment and events of each trigger, and whether it fires."""
    return tuple(
        sorted(
            (name, local_name(t.function), t.before, tuple(sorted(t.events)), t.enabled)
            for name, t in relation.triggers.items()
        )
    )


def resolved_condition(clause: Clause | None) -> Expr | NoValue | None:
    """A condition with its names resolved, unknown where one is not."""
    if clause is None:
        return None
    parts = clause.expression.walk()
    is_open = any(isinstance(part, Column) and part.unknown for part in parts)
    return NoValue.unknown if is_open else clause.expression


def relations_of_view(clause: Clause | None) -> object:
    """The relations that a view reads; how it does is written in too many ways to compare."""
    if clause is None:
        return ()
    queries = (part for part in clause.expression.walk() if isinstance(part, Query))
    sources = (source.relation for query in queries for source in query.sources)
    return tuple(sorted({str(read) for read in sources if isinstance(read, Relation)}))


def view_options(relation: Relation) -> object:
    """The options of a view that decide as whom it reads and what it lets in."""
    found = {name: "true" if relation.option(name) else "false" for name in _SWITCHES}
    check = relation.options.get("check_option")
    return found if check is None else {**found, "check_option": check}


def same_columns(ours: Any, theirs: Any) -> bool:
    """Tell whether columns are alike where a history does not tell all of their types."""
    return len(ours) == len(theirs) and all(
        left == right
        or (left[2] is NoValue.unknown and left[:2] + left[3:] == right[:2] + right[3:])
        for left, right in zip(ours, theirs, strict=True)
    )


def same_constraints(ours: Any, theirs: Any) -> bool:
    """Tell whether constraints are alike; nobody knows the columns of a table made elsewhere."""
    return len(ours) == len(theirs) and all(
        left[:-1] == right[:-1]
        and len(left[-1]) == len(right[-1])
        and all(map(_same_number, left[-1], right[-1]))
        for left, right in zip(ours, theirs, strict=True)
    )


def _same_number(ours: int, theirs: int) -> bool:
    return ours == theirs or 0 in (ours, theirs)


def same_condition(ours: Any, theirs: Any) -> bool:
    """Tell whether two conditions, of which None is no condition, mean the same."""
    return ours is theirs or (None not in (ours, theirs) and alike(ours, theirs))


def same_setting(ours: str | None, theirs: str | None) -> bool:
    """Tell whether two settings are alike, quotes and spaces apart."""
    return _unquoted(ours) == _unquoted(theirs)


def _unquoted(value: str | None) -> str | None:
    return value.replace('"', "").replace(" ", "") if value is not None else None
