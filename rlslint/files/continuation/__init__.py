"""The files that continue a history of migrations: what they do, and what a tool wants of them.

A migration that mends something is the next one of its history. `names` knows how it is called,
`sql_files`, `python_files` and `programs` how it is written; each tool is data there.
"""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.text.display import printable


class Undoable(NamedTuple):
    """A statement, and the one that takes it back: "" where that is not plain.

    `before` clears its way where it has been run already and was not taken back.
    """

    sql: str
    reverse: str = ""
    before: str = ""


class Step(NamedTuple):
    """Statements of a migration, and the comments that stand above them, each a line."""

    comments: tuple[str, ...]
    statements: tuple[Undoable, ...]


class Change(NamedTuple):
    """What one migration does, and its name in words.

    `alone` tells that it has to run outside of a transaction.
    """

    words: tuple[str, ...]
    steps: tuple[Step, ...]
    alone: bool = False

    @property
    def repeatable(self) -> tuple[Step, ...]:
        """The steps as they can be taken once more when the way back has left some of it."""
        return tuple(
            step._replace(
                statements=tuple(
                    each
                    for one in step.statements
                    for each in (*((Undoable(one.before),) if one.before else ()), one)
                )
            )
            for step in self.steps
        )

    @property
    def back(self) -> tuple[Step, ...]:
        """What takes it back, last things first; a comment for each statement that stays."""
        steps = []
        for step in reversed(self.steps):
            for statement in reversed(step.statements):
                if statement.reverse:
                    steps.append(Step((), (Undoable(statement.reverse),)))
                else:
                    first = printable(statement.sql.partition("\n")[0])
                    steps.append(Step((f"Not taken back: {first}",), ()))
        return tuple(steps)


class NewFile(NamedTuple):
    """A file to be written. One that a tool keeps a list in is `kept`: it is there, and grows."""

    path: str
    content: bytes
    kept: bool = False


class Continuation(NamedTuple):
    """The files that continue a history, and what is to be said of them."""

    files: tuple[NewFile, ...]
    notes: tuple[str, ...] = ()


class NotWritten(Exception):
    """No migration can be written; the message is a sentence that says why, and what to do."""
