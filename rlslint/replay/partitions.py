"""What partitions take from the partitioned table: columns, indexes and constraints."""

from __future__ import annotations

from rlslint.catalog.journal import append
from rlslint.catalog.model import Constraint, Kind, Relation
from rlslint.replay import Refused, must_be_as_lasting, must_have_columns
from rlslint.replay.generated_names import generated_name, hold_name
from rlslint.replay.inheritance import (
    inheriting,
    is_not_null,
    keep_what_was_inherited,
    mapped,
    names_of,
    note_child,
    pass_on_check,
    take_checks,
    take_columns,
)
from rlslint.replay.partition_indexes import leave_indexes, take_indexes
from rlslint.replay.partition_triggers import leave_triggers, take_triggers
from rlslint.replay.state import Replay
from rlslint.text import Statement


def become_partition(
    replay: Replay, relation: Relation, parent: Relation, statement: Statement, is_new: bool
) -> None:
    """Make a table a partition; one that is not new has all the columns that it must have."""
    must_be_as_lasting(relation, parent)
    if parent.knows("kind") and parent.kind is not Kind.partitioned_table:
        raise Refused("wrong_object_type")
    if not is_new and parent.knows("columns"):
        must_have_columns(relation, parent.columns)
    if is_new:
        take_columns(replay, relation, parent)
        _take_identity(relation, parent)
    note_child(replay, parent, relation)
    relation.learn("partition_of", parent, statement)
    take_checks(replay, relation, parent)
    _inherit_everything(replay, relation)
    take_indexes(replay, relation, parent, is_new)
    take_triggers(replay, relation, parent)
    for constraint in parent.constraints.known():
        if constraint.kind == "foreign":
            pass_on_foreign_key(replay, parent, relation, constraint)


def _take_identity(relation: Relation, parent: Relation) -> None:
    """A partition has the identity columns of its parent (since PostgreSQL 17)."""
    if parent.knows("columns") and relation.knows("columns"):
        for column in parent.columns.values():
            relation.columns[column.name].become("identity", column.identity)


def _inherit_everything(replay: Replay, relation: Relation) -> None:
    """A partition has nothing of its own that its parent has too (MergeAttributesIntoExisting)."""
    parent = relation.partition_of
    if parent is None or not (relation.knows("columns") and parent.knows("columns")):
        return
    for column in relation.columns.values():
        replay.origins.inherited_columns.add((relation.oid, column.number))
        theirs = parent.columns.get(column.name)
        if theirs is not None and is_not_null(theirs) and is_not_null(column):
            replay.origins.inherited_not_nulls.add((relation.oid, column.number))
    for constraint in relation.constraints.known():
        if constraint.kind == "check" and dict.__contains__(parent.constraints, constraint.name):
            replay.origins.inherited_checks.add((relation.oid, constraint.name))


def detach_partition(replay: Replay, partition: Relation, statement: Statement) -> None:
    """Make a partition a table of its own, which keeps what it has."""
    partition.learn("partition_of", None, statement)
    keep_what_was_inherited(replay, partition)
    leave_indexes(replay, partition)
    leave_triggers(replay, partition)
    _leave_identity(replay, partition)
    for constraint in partition.constraints.known():
        replay.origins.foreign_key_parents.pop((partition.oid, constraint.name), None)


def _leave_identity(replay: Replay, partition: Relation) -> None:
    """Detaching ends identity in the partition and all parts of it (ATExecDropIdentity)."""
    for column in partition.columns.values() if partition.knows("columns") else ():
        column.become("identity", False)
    for part in inheriting(replay, partition):
        if part.partition_of is partition:
            _leave_identity(replay, part)


def keep_bound(replay: Replay, partition: Relation, parent: Relation, statement: Statement) -> None:
    """Give a partition a CHECK of its bounds, as DETACH … CONCURRENTLY does."""
    numbers = mapped(parent, partition, parent.partition_key)
    words = names_of(partition, numbers) if len(numbers) == 1 else ()
    name = generated_name(replay, partition, words, "check", True)
    constraint = Constraint(name, "check", numbers, None, (), "", statement)
    partition.constraints[name] = constraint
    hold_name(replay, partition, name)
    for part in inheriting(replay, partition):
        pass_on_check(replay, partition, part, constraint)


def pass_on_foreign_key(
    replay: Replay, parent: Relation, partition: Relation, constraint: Constraint
) -> None:
    """Give a partition a foreign key; one that is the same already becomes part of it."""
    numbers = mapped(parent, partition, constraint.columns)
    whole = parent.oid, constraint.name
    for own in partition.constraints.known():
        is_free = (partition.oid, own.name) not in replay.origins.foreign_key_parents
        if is_free and _references(own) == _references(constraint._replace(columns=numbers)):
            replay.origins.foreign_key_parents[partition.oid, own.name] = whole
            return
    name = constraint.name
    if dict.__contains__(partition.constraints, name):
        name = generated_name(replay, partition, names_of(partition, numbers), "fkey", True)
    partition.constraints[name] = constraint._replace(name=name, columns=numbers)
    replay.origins.foreign_key_parents[partition.oid, name] = whole
    hold_name(replay, partition, name)
    append(replay.referencing.setdefault(id(constraint.referenced), []), partition)
    for part in inheriting(replay, partition):
        pass_on_foreign_key(replay, partition, part, partition.constraints[name])


def _references(constraint: Constraint) -> tuple[object, ...]:
    return (
        constraint.kind,
        constraint.columns,
        id(constraint.referenced),
        constraint.referenced_columns,
        constraint.on_delete,
    )


def drop_foreign_key(replay: Replay, relation: Relation, name: str) -> None:
    """Remove a foreign key with the parts that partitions have of it."""
    relation.constraints.pop(name, None)
    replay.origins.foreign_key_parents.pop((relation.oid, name), None)
    for partition in inheriting(replay, relation):
        for constraint in partition.constraints.known():
            key = partition.oid, constraint.name
            if replay.origins.foreign_key_parents.get(key) == (relation.oid, name):
                drop_foreign_key(replay, partition, constraint.name)
