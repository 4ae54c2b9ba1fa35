"""NOT NULL, which is a constraint with a name and a parent since PostgreSQL 18."""

from __future__ import annotations

from rlslint.catalog.model import Column, Relation
from rlslint.replay.inheritance import inheriting
from rlslint.replay.state import Replay
from rlslint.text import Statement


def set_not_null(
    replay: Replay,
    relation: Relation,
    names: tuple[str, ...],
    statement: Statement | None,
    constraint: str = "",
    recurse: bool = True,
) -> None:
    """Forbid NULL in columns, in those of the children as well."""
    for column in _columns(relation, names):
        forbid_null(replay, relation, column, statement, constraint, recurse)


def forbid_null(
    replay: Replay,
    relation: Relation,
    column: Column,
    statement: Statement | None,
    constraint: str = "",
    recurse: bool = True,
) -> None:
    """Forbid NULL in a column of a table, and in that of its children."""
    replay.origins.inherited_not_nulls.discard((relation.oid, column.number))
    _forbid_null(replay, relation, column, statement, constraint, recurse)


def _forbid_null(
    replay: Replay,
    relation: Relation,
    column: Column,
    statement: Statement | None,
    constraint: str,
    recurse: bool = True,
) -> None:
    if column.knows("not_null") and column.not_null:
        return
    name = constraint or f"{relation.name}_{column.name}_not_null"
    replay.origins.not_null_names[relation.oid, column.number] = name
    _forbid(column, statement)
    children = inheriting(replay, relation)
    if children and not recurse:
        replay.origins.only_not_nulls.add((relation.oid, column.number))
    for child in children if recurse else ():
        for own in _columns(child, (column.name,)):
            if not (own.knows("not_null") and own.not_null):
                replay.origins.inherited_not_nulls.add((child.oid, own.number))
                _forbid_null(replay, child, own, statement, name)


def _forbid(column: Column, statement: Statement | None) -> None:
    if statement is None or statement is column.created:
        column.become("not_null", True)
    else:
        column.learn("not_null", True, statement)


def drop_not_null(
    replay: Replay, relation: Relation, name: str, statement: Statement, recurse: bool = True
) -> None:
    """Allow NULL in a column, and where a child has forbidden it for no reason of its own."""
    for column in _columns(relation, (name,)):
        column.learn("not_null", False, statement)
        replay.origins.only_not_nulls.discard((relation.oid, column.number))
        replay.origins.inherited_not_nulls.discard((relation.oid, column.number))
    for child in inheriting(replay, relation):
        for own in _columns(child, (name,)):
            if (child.oid, own.number) not in replay.origins.inherited_not_nulls:
                continue
            if any(forbids_null(parent, name) for parent in child.parents):
                continue
            if recurse:
                drop_not_null(replay, child, name, statement)
            else:
                replay.origins.inherited_not_nulls.discard((child.oid, own.number))


def forbids_null(relation: Relation, name: str) -> bool:
    """Tell whether a relation certainly has a NOT NULL column of this name."""
    return any(c.knows("not_null") and c.not_null for c in _columns(relation, (name,)))


def column_of_not_null(replay: Replay, relation: Relation, constraint: str) -> Column | None:
    """Return the column that a constraint of this name forbids NULL in."""
    for column in relation.columns.values() if relation.knows("columns") else ():
        is_named_so = replay.origins.not_null_names.get((relation.oid, column.number)) == constraint
        if is_named_so and column.knows("not_null") and column.not_null:
            return column
    return None


def rename_not_null(replay: Replay, relation: Relation, old: str, new: str) -> bool:
    """Rename a NOT NULL constraint, with what children inherit of it; False if there is none."""
    column = column_of_not_null(replay, relation, old)
    if column is None:
        return False
    replay.origins.not_null_names[relation.oid, column.number] = new
    for child in inheriting(replay, relation):
        rename_not_null(replay, child, old, new)
    return True


def _columns(relation: Relation, names: tuple[str, ...]) -> list[Column]:
    if not relation.knows("columns"):
        return []
    return [relation.columns[name] for name in names if name in relation.columns]
