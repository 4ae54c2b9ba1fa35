"""Texts that are parsed together have the statements that each of them has alone."""

from __future__ import annotations

import pytest

from rlslint.replay import HANDLED_KINDS
from rlslint.sql.ahead import TextsAhead
from rlslint.sql.parser import BrokenStatement, ParsedStatement
from rlslint.sql.statements import read
from rlslint.text import Text

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


def ahead(*texts: str, ranges: tuple[tuple[int, int], ...] | None = None) -> list[Found | None]:
    coming = [
        (str(number), text.encode(), ranges or ((0, len(text.encode())),))
        for number, text in enumerate(texts)
    ]
    trees = TextsAhead(coming)
    found = (trees.statements(name, Text(name, data), HANDLED_KINDS) for name, data, _ in coming)
    return [list(map(told, one)) if one is not None else None for one in found]


def alone(text: str) -> Found:
    return list(map(told, read(Text("", text.encode()), HANDLED_KINDS)))


@pytest.mark.parametrize(
    "text",
    [
        f"{TABLE}; {POLICY};",
        f"-- first\n{TABLE};\n\n/* then */ {POLICY}",
        f"{TABLE} -- no semicolon",
        f"{TABLE}; {POLICY} /* nor here */ ",
        f"CHECKPOINT; {TABLE}; CHECKPOINT",
        "",
        "-- nothing\n",
        f"SELECT '\n;\nCHECKPOINT;\n'; {TABLE};;",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
        f"{TABLE}; CREATE VIEW v AS SELECT {'NOT ' * 900}true; {POLICY}",
    ],
)
def test_each_text_has_its_own_statements(text: str) -> None:
    found = ahead(TABLE, text, POLICY + ";", text)
    for one, written in zip(found, (TABLE, text, POLICY + ";", text), strict=True):
        assert one == alone(written)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("SELECT 'open", "shut'"),
        ("SELECT 1; /* open", f"*/ {TABLE}"),
        ("SELECT $$ open", "$$"),
        ('SELECT "open', 'shut"'),
        ("SELECT (1", ")"),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;", "SELECT 2; END"),
        (TABLE, "selec"),
    ],
)
def test_what_one_text_leaves_open_no_other_shuts(first: str, second: str) -> None:
    assert ahead(first, second) == [None, None]


def test_only_ranges_that_count_are_parsed() -> None:
    text = f"{TABLE}; -- down\nselec; {POLICY}"
    start = text.encode().index(b"CREATE POLICY")
    end = text.encode().index(b" -- down")
    (found,) = ahead(text, ranges=((0, end), (start, len(text.encode()))))
    assert found == alone(text.replace("selec;", "      "))


def test_a_text_that_was_changed_meanwhile_is_read_anew() -> None:
    trees = TextsAhead([("a", TABLE.encode(), ((0, len(TABLE.encode())),))])
    assert trees.statements("a", Text("a", POLICY.encode()), HANDLED_KINDS) is None
    assert trees.statements("b", Text("b", TABLE.encode()), HANDLED_KINDS) is None


def test_texts_of_several_batches() -> None:
    texts = [f"CREATE TABLE t{number} (id int); -- {'x' * 3_000}" for number in range(60)]
    for one, written in zip(ahead(*texts), texts, strict=True):
        assert one == alone(written)
