"""COMMIT and ROLLBACK in procedures and DO blocks (manual: 43.8, Transaction Management)."""

from __future__ import annotations

from rlslint.catalog.journal import JOURNAL
from rlslint.replay.doubtful import leave_in_doubt
from rlslint.replay.plpgsql.course import Raised
from rlslint.replay.plpgsql.interpreter import Interpreter
from rlslint.replay.sessions import drop_at_commit
from rlslint.sql.parser import ParsedStatement


def end_transaction(interpreter: Interpreter, parsed: ParsedStatement) -> None:
    """Make last what was done so far, or undo it; a new transaction begins at once.

    Raises Raised where PostgreSQL allows neither: in functions, in EXCEPTION blocks, behind EXECUTE
    and in a transaction block.
    """
    kind = parsed.node["kind"]
    if kind not in ("TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK"):
        raise Raised("feature_not_supported")
    if not interpreter.may_end_transaction or interpreter.course.catching:
        raise Raised("invalid_transaction_termination")
    replay, session = interpreter.replay, interpreter.replay.session
    if not interpreter.certain:
        if kind == "TRANS_STMT_ROLLBACK":
            changed = leave_in_doubt(replay.catalog, 0, interpreter.statement)
            if changed:
                interpreter.execution.note("whether it rolls back depends on the database")
        return
    if kind == "TRANS_STMT_ROLLBACK":
        JOURNAL.undo(0)
        return
    drop_at_commit(replay, interpreter.statement)
    session.end()
    session.begin()
    JOURNAL.keep()
