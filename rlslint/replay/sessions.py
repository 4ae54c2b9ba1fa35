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


def condition(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Begin or end a branch of psql's \\if, \\elif, \\else and \\endif."""
    branches = replay.branches
    match node["word"], node["value"]:
        case "if", value:
            branches.append((value, value))
        case "elif", value if branches:
            _, ran = branches.pop()
            branches.append((_unless(ran, value), _either(ran, value)))
        case "else", _ if branches:
            _, ran = branches.pop()
            branches.append((_unless(ran, True), True))
        case "endif", _ if branches:
            branches.pop()


def _unless(earlier: bool | None, value: bool | None) -> bool | None:
    """Return whether a branch is run before which another one was run, or not."""
    if earlier or value is False:
        return False
    return value if earlier is False else None


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one or other:
        return True
    return None if None in (one, other) else False


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
