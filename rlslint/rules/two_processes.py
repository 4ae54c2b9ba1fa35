"""Work that two processes share: a child that is forked for it, and the one that waits for it.

All that was read is there in both. Each does one block after the other, from either end, until they
meet: neither waits long for the other, however busy the machine is, and each finds out and imports
what its end takes. What the child cannot hand back, and all that
it has not done when it ends, whatever ended it, its parent does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from typing import Any, BinaryIO, TypeVar

try:
    # The module around it takes ten times as long to import.
    from _pickle import PickleError, Pickler, Unpickler
except ImportError:
    from pickle import PickleError, Pickler, Unpickler

from rlslint.files import disk
from rlslint.text import Text
from rlslint.text.second_process import Child

A = TypeVar("A")

MOST_BLOCKS = 256


def shared(
    blocks: Sequence[A], work: Callable[[A], Any], texts: Mapping[int, Text]
) -> Iterator[Any]:
    """Yield what `work` returns for each block, in order, whichever process has done it.

    `texts` are those that both processes have, by their identity, which is the same in both. What
    names another one, or an exception, is not handed back.
    """
    left, full = os.pipe()
    os.write(full, bytes(len(blocks)))
    os.close(full)
    child = Child(lambda answer: _help(blocks, work, texts, left, answer))
    try:
        done = {number: work(blocks[number]) for number in _taken(left, range(len(blocks)))}
        done.update(_received(child.answers.read(), texts))
    finally:
        os.close(left)
        child.end()
    for number, block in enumerate(blocks):
        yield done[number] if number in done else work(block)


def _taken(left: int, numbers: Iterable[int]) -> Iterator[int]:
    """Yield numbers as long as a block is left for which a byte stands in a pipe."""
    for number in numbers:
        if not os.read(left, 1):
            return
        yield number


def _help(
    blocks: Sequence[A],
    work: Callable[[A], Any],
    texts: Mapping[int, Text],
    left: int,
    answer: BinaryIO,
) -> None:
    """Do blocks in the child, and hand back what came of them."""
    done: list[tuple[int, bytes]] = []
    with disk.Questions() as questions:
        for number in _taken(left, reversed(range(len(blocks)))):
            with suppress(PickleError):
                done.append((number, _packed(work(blocks[number]), texts)))
    answer.write(_packed((done, questions.answers, questions.are_settled), texts))


def _received(sent: bytes, texts: Mapping[int, Text]) -> dict[int, Any]:
    """Return what came of the blocks of the child, by their number; nothing where it failed."""
    try:
        done, questions, are_settled = _unpacked(sent, texts)
    except (EOFError, PickleError):
        return {}
    disk.keep_all(questions, are_settled)
    return {number: _unpacked(one, texts) for number, one in done}


def _packed(value: object, texts: Mapping[int, Text]) -> bytes:
    def name_of(part: object) -> int | None:
        if not isinstance(part, Text | Exception):
            return None
        if id(part) not in texts:
            raise PickleError("only this process has it")
        return id(part)

    stream = BytesIO()
    packer = Pickler(stream, 5)
    packer.persistent_id = name_of  # type: ignore[method-assign]
    packer.dump(value)
    return stream.getvalue()


def _unpacked(sent: bytes, texts: Mapping[int, Text]) -> Any:
    unpacker = Unpickler(BytesIO(sent))
    unpacker.persistent_load = texts.__getitem__  # type: ignore[method-assign]
    return unpacker.load()
