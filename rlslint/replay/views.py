"""CREATE VIEW and the options of views."""

from __future__ import annotations

from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.model import Column, Kind, Relation
from rlslint.catalog.overloads import is_built_in_type
from rlslint.replay import Refused, must_be_bound
from rlslint.replay.dependencies import note_clause
from rlslint.replay.owners import must_own
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Query
from rlslint.sql.nodes import query, strings
from rlslint.sql.parser import Node
from rlslint.text import Statement


def create_view(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    from rlslint.replay.tables import columns_of_query, relations_read

    missing: list[str] = []
    scope = Scope(replay.catalog, replay.search_path, statement, missing=missing)
    bound = bind(query(node["query"]["SelectStmt"]), scope)
    if not isinstance(bound, Query):
        return
    must_be_bound(missing)
    name = node["view"]
    read = relations_read(bound)
    if any(relation.temporary for relation in read):
        # It becomes temporary too, and replaces no other one (manual: CREATE VIEW).
        name = {"schemaname": "pg_temp", **name, "relpersistence": "t"}
    view = _existing(replay, name) if node.get("replace") else None
    if view is not None:
        must_own(replay, view)
    view = view or replay.create_relation(name, Kind.view, statement)
    _replace_options(view, _options(node), statement)
    before = view.columns if view.knows("columns") else {}
    view.become("columns", {})
    columns_of_query(view, bound, strings(node.get("aliases")), statement)
    for name, column in view.columns.items() if view.knows("columns") else ():
        if name in before:
            # OR REPLACE keeps the defaults of ALTER VIEW (tried on 18).
            column.become("default", before[name].default)
    _refuse_columns(view, before)
    clause = replay.clause(bound, statement, base)
    view.learn("query", clause, statement)
    note_clause(replay, view, clause)


def _refuse_columns(view: Relation, before: dict[str, Column]) -> None:
    """OR REPLACE may add columns behind those that are there (manual: CREATE VIEW)."""
    columns = list(view.columns.values()) if view.knows("columns") else []
    for place, old in enumerate(before.values() if columns else ()):
        if place >= len(columns) or columns[place].name != old.name:
            raise Refused("invalid_table_definition")
        new = columns[place]
        known = old.knows("type") and new.knows("type")
        if known and old.type != new.type and is_built_in_type(old.type):
            raise Refused("invalid_table_definition")


def _existing(replay: Replay, name: Node) -> Relation | None:
    """Return the view that OR REPLACE replaces: it keeps its owner and its grants."""
    view = replay.catalog.names.get(replay.place_of_new(name))
    return view if view is not None and view.knows("kind") and view.is_view else None


def _options(node: Node) -> dict[str, str]:
    """The options in WITH (…), and the one that WITH CHECK OPTION stands for."""
    options = _definitions(node.get("options"))
    check = node.get("withCheckOption", "NO_CHECK_OPTION").partition("_")[0].lower()
    return options if check == "no" else {**options, "check_option": check}


def _replace_options(view: Relation, options: dict[str, str], statement: Statement) -> None:
    """CREATE OR REPLACE VIEW resets every option that it does not restate (tried on 15, 18)."""
    held = view.options if view.knows("options") else {}
    changed = (n for n in sorted({*held, *options}) if held.get(n) != options.get(n))
    view.learn_options(options, changed, statement)


def _definitions(nodes: list[Node] | None) -> dict[str, str]:
    return {item["DefElem"]["defname"]: _value(item["DefElem"]) for item in nodes or ()}


def _value(definition: Node) -> str:
    match definition.get("arg"):
        case {"String": {"sval": value}}:
            return str(value)
        case {"Boolean": value}:
            return str(value.get("boolval", False)).lower()
        case {"Integer": value}:
            return str(value.get("ival", 0))
        case {"TypeName": {"names": names}}:
            return strings(names)[-1]
        case _:
            return "true"


def set_options(relation: Relation, command: Node, statement: Statement) -> None:
    """ALTER VIEW | TABLE … SET (…) or RESET (…)."""
    if not relation.knows("options"):
        return
    given = _definitions(command.get("def", {}).get("List", {}).get("items"))
    options = dict(relation.options)
    for name, value in given.items():
        if command["subtype"] == "AT_ResetRelOptions":
            options.pop(name, None)
        else:
            options[name] = value
    relation.learn_options(options, given, statement)
