"""Runs the SQL of a block on the replay: for certain, or as something that perhaps happens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rlslint import Pattern
from rlslint.catalog import Dynamic
from rlslint.catalog.journal import JOURNAL
from rlslint.replay import DATA_KINDS, HANDLED_KINDS, Refused
from rlslint.replay.doubtful import Doubts, leave_in_doubt
from rlslint.replay.open_names import meanings
from rlslint.replay.plpgsql.tree import NOWHERE, BodyRange
from rlslint.replay.plpgsql.values import Blank, PartlyKnown
from rlslint.replay.plpgsql.words import doubt_by_words
from rlslint.replay.state import Replay
from rlslint.sql import ANYTHING, NAME
from rlslint.sql.parser import BrokenStatement, ParsedStatement, SyntaxProblem, parsed_statements
from rlslint.sql.placeholders import has_templates
from rlslint.sql.recovery import filled_statements
from rlslint.text import Statement, Text

_MATTERS = Pattern(
    r"polic|row\s+level|owne[rd]|grant|revoke|\brole|\buser\b|function|procedure|routine"
    r"|security|partition\s+of|create\s+table|\bview\b|drop\s+(table|schema)|\brename\b",
    re.IGNORECASE,
)
_MAKES_ROW_SECURITY = Pattern(
    r"create\s+policy|(?:enable|force)\s+row\s+level\s+security", re.IGNORECASE
)
"""Words that matter, where nothing has row security yet, though no table of the history changes."""
SESSION_SETTINGS = frozenset({"role", "search_path", "session_authorization"})
"""Settings that decide whose objects are made, and in which schema."""

_HOLES = {
    Blank.anything: ANYTHING, Blank.name: NAME, Blank.literal: f"'{ANYTHING}'",
    Blank.database: NAME,
}  # fmt: skip
_BEFORE_DATABASE = Pattern(r'database\s+"?$', re.IGNORECASE)


class Execution:
    """Carries out SQL that the statement `parent` runs.

    `body` is where the body that is run starts in the text of `parent`, -1 where it does not stand
    there as it is run. `step` is the statement of the body that is run now.
    """

    def __init__(self, replay: Replay, parent: Statement, body: int = -1) -> None:
        self.replay = replay
        self.parent = parent
        self.body = body
        self.step = parent

    def at(self, place: BodyRange) -> None:
        """Note that what comes next is run by the statement at `place` of the body."""
        if self.body >= 0 and place is not NOWHERE:
            start, end = self.body + place.start, self.body + place.end
            self.step = Statement(self.parent.text, start, end, self.parent.kind, self.parent)

    def statements(self, sql: str) -> Iterator[ParsedStatement | None]:
        """Yield the statements of a SQL text; raises SyntaxProblem."""
        step, data = self.step, sql.encode()
        text, start, end = step.text, step.start, step.end
        if step is self.parent or text.data[start:end] != data:
            text, start, end = Text(text.path, data), 0, len(data)
        kinds = HANDLED_KINDS | DATA_KINDS if self.replay.has_forced else HANDLED_KINDS
        try:
            yield from parsed_statements(text, kinds, start, end, step)
        except SyntaxProblem:
            if not has_templates(data):
                raise
            for found in filled_statements(text, kinds, start, end, step):
                if not isinstance(found, BrokenStatement):
                    yield found

    def run(self, parsed: ParsedStatement, is_certain: Callable[[set[str]], bool]) -> None:
        """Carry out a statement, or make unknown what it would change. Raises Refused.

        `is_certain` tells whether the statement is certain to be run and to succeed, given the
        errors with which it perhaps fails.
        """
        kind, sql = parsed.statement.kind, parsed.statement.sql
        mark = JOURNAL.mark()
        try:
            if is_certain(self._attempt(parsed)):
                return
            changed = leave_in_doubt(self.replay.catalog, mark, self.parent)
        except Refused:
            JOURNAL.undo(mark)
            raise
        finally:
            JOURNAL.release(mark)
        # Whose objects are made later, and where, no fact can say yet to be unknown.
        alters_session = kind == "VariableSetStmt" and parsed.node.get("name") in SESSION_SETTINGS
        if alters_session or (changed and _MATTERS().search(sql)):
            self.note(f"whether it runs {_shortened(sql)} depends on the database")

    def _attempt(self, parsed: ParsedStatement) -> set[str]:
        """Carry out a statement; return the errors with which it perhaps fails."""
        outer, self.replay.possible_errors = self.replay.possible_errors, set()
        try:
            self.replay.carry_out(parsed)
            return self.replay.possible_errors
        finally:
            self.replay.possible_errors = outer

    def run_unparsable(self, sql: str, is_refused: bool = False) -> None:
        """Make unknown what SQL may change that the grammar refuses, and so perhaps the server."""
        self._note_if_it_matters(self._doubt_by_words(sql, is_refused), sql, (sql,))

    def run_unread(self, reason: str) -> None:
        """Make everything unknown that may be changed by what is not read for a reason."""
        self._doubt_by_words(ANYTHING)
        self.note(reason)

    def run_unknown(self, sql: PartlyKnown, *, is_noted: bool = True) -> None:
        """Make unknown what SQL may change of which only some parts are known.

        It is noted as something that could not be evaluated, but for SQL that nobody wrote.
        """
        filled = "".join(p if isinstance(p, str) else _HOLES[p] for p in sql.parts)
        changed = False
        try:
            for parsed in self.statements(filled):
                if parsed is not None and parsed.statement.kind != "TransactionStmt":
                    for node in meanings(self.replay, parsed.statement.kind, parsed.node):
                        changed |= self._doubt(parsed._replace(node=node))
        except SyntaxProblem:
            changed = self._doubt_by_words(filled)
        if is_noted:
            self._note_if_it_matters(changed, filled, sql.parts)

    def _doubt(self, parsed: ParsedStatement) -> bool:
        """Run a statement, undo it, and make unknown what it changed; False for nothing."""
        mark, accesses = JOURNAL.mark(), self.replay.catalog.row_accesses
        noted = len(accesses)
        try:
            self.replay.carry_out(parsed)
            return leave_in_doubt(self.replay.catalog, mark, self.parent)
        except Refused:
            JOURNAL.undo(mark)
            return False
        finally:
            JOURNAL.release(mark)
            del accesses[noted:]

    def _doubt_by_words(self, sql: str, is_refused: bool = False) -> bool:
        doubts = Doubts(self.replay.catalog, self.parent)
        doubt_by_words(self.replay, doubts, sql, is_refused)
        return doubts.any

    def _note_if_it_matters(
        self, changed: bool, filled: str, parts: tuple[str | Blank, ...]
    ) -> None:
        constant = "".join(part for part in parts if isinstance(part, str))
        matters = not constant.strip() or _MATTERS().search(constant)
        makes = _MAKES_ROW_SECURITY().search(constant) and not self._has_row_security()
        if (changed and matters) or makes:
            shown = re.sub(rf"'?(?:{ANYTHING}|{NAME})'?", "…", filled)
            self.note(f"it runs {_shortened(shown)} with parts that only the database knows")

    def _has_row_security(self) -> bool:
        relations = self.replay.catalog.relations.known()
        return any("rls_enabled" in relation.statements for relation in relations)

    def note(self, reason: str) -> None:
        """Remember that something could not be evaluated, once for each statement."""
        self.replay.catalog.dynamic.setdefault(self.parent, Dynamic(self.parent, reason))


def of_this_database(sql: PartlyKnown) -> str | PartlyKnown:
    """Return SQL in which only the name of the database is open, where it names the database.

    There is one database for the replay, whatever it is called.
    """
    filled = ""
    for part in sql.parts:
        if isinstance(part, str):
            filled += part
        elif part is Blank.database and _BEFORE_DATABASE().search(filled):
            filled += NAME
        else:
            return sql
    return filled


def _shortened(sql: str) -> str:
    words = " ".join(sql.split())
    return words if len(words) <= 80 else words[:79] + "…"
