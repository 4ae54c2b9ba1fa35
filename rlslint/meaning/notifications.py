"""What a trigger function tells everybody who listens, by pg_notify."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import body_statements, words_in_body
from rlslint.meaning.body_access import parts_of
from rlslint.meaning.row_copies import Columns, columns_given, columns_in
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node
from rlslint.text import Span, span_of

_PLAIN = frozenset(("concat", "format", "lower"))
"""Functions by which a channel's name is put together that is the same for all."""


class Notification(NamedTuple):
    """That a body sends columns of the row that set the trigger off to a channel of one name."""

    channel: str
    columns: Columns


def notifications(
    function: Function, transition_tables: frozenset[str]
) -> tuple[Notification, ...]:
    """Return what a trigger function sends of rows to channels whose name no row takes part in.

    Raises UnknownFact where the body is not certain.
    """
    if "pg_notify" not in function.body.lower():
        return ()
    found: list[Notification] = []
    variables: dict[str, Columns] = {}
    for statement in body_statements(function):
        for kind, fields in parts_of(statement.node):
            match kind, fields:
                case "FuncCall", {"funcname": name, "args": [channel, payload]} if (
                    strings(name)[-1] == "pg_notify"
                ):
                    columns = columns_in(payload, variables, transition_tables)
                    if columns and _is_shared(channel, variables):
                        found.append(Notification(_name(channel), columns))
        columns_given(statement, variables, transition_tables)
    return tuple(found)


def _is_shared(channel: Node, variables: dict[str, Columns]) -> bool:
    """Tell whether a channel has one name whoever changes rows: constants make it up."""
    for kind, fields in parts_of({"channel": channel}):
        if kind == "FuncCall" and strings(fields["funcname"])[-1] not in _PLAIN:
            return False
        if kind == "ColumnRef":
            first, *_ = strings([one for one in fields["fields"] if "String" in one]) or ("*",)
            if not first.startswith("tg_"):
                return False
    return True


def _name(channel: Node) -> str:
    """Return the name of a channel, "" where it is put together."""
    match channel:
        case {"A_Const": {"sval": {"sval": str() as name}}}:
            return name
        case _:
            return ""


def span_of_notification(function: Function) -> Span | None:
    """Return where a body sends a notification, else what made the function."""
    statement = function.because("body")
    if statement is None or not statement.is_written or function.body_start < 0:
        return span_of(statement)
    places = [token for word, token in words_in_body(function) if word == "pg_notify"]
    if len(places) != 1:
        return statement.span
    start = function.body_start + places[0].start
    return Span(statement.text, start, start + len("pg_notify"))
