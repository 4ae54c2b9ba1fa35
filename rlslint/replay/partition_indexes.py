"""Indexes of partitioned tables and those of their partitions, which belong to them."""

from __future__ import annotations

from rlslint.catalog.model import Constraint, Index, Relation
from rlslint.catalog.predicates import Clause
from rlslint.replay.dependencies import columns_named
from rlslint.replay.generated_names import (
    generated_name,
    hold_name,
    holders,
    numbered,
    rename_member,
)
from rlslint.replay.inheritance import inheriting, mapped, name_of, names_of, translated
from rlslint.replay.not_null import set_not_null
from rlslint.replay.state import Replay
from rlslint.sql.expressions import OWN_ROW, Call, Cast, Column, ColumnBinding, Expr
from rlslint.sql.parser import Node

_SUFFIXES = {"primary": "pkey", "unique": "key", "exclude": "excl"}


def add_index(
    replay: Replay,
    relation: Relation,
    index: Index,
    only: bool = False,
    words: tuple[str, ...] | None = None,
) -> None:
    """Add an index, to the partitions of a partitioned table as well.

    A partition's index that is the same already becomes part of it (DefineIndex in indexcmds.c).
    A foreign table has none.
    `words` are the names of its columns; without any they are those of the table's columns.
    """
    relation.indexes[index.name] = index
    hold_name(replay, relation, index.name)
    words = _words(replay, relation, index) if words is None else words
    replay.origins.index_words[relation.oid, index.name] = words
    partitions = [
        one
        for one in inheriting(replay, relation)
        if one.partition_of is relation and not _has_none(one)
    ]
    for partition in () if only else partitions:
        _give_index(replay, relation, partition, index, is_new=True)


def take_indexes(replay: Replay, relation: Relation, parent: Relation, is_new: bool) -> None:
    """Give a partition the indexes of its parent; a new one has none that could serve."""
    for index in () if _has_none(relation) else parent.indexes.known():
        if is_new:
            copy_index(replay, parent, relation, index, belongs=True)
        else:
            _give_index(replay, parent, relation, index, is_new=False)


def _has_none(partition: Relation) -> bool:
    """Tell whether a partition is known to be a foreign table; of others not all may be known."""
    return partition.knows("kind") and partition.is_foreign_table


def _give_index(
    replay: Replay, parent: Relation, partition: Relation, index: Index, is_new: bool
) -> None:
    for own in partition.indexes.known():
        if (partition.oid, own.name) in replay.origins.index_parents:
            continue
        same_key = is_new or _kind_of_key(parent, index) in ("", _kind_of_key(partition, own))
        if same_key and _serves_as(replay, parent, partition, index, own):
            replay.origins.index_parents[partition.oid, own.name] = parent.oid, index.name
            return
    copy_index(replay, parent, partition, index, belongs=True)


def _serves_as(
    replay: Replay, parent: Relation, partition: Relation, index: Index, own: Index
) -> bool:
    """Tell whether a partition's index may stand for its parent's (CompareIndexInfo in index.c).

    That of any key may stand for that of a new key; on ATTACH it has to be of the same kind.
    """
    kind, own_kind = _kind_of_key(parent, index), _kind_of_key(partition, own)
    return (
        mapped(parent, partition, index.columns) == own.columns
        and mapped(parent, partition, included(replay, parent, index))
        == included(replay, partition, own)
        and (index.unique, index.method) == (own.unique, own.method)
        and (not kind or bool(own_kind))
        and (kind == "exclude") == (own_kind == "exclude")
        and [_form(c, parent) for c in (*index.expressions, index.condition)]
        == [_form(c, partition) for c in (*own.expressions, own.condition)]
    )


def _kind_of_key(relation: Relation, index: Index) -> str:
    constraint = key_of(relation, index.name)
    return constraint.kind if constraint is not None else ""


def key_of(relation: Relation, index_name: str) -> Constraint | None:
    """Return the constraint that an index serves; a foreign key may have the same name."""
    constraint: Constraint | None = dict.get(relation.constraints, index_name)
    return constraint if constraint is not None and constraint.kind in _SUFFIXES else None


def included(replay: Replay, relation: Relation, index: Index) -> tuple[int, ...]:
    """Return the columns that an index has beside its key (INCLUDE)."""
    return replay.origins.index_includes.get((relation.oid, index.name), ())


def _form(clause: Clause | None, relation: Relation) -> object:
    """An expression as a value that is equal for tables with the same names of columns."""

    def of(part: object) -> object:
        match part:
            case Column(binding=ColumnBinding(source, number, _)) if source is OWN_ROW:
                return name_of(relation, number)
            case Expr():
                return (type(part), *map(of, part.contents()))
            case tuple():
                return tuple(map(of, part))
            case _:
                return part

    return of(clause.expression) if clause is not None else None


def copy_index(
    replay: Replay, model: Relation, relation: Relation, index: Index, belongs: bool = False
) -> None:
    """Give a table the index of another, with the constraint that it serves."""
    replay.take(20)
    constraint = key_of(model, index.name)
    numbers = mapped(model, relation, index.columns)
    kind = constraint.kind if constraint is not None else ""
    others = mapped(model, relation, included(replay, model, index))
    words = replay.origins.index_words.get((model.oid, index.name)) or _words(replay, model, index)
    name = generated_name(
        replay,
        relation,
        () if kind == "primary" else words,
        _SUFFIXES.get(kind, "idx"),
        constraint is not None,
    )
    expressions = tuple(translated(clause, model, relation) for clause in index.expressions)
    condition = index.condition and translated(index.condition, model, relation)
    copy = index._replace(name=name, columns=numbers, expressions=expressions, condition=condition)
    if constraint is not None:
        relation.constraints[name] = constraint._replace(name=name, columns=numbers)
        if kind == "primary":
            set_not_null(replay, relation, names_of(relation, numbers), index.statement)
    if others:
        replay.origins.index_includes[relation.oid, name] = others
    if belongs:
        replay.origins.index_parents[relation.oid, name] = model.oid, index.name
    add_index(replay, relation, copy, words=words)


def _words(replay: Replay, relation: Relation, index: Index) -> tuple[str, ...]:
    """Return the names that the columns of a new index have (ChooseIndexColumnNames).

    They stay when the table's columns are renamed, and go into the names of the index's copies.
    """
    expressions = (_word(clause.expression) for clause in index.expressions)
    numbers = (*index.columns, *included(replay, relation, index))
    # A column that the history does not know has no number either.
    words = (name_of(relation, n) if n else next(expressions, "expr") for n in numbers)
    return tuple(numbered(words))


def rebuild_indexes(replay: Replay, relation: Relation, number: int) -> None:
    """Make the indexes of a column anew, as a change of its type does (ATPostAlterTypeCleanup).

    They keep their names, but those of partitions that are parts of them get new ones.
    """
    rebuilt = [i for i in relation.indexes.known() if number in named_by_index(replay, relation, i)]
    rebuilt.sort(key=lambda index: key_of(relation, index.name) is None)
    partitions = [c for c in inheriting(replay, relation) if c.partition_of is relation]
    for index in rebuilt:
        words = _words(replay, relation, index)
        replay.origins.index_words[relation.oid, index.name] = words
        for partition in partitions:
            for part in _parts(replay, relation, partition, index.name):
                drop_index(replay, partition, part.name)
    for index in rebuilt:
        for partition in partitions:
            copy_index(replay, relation, partition, index, belongs=True)


def named_by_index(replay: Replay, relation: Relation, index: Index) -> set[int]:
    """Return the columns that an index cannot do without."""
    numbers = {*index.columns, *included(replay, relation, index)}
    return numbers.union(*map(columns_named, index.clauses))


def _word(expression: Expr) -> str:
    match expression:
        case Call(name, _):
            return name[-1]
        case Cast(argument, type_name):
            word = _word(argument)
            return type_name if word == "expr" else word
        case _:
            return "expr"


def find_index(replay: Replay, name: str, schema: str, missing_ok: bool = False) -> Relation | None:
    """Return the table whose index a name means."""
    path = replay.usable_path if missing_ok else replay.search_path
    schemas = (schema,) if schema else path
    if not schema and "pg_temp" not in path:
        schemas = ("pg_temp", *path)
    found = [r for r in holders(replay, name) if dict.__contains__(r.indexes, name)]
    return next((r for s in schemas for r in found if r.schema == s), None)


def attach_index(replay: Replay, whole: Node, part: Node) -> None:
    """ALTER INDEX … ATTACH PARTITION: a partition's index becomes part of its parent's."""
    parent, partition = (
        find_index(replay, name["relname"], name.get("schemaname", "")) for name in (whole, part)
    )
    if parent is not None and partition is not None and partition.partition_of is parent:
        replay.origins.index_parents[partition.oid, part["relname"]] = parent.oid, whole["relname"]


def _parts(replay: Replay, relation: Relation, partition: Relation, name: str) -> list[Index]:
    return [
        own
        for own in partition.indexes.known()
        if replay.origins.index_parents.get((partition.oid, own.name)) == (relation.oid, name)
    ]


def drop_index(replay: Replay, relation: Relation, name: str) -> None:
    """Remove an index with the parts that partitions have of it, and the constraints they serve."""
    for partition in inheriting(replay, relation):
        for part in _parts(replay, relation, partition, name):
            drop_index(replay, partition, part.name)
    if key_of(relation, name) is not None:
        del relation.constraints[name]
    del relation.indexes[name]
    replay.origins.index_parents.pop((relation.oid, name), None)
    replay.origins.index_includes.pop((relation.oid, name), None)
    replay.origins.index_words.pop((relation.oid, name), None)


def leave_indexes(replay: Replay, partition: Relation) -> None:
    """Make the indexes of a detached partition its own."""
    for index in partition.indexes.known():
        replay.origins.index_parents.pop((partition.oid, index.name), None)


def rename_index(replay: Replay, relation: Relation, old: str, new: str) -> None:
    """Rename an index and the constraint that it serves, which share their name."""
    if key_of(relation, old) is not None:
        rename_member(relation.constraints, old, new)
    rename_member(relation.indexes, old, new)
    hold_name(replay, relation, new)
    origins, before, after = replay.origins, (relation.oid, old), (relation.oid, new)
    if before in origins.index_parents:
        origins.index_parents[after] = origins.index_parents.pop(before)
    if before in origins.index_includes:
        origins.index_includes[after] = origins.index_includes.pop(before)
    if before in origins.index_words:
        origins.index_words[after] = origins.index_words.pop(before)
    for part, whole in list(origins.index_parents.items()):
        if whole == before:
            origins.index_parents[part] = after
