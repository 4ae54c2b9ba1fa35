"""Where the body of a function asks with whose rights it runs."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import words_in_body
from rlslint.sql.parser import Token
from rlslint.text import Span, span_of

_WORDS = frozenset(("current_user", "current_role", "user"))
"""SQL's names for the user whose rights count, who inside of a SECURITY DEFINER function is the
owner; session_user stays who has connected (manual: System Information Functions)."""


class UserRead(NamedTuple):
    """A place where a body asks for the user; `start` and `end` are byte offsets into it."""

    word: str
    start: int
    end: int


@remembered
def users_read(function: Function) -> tuple[UserRead, ...]:
    """Return where a body in SQL asks for the user whose rights it has.

    pg_has_role(role, privilege) asks for that user as well.
    """
    body = function.body.lower()
    if "user" not in body and "role" not in body:
        return ()
    words = words_in_body(function)
    found = []
    for index, (word, token) in enumerate(words):
        before = words[index - 1][0] if index else ""
        if word in _WORDS and before not in (".", "as"):
            found.append(UserRead(word, token.start, token.end))
        elif word == "pg_has_role" and _arguments(words, index + 1) == 2:
            found.append(UserRead("the user of pg_has_role", token.start, token.end))
    return tuple(found)


def _arguments(words: list[tuple[str, Token]], opening: int) -> int:
    """Return how many arguments stand between parentheses."""
    depth, count = 0, 1
    for word, _ in words[opening:]:
        if word in ("(", "["):
            depth += 1
        elif word in (")", "]"):
            depth -= 1
            if depth == 0:
                return count
        elif word == "," and depth == 1:
            count += 1
    return count


def span_of_user(function: Function, read: UserRead) -> Span | None:
    """Return where a body asks, else what made the function."""
    statement = function.because("body")
    if statement is None or not statement.is_written or function.body_start < 0:
        return span_of(statement)
    start = function.body_start
    return Span(statement.text, start + read.start, start + read.end)
