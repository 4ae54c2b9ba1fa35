"""Two processes that judge together say what one says, whatever becomes of the second one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rlslint.files import disk
from rlslint.reports import Result
from rlslint.rules import judging
from rlslint.rules.two_processes import shared
from rlslint.text import Span, Text, second_process
from tests.linting import lint

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux")

TABLE = """\
CREATE TABLE t{n} (id int PRIMARY KEY, tenant_id int);
ALTER TABLE t{n} ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t{n} USING (tenant_id = current_setting('app.tenant', true)::int);
CREATE POLICY all_rows ON t{n} FOR SELECT USING (true);
CREATE POLICY guessed ON t{n} FOR UPDATE USING (elsewhere(tenant_id));
CREATE FUNCTION f{n}() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM t{n}';
"""
FILES = {
    f"migrations/{n:04}_table.sql": TABLE.format(n=n)
    + f"DO $$ BEGIN EXECUTE 'ALTER TABLE t{n} ADD COLUMN note text'; END $$;\n"
    for n in range(20)
}


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let few subjects be enough for a second process; all that are begun are noted."""
    begun: list[int] = []
    fork = os.fork

    def noted() -> int:
        child = fork()
        begun.append(child)
        return child

    monkeypatch.setattr(judging, "_ENOUGH", 1)
    monkeypatch.setattr(second_process, "is_at_hand", lambda: True)
    monkeypatch.setattr(os, "fork", noted)
    return begun


def told(result: Result) -> list[object]:
    findings = [(one.name, one.place, one.message, one.fingerprint) for one in result.findings]
    return [*findings, *((one.object, one.reason, one.rules) for one in result.not_checked)]


def test_both_find_what_one_finds(tmp_path: Path, children: list[int]) -> None:
    together = told(lint(tmp_path, FILES))
    assert children
    judging._ENOUGH = 1_000_000
    assert told(lint(tmp_path, {})) == together
    assert len(together) > 60


@pytest.mark.parametrize("end", [lambda: os._exit(3), lambda: os.kill(os.getpid(), 9)])
def test_a_second_process_that_ends_early_costs_nothing(end: Callable[[], None]) -> None:
    parent = os.getpid()

    def work(block: int) -> int:
        if os.getpid() != parent:
            end()
        return block * 2

    assert list(shared(range(300), work, {})) == [block * 2 for block in range(300)]


def test_without_a_second_process_all_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", fork)
    assert list(shared("abc", str.upper, {})) == ["A", "B", "C"]


def in_the_second(work: Callable[[int], object]) -> Callable[[int], object]:
    """Return what works in the second process, and waits in the first until that has done it all.

    What the first one does at the end is told by its name.
    """
    parent = os.getpid()
    ended, end = os.pipe()
    state = {"waits": True}

    def shared_work(block: int) -> object:
        if os.getpid() != parent:
            return work(block)
        os.close(end) if state["waits"] else None
        while state["waits"] and os.read(ended, 1):
            pass
        state["waits"] = False
        return f"the first did {block}"

    return shared_work


def test_places_come_back_in_the_texts_that_both_have() -> None:
    text = Text("a.sql", b"SELECT 1")
    done = list(shared(range(9), in_the_second(lambda n: Span(text, n, 8)), {id(text): text}))
    spans = [one for one in done if isinstance(one, Span)]
    assert len(spans) >= 8
    assert all(one.text is text for one in spans)


@pytest.mark.parametrize("made", [lambda: Text("b.sql", b""), lambda: ValueError("a fault")])
def test_what_only_the_second_has_the_first_does_itself(made: Callable[[], object]) -> None:
    done = list(shared(range(9), in_the_second(lambda n: made()), {}))
    assert done == [f"the first did {n}" for n in range(9)]


def test_what_the_second_asked_of_files_is_kept(tmp_path: Path) -> None:
    def work(block: int) -> bool:
        return disk.is_file(tmp_path / f"{block}")

    with disk.Questions() as questions:
        list(shared(range(9), in_the_second(work), {}))
    assert len(questions.answers) >= 8


def test_an_interruption_ends_both(children: list[int]) -> None:
    parent = os.getpid()

    def work(block: int) -> None:
        if os.getpid() == parent:
            raise KeyboardInterrupt
        while True:
            pass

    with pytest.raises(KeyboardInterrupt):
        list(shared(range(9), work, {}))
    with pytest.raises(ProcessLookupError):
        os.kill(children[0], 0)
