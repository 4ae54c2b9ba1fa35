"""CREATE INDEX."""

from __future__ import annotations

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.model import Index
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.catalog.replay.dependencies import columns_named
from rlslint.catalog.replay.generated_names import generated_name, is_taken, numbered
from rlslint.catalog.replay.inheritance import add_index, column_numbers
from rlslint.catalog.replay.state import Replay, handles
from rlslint.sql.nodes import expression, output_name
from rlslint.sql.parser import Node
from rlslint.text import Statement


@handles("IndexStmt")
def create_index(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    relation = replay.relation(node["relation"], statement)
    elements = [item["IndexElem"] for item in node["indexParams"]]
    scope = Scope(replay.catalog, replay.session.search_path, statement).with_own_row(relation)

    def bound(part: Node) -> Clause:
        return Clause(Predicate(bind(expression(part), scope)), statement, base)

    name = node.get("idxname", "")
    if not name:
        included = [item["IndexElem"] for item in node.get("indexIncludingParams", ())]
        words = numbered(_word(element) for element in (*elements, *included))
        name = generated_name(replay, relation, words, "idx", False)
    elif is_taken(replay, relation.schema, name):
        return
    index = Index(
        name,
        column_numbers(relation, tuple(element.get("name", "") for element in elements)),
        tuple(bound(element["expr"]) for element in elements if "expr" in element),
        node.get("unique", False),
        "whereClause" in node,
        node.get("accessMethod", "btree"),
        statement,
    )
    if "whereClause" in node:
        replay.index_conditions[relation.oid, name] = columns_named(bound(node["whereClause"]))
    add_index(replay, relation, index, not node["relation"].get("inh", False))


def _word(element: Node) -> str:
    if "name" in element:
        return str(element["name"])
    name = output_name(element.get("expr"))
    return "expr" if name == "?column?" else name
