"""What a statement was meant to be that PostgreSQL's grammar refuses."""

from __future__ import annotations

from enum import Enum

from rlslint.sql.parser import SyntaxProblem, tokens
from rlslint.text import Statement

_FIRST_WORDS = frozenset(
    {"ALTER", "COMMENT", "CREATE", "DO", "DROP", "GRANT", "REVOKE", "TRUNCATE"}
)
"""How DDL begins. SELECT, UPDATE, BEGIN and their like stand in function bodies as well."""


class Mistake(Enum):
    """How a statement about row security goes wrong that PostgreSQL refuses to parse."""

    policy_if_not_exists = "CREATE POLICY has no IF NOT EXISTS"
    or_replace_policy = "CREATE POLICY has no OR REPLACE"
    several_commands = "a policy is for one command or for ALL, not for a list"
    row_security_if_exists = "ENABLE ROW LEVEL SECURITY has no IF EXISTS of its own"
    cast_outside = "the expression ends with its parenthesis, and a cast behind it is refused"
    other = "PostgreSQL's grammar refuses it"


def row_security_mistake(statement: Statement) -> Mistake | None:
    """Return what is wrong with a statement that was meant as DDL of row security.

    None where the statement was meant as something else.
    """
    words = _words(statement)
    match words:
        case ["CREATE", "OR", "REPLACE", "POLICY", *_]:
            return Mistake.or_replace_policy
        case ["CREATE", "POLICY", "IF", *_]:
            return Mistake.policy_if_not_exists
        case ["CREATE" | "ALTER" | "DROP", "POLICY", *rest]:
            return _policy_mistake(rest)
        case ["ALTER", "TABLE", *rest] if _mentions_row_security(rest):
            return (
                Mistake.row_security_if_exists if rest[-2:] == ["IF", "EXISTS"] else Mistake.other
            )
        case _:
            return None


def is_debris(statement: Statement) -> bool:
    """Tell whether a broken statement does not even begin as a statement does.

    Behind another broken one it is a piece of it: a function body whose quotes are missing falls
    apart at every semicolon.
    """
    words = _words(statement)
    return not words or words[0] not in _FIRST_WORDS


def _policy_mistake(words: list[str]) -> Mistake:
    for position, word in enumerate(words):
        if word == "FOR" and words[position + 2 : position + 3] == [","]:
            return Mistake.several_commands
        if word == ")" and words[position + 1 : position + 2] == ["::"]:
            return Mistake.cast_outside
    return Mistake.other


def _mentions_row_security(words: list[str]) -> bool:
    return any(
        words[position : position + 2] in (["ROW", "LEVEL"], ["ROW", "SECURITY"])
        for position in range(len(words))
    )


def _words(statement: Statement) -> list[str]:
    """Return the tokens of a statement in upper case, what stands between parentheses left out."""
    data = statement.text.data[statement.start : statement.end]
    try:
        scanned = tokens(data)
    except SyntaxProblem:
        return data.decode("utf-8", "replace").upper().split()
    words = []
    depth = 0
    for token in scanned:
        word = data[token.start : token.end].decode().upper()
        depth -= word == ")"
        if depth == 0 and word != ";":
            words.append(word)
        depth += word == "("
    return words
