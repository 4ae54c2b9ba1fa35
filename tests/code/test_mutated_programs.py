"""Programs that were cut, doubled and mixed up are followed as far as they go, without a fault."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rlslint.code.evaluation.program import Programs
from rlslint.code.interest import signs_of

PROGRAMS = sorted((Path(__file__).parent / "idioms").iterdir())
TOKENS = (
    b"{", b"}", b"(", b")", b'"', b"'", b"`", b"${", b"#{", b"<<<<<<< HEAD\n", b"\xff\xfe", b"\0",
    b"/*", b"=>", b"<<~SQL\n", b"\r\n", b"\xe2\x80\xa8",
)  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return a program with a few parts deleted, inserted, doubled or cut off."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(changed) + 1)
        match chance.randrange(4):
            case 0:
                del changed[place : place + chance.randint(1, 60)]
            case 1:
                changed[place:place] = chance.choice(TOKENS)
            case 2:
                start = chance.randrange(len(changed) + 1)
                changed[place:place] = changed[start : start + chance.randint(1, 200)]
            case _:
                del changed[place + 1 :]
    return bytes(changed)


def faults_in(name: str, data: bytes) -> list[Exception]:
    """Follow a program of one file; return what went wrong."""
    failed: list[Exception] = []

    def fail(shown: str, error: Exception) -> None:
        failed.append(error)

    signs = signs_of(())
    Programs((name,), lambda shown: data, signs, lambda word: False, fail).followed({name: data})
    return failed


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_no_mutation_of_a_program_is_a_fault(program: Path) -> None:
    chance = random.Random(program.name)
    for _ in range(12):
        data = mutated(program.read_bytes(), chance)
        assert faults_in(program.name, data) == [], data
