"""Where sessions begin and end: \\connect, DISCARD, and the tables that go with them."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.catalog.functions import Function
from rlslint.catalog.journal import JOURNAL, set_attribute
from rlslint.catalog.model import Relation
from rlslint.replay.state import Replay
from rlslint.replay.stored_settings import start_path
from rlslint.sql.parser import Node
from rlslint.text import Statement


def connect(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    user = node.get("user", "")
    if user:
        replay.catalog.role(user)
    begin_session(replay, user or replay.session.authenticated_user, statement)


def begin_condition(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Only one branch of psql's \\if is run: nothing is refused for what stands in another."""
    set_attribute(replay.catalog, "is_in_doubt", True)


def begin_session(replay: Replay, user: str, statement: Statement) -> None:
    """Begin a new session; what the one before has not committed is undone."""
    roll_back(replay)
    _drop_temporary(replay, statement)
    replay.session.connect(user, start_path(replay, user))


def roll_back(replay: Replay) -> None:
    """Undo what the transaction has done that is open, and end it."""
    begun = replay.transaction
    if begun is not None:
        replay.transaction = None
        JOURNAL.undo(begun.mark)
        JOURNAL.release(begun.mark)


def discard(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    match node["target"]:
        case "DISCARD_TEMP":
            _drop_temporary(replay, statement)
        case "DISCARD_ALL":
            replay.must_be_alone(statement)
            _drop_temporary(replay, statement)
            replay.session.set_session_authorization("", False)
            replay.session.reset_search_path(False)
            replay.session.take_all(False)
        case _:
            return


def _drop_temporary(replay: Replay, statement: Statement) -> None:
    """Remove what ends with the session, and what needs it (RemoveTempRelations)."""
    _drop_all(replay, list(replay.temporary.values()), statement)


def drop_at_commit(replay: Replay, statement: Statement) -> None:
    """Remove the temporary tables that are declared ON COMMIT DROP."""
    _drop_all(replay, replay.dropped_at_commit, statement)
    set_attribute(replay, "dropped_at_commit", ())


def _drop_all(
    replay: Replay, temporary: Iterable[Relation | Function], statement: Statement
) -> None:
    for one in temporary:
        from rlslint.replay.cascades import Removal

        removal = Removal(replay, statement, True)
        if isinstance(one, Function):
            removal.function(one)
        elif dict.get(replay.catalog.relations, one.oid) is one:
            removal.relation(one)
