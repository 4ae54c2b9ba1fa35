"""Constraints of columns and tables, in which order they are made, and the indexes of keys."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.journal import append
from rlslint.catalog.model import Column, Constraint, Index, Relation
from rlslint.catalog.overloads import are_never_compared
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.replay import (
    Refused,
    must_be_as_lasting,
    must_be_bound,
    must_have_columns,
)
from rlslint.replay.dependencies import note_clause
from rlslint.replay.generated_names import generated_name, hold_name
from rlslint.replay.inheritance import column_numbers, inheriting, pass_on_check
from rlslint.replay.not_null import forbid_null, set_not_null
from rlslint.replay.partition_indexes import add_index, rename_index
from rlslint.replay.state import Replay
from rlslint.sql.expressions import OWN_ROW, ColumnBinding, Constant, Expr, is_null_constant
from rlslint.sql.expressions import Column as ColumnReference
from rlslint.sql.nodes import expression, strings
from rlslint.sql.parser import Node
from rlslint.text import Statement

Declared = tuple[str, Node]
"""A constraint, and the column beside which it stands or ""."""


def in_order_of_making(declared: Iterable[Declared]) -> list[Declared]:
    """Return the constraints of a new table or column in the order in which PostgreSQL makes them.

    CHECK comes first, then the primary key, the other keys, and the foreign keys; keys of the same
    columns are one (transformIndexConstraints in parse_utilcmd.c).
    """
    ordered = sorted(declared, key=lambda item: _ORDER.get(item[1]["contype"], 0))
    kept: list[Declared] = []
    for column, node in ordered:
        same = [n for n, other in enumerate(kept) if _is_same_key((column, node), other)]
        if not same:
            kept.append((column, node))
        elif "conname" in node:
            name = kept[same[0]][1].get("conname", node["conname"])
            kept[same[0]] = (kept[same[0]][0], {**kept[same[0]][1], "conname": name})
    return kept


_ORDER = {"CONSTR_PRIMARY": 1, "CONSTR_UNIQUE": 2, "CONSTR_EXCLUSION": 2, "CONSTR_FOREIGN": 3}
_OF_KEYS = (
    "including", "nulls_not_distinct", "deferrable", "initdeferred", "where_clause", "exclusions",
    "access_method",
)  # fmt: skip


def _is_same_key(one: Declared, other: Declared) -> bool:
    keys = ("CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION")
    if one[1]["contype"] not in keys or other[1]["contype"] not in keys:
        return False
    return _key_of(one) == _key_of(other)


def _key_of(declared: Declared) -> object:
    column, node = declared
    columns = (column,) if column else strings(node.get("keys"))
    return columns, [_without_places(node.get(name)) for name in _OF_KEYS]


def _without_places(part: object) -> object:
    match part:
        case dict():
            return {k: _without_places(v) for k, v in part.items() if k != "location"}
        case list():
            return list(map(_without_places, part))
        case _:
            return part


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


def is_table_constraint(node: Node) -> bool:
    """Tell whether a constraint beside a column is made after all columns, as those of tables."""
    return node["contype"] in _KINDS


def add_constraint(
    replay: Replay,
    relation: Relation,
    node: Node,
    statement: Statement,
    base: int,
    column: Column | None = None,
    recurse: bool = True,
) -> None:
    """Add a constraint of a column or a table, and the index that comes with it."""
    kind = node["contype"]
    match kind:
        case "CONSTR_NOTNULL" if column is not None:
            forbid_null(replay, relation, column, statement, node.get("conname", ""))
        case "CONSTR_NOTNULL":
            names = strings(node.get("keys"))
            set_not_null(replay, relation, names, statement, node.get("conname", ""))
        case "CONSTR_NULL" if column is not None:
            column.become("not_null", False)
        case "CONSTR_IDENTITY" if column is not None:
            column.become("identity", True)
            forbid_null(replay, relation, column, statement)
        case "CONSTR_GENERATED" if column is not None:
            column.become("generated", True)
            # It may name columns that the same statement declares behind it.
            scope = Scope(replay.catalog, replay.search_path, statement).with_own_row(relation)
            bound = bind(expression(node["raw_expr"]), scope)
            generated = Clause(Predicate(bound), statement, base)
            replay.origins.generated[relation.oid, column.number] = generated
            note_clause(replay, relation, generated)
        case "CONSTR_DEFAULT" if column is not None:
            default = default_of(replay, relation, node["raw_expr"], statement, base)
            column.become("default", default)
        case _ if kind in _KINDS:
            _add_table_constraint(replay, relation, node, statement, base, column, recurse)


def default_of(
    replay: Replay, relation: Relation, node: Node, statement: Statement, base: int
) -> Clause | None:
    """Return the bound expression of a DEFAULT; None for NULL, which is what has none gets."""
    default = expression(node)
    if isinstance(default, Constant):
        is_null = default.value is None
        return None if is_null else Clause(Predicate(default), statement, base)
    if is_null_constant(default):
        return None
    scope = Scope(replay.catalog, replay.search_path, statement)
    clause = Clause(Predicate(bind(default, scope)), statement, base)
    note_clause(replay, relation, clause)
    return clause


def _add_table_constraint(
    replay: Replay,
    relation: Relation,
    node: Node,
    statement: Statement,
    base: int,
    column: Column | None,
    recurse: bool,
) -> None:
    kind, suffix = _KINDS[node["contype"]]
    _refuse(replay, relation, node, kind)
    if "indexname" in node:
        _adopt_index(replay, relation, node, kind, statement, recurse)
        return
    condition = None
    if kind == "check":
        condition = _own_clause(replay, relation, node["raw_expr"], statement, base)
        note_clause(replay, relation, condition)
    names = _named_columns(condition) if condition else _key_names(node, column)
    must_have_columns(relation, (*names, *strings(node.get("including"))))
    words: tuple[str, ...] = () if kind == "primary" else (names[:1] if len(names) == 1 else ())
    if kind not in ("check", "primary"):
        words = (*(name or "expr" for name in names), *strings(node.get("including")))
    name = node.get("conname") or generated_name(replay, relation, words, suffix, True)
    referenced, referenced_columns = _referenced(replay, node, statement)
    if referenced is not None:
        must_be_as_lasting(relation, referenced)
        _refuse_reference(relation, names, referenced, referenced_columns)
    constraint = Constraint(
        name,
        kind,
        column_numbers(relation, names),
        referenced,
        referenced_columns,
        _ON_DELETE.get(node.get("fk_del_action", "a"), "no action") if kind == "foreign" else "",
        statement,
        condition,
    )
    if kind in ("primary", "unique", "exclude"):
        if "including" in node:
            included = column_numbers(relation, strings(node["including"]))
            replay.origins.index_includes[relation.oid, name] = included
        _add_key(replay, relation, constraint, names, recurse)
    else:
        _add(replay, relation, constraint, node.get("is_no_inherit", False))


_DATA_VIOLATIONS = {
    "check": "check_violation", "foreign": "foreign_key_violation", "unique": "unique_violation",
    "primary": "unique_violation", "exclude": "exclusion_violation",
}  # fmt: skip


def _refuse(replay: Replay, relation: Relation, node: Node, kind: str) -> None:
    """A name is taken, or a primary key is there already; the rows may not satisfy it either."""
    known = relation.constraints.known()
    name = node.get("conname", "")
    if kind == "primary" and any(one.kind == "primary" for one in known):
        raise Refused("invalid_table_definition")
    inherited = (relation.oid, name) in replay.origins.inherited_checks
    if name and any(one.name == name for one in known) and not (kind == "check" and inherited):
        raise Refused("duplicate_table" if kind in ("primary", "unique") else "duplicate_object")
    replay.perhaps_refused(_DATA_VIOLATIONS[kind])
    if relation.constraints.is_open:
        replay.perhaps_refused("duplicate_object")


def _add(
    replay: Replay,
    relation: Relation,
    constraint: Constraint,
    no_inherit: bool,
) -> None:
    if constraint.kind == "check" and _merges_with_inherited(replay, relation, constraint.name):
        return
    relation.constraints[constraint.name] = constraint
    hold_name(replay, relation, constraint.name)
    if constraint.referenced is not None:
        append(replay.referencing.setdefault(id(constraint.referenced), []), relation)
    if constraint.kind == "foreign":
        for child in inheriting(replay, relation):
            if child.partition_of is relation:
                from rlslint.replay.partitions import pass_on_foreign_key

                pass_on_foreign_key(replay, relation, child, constraint)
    elif no_inherit:
        replay.origins.uninherited_checks.add((relation.oid, constraint.name))
    else:
        for child in inheriting(replay, relation):
            pass_on_check(replay, relation, child, constraint)


def _merges_with_inherited(replay: Replay, relation: Relation, name: str) -> bool:
    """A table may declare for itself the CHECK that it inherits (MergeWithExistingConstraint)."""
    key, inherited = (relation.oid, name), replay.origins.inherited_checks
    if key not in inherited or not dict.__contains__(relation.constraints, name):
        return False
    if relation.partition_of is None:
        inherited.discard(key)
    return True


def _add_key(
    replay: Replay,
    relation: Relation,
    constraint: Constraint,
    names: tuple[str, ...],
    recurse: bool,
) -> None:
    """Add a key with its index; with ONLY, partitions have none and children need no NOT NULL."""
    relation.constraints[constraint.name] = constraint
    hold_name(replay, relation, constraint.name)
    if constraint.kind == "primary":
        _forbid_null_in_key(replay, relation, names, constraint.statement, recurse)
    unique = constraint.kind != "exclude"
    index = Index(
        constraint.name, constraint.columns, (), unique, None, "btree", constraint.statement
    )
    add_index(replay, relation, index, only=not recurse)


def _forbid_null_in_key(
    replay: Replay,
    relation: Relation,
    names: tuple[str, ...],
    statement: Statement | None,
    recurse: bool,
) -> None:
    """PostgreSQL 18 has NOT NULL in all children before ADD PRIMARY KEY with ONLY (tried)."""
    set_not_null(replay, relation, names, statement, "", recurse)
    if not recurse and relation.knows("columns"):
        for number in column_numbers(relation, names):
            replay.origins.only_not_nulls.discard((relation.oid, number))


def _key_names(node: Node, column: Column | None) -> tuple[str, ...]:
    match node["contype"]:
        case "CONSTR_EXCLUSION":
            items = (item["List"]["items"][0].get("IndexElem", {}) for item in node["exclusions"])
            return tuple(item.get("name", "") for item in items)
        case _ if column is not None:
            return (column.name,)
        case _:
            return strings(node.get("keys") or node.get("fk_attrs"))


def _own_clause(
    replay: Replay, relation: Relation, node: Node, statement: Statement, base: int
) -> Clause:
    missing: list[str] = []
    scope = Scope(replay.catalog, replay.search_path, statement, missing=missing)
    bound = bind(expression(node), scope.with_own_row(relation))
    must_be_bound(missing)
    return Clause(Predicate(bound), statement, base)


def _named_columns(condition: Clause) -> tuple[str, ...]:
    names = map(_own_column, condition.expression.walk())
    return tuple(dict.fromkeys(name for name in names if name))


def _own_column(part: Expr) -> str:
    match part:
        case ColumnReference(binding=ColumnBinding(source, _, name)) if source is OWN_ROW:
            return name
        case _:
            return ""


def _adopt_index(
    replay: Replay,
    relation: Relation,
    node: Node,
    kind: str,
    statement: Statement,
    recurse: bool,
) -> None:
    """ADD CONSTRAINT … USING INDEX: the index takes the constraint's name."""
    index = next((i for i in relation.indexes.known() if i.name == node["indexname"]), None)
    if index is None:
        return
    name = node.get("conname") or index.name
    if name != index.name:
        rename_index(replay, relation, index.name, name)
    relation.constraints[name] = Constraint(name, kind, index.columns, None, (), "", statement)
    hold_name(replay, relation, name)
    if kind == "primary" and relation.knows("columns"):
        numbers = set(index.columns)
        names = tuple(c.name for c in relation.columns.values() if c.number in numbers)
        _forbid_null_in_key(replay, relation, names, statement, recurse)


def _referenced(
    replay: Replay, node: Node, statement: Statement
) -> tuple[Relation | None, tuple[int, ...]]:
    if "pktable" not in node:
        return None, ()
    referenced = replay.relation(node["pktable"], statement)
    names = strings(node.get("pk_attrs"))
    if names:
        must_have_columns(referenced, names)
        return referenced, column_numbers(referenced, names)
    primary = [c for c in referenced.constraints.known() if c.kind == "primary"]
    if not primary and not referenced.constraints.is_open:
        raise Refused("undefined_object")
    return referenced, primary[0].columns if primary else ()


def _refuse_reference(
    relation: Relation, names: tuple[str, ...], referenced: Relation, numbers: tuple[int, ...]
) -> None:
    """A foreign key needs a key of as many columns over there, of types that can be compared."""
    if not (relation.knows("columns") and referenced.knows("columns")):
        return
    if numbers and len(numbers) != len(names):
        raise Refused("invalid_foreign_key")
    if not referenced.indexes.is_open and not any(
        index.unique and not index.partial and set(index.columns) == set(numbers)
        for index in referenced.indexes.known()
    ):
        raise Refused("invalid_foreign_key")
    for name, number in zip(names, numbers, strict=False):
        ours, theirs = relation.columns.get(name), referenced.column(number)
        if ours is None or theirs is None or not (ours.knows("type") and theirs.knows("type")):
            continue
        if are_never_compared(ours.type, theirs.type):
            raise Refused("datatype_mismatch")


def referencing_keys(
    replay: Replay, relation: Relation, columns: tuple[int, ...] | None = None
) -> list[tuple[Relation, Constraint]]:
    """Return the foreign keys that point to a relation, or to exactly these columns of it."""
    return [
        (other, constraint)
        for other in dict.fromkeys(replay.referencing.get(id(relation), ()))
        for constraint in other.constraints.known()
        if constraint.referenced is relation
        and (columns is None or set(constraint.referenced_columns) == set(columns))
    ]
