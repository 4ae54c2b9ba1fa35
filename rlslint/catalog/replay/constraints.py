"""Constraints of columns and tables, and the indexes that come with them."""

from __future__ import annotations

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.model import Column, Constraint, Index, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.catalog.replay.generated_names import generated_name, hold_name
from rlslint.catalog.replay.inheritance import (
    add_index,
    column_numbers,
    copy_constraint,
    inheriting,
    matching_index,
)
from rlslint.catalog.replay.state import Replay
from rlslint.sql.expressions import OWN_ROW, ColumnBinding, Expr
from rlslint.sql.expressions import Column as ColumnReference
from rlslint.sql.nodes import expression, strings
from rlslint.sql.parser import Node
from rlslint.text import Statement

_KINDS = {
    "CONSTR_PRIMARY": ("primary", "pkey"),
    "CONSTR_UNIQUE": ("unique", "key"),
    "CONSTR_FOREIGN": ("foreign", "fkey"),
    "CONSTR_CHECK": ("check", "check"),
    "CONSTR_EXCLUSION": ("exclude", "excl"),
}
_ON_DELETE = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}


def add_constraint(
    replay: Replay,
    relation: Relation,
    node: Node,
    statement: Statement,
    base: int,
    column: Column | None = None,
) -> None:
    """Add a constraint of a column or a table, and the index that comes with it."""
    kind = node["contype"]
    match kind:
        case "CONSTR_NOTNULL":
            names = (column.name,) if column is not None else strings(node.get("keys"))
            set_not_null(replay, relation, names, True, statement)
        case "CONSTR_NULL" if column is not None:
            column.not_null = False
        case "CONSTR_IDENTITY" if column is not None:
            column.identity = column.not_null = True
        case "CONSTR_GENERATED" if column is not None:
            column.generated = True
        case "CONSTR_DEFAULT" if column is not None:
            column.default = default_of(replay, relation, node["raw_expr"], statement, base)
        case _ if kind in _KINDS:
            _add_table_constraint(replay, relation, node, statement, column)


def default_of(
    replay: Replay, relation: Relation, node: Node, statement: Statement, base: int
) -> Clause:
    """Return the bound expression of a DEFAULT."""
    scope = Scope(replay.catalog, replay.session.search_path, statement)
    return Clause(Predicate(bind(expression(node), scope)), statement, base)


def set_not_null(
    replay: Replay,
    relation: Relation,
    names: tuple[str, ...],
    value: bool,
    statement: Statement,
    recurse: bool = True,
) -> None:
    """SET or DROP NOT NULL, on the children as well."""
    if not relation.knows("columns"):
        return
    for name in names:
        if name in relation.columns:
            relation.columns[name].learn("not_null", value, statement)
    if recurse:
        for child in inheriting(replay, relation):
            free = names if value else tuple(n for n in names if not _is_in_primary_key(child, n))
            set_not_null(replay, child, free, value, statement)


def _is_in_primary_key(relation: Relation, name: str) -> bool:
    numbers = column_numbers(relation, (name,))
    return any(
        constraint.kind == "primary" and numbers[0] in constraint.columns
        for constraint in relation.constraints.known()
    )


def _add_table_constraint(
    replay: Replay, relation: Relation, node: Node, statement: Statement, column: Column | None
) -> None:
    kind, suffix = _KINDS[node["contype"]]
    if "indexname" in node:
        _adopt_index(replay, relation, node, kind, statement)
        return
    names = _key_names(replay, relation, node, column, statement)
    if kind in ("primary", "unique") and _merges(replay, relation, kind, names, statement):
        return
    words: tuple[str, ...] = () if kind == "primary" else (names[:1] if len(names) == 1 else ())
    if kind not in ("check", "primary"):
        words = tuple(name or "expr" for name in names)
    name = node.get("conname") or generated_name(replay, relation, words, suffix, True)
    referenced, referenced_columns = _referenced(replay, node, statement)
    constraint = Constraint(
        name,
        kind,
        column_numbers(relation, names),
        referenced,
        referenced_columns,
        _ON_DELETE.get(node.get("fk_del_action", "a"), "no action") if kind == "foreign" else "",
        statement,
    )
    _add(replay, relation, constraint, names, node.get("is_no_inherit", False))


def _merges(
    replay: Replay, relation: Relation, kind: str, names: tuple[str, ...], statement: Statement
) -> bool:
    """CREATE TABLE makes one index for keys of the same columns (transformIndexConstraints)."""
    if statement is not relation.created:
        return False
    numbers = column_numbers(relation, names)
    for constraint in relation.constraints.known():
        if constraint.columns == numbers and constraint.statement is statement:
            if kind == "unique" and constraint.kind in ("primary", "unique"):
                return True
            if kind == "primary" and constraint.kind == "unique":
                del relation.constraints[constraint.name]
                del relation.indexes[constraint.name]
    return False


def _add(
    replay: Replay,
    relation: Relation,
    constraint: Constraint,
    names: tuple[str, ...],
    no_inherit: bool,
) -> None:
    relation.constraints[constraint.name] = constraint
    hold_name(replay, relation, constraint.name)
    if constraint.referenced is not None:
        replay.referenced_oids.add(id(constraint.referenced))
    if constraint.kind in ("primary", "unique", "exclude"):
        if constraint.kind == "primary" and constraint.statement is not None:
            set_not_null(replay, relation, names, True, constraint.statement)
        method = "gist" if constraint.kind == "exclude" else "btree"
        unique = constraint.kind != "exclude"
        index = Index(
            constraint.name, constraint.columns, (), unique, False, method, constraint.statement
        )
        add_index(replay, relation, index)
        return
    for child in inheriting(replay, relation):
        if not no_inherit and (constraint.kind == "check" or child.partition_of is relation):
            copy_constraint(replay, relation, child, constraint)


def _key_names(
    replay: Replay,
    relation: Relation,
    node: Node,
    column: Column | None,
    statement: Statement,
) -> tuple[str, ...]:
    match node["contype"]:
        case "CONSTR_CHECK":
            return _checked_columns(replay, relation, node["raw_expr"], statement)
        case "CONSTR_EXCLUSION":
            items = (item["List"]["items"][0].get("IndexElem", {}) for item in node["exclusions"])
            return tuple(item.get("name", "") for item in items)
        case _ if column is not None:
            return (column.name,)
        case _:
            return strings(node.get("keys") or node.get("fk_attrs"))


def _checked_columns(
    replay: Replay, relation: Relation, node: Node, statement: Statement
) -> tuple[str, ...]:
    scope = Scope(replay.catalog, replay.session.search_path, statement).with_own_row(relation)
    found: dict[str, None] = {}
    for part in bind(expression(node), scope).walk():
        name = _own_column(part)
        if name:
            found[name] = None
    return tuple(found)


def _own_column(part: Expr) -> str:
    match part:
        case ColumnReference(binding=ColumnBinding(source, _, name)) if source is OWN_ROW:
            return name
        case _:
            return ""


def _adopt_index(
    replay: Replay, relation: Relation, node: Node, kind: str, statement: Statement
) -> None:
    """ADD CONSTRAINT … USING INDEX: the index takes the constraint's name."""
    index = next((i for i in relation.indexes.known() if i.name == node["indexname"]), None)
    if index is None:
        return
    name = node.get("conname") or index.name
    del relation.indexes[index.name]
    relation.indexes[name] = index._replace(name=name)
    relation.constraints[name] = Constraint(name, kind, index.columns, None, (), "", statement)
    hold_name(replay, relation, name)
    if kind == "primary":
        numbers = set(index.columns)
        names = tuple(c.name for c in relation.columns.values() if c.number in numbers)
        set_not_null(replay, relation, names, True, statement)


def _referenced(
    replay: Replay, node: Node, statement: Statement
) -> tuple[Relation | None, tuple[int, ...]]:
    if "pktable" not in node:
        return None, ()
    referenced = replay.relation(node["pktable"], statement)
    names = strings(node.get("pk_attrs"))
    if names:
        return referenced, column_numbers(referenced, names)
    primary = [c for c in referenced.constraints.known() if c.kind == "primary"]
    return referenced, primary[0].columns if primary else ()


def drop_constraint(
    replay: Replay, relation: Relation, name: str, cascade: bool, recurse: bool
) -> None:
    """Drop a constraint with its index; the copies that children have of it go too."""
    constraint = next((c for c in relation.constraints.known() if c.name == name), None)
    if constraint is None:
        return
    index = next((i for i in relation.indexes.known() if i.name == name), None)
    for child in inheriting(replay, relation) if recurse else ():
        copied = name
        if index is not None:
            twin = matching_index(relation, child, index)
            copied = twin.name if twin is not None and child.partition_of is relation else ""
        drop_constraint(replay, child, copied, cascade, recurse)
    del relation.constraints[name]
    if index is not None:
        del relation.indexes[name]
    if cascade and constraint.kind in ("primary", "unique"):
        drop_foreign_keys(replay, relation, constraint.columns)


def drop_foreign_keys(
    replay: Replay, relation: Relation, columns: tuple[int, ...] | None = None
) -> None:
    """Drop the foreign keys that point to a relation, or to exactly these columns of it."""
    if id(relation) not in replay.referenced_oids:
        return
    for other in replay.catalog.relations.known():
        for constraint in other.constraints.known():
            if constraint.referenced is relation and (
                columns is None or set(constraint.referenced_columns) == set(columns)
            ):
                del other.constraints[constraint.name]
