"""Large texts: the parser works on the next piece while the statements of one are carried out."""

from __future__ import annotations

from collections.abc import Container, Iterator

from rlslint.sql import parser
from rlslint.sql.parser import (
    BrokenStatement,
    ParsedStatement,
    SyntaxProblem,
    parse,
    statements_of_tree,
)
from rlslint.text import Text
from rlslint.text.patterns import Pattern

_END_OF_LINE = Pattern(rb";\r?\n")


def statements_ahead(
    text: Text, wanted: Container[str], start: int, stop: int
) -> Iterator[tuple[int, Iterator[ParsedStatement | BrokenStatement | None]]]:
    """Yield where each piece of a large text ends, with its statements as `parse_piece` has them.

    Stops before the first piece that the grammar refuses, and before what is left of a text when
    that is no large one.
    """
    first = start
    following = _begun(text, first, stop)
    while following is not None:
        piece = following
        following = _begun(text, piece.end, stop)
        tree = piece.tree()
        if tree is None:
            if following is not None:
                following.tree()
            return
        yield piece.end, statements_of_tree(tree, text, wanted, (first, piece.end), None)
        first = piece.end


class _Piece:
    """A piece that another thread parses."""

    def __init__(self, data: bytes, end: int) -> None:
        from threading import Thread

        self.end = end
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
        """Wait for the tree; None where the grammar refuses the piece."""
        self._thread.join()
        return self._tree


def _begun(text: Text, start: int, stop: int) -> _Piece | None:
    end = _likely_end(text.data, start, stop)
    return _Piece(text.data[start:end], end) if end is not None else None


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
