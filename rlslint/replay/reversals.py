"""What would be if a migration were undone: its way back is carried out, looked at, and undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rlslint import Pattern
from rlslint.catalog import Reversal
from rlslint.catalog.journal import JOURNAL
from rlslint.replay.state import Replay
from rlslint.sql.parser import ParsedStatement

_ROW_PRIVILEGES = frozenset(("select", "insert", "update", "delete"))
_COMMITS = Pattern(rb"\bcommit\b")


def try_way_back(
    replay: Replay,
    statements: Iterable[ParsedStatement],
    carry_out: Callable[[ParsedStatement], None],
) -> None:
    """Note which tables would be without row security after `statements`; nothing else changes.

    What may commit by itself could not be undone, and is left out.
    """
    catalog = replay.catalog
    protected = [
        relation
        for relation in catalog.relations.known()
        if relation.knows("rls_enabled") and relation.rls_enabled
    ]
    refusals, transaction = len(catalog.refusals), replay.transaction
    row_accesses = len(catalog.row_accesses)
    found: list[Reversal] = []
    mark = JOURNAL.mark()
    try:
        for one in statements:
            if not _may_commit(one):
                carry_out(one)
        for relation in protected:
            if dict.get(catalog.relations, relation.oid) is not relation:
                continue
            statement = relation.because("rls_enabled")
            if relation.knows("rls_enabled") and not relation.rls_enabled and statement is not None:
                grantees = frozenset(
                    grant.grantee
                    for grant in relation.grants.known()
                    if grant.privilege in _ROW_PRIVILEGES
                )
                found.append(Reversal(relation, statement, grantees))
    finally:
        JOURNAL.undo(mark)
        JOURNAL.release(mark)
        del catalog.refusals[refusals:]
        del catalog.row_accesses[row_accesses:]
        replay.transaction = transaction
    catalog.reversals += found


def _may_commit(one: ParsedStatement) -> bool:
    statement = one.statement
    if statement.kind in ("TransactionStmt", "CallStmt", "PsqlConnect"):
        return True
    return statement.kind == "DoStmt" and bool(
        _COMMITS().search(statement.text.data.lower(), statement.start, statement.end)
    )
