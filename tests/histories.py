"""A SQL history, carried out by PostgreSQL and by the replay, and where the two disagree."""

from __future__ import annotations

from typing import NamedTuple

from rlslint.catalog import Catalog
from rlslint.drift import comparison
from rlslint.drift.comparison import facts_of, with_possible
from rlslint.replay import DATA_KINDS, HANDLED_KINDS
from rlslint.replay.state import Replay
from rlslint.server.introspection import introspect
from rlslint.server.snapshot import snapshot
from rlslint.sql.parser import ParsedStatement, parsed_statements
from rlslint.text import Statement, Text
from tests.postgres import SUPERUSER, Database, Executed, ScriptReader


class Comparison(NamedTuple):
    """What came of a history: the catalog, what PostgreSQL refused, what differs."""

    catalog: Catalog
    refused: tuple[Executed, ...]
    differences: list[str]
    agreed: int
    unknown: tuple[str, ...]


def compare(database: Database, script: str, with_refused: bool = False) -> Comparison:
    """Run a script on the server and in the replay.

    Statements that fail are in neither, or, `with_refused`, in both.
    """
    executed = database.run(script).statements
    replay = Replay()
    for part in _parts(script, executed, with_refused):
        run(replay, part)
    with snapshot(database.conninfo()) as live:
        catalog = introspect(live.ask, live.database, live.version)
    theirs = facts_of(catalog, SUPERUSER)
    ours = with_possible(facts_of(replay.catalog, SUPERUSER), replay.catalog, theirs)
    found = comparison.compare(ours, theirs, version=live.version)
    return Comparison(
        replay.catalog,
        tuple(one for one in executed if one.error is not None),
        [str(difference) for difference in found.differences],
        found.agreeing,
        tuple(f"{key.name} {key.fact}" for key in found.unknown),
    )


def run(replay: Replay, script: str) -> None:
    """Replay a script; `\\connect ROLE` is known as well."""
    if script.startswith("\\"):
        words = script.split()
        if words[0] in ("\\c", "\\connect"):
            statement = Statement(
                Text("history.sql", script.encode()), 0, len(script), "PsqlConnect"
            )
            user = words[2] if len(words) > 2 and words[2] != "-" else ""
            replay.run(ParsedStatement(statement, {"user": user}, 0))
        return
    for parsed in parsed_statements(
        Text("history.sql", script.encode()), HANDLED_KINDS | DATA_KINDS
    ):
        if parsed is not None:
            replay.run(parsed)


def _parts(script: str, executed: tuple[Executed, ...], with_refused: bool) -> list[str]:
    """What the server carried out, or all of it: one script between every two psql commands."""
    parts: list[str] = [""]
    reader, answers = ScriptReader(script), iter(executed)
    while (sql := reader.next()) is not None:
        if sql.startswith("\\"):
            parts += [sql, ""]
            continue
        answer = next(answers)
        if with_refused:
            parts[-1] += f"{sql}\n;\n"
        elif answer.error is None:
            # The server ends a failed transaction with ROLLBACK whatever was asked.
            word, *rest = sql.split()
            if answer.tag == "ROLLBACK" and word.upper() in ("COMMIT", "END"):
                sql = " ".join(("ROLLBACK", *rest))
            parts[-1] += f"{sql}\n;\n"
    return [part for part in parts if part]
