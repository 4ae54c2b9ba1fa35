"""Transactions, whose savepoints are marks in the journal, and the sessions around them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from rlslint.catalog import Dynamic
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import JOURNAL, set_attribute
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.replay.session import READ_ONLY, READ_ONLY_BY_DEFAULT, only_reads, start_path
from rlslint.replay.state import Replay, Transaction
from rlslint.sql.parser import Node
from rlslint.text import Statement


def transaction(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    begun = replay.transaction
    match node["kind"]:
        case "TRANS_STMT_BEGIN" | "TRANS_STMT_START" if begun is None:
            _begin(replay, statement, node)
        case "TRANS_STMT_PREPARE" if begun is not None and not begun.failed:
            _leave_in_doubt(replay, begun, "PREPARE TRANSACTION leaves open what becomes of this")
        case "TRANS_STMT_COMMIT" | "TRANS_STMT_PREPARE" if begun is not None:
            if begun.failed:
                roll_back(replay)  # COMMIT of a failed transaction is ROLLBACK.
            else:
                commit(replay, statement)
            _chain(replay, statement, node)
        case "TRANS_STMT_ROLLBACK" if begun is not None:
            # What was tried and taken back does not matter.
            del replay.catalog.refusals[begun.refusals :]
            del replay.catalog.row_accesses[begun.row_accesses :]
            roll_back(replay)
            _chain(replay, statement, node)
        case "TRANS_STMT_SAVEPOINT" if begun is not None and not begun.failed:
            begun.savepoints.append((node["savepoint_name"], JOURNAL.mark()))
        case "TRANS_STMT_ROLLBACK_TO" if begun is not None:
            mark = _reach(begun, node["savepoint_name"], keep=True)
            if mark is None:
                begun.failed = True
            else:
                JOURNAL.undo(mark)
                JOURNAL.release(mark + 1)
                begun.failed = False
        case "TRANS_STMT_RELEASE" if begun is not None and not begun.failed:
            mark = _reach(begun, node["savepoint_name"], keep=False)
            if mark is None:
                begun.failed = True
            else:
                JOURNAL.release(mark)
        case _:
            return  # PostgreSQL only warns where there is a transaction, or none.


def refuse_in_transaction(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Refuse what no transaction block may hold; ANALYZE and REINDEX of one table it may."""
    match statement.kind, node:
        case ("VacuumStmt", {"is_vacuumcmd": True}):
            replay.must_be_alone(statement)
        case ("ReindexStmt", {"kind": "REINDEX_OBJECT_SCHEMA" | "REINDEX_OBJECT_DATABASE"}):
            replay.must_be_alone(statement)
        case ("ReindexStmt", {"params": options}):
            if any(option["DefElem"]["defname"] == "concurrently" for option in options):
                replay.must_be_alone(statement)
        case ("VacuumStmt" | "ReindexStmt", _):
            return
        case _:
            replay.must_be_alone(statement)


def _begin(replay: Replay, statement: Statement, node: Node) -> None:
    replay.transaction = Transaction(
        JOURNAL.mark(),
        statement,
        len(replay.catalog.refusals),
        len(replay.catalog.row_accesses),
    )
    session = replay.session
    session.begin()
    read_only = only_reads(node.get("options", ()))
    if read_only is None:
        read_only = READ_ONLY_BY_DEFAULT in session.given
    session.give(READ_ONLY, read_only, True)


def _chain(replay: Replay, statement: Statement, node: Node) -> None:
    if node.get("chain"):
        _begin(replay, statement, node)


def commit(replay: Replay, statement: Statement) -> None:
    """Make what the transaction has done last, without the tables that are ON COMMIT DROP."""
    begun = replay.transaction
    if begun is not None and begun.is_in_doubt:
        _leave_in_doubt(replay, begun, "a statement of the transaction is perhaps refused")
    elif begun is not None:
        drop_at_commit(replay, statement)
        replay.session.end()
        replay.transaction = None
        JOURNAL.release(begun.mark)


def _leave_in_doubt(replay: Replay, begun: Transaction, reason: str) -> None:
    """End a transaction of which nobody knows whether it lasts."""
    from rlslint.replay.doubtful import leave_in_doubt

    replay.transaction = None
    if leave_in_doubt(replay.catalog, begun.mark, begun.begun):
        replay.catalog.dynamic[begun.begun] = Dynamic(begun.begun, reason)
    JOURNAL.release(begun.mark)


class Ending(Enum):
    """What becomes of a transaction that a script leaves open, by what runs the script."""

    commit = "the tool has begun a transaction itself, and commits it"
    roll_back = "its session ends"
    unknown = "nobody knows what runs it"


def end_script(replay: Replay, ending: Ending, last: Statement | None) -> None:
    """End the session of a script. The next one is another's, for it may run years later."""
    begun = replay.transaction
    replay.branches.clear()
    if begun is not None and ending is Ending.unknown and not begun.failed:
        _leave_in_doubt(replay, begun, "no COMMIT ends the transaction that begins here")
    elif begun is not None and ending is Ending.commit and not begun.failed:
        commit(replay, begun.begun)
    if last is not None:
        begin_session(replay, MIGRATION_ROLE, last)


def _reach(begun: Transaction, name: str, keep: bool) -> int | None:
    """Go back to the last savepoint of this name; those set after it are gone."""
    for number in range(len(begun.savepoints) - 1, -1, -1):
        if begun.savepoints[number][0] == name:
            mark = begun.savepoints[number][1]
            del begun.savepoints[number + keep :]
            return mark
    return None


def connect(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    user = node.get("user", "")
    if user:
        replay.catalog.role(user)
    begin_session(replay, user or replay.session.authenticated_user, statement)


def follow_branch(replay: Replay, statement: Statement, node: Node, base: int) -> None:
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
    replay.session.connect(user, start_path(replay.catalog, user))


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
        from rlslint.replay.cascades import Drop

        removal = Drop(replay, statement, True)
        if isinstance(one, Function):
            removal.function(one)
        elif dict.get(replay.catalog.relations, one.oid) is one:
            removal.relation(one)
