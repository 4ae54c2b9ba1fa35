"""Foreign keys by which a row of one tenant may refer to a row of another."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access.exposure import restricts
from rlslint.access.reach import applicable_policies, relations_looked_up
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Column, Constraint, Relation
from rlslint.config import Confidence
from rlslint.project.project import Project, is_called_tenant
from rlslint.text.sentences import words_of

_PERSONS = frozenset(("author", "creator", "member", "owner", "profile", "user"))
"""Words of columns that hold a person: others may refer to what is theirs."""

_CHANGES = {
    "cascade": "deletes them",
    "set null": "makes them refer to nothing",
    "set default": "makes them refer to something else",
}
"""What ON DELETE does to the rows that refer to a deleted one."""


class Crossing(NamedTuple):
    """A foreign key that leaves the column of the tenant out, and who may write such rows.

    `deleters` are the roles that may delete rows which others refer to.
    """

    constraint: Constraint
    referenced: Relation
    column: Column
    writers: tuple[str, ...]
    deleters: tuple[str, ...]

    @property
    def is_guessable(self) -> bool:
        """Whether somebody may guess keys of rows that they cannot see: they are no UUIDs."""
        keys = map(self.referenced.column, self.constraint.referenced_columns)
        return not any(key is not None and key.type == "uuid" for key in keys)

    @property
    def change(self) -> str:
        """What deleting a row does to those that refer to it, "" where nothing or refused."""
        return _CHANGES.get(self.constraint.on_delete, "") if self.deleters else ""


def crossings(table: Relation, project: Project) -> tuple[Crossing, ...]:
    """Return the foreign keys of a table that leave the tenant out, those to be guessed first.

    Both tables have row security, and neither belongs to all.
    """
    return project.ask(_crossings, table)


def _crossings(project: Project, table: Relation) -> tuple[Crossing, ...]:
    if not any(one.kind == "foreign" for one in table.constraints.known()):
        return ()
    if not table.rls_enabled or table.partition_of is not None:
        return ()
    found = [
        crossing
        for constraint in table.constraints.known()
        if constraint.kind == "foreign" and constraint.referenced is not None
        if (crossing := _crossing(table, constraint, constraint.referenced, project)) is not None
    ]
    return tuple(sorted(found, key=lambda one: not one.is_guessable))


def _crossing(
    table: Relation, constraint: Constraint, referenced: Relation, project: Project
) -> Crossing | None:
    if not referenced.knows("rls_enabled") or not referenced.rls_enabled:
        return None
    if _is_looked_up(table, referenced, project):
        return None
    theirs = {column.name: column for column in project.tenant_columns(referenced)}
    for column in project.tenant_columns(table):
        other = theirs.get(column.name)
        if other is None or not _is_of_tenant(column, project):
            continue
        if column.number in constraint.columns or other.number in constraint.referenced_columns:
            continue
        writers = tuple(
            role
            for role in project.reachable_by(table, "insert", "update")
            if restricts(project.catalog, role, referenced, "select")
        )
        if writers:
            deleters = tuple(
                role
                for role in project.reachable_by(referenced, "delete")
                if applicable_policies(project.catalog, referenced, role, "delete")[0]
            )
            return Crossing(constraint, referenced, column, writers, deleters)
    return None


def _is_of_tenant(column: Column, project: Project) -> bool:
    if is_called_tenant(column.name):
        return True
    read = project.bound_values.get(column.name)
    return (
        read is not None and read.kind == "setting" and _PERSONS.isdisjoint(words_of(column.name))
    )


def _is_looked_up(table: Relation, referenced: Relation, project: Project) -> bool:
    """Tell whether the policies of a table look at what its rows refer to."""
    return any(
        referenced in project.predicate(clause).ask(relations_looked_up, project.catalog)
        for policy in table.policies.known()
        for clause in policy.known_clauses
    )


class ChangedRows(NamedTuple):
    """A table whose rows change, whosever they are, where a row is deleted that they refer to."""

    table: Relation
    crossing: Crossing


def changed_rows(project: Project, referenced: Relation) -> tuple[ChangedRows, ...]:
    """Return the keys by which rows of other tenants change with a deleted row of a table.

    Raises UnknownFact where only a table could have one of which too little is known.
    """
    found: list[ChangedRows] = []
    beyond: UnknownFact | None = None
    for table in project.ask(referring).get(referenced, ()):
        try:
            found += (
                ChangedRows(table, one)
                for one in crossings(table, project)
                if one.referenced is referenced and one.change
            )
        except UnknownFact as unknown:
            beyond = unknown
    if not found and beyond is not None:
        raise beyond
    return tuple(found)


def referring(project: Project) -> dict[Relation, tuple[Relation, ...]]:
    """Return the tables that are known to refer to others, by these."""
    found: dict[Relation, dict[Relation, None]] = {}
    for table in project.catalog.tables():
        for constraint in table.constraints.known():
            if constraint.kind == "foreign" and constraint.referenced is not None:
                found.setdefault(constraint.referenced, {})[table] = None
    return {referenced: tuple(tables) for referenced, tables in found.items()}


def key_columns(table: Relation, crossing: Crossing) -> str:
    """Return the columns of a key, with commas between them."""
    numbers = crossing.constraint.columns
    return ", ".join(one.name for n in numbers if (one := table.column(n)) is not None)


def composite_key(table: Relation, crossing: Crossing) -> str:
    """Return advice for a key that includes the tenant."""
    names = f"{crossing.column.name}, {key_columns(table, crossing)}"
    return f"let the key be ({names}), and {crossing.referenced} have a unique one like it"


def certainty_of_crossing(crossing: Crossing, project: Project) -> Confidence | None:
    """Return how sure a crossing is where less than the card says."""
    if project.runtime.assumed:
        return Confidence.low
    return None if crossing.is_guessable else Confidence.medium
