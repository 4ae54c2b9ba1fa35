"""CREATE TABLE: its columns, what LIKE takes from a model, and what was said of it before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.catalog.binding import Scope, bind, number_columns, output_columns
from rlslint.catalog.facts import Members
from rlslint.catalog.journal import JOURNAL, set_attribute
from rlslint.catalog.model import Column, Constraint, Index, Kind, Policy, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.replay import Refused, must_be_as_lasting, must_be_bound
from rlslint.replay.dependencies import note_clause, note_reader, note_type
from rlslint.replay.inheritance import (
    check_of,
    column_numbers,
    copied_column,
    inherit,
    inherit_column,
    inheriting,
    is_not_null,
    note_copy,
    translated,
)
from rlslint.replay.owners import may_create_in
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call, Constant, Query
from rlslint.sql.nodes import query, strings, type_name
from rlslint.sql.parser import Node
from rlslint.text import Statement

if TYPE_CHECKING:
    from rlslint.replay.constraints import Declared


def create_table(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    kind = Kind.partitioned_table if "partspec" in node else Kind.table
    build_table(replay, statement, node, base, kind)


def create_foreign_table(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    build_table(replay, statement, node["base"], base, Kind.foreign_table)


def build_table(replay: Replay, statement: Statement, node: Node, base: int, kind: Kind) -> None:
    """Make the table of a CreateStmt, with what it inherits and what it copies."""
    # LIKE and INHERITS may name a table that the new one shadows.
    parents = [
        replay.relation(item["RangeVar"], statement) for item in node.get("inhRelations", ())
    ]
    models = [
        replay.relation(element["TableLikeClause"]["relation"], statement)
        for element in node.get("tableElts", ())
        if "TableLikeClause" in element
    ]
    used = settled(replay, node["relation"], kind, statement) if "if_not_exists" in node else None
    if node.get("if_not_exists") and replay.place_of_new(node["relation"]) in replay.catalog.names:
        return
    if not may_create_in(replay, replay.place_of_new(node["relation"])[0]):
        raise Refused("insufficient_privilege")
    relation = replay.create_relation(node["relation"], kind, statement, used)
    if "partbound" in node and parents:
        from rlslint.replay.partitions import become_partition

        become_partition(replay, relation, parents[0], statement, is_new=True)
    else:
        for parent in parents:
            inherit(replay, relation, parent)
    if "ofTypename" in node:
        relation.forget("columns", statement)  # They are the type's, which are not kept.
        replay.origins.typed_tables[relation.oid] = type_name(node["ofTypename"])
    elements = node.get("tableElts", ())
    declared = [one["ColumnDef"]["colname"] for one in elements if "ColumnDef" in one]
    if len(set(declared)) < len(declared):
        raise Refused("duplicate_column")
    for element in elements:
        if "ColumnDef" in element:
            add_column(replay, relation, element["ColumnDef"], statement, base)
        elif "TableLikeClause" in element:
            options = element["TableLikeClause"].get("options", 0)
            copy_like(replay, relation, models.pop(0), options)
    _add_constraints(replay, relation, node, statement, base)
    if "partspec" in node:
        relation.become("partition_key", _partition_key(relation, node["partspec"]))
    if relation in replay.catalog.named_columns and relation.knows("columns"):
        _number_columns(replay, relation)
    if node.get("oncommit") == "ONCOMMIT_DROP":
        _end_with_transaction(replay, relation)


def _end_with_transaction(replay: Replay, relation: Relation) -> None:
    """Let a temporary table end with the transaction, which may be that of a statement around."""
    set_attribute(replay, "dropped_at_commit", (*replay.dropped_at_commit, relation))


def _number_columns(replay: Replay, relation: Relation) -> None:
    """Tell the clauses that named columns of a relation before it was made which these are."""
    readers = replay.readers.get(id(relation), ())
    for reader in dict.fromkeys((*relation.policies.known(), *readers)):
        match reader:
            case Policy():
                JOURNAL.settled += 1
                for clause in reader.clauses:
                    number_columns(clause, relation, reader.relation is relation)
            case Relation() if reader.knows("query") and reader.query is not None:
                JOURNAL.settled += 1
                number_columns(reader.query, relation, is_own=False)


def _add_constraints(
    replay: Replay, relation: Relation, node: Node, statement: Statement, base: int
) -> None:
    """Add the constraints, which see all columns wherever they stand among them."""
    columns = (element.get("ColumnDef", element) for element in node.get("tableElts", ()))
    if not any("Constraint" in one or "constraints" in one for one in (node, *columns)):
        return
    from rlslint.replay.constraints import add_constraint, in_order_of_making

    for name, constraint in in_order_of_making(_declared(node)):
        column = relation.columns.get(name) if relation.knows("columns") else None
        add_constraint(replay, relation, constraint, statement, base, column)


def _declared(node: Node) -> Iterator[Declared]:
    from rlslint.replay.constraints import is_table_constraint

    elements = node.get("tableElts", ())
    for element in elements:
        if "ColumnDef" in element:
            definition = element["ColumnDef"]
            for item in definition.get("constraints", ()):
                if is_table_constraint(item["Constraint"]):
                    yield definition["colname"], item["Constraint"]
        elif "Constraint" in element:
            yield "", element["Constraint"]
    if not any("Constraint" in element for element in elements):
        yield from (("", item["Constraint"]) for item in node.get("constraints", ()))


def _partition_key(relation: Relation, node: Node) -> tuple[int, ...]:
    names = (item["PartitionElem"].get("name", "") for item in node.get("partParams", ()))
    return column_numbers(relation, tuple(names))


def create_table_as(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    if node.get("if_not_exists") and (
        replay.place_of_new(node["into"]["rel"]) in replay.catalog.names
    ):
        return
    is_view = node["objtype"] == "OBJECT_MATVIEW"
    kind = Kind.materialized_view if is_view else Kind.table
    if "SelectStmt" in node["query"]:
        table_of_query(replay, statement, node["query"]["SelectStmt"], node["into"], kind, base)
    else:
        replay.create_relation(node["into"]["rel"], kind, statement).forget("columns", statement)


def table_of_query(
    replay: Replay, statement: Statement, select: Node, into: Node, kind: Kind, base: int
) -> None:
    """Make the table or materialized view that holds the rows of a query."""
    missing: list[str] = []
    scope = Scope(replay.catalog, replay.search_path, statement, missing=missing)
    bound = bind(query(select), scope)
    must_be_bound(missing)
    relation = replay.create_relation(into["rel"], kind, statement)
    if not isinstance(bound, Query):
        return
    columns_of_query(relation, bound, strings(into.get("colNames")), statement)
    for column in relation.columns.values() if relation.knows("columns") else ():
        note_type(replay, relation, column)
    read = relations_read(bound)
    if replay.has_forced and not into.get("skipData"):
        from rlslint.replay.rows import note_reads

        note_reads(replay, statement, read)
    for needed in read if kind is Kind.materialized_view else ():
        must_be_as_lasting(relation, needed, both_ways=False)
    relation.become("copied_from", read)
    relation.become("copy_kind", "as")
    if kind is Kind.materialized_view:
        clause = replay.clause(bound, statement, base)
        relation.become("query", clause)
        note_clause(replay, relation, clause)
    if into.get("onCommit") == "ONCOMMIT_DROP":
        _end_with_transaction(replay, relation)


def relations_read(bound: Query) -> tuple[Relation, ...]:
    """Return the relations that a bound query reads, sub-selects included."""
    found: dict[int, Relation] = {}
    for part in bound.walk():
        if isinstance(part, Query):
            for source in part.sources:
                if isinstance(source.relation, Relation):
                    found[id(source.relation)] = source.relation
    return tuple(found.values())


def columns_of_query(
    relation: Relation, bound: Query, names: tuple[str, ...], statement: Statement
) -> None:
    """Give a relation the columns that a query puts out."""
    from rlslint.catalog.types import output_types

    outputs = output_columns(bound)
    if outputs is None:
        relation.forget("columns", statement)
        return
    # What is of no type becomes a text (parse_target.c, resolveTargetListUnknowns).
    types = ["text" if found == "unknown" else found for found in output_types(bound)]
    for number, name in enumerate(outputs, 1):
        shown = names[number - 1] if number <= len(names) else name
        column = Column(shown, number, types[number - 1], False, statement)
        if not column.type:
            column.forget("type", statement)
        relation.add_column(column)


_SERIAL = {
    "smallserial": "int2", "serial2": "int2", "serial": "int4", "serial4": "int4",
    "bigserial": "int8", "serial8": "int8",
}  # fmt: skip


def add_column(
    replay: Replay, relation: Relation, definition: Node, statement: Statement, base: int
) -> bool:
    """Add the column of a ColumnDef with its default and NOT NULL; False if nothing is added.

    Its other constraints are for the caller to add, after all columns.
    """
    if not relation.knows("columns"):
        return False
    name = definition["colname"]
    if name in relation.columns:
        return _merge(replay, relation, definition, statement, base)
    written = _written_type(definition)
    column = Column(name, relation.next_number, _SERIAL.get(written, written), False, statement)
    relation.add_column(column)
    note_type(replay, relation, column)
    if "collClause" in definition:
        name = strings(definition["collClause"]["collname"])[-1]
        replay.origins.collations[relation.oid, column.number] = name
        note_reader(replay, relation, (("collation", name),))
    _describe(replay, relation, column, written, definition, statement, base)
    for child in inheriting(replay, relation):
        _pass_on(replay, relation, child, column)
    return True


def _describe(
    replay: Replay,
    relation: Relation,
    column: Column,
    written: str,
    definition: Node,
    statement: Statement,
    base: int,
) -> None:
    if written in _SERIAL:
        _take_from_sequence(replay, relation, column, statement, base)
    constraints = definition.get("constraints", ())
    if not constraints:
        return
    from rlslint.replay.constraints import add_constraint, is_table_constraint

    for item in constraints:
        if not is_table_constraint(item["Constraint"]):
            add_constraint(replay, relation, item["Constraint"], statement, base, column)


def _merge(
    replay: Replay, relation: Relation, definition: Node, statement: Statement, base: int
) -> bool:
    """A new table restates a column that it inherits (manual: CREATE TABLE, INHERITS)."""
    if statement is not relation.created:
        return False
    column = relation.columns[definition["colname"]]
    if relation.partition_of is None:
        replay.origins.inherited_columns.discard((relation.oid, column.number))
    _describe(replay, relation, column, _written_type(definition), definition, statement, base)
    return True


def _written_type(definition: Node) -> str:
    """Return the type beside a column; a partition's says none (CREATE TABLE … PARTITION OF)."""
    return type_name(definition["typeName"]) if "typeName" in definition else ""


def _take_from_sequence(
    replay: Replay, relation: Relation, column: Column, statement: Statement, base: int
) -> None:
    """Give a serial column its default, which goes with its sequence."""
    sequence = Constant(f"{relation.schema}.{relation.name}_{column.name}_seq")
    default = Clause(Predicate(Call(("nextval",), (sequence,))), statement, base)
    column.become("default", default)
    note_clause(replay, relation, default)
    replay.origins.owned_sequences[relation.oid, column.number] = (
        f"{relation.name}_{column.name}_seq"
    )
    from rlslint.replay.not_null import forbid_null

    forbid_null(replay, relation, column, statement)


def _pass_on(replay: Replay, parent: Relation, child: Relation, column: Column) -> None:
    copy = inherit_column(replay, child, column)
    if copy is None:
        return
    if is_not_null(column):
        replay.origins.inherited_not_nulls.add((child.oid, copy.number))
        name = replay.origins.not_null_names.get((parent.oid, column.number), "")
        replay.origins.not_null_names[child.oid, copy.number] = name
    if child.partition_of is parent:
        copy.become("identity", column.identity)
    for grandchild in inheriting(replay, child):
        _pass_on(replay, child, grandchild, copy)


# CREATE_TABLE_LIKE_… in PostgreSQL's parsenodes.h; INCLUDING ALL sets every bit.
_CONSTRAINTS, _DEFAULTS, _GENERATED, _IDENTITY, _INDEXES = 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6


def copy_like(replay: Replay, relation: Relation, model: Relation, options: int) -> None:
    """Copy the columns of another table, and what INCLUDING names."""
    relation.become("copied_from", (*relation.copied_from, model))
    relation.become("copy_kind", "like")
    if not model.knows("columns"):
        if relation.knows("columns"):
            relation.forget("columns", model.created)
        return
    if not relation.knows("columns"):
        return
    for column in model.columns.values():
        if column.name in relation.columns:
            continue
        copy = copied_column(relation, column)
        wanted = _GENERATED if column.generated else _DEFAULTS
        copy.default = column.default if options & wanted else None
        copy.generated = column.generated and bool(options & _GENERATED)
        copy.identity = column.identity and bool(options & _IDENTITY)
        generated = replay.origins.generated.get((model.oid, column.number))
        if copy.generated and generated is not None:
            moved = translated(generated, model, relation)
            replay.origins.generated[relation.oid, copy.number] = moved
            note_clause(replay, relation, moved)
        note_copy(replay, relation, copy)
    if options & _CONSTRAINTS:
        _copy_checks(replay, model, relation)
    if options & _INDEXES:
        from rlslint.replay.partition_indexes import copy_index

        for index in model.indexes.known():
            copy_index(replay, model, relation, index)


def _copy_checks(replay: Replay, model: Relation, relation: Relation) -> None:
    from rlslint.replay.generated_names import hold_name

    for constraint in model.constraints.known():
        if constraint.kind == "check":
            relation.constraints[constraint.name] = check_of(model, relation, constraint)
            note_clause(replay, relation, constraint.expression)
            hold_name(replay, relation, constraint.name)
            if (model.oid, constraint.name) in replay.origins.uninherited_checks:
                replay.origins.uninherited_checks.add((relation.oid, constraint.name))


_FACTS = ("rls_enabled", "rls_forced", "owner", "options")


def note_alteration(replay: Replay, relation: Relation, statement: Statement, node: Node) -> None:
    """Remember an ALTER TABLE IF EXISTS that perhaps found nothing."""
    if not relation.is_beyond_history:
        return
    noted = replay.origins.perhaps_altered
    if node.get("missing_ok"):
        noted[relation] = (*noted.get(relation, ()), statement)
    else:
        noted[relation] = ()  # A table that certainly exists now is taken to have existed before.


def settled(replay: Replay, range_var: Node, kind: Kind, statement: Statement) -> Relation | None:
    """Return the stand-in that CREATE TABLE IF NOT EXISTS makes a table of, None without one.

    What only ALTER TABLE IF EXISTS has done to it becomes unknown: either the table existed before
    that, or this statement has made it without all that.
    """
    place = replay.place_of_new(range_var)
    relation = replay.catalog.unknown_relations.get(place)
    if relation is None or place in replay.catalog.names:
        return None
    relation.settle(replay.oid(), kind, replay.session.user, statement)
    for perhaps in replay.origins.perhaps_altered.pop(relation, ()):
        for fact in _FACTS:
            if relation.statements.get(fact) is perhaps:
                relation.forget(fact, perhaps)
        _open(relation.constraints, perhaps)
        _open(relation.indexes, perhaps)
    return relation


def _open(members: Members[str, Constraint] | Members[str, Index], perhaps: Statement) -> None:
    for member in members.known():
        if member.statement is perhaps:
            del members[member.name]
            members.open(perhaps)
