"""CREATE INDEX."""

from __future__ import annotations

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.model import Index, Kind, Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.replay import Refused, must_be_bound, must_have_columns
from rlslint.replay.dependencies import note_clause
from rlslint.replay.generated_names import generated_name, is_taken, numbered
from rlslint.replay.inheritance import column_numbers
from rlslint.replay.owners import must_own
from rlslint.replay.partition_indexes import add_index
from rlslint.replay.state import Replay
from rlslint.sql.nodes import expression, output_name
from rlslint.sql.parser import Node
from rlslint.text import Statement


def create_index(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    if node.get("concurrent"):
        replay.must_be_alone(statement)
    relation = replay.relation(node["relation"], statement)
    is_whole = not relation.knows("kind") or relation.kind is not Kind.partitioned_table
    if node.get("concurrent") and not is_whole:
        raise Refused("feature_not_supported")
    written = [item["IndexElem"] for item in node["indexParams"]]
    elements = [_plain(element, relation) for element in written]
    must_own(replay, relation)

    def bound(part: Node) -> Clause:
        missing: list[str] = []
        scope = Scope(replay.catalog, replay.search_path, statement, missing=missing)
        scope = scope.with_own_row(relation)
        clause = Clause(Predicate(bind(expression(part), scope)), statement, base)
        must_be_bound(missing)
        note_clause(replay, relation, clause)
        return clause

    name = node.get("idxname", "")
    included = [item["IndexElem"] for item in node.get("indexIncludingParams", ())]
    if not name:
        words = numbered(_word(element) for element in (*written, *included))
        name = generated_name(replay, relation, words, "idx", False)
    elif is_taken(replay, relation.schema, name):
        if not node.get("if_not_exists"):
            raise Refused("duplicate_table")
        return
    must_have_columns(relation, (element.get("name", "") for element in (*elements, *included)))
    if node.get("unique"):
        replay.perhaps_refused("unique_violation")
    index = Index(
        name,
        column_numbers(relation, tuple(element.get("name", "") for element in elements)),
        tuple(bound(element["expr"]) for element in elements if "expr" in element),
        node.get("unique", False),
        bound(node["whereClause"]) if "whereClause" in node else None,
        node.get("accessMethod", "btree"),
        statement,
    )
    if included:
        names = tuple(element.get("name", "") for element in included)
        replay.origins.index_includes[relation.oid, name] = column_numbers(relation, names)
    add_index(replay, relation, index, not node["relation"].get("inh", False))


def _plain(element: Node, relation: Relation) -> Node:
    """A column in parentheses is that column, with or without COLLATE (DefineIndex).

    So is `date(day)` where `day` is a date: the call is a cast that does nothing.
    """
    if "expr" not in element:
        return element
    part = element["expr"]
    while "CollateClause" in part:
        part = part["CollateClause"]["arg"]
    match part:
        case {"ColumnRef": {"fields": [*_, {"String": {"sval": name}}]}}:
            return {"name": name}
        case {
            "FuncCall": {
                "funcname": [{"String": {"sval": called}}],
                "args": [{"ColumnRef": {"fields": [*_, {"String": {"sval": name}}]}}],
            }
        } if _has_type(relation, name, called):
            return {"name": name}
        case _:
            return element


def _has_type(relation: Relation, name: str, type_name: str) -> bool:
    column = relation.columns.get(name) if relation.knows("columns") else None
    return column is not None and column.knows("type") and column.type == type_name


def _word(element: Node) -> str:
    if "name" in element:
        return str(element["name"])
    name = output_name(element.get("expr"))
    return "expr" if name == "?column?" else name
