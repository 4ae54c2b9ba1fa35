"""CREATE SCHEMA and CREATE EXTENSION."""

from __future__ import annotations

from rlslint.catalog.roles import PUBLIC, Schema
from rlslint.replay import Refused
from rlslint.replay.state import Replay
from rlslint.sql.parser import Node, ParsedStatement
from rlslint.text import Statement


def create_schema(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    owner = replay.role_name(node["authrole"]) if "authrole" in node else replay.session.user
    name = node.get("schemaname") or owner
    if name in replay.catalog.schemas:
        # A dump makes it for a database that was made without it.
        if not node.get("if_not_exists") and name != PUBLIC:
            raise Refused("duplicate_schema")
        return
    replay.catalog.gone.discard(("schema", "", name))
    schema = Schema(name, owner, statement)
    replay.catalog.schemas[name] = schema
    session = replay.session
    outer = session.user, session.search_path_setting
    # The elements run as the schema's owner, and in this order (transformCreateSchemaStmtElements).
    session.become(owner, (name, *session.search_path_setting))
    replay.grant_defaults(schema.grants, "schemas", "")
    elements = [next(iter(element.items())) for element in node.get("schemaElts", ())]
    for kind, fields in sorted(elements, key=lambda element: _ORDER.get(element[0], 0)):
        part = Statement(statement.text, statement.start, statement.end, kind, statement.parent)
        replay.carry_out(ParsedStatement(part, fields, base))
    session.become(*outer)


_ORDER = {"ViewStmt": 1, "IndexStmt": 2, "CreateTrigStmt": 3, "GrantStmt": 4}


def create_extension(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    replay.catalog.extensions.setdefault(node["extname"], statement)
