"""Identities of findings that survive when lines move, for baselines and code scanning."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.sql.parser import SyntaxProblem, tokens
from rlslint.text.secrets import masked


def fingerprint(rule: str, object: str, sql: str) -> str:
    """Return 32 hexadecimal digits made from the rule, the object and the normalised statement.

    Comments, white space and the case of keywords and unquoted names do not count; neither does
    the place. What PostgreSQL's scanner refuses (a settings line, a broken statement) counts with
    its white space collapsed. Passwords never become part of it.
    """
    statement = _normalised(masked(sql))
    return _digest("\0".join((rule, object, statement)))


def statement_print(sql: str) -> str:
    """Return 16 hexadecimal digits that tell a statement, or a part of one, from others."""
    return _digest(_normalised(masked(sql)))[:16]


def distinct(fingerprints: Iterable[str]) -> list[str]:
    """Return the fingerprints of findings, equal ones told apart by their order.

    Formats whose readers drop a second finding with the same fingerprint need this.
    """
    seen: dict[str, int] = {}
    found = []
    for own in fingerprints:
        seen[own] = count = seen.get(own, 0) + 1
        found.append(own if count == 1 else _digest(f"{own}\0{count}"))
    return found


def _digest(words: str) -> str:
    from hashlib import sha256

    return sha256(words.encode("utf-8", "replace")).hexdigest()[:32]


def _normalised(sql: str) -> str:
    data = sql.encode("utf-8", "replace")
    try:
        scanned = tokens(data)
    except SyntaxProblem:
        return " ".join(sql.split())
    return " ".join(_folded(data[token.start : token.end].decode()) for token in scanned)


def _folded(token: str) -> str:
    return token.lower() if token[0].isalpha() and "'" not in token and '"' not in token else token
