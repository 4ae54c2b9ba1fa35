"""Statements about row security that the grammar refuses, by what they have in common."""

from __future__ import annotations

from rlslint.project.project import Project
from rlslint.sql.intent import row_security_mistake, taken_word
from rlslint.sql.parser import BrokenStatement
from rlslint.text import Statement


class BrokenAlike:
    """Statements that break at one word of the grammar, which they take for a function.

    `protecting` are those about row security. What makes the function breaks no less.
    """

    def __init__(self, word: str) -> None:
        self.word = word
        self.statements: list[Statement] = []
        self.protecting: list[Statement] = []


def broken_alike(project: Project, broken: BrokenStatement) -> BrokenAlike | None:
    """Return all that breaks as a statement does, and protects something; None if nothing does."""
    found = project.ask(_by_word).get(taken_word(broken) or "")
    return found if found is not None and found.protecting else None


def _by_word(project: Project) -> dict[str, BrokenAlike]:
    found: dict[str, BrokenAlike] = {}
    for broken in project.broken:
        word = taken_word(broken)
        if word is None:
            continue
        alike = found.setdefault(word, BrokenAlike(word))
        alike.statements.append(broken.statement)
        if row_security_mistake(broken.statement) is not None:
            alike.protecting.append(broken.statement)
    return found
