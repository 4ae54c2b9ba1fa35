"""CREATE TABLE, CREATE TABLE AS, SELECT INTO and ALTER TABLE."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.binding import Scope, bind, number_columns, output_columns
from rlslint.catalog.journal import set_attribute
from rlslint.catalog.model import Column, Kind, Policy, Relation
from rlslint.replay.column_numbers import column_numbers
from rlslint.replay.columns import add_column
from rlslint.replay.constraints import add_constraint, is_table_constraint
from rlslint.replay.declared_constraints import Declared, in_order_of_making
from rlslint.replay.dependencies import note_clause, note_type
from rlslint.replay.inheritance import inherit
from rlslint.replay.permissions import may_create_in
from rlslint.replay.refusals import Refused, must_be_as_lasting, must_be_bound
from rlslint.replay.stand_ins import settled
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Query
from rlslint.sql.nodes import query, strings, type_name
from rlslint.sql.parser import Node
from rlslint.text import Statement


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
            from rlslint.replay.copies import copy_like

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
                for clause in reader.clauses:
                    number_columns(clause, relation, reader.relation is relation)
            case Relation() if reader.knows("query") and reader.query is not None:
                number_columns(reader.query, relation, is_own=False)


def _add_constraints(
    replay: Replay, relation: Relation, node: Node, statement: Statement, base: int
) -> None:
    """Add the constraints, which see all columns wherever they stand among them."""
    for name, constraint in in_order_of_making(_declared(node)):
        column = relation.columns.get(name) if relation.knows("columns") else None
        add_constraint(replay, relation, constraint, statement, base, column)


def _declared(node: Node) -> Iterator[Declared]:
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
        from rlslint.replay.row_accesses import note_reads

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
    from rlslint.catalog.output_types import output_types

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
