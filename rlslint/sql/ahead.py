"""Reading ahead: another process parses what is read next, while statements are carried out.

It hands over plain values, which take less time to make than the parse trees that they are from.
"""

from __future__ import annotations

import marshal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from rlslint import NamedTuple
from rlslint.sql.parser import Placed
from rlslint.sql.statements import Piece, pieces_of
from rlslint.text.second_process import Child

_PIECE = 1 << 16
"""How many bytes of a large text are parsed at once, or a little more."""

_BATCH = 32
"""How many statements are handed over at once: so few are still at hand for a processor."""

_SIZE = 4
"""How many bytes tell the size of what is handed over."""

Ranges = tuple[tuple[int, int], ...]
Kinds = tuple[frozenset[str], frozenset[str]]
"""Which kinds of statements are wanted of a text, and which may be once more is known."""


class _Read(NamedTuple):
    """A piece of a text that was read ahead; `digest` tells whether it was the text it is now."""

    number: int
    digest: int
    kinds: Kinds
    end: int
    statements: list[Placed | None] | None


class TextsAhead:
    """Texts that are read soon, by their names in the order in which that will be.

    `read` returns the bytes of one and the ranges of them that count, `kinds_in` which statements
    are wanted.
    """

    def __init__(
        self,
        names: Sequence[str],
        read: Callable[[str], tuple[bytes, Ranges]],
        kinds_in: Callable[[bytes], Kinds],
    ) -> None:
        self._numbers = {name: number for number, name in enumerate(names)}
        self._pieces: deque[_Read] = deque()
        self._child = Child(lambda answer: _hand_over(names, read, kinds_in, answer))

    def find(self, name: str, data: bytes) -> tuple[Kinds, Iterator[Piece]] | None:
        """Return which statements of a text are wanted, and its pieces as far as they were read."""
        number = self._numbers.get(name, -1)
        while (first := self._first()) is not None and first.number < number:
            self._pieces.popleft()
        if first is None or first.number != number or first.digest != hash(data):
            return None
        return first.kinds, self._of(number)

    def end(self) -> None:
        """Read no more."""
        self._child.end()

    def _of(self, number: int) -> Iterator[Piece]:
        while (first := self._first()) is not None and first.number == number:
            self._pieces.popleft()
            yield first.end, first.statements

    def _first(self) -> _Read | None:
        if not self._pieces:
            size = int.from_bytes(self._child.answers.read(_SIZE), "big")
            sent = self._child.answers.read(size)
            if size and len(sent) == size:
                self._pieces.extend(_Read(*one) for one in marshal.loads(sent))
        return self._pieces[0] if self._pieces else None


def _hand_over(
    names: Iterable[str],
    read: Callable[[str], tuple[bytes, Ranges]],
    kinds_in: Callable[[bytes], Kinds],
    answer: BinaryIO,
) -> None:
    """Read texts, and write what is in them; the first statement that is too deep for that ends it.

    Whoever reads sees that a text ends early, and goes on there.
    """
    batch: list[tuple[object, ...]] = []
    count = 0
    for number, name in enumerate(names):
        data, ranges = read(name)
        digest, kinds = hash(data), kinds_in(data)
        for start, stop in ranges:
            position = start
            for position, found in pieces_of(data, start, stop, kinds[1], _PIECE):
                statements: list[Placed | None] = []
                for one in found:
                    statements.append(one)
                    count += 1
                    if count >= _BATCH and one is not None:
                        _send([*batch, (number, digest, kinds, one[2], statements)], answer)
                        batch, statements, count = [], [], 0
                batch.append((number, digest, kinds, position, statements))
            if position < stop:
                batch.append((number, digest, kinds, position, None))
    _send(batch, answer)


def _send(batch: list[tuple[object, ...]], answer: BinaryIO) -> None:
    sent = marshal.dumps(batch)
    answer.write(len(sent).to_bytes(_SIZE, "big"))
    answer.write(sent)
    answer.flush()
