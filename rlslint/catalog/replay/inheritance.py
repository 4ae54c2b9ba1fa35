"""What partitions and inheritance children take from their parents, and LIKE from a model."""

from __future__ import annotations

from rlslint.catalog.model import Column, Constraint, Index, Relation
from rlslint.catalog.replay.generated_names import generated_name, hold_name, numbered
from rlslint.catalog.replay.state import Replay
from rlslint.sql.expressions import Call, Cast, Expr
from rlslint.text import Statement

_SUFFIXES = {"primary": "pkey", "unique": "key", "exclude": "excl"}


def inheriting(replay: Replay, relation: Relation) -> list[Relation]:
    """Return the partitions and inheritance children of a table."""
    children = replay.children.get(id(relation))
    if children is None:
        return []
    return [
        child
        for child in children
        if dict.__contains__(replay.catalog.relations, child.oid)
        and (child.partition_of is relation or any(p is relation for p in child.parents))
    ]


def note_child(replay: Replay, parent: Relation, child: Relation) -> None:
    """Remember where to look for the children of a table."""
    children = replay.children.setdefault(id(parent), [])
    if child not in children:
        children.append(child)


def inherit_column(relation: Relation, column: Column) -> Column | None:
    """Give a child table a column of its parent; None if it has one of this name."""
    if not relation.knows("columns") or column.name in relation.columns:
        return None
    copy = copied_column(relation, column)
    copy.default, copy.generated = column.default, column.generated
    return copy


def copied_column(relation: Relation, column: Column) -> Column:
    """Add a column of the same name and type."""
    copy = Column(column.name, relation.next_number, "", column.not_null, column.created)
    if column.knows("type"):
        copy.type = column.type
    else:
        copy.forget("type", column.unknown["type"])
    relation.next_number += 1
    relation.columns[copy.name] = copy
    relation.columns_key = None
    return copy


def become_partition(
    replay: Replay, relation: Relation, parent: Relation, statement: Statement
) -> None:
    """Make a table a partition: columns, indexes and constraints come from the parent."""
    take_columns(relation, parent)
    note_child(replay, parent, relation)
    relation.learn("partition_of", parent, statement)
    for index in parent.indexes.known():
        if matching_index(parent, relation, index) is None:
            copy_index(replay, parent, relation, index)
        elif dict.__contains__(parent.constraints, index.name):
            twin = matching_index(parent, relation, index)
            if twin is not None and not dict.__contains__(relation.constraints, twin.name):
                _copy_key(relation, parent.constraints[index.name], twin)
    for constraint in parent.constraints.known():
        if constraint.kind in ("check", "foreign"):
            copy_constraint(replay, parent, relation, constraint)


def inherit(replay: Replay, relation: Relation, parent: Relation) -> None:
    """Make a new table an inheritance child."""
    take_columns(relation, parent)
    note_child(replay, parent, relation)
    relation.parents = (*relation.parents, parent)
    for constraint in parent.constraints.known():
        if constraint.kind == "check":
            copy_constraint(replay, parent, relation, constraint)


def take_columns(relation: Relation, parent: Relation) -> None:
    """Give a table all columns of another that it has not."""
    if not parent.knows("columns"):
        if relation.knows("columns"):
            relation.forget("columns", parent.created)
        return
    for column in parent.columns.values():
        if inherit_column(relation, column) is None and relation.knows("columns"):
            own = relation.columns[column.name]
            own.not_null = own.not_null or column.not_null


def copy_constraint(
    replay: Replay, parent: Relation, child: Relation, constraint: Constraint
) -> None:
    """Give a child a CHECK, or a partition a foreign key, under its name; and so on downwards."""
    if constraint.kind == "check" and dict.__contains__(child.constraints, constraint.name):
        return
    numbers = mapped(parent, child, constraint.columns)
    if constraint.kind == "foreign" and any(
        (c.kind, c.columns, c.referenced) == ("foreign", numbers, constraint.referenced)
        for c in child.constraints.known()
    ):
        return
    name = constraint.name
    if dict.__contains__(child.constraints, name):
        name = generated_name(replay, child, names_of(child, numbers), "fkey", True)
    child.constraints[name] = constraint._replace(name=name, columns=numbers)
    hold_name(replay, child, name)
    for grandchild in inheriting(replay, child):
        if constraint.kind == "check" or grandchild.partition_of is child:
            copy_constraint(replay, child, grandchild, child.constraints[name])


def add_index(replay: Replay, relation: Relation, index: Index, only: bool = False) -> None:
    """Add an index, to the partitions of a partitioned table as well."""
    relation.indexes[index.name] = index
    hold_name(replay, relation, index.name)
    for child in () if only else inheriting(replay, relation):
        if child.partition_of is relation and matching_index(relation, child, index) is None:
            copy_index(replay, relation, child, index)


def copy_index(replay: Replay, model: Relation, relation: Relation, index: Index) -> None:
    """Give a table the index of another, with the constraint that it serves."""
    constraint = dict.get(model.constraints, index.name)
    numbers = mapped(model, relation, index.columns)
    kind = constraint.kind if constraint is not None else ""
    words = () if kind == "primary" else numbered(_words(relation, numbers, index))
    name = generated_name(
        replay, relation, words, _SUFFIXES.get(kind, "idx"), constraint is not None
    )
    copy = index._replace(name=name, columns=numbers)
    if constraint is not None:
        _copy_key(relation, constraint, copy)
        if kind == "primary" and relation.knows("columns"):
            for column in relation.columns.values():
                column.not_null = column.not_null or column.number in numbers
    add_index(replay, relation, copy)


def _copy_key(relation: Relation, constraint: Constraint, index: Index) -> None:
    relation.constraints[index.name] = constraint._replace(name=index.name, columns=index.columns)


def _words(relation: Relation, numbers: tuple[int, ...], index: Index) -> list[str]:
    expressions = (_word(clause.expression) for clause in index.expressions)
    # A column that the history does not know has no number either.
    return [
        name_of(relation, number) if number else next(expressions, "expr") for number in numbers
    ]


def _word(expression: Expr) -> str:
    match expression:
        case Call(name, _):
            return name[-1]
        case Cast(argument, type_name):
            word = _word(argument)
            return type_name if word == "expr" else word
        case _:
            return "expr"


def matching_index(parent: Relation, child: Relation, index: Index) -> Index | None:
    """Return the child's index that stands for one of the parent."""
    numbers = mapped(parent, child, index.columns)
    found = [
        i
        for i in child.indexes.known()
        if i.columns == numbers
        and (i.unique or not index.unique)
        and (i.partial, i.method, i.expressions and 1) == (
            index.partial, index.method, index.expressions and 1,
        )
    ]  # fmt: skip
    kind = _kind_of_key(parent, index)
    found = [i for i in found if not kind or _kind_of_key(child, i) in ("", kind)]
    same = [i for i in found if i.statement is index.statement]
    return next(iter(same or found), None)


def _kind_of_key(relation: Relation, index: Index) -> str:
    constraint = dict.get(relation.constraints, index.name)
    return constraint.kind if constraint is not None else ""


def mapped(model: Relation, relation: Relation, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Return the attribute numbers that columns of `model` have in `relation`, by name."""
    return column_numbers(relation, names_of(model, numbers))


def names_of(relation: Relation, numbers: tuple[int, ...]) -> tuple[str, ...]:
    """Return the names of columns, "" for an expression."""
    return tuple(name_of(relation, number) for number in numbers)


def name_of(relation: Relation, number: int) -> str:
    """Return the name of a column, "" for an expression."""
    column = relation.column(number) if number and relation.knows("columns") else None
    return column.name if column is not None else ""


def column_numbers(relation: Relation, names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the attribute numbers of columns, 0 for one that is not known."""
    if not relation.knows("columns"):
        return tuple(0 for _ in names)
    found = (relation.columns.get(name) for name in names)
    return tuple(column.number if column is not None else 0 for column in found)
