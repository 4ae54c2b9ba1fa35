"""Event triggers that run DDL when DDL has been run (manual: 38).

Those on ddl_command_end are carried out for CREATE TABLE and its like, as far as their functions
can be followed. What others change, which refuse commands for the most part, is not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.catalog.model import Kind, Relation
from rlslint.replay.plpgsql.calls import Arguments
from rlslint.replay.plpgsql.course import Raised
from rlslint.replay.plpgsql.statements import interpreter_for
from rlslint.replay.plpgsql.system_catalogs.questions import Row, RowSet, row_with
from rlslint.replay.plpgsql.system_catalogs.references import relation_reference
from rlslint.replay.plpgsql.values import Composite, quoted_name
from rlslint.sql.parser import ParsedStatement

if TYPE_CHECKING:
    from rlslint.replay.state import Replay

_TAGS = {
    "CreateStmt": "CREATE TABLE", "CreateTableAsStmt": "CREATE TABLE AS",
    "SelectStmt": "SELECT INTO", "ViewStmt": "CREATE VIEW",
}  # fmt: skip


def fire_event_triggers(replay: Replay, parsed: ParsedStatement) -> None:
    """Carry out the functions of the event triggers that a statement sets off."""
    tag = _TAGS.get(parsed.statement.kind, "")
    made = _made_by(replay, parsed) if tag else None
    if made is None or replay.ddl_commands is not None:
        return
    if made.kind is Kind.materialized_view:
        tag = "CREATE MATERIALIZED VIEW"
    replay.ddl_commands = RowSet([_command(replay, tag, made)], False)
    try:
        for trigger in sorted(replay.event_triggers):
            event = replay.event_triggers[trigger]
            if event.enabled and (not event.tags or tag in event.tags):
                interpreter = interpreter_for(replay, parsed.statement)
                interpreter.event = (tag, "ddl_command_end")
                interpreter.handling.call(interpreter, event.function, Arguments((), {}))
    except Raised:
        # A history that was carried out did not end in an error here.
        return
    finally:
        replay.ddl_commands = None


def _made_by(replay: Replay, parsed: ParsedStatement) -> Relation | None:
    node = parsed.node
    into = node.get("into") or node.get("intoClause") or {}
    range_var = node.get("relation") or node.get("view") or into.get("rel")
    relation = replay.find(range_var) if range_var else None
    is_new = relation is not None and relation.created is parsed.statement
    return relation if is_new else None


def _command(replay: Replay, tag: str, made: Relation) -> Row:
    """Return the row of pg_event_trigger_ddl_commands() (manual: 9.29.1)."""
    words = {Kind.view: "view", Kind.materialized_view: "materialized view"}
    identity = f"{quoted_name(made.schema)}.{quoted_name(made.name)}"
    known: Composite = row_with(
        objid=relation_reference(made, replay.session.search_path, replay.catalog),
        command_tag=tag,
        object_type=words.get(made.kind, "table"),
        schema_name=made.schema,
        object_identity=identity,
        in_extension=False,
    )
    return Row(known, True)
