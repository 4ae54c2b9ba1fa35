"""Texts that another process reads have the statements that they have anyway."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from rlslint import sql
from rlslint.code import migrations
from rlslint.replay import HANDLED_KINDS
from rlslint.reports import Checked, Result
from rlslint.sql.ahead import Ranges, TextsAhead
from rlslint.sql.parser import BrokenStatement, ParsedStatement
from rlslint.sql.statements import read
from rlslint.text import Text, second_process
from tests.linting import lint

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux")

TABLE = "CREATE TABLE docs (id int, tenant uuid DEFAULT 'é')"
POLICY = "CREATE POLICY p ON docs USING (tenant = current_setting('app.tenant')::uuid)"

Found = list[tuple[str, int, int, str | int] | None]


def told(one: ParsedStatement | BrokenStatement | None) -> tuple[str, int, int, str | int] | None:
    """Return the kind of a statement, its place, and that of the table or the reason against it."""
    if one is None:
        return None
    kind, start, end = one.statement.kind, one.statement.start, one.statement.end
    if isinstance(one, BrokenStatement):
        return kind, start, end, one.message
    table = one.node.get("relation") or one.node.get("table") or one.node.get("view")
    return kind, start, end, table["location"] + one.base if table else 0


def in_the_second(
    *texts: str, ranges: Ranges | None = None, forced: frozenset[str] = HANDLED_KINDS
) -> list[Found | None]:
    """Return what another process finds in each text, None where that finds nothing."""
    data = {str(number): text.encode() for number, text in enumerate(texts)}
    trees = TextsAhead(
        list(data),
        lambda name: (data[name], ranges or ((0, len(data[name])),)),
        lambda data: (HANDLED_KINDS, forced),
    )
    found: list[Found | None] = []
    for name, written in data.items():
        known = trees.find(name, written)
        if known is None:
            found.append(None)
            continue
        pieces = list(known[1])
        stop = (ranges or ((0, len(written)),))[-1][1]
        assert all(piece is not None for _, piece in pieces)
        assert pieces[-1][0] == stop
        text = Text(name, written)
        items = read(text, known[0][0], ranges, ahead=iter(pieces))
        found.append(list(map(told, items)))
    trees.end()
    return found


def alone(text: str) -> Found:
    return list(map(told, read(Text("", text.encode()), HANDLED_KINDS)))


TEXTS = [
    f"{TABLE}; {POLICY};",
    f"-- first\n{TABLE};\n\n/* then */ {POLICY}",
    f"{TABLE} -- no semicolon",
    f"{TABLE}; {POLICY} /* nor here */ ",
    f"SELECT 'a;\nb'; {TABLE};;",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
]


def test_another_process_finds_what_this_one_does() -> None:
    for one, text in zip(in_the_second(*TEXTS), TEXTS, strict=True):
        assert one == alone(text)


def test_a_large_text_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql.ahead, "_PIECE", 256)
    text = ";\n".join(f"CREATE TABLE t{number} (id int); SELECT $$;\n$$" for number in range(200))
    broken = f"{text};\nselec;\n{TABLE}"
    data = broken.encode()
    trees = TextsAhead(
        ["a"], lambda name: (data, ((0, len(data)),)), lambda data: (HANDLED_KINDS, HANDLED_KINDS)
    )
    known = trees.find("a", data)
    assert known is not None
    pieces = list(known[1])
    trees.end()
    assert len(pieces) > 40
    assert pieces[-1][1] is None
    found = read(Text("a", data), HANDLED_KINDS, ahead=iter(pieces))
    assert list(map(told, found)) == alone(broken)
    for end in (0, 1, 30):
        found = read(Text("a", data), HANDLED_KINDS, ahead=iter(pieces[:end]))
        assert list(map(told, found)) == alone(broken), f"after {end} pieces"


def test_what_is_wanted_later_is_there() -> None:
    text = f"{TABLE}; DELETE FROM docs; {POLICY}"
    (found,) = in_the_second(text, forced=HANDLED_KINDS | {"DeleteStmt"})
    assert found == alone(text)
    (found,) = in_the_second(text, forced=HANDLED_KINDS)
    assert found == alone(text)


def test_only_ranges_that_count_are_parsed() -> None:
    text = f"{TABLE}; -- down\nselec; {POLICY}"
    start = text.encode().index(b"CREATE POLICY")
    end = text.encode().index(b" -- down")
    (found,) = in_the_second(text, ranges=((0, end), (start, len(text.encode()))))
    assert found == alone(text.replace("selec;", "      "))


def test_a_text_that_was_changed_meanwhile_is_read_anew() -> None:
    trees = TextsAhead(
        ["a", "b", "c"],
        lambda name: (TABLE.encode(), ((0, len(TABLE.encode())),)),
        lambda data: (HANDLED_KINDS, HANDLED_KINDS),
    )
    assert trees.find("a", POLICY.encode()) is None
    assert trees.find("d", TABLE.encode()) is None
    assert trees.find("c", TABLE.encode()) is not None
    assert trees.find("b", TABLE.encode()) is None, "it is too late for that one"
    trees.end()


def said(result: Result) -> tuple[Checked, list[object]]:
    findings = [(one.name, one.place, one.message) for one in result.findings]
    return result.checked, [*findings, *((one.object, one.reason) for one in result.not_checked)]


def test_what_goes_wrong_there_is_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_process, "is_at_hand", lambda: True)
    monkeypatch.setattr(migrations, "_ENOUGH", 0)
    files = {f"migrations/{n:04}_a.sql": f"CREATE TABLE t{n} (id int);" for n in range(9)}
    files["migrations/0004_a.sql"] = f"CREATE VIEW v AS SELECT {'NOT ' * 900}true; selec; {TABLE};"
    files["migrations/0006_a.sql"] = f"-- +goose Up\n{POLICY};\n-- +goose Down\nDROP TABLE docs;"
    together = said(lint(tmp_path, files))

    def fork() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", fork)
    assert said(lint(tmp_path, {})) == together
    assert together[0].statements == 11
