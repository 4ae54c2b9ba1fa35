"""Parsing ahead: another thread parses what is read next, while statements are carried out.

The parser lets other threads run, so that two processors are used. Handing a tree over takes longer
than a small file is parsed, so several files are parsed at once.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from threading import Thread

from rlslint import NamedTuple, Pattern
from rlslint.sql import parser
from rlslint.sql.parser import (
    BrokenStatement,
    ParsedStatement,
    Part,
    SyntaxProblem,
    parse,
    statements_of_tree,
)
from rlslint.text import Text

_END_OF_LINE = Pattern(rb";\r?\n")

_SEAM = b"\n;\nCHECKPOINT;\n"
_SEAM_IN_TREE = '{"stmt":{"CheckPointStmt":'
_PLACE = Pattern(r'"stmt_location":(\d+)')
_BATCH = 1 << 16
"""How many bytes of small texts are parsed at once, or a little more."""

Ranges = tuple[tuple[int, int], ...]
Items = Iterator[ParsedStatement | BrokenStatement | None]


class _Parsing:
    """SQL that another thread parses."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._tree: str | None = None
        self._thread = Thread(target=self._parse, daemon=True)
        self._thread.start()

    def _parse(self) -> None:
        try:
            self._tree = parse(self._data)
        except SyntaxProblem:
            self._tree = None

    def tree(self) -> str | None:
        """Wait for the tree; None where the grammar refuses it."""
        self._thread.join()
        return self._tree


class TextsAhead:
    """Texts that are read soon, each with its name and the ranges of it that count, in order.

    Those of a batch are parsed as one. Between two of them stands a statement: where the tree has
    it at its place, no quote, comment or bracket of the one before it was open, and each has the
    tree that it has alone. Where the grammar refuses a batch, its texts are parsed when they are
    read.
    """

    def __init__(self, coming: Iterable[tuple[str, bytes, Ranges]]) -> None:
        self._coming = iter(coming)
        self._now: _Batch | None = None
        self._next = self._begun(_BATCH >> 3)

    def statements(self, name: str, text: Text, wanted: Container[str]) -> Items | None:
        """Return the statements of the text that is read now, None where it has no tree yet."""
        if self._next is not None and name in self._next.data:
            self._now, self._next = self._next, self._begun(_BATCH)
        if self._now is None or self._now.data.get(name) != text.data:
            return None
        found = self._now.parts(name)
        if found is None:
            return None
        return (
            statement
            for tree, part in found
            for statement in statements_of_tree(tree, text, wanted, part, None)
        )

    def _begun(self, size: int) -> _Batch | None:
        texts: list[tuple[str, bytes, Ranges]] = []
        for one in self._coming:
            texts.append(one)
            size -= len(one[1])
            if size <= 0:
                break
        return _Batch(texts) if texts else None


class _Batch:
    """Texts that are parsed as one; `data` are their bytes, by their names."""

    def __init__(self, texts: list[tuple[str, bytes, Ranges]]) -> None:
        self.data = {name: data for name, data, _ in texts}
        self._parts: dict[str, list[_Placed]] = {}
        sql = bytearray()
        for name, data, ranges in texts:
            for start, end in ranges:
                part = Part(start, end, start - len(sql))
                sql += data[start:end]
                self._parts.setdefault(name, []).append(_Placed(part, len(sql)))
                sql += _SEAM
        self._parsing = _Parsing(bytes(sql))
        self._trees: dict[int, str] | None = None

    def parts(self, name: str) -> list[tuple[str, Part]] | None:
        """Return the parts of a text with their trees, None where the batch was refused."""
        if self._trees is None:
            self._trees = self._cut(self._parsing.tree())
        trees = self._trees
        return [(trees[end], part) for part, end in self._parts.get(name, ())] if trees else None

    def _cut(self, tree: str | None) -> dict[int, str]:
        """Return the tree of each part, by where that ends; none where a seam is missing."""
        trees: dict[int, str] = {}
        if tree is None:
            return trees
        ends = iter([end for parts in self._parts.values() for _, end in parts])
        end, start = next(ends, -1), tree.index("[") + 1
        seam = tree.find(_SEAM_IN_TREE, start)
        while seam >= 0 and end >= 0:
            place = _PLACE().search(tree, seam)
            if place is not None and end <= int(place[1]) <= end + len(_SEAM):
                trees[end] = tree[start : seam - 1] + "]"
                end, start = next(ends, -1), tree.index("}", place.end()) + 1
            seam = tree.find(_SEAM_IN_TREE, seam + 1)
        return trees if end < 0 else {}


class _Placed(NamedTuple):
    """A part of a text, and where it ends in its batch."""

    part: Part
    end: int


def statements_ahead(
    text: Text, wanted: Container[str], start: int, stop: int
) -> Iterator[tuple[int, Items]]:
    """Yield where each piece of a large text ends, with its statements as `parse_piece` has them.

    Stops before the first piece that the grammar refuses, and before what is left of a text when
    that is no large one.
    """
    first = start
    following = _begun(text.data, first, stop)
    while following is not None:
        end, parsing = following
        following = _begun(text.data, end, stop)
        tree = parsing.tree()
        if tree is None:
            if following is not None:
                following[1].tree()
            return
        yield end, statements_of_tree(tree, text, wanted, Part(first, end, first), None)
        first = end


def _begun(data: bytes, start: int, stop: int) -> tuple[int, _Parsing] | None:
    end = _likely_end(data, start, stop)
    return (end, _Parsing(data[start:end])) if end is not None else None


def _likely_end(data: bytes, start: int, stop: int) -> int | None:
    """Return where a piece may end, behind a semicolon that ends its line; None where none does.

    Looking there is much faster than following every quote on the way. Where the semicolon stands
    in a string, a comment or a body, the grammar refuses the piece, for it has no end of that.
    Only a comment that ends with its line could deceive it, so a line with one does not count.
    """
    least = start + parser.PIECE
    if least >= stop:
        return None
    for semicolon in _END_OF_LINE().finditer(data, least, min(least + parser.PIECE, stop)):
        line = data.rfind(b"\n", start, semicolon.start()) + 1
        if data.find(b"--", max(line, start), semicolon.start()) < 0:
            return semicolon.end()
    return None
