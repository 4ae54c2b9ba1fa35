"""A statement of SQL over several lines, for where it does not fit on one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from rlslint import NamedTuple
from rlslint.sql.parser import SyntaxProblem, tokens
from rlslint.text.display import width, wrapped

_CLAUSES = frozenset(
    (
        *("AS", "EXECUTE", "FOR", "FROM", "LANGUAGE", "RETURNING", "RETURNS", "SET", "TO", "USING"),
        *("VALUES", "WHERE", "WITH"),
    )
)
_OBJECT = frozenset(("ON",))
_JOINS = frozenset(("AND", "OR"))
_COMPARING = frozenset(("=", "<>", "IN"))


class _Word(NamedTuple):
    """A token with the number of parentheses around it."""

    start: int
    end: int
    words: str
    depth: int


def sql_lines(sql: str, columns: int) -> Iterator[str]:
    """Yield SQL as lines that fit where they can: a clause a line, then what AND and OR join."""
    data = sql.encode("utf-8")
    try:
        found = _words(data)
    except SyntaxProblem:
        yield from wrapped(sql, columns)
        return
    begin = 0
    for number, word in enumerate(found):
        if word.words == ";" or number == len(found) - 1:
            for line in _lines(data, found[begin : number + 1], "", columns):
                # The body of a function has lines of its own.
                yield from line.split("\n")
            begin = number + 1


def _words(data: bytes) -> list[_Word]:
    found, depth = [], 0
    for token in tokens(data):
        words = data[token.start : token.end].decode("utf-8", "replace")
        depth -= words == ")"
        found.append(_Word(token.start, token.end, words, depth))
        depth += words == "("
    return found


def _lines(data: bytes, words: list[_Word], indent: str, columns: int) -> Iterator[str]:
    whole = _written(data, words)
    if len(indent) + width(whole) <= columns:
        yield indent + whole
        return
    parts = _parts(words)
    yield from _lines(data, parts[0], indent, columns) if len(parts) > 1 else (indent + whole,)
    for part in parts[1:]:
        yield from _lines(data, part, f"{indent}  ", columns)


def _written(data: bytes, words: list[_Word]) -> str:
    """Return a piece on one line, but for what a token itself has on several."""
    between = (data[word.end : following.start] for word, following in pairwise(words))
    blanks = [" " if space else "" for space in between]
    return "".join(word.words + blank for word, blank in zip(words, [*blanks, ""], strict=True))


def _parts(words: list[_Word]) -> list[list[_Word]]:
    """Return a piece in parts: its clauses, what commas, AND and OR join, or what is compared."""
    least = words[0].depth
    for begins in (_CLAUSES, _OBJECT):
        parts = _split(words, lambda word, _: word.depth == least and word.words in begins)  # noqa: B023
        if len(parts) > 1:
            return parts
    parts = _split(words, lambda _, before: before.depth == least and before.words == ",")
    if len(parts) > 1:
        return parts
    for depth in sorted({word.depth for word in words}):
        parts = _split(words, lambda word, _: word.depth == depth and word.words in _JOINS)  # noqa: B023
        if len(parts) > 1:
            return parts
    shallowest = min((word.depth for word in words if word.words in _COMPARING), default=least)
    parts = _split(
        words, lambda _, before: before.depth == shallowest and before.words in _COMPARING
    )
    if len(parts) > 1:
        return parts
    parts = _split(words, lambda _, before: before.words == "SELECT")
    if len(parts) > 1:
        return parts
    outer = min((word.depth for word in words if word.words == ","), default=least)
    return _split(words, lambda _, before: before.depth == outer and before.words == ",")


def _split(words: list[_Word], begins: Callable[[_Word, _Word], bool]) -> list[list[_Word]]:
    parts = [[words[0]]]
    for before, word in pairwise(words):
        if begins(word, before):
            parts.append([])
        parts[-1].append(word)
    return parts
