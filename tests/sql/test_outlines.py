"""What broken SQL was to do is told by its tokens, in a time that its length bounds."""

from __future__ import annotations

import time

import pytest

from rlslint.sql import ANYTHING
from rlslint.sql.outlines import Outline, outlines


def told(outline: Outline) -> tuple[str, str, list[str], str]:
    names = [".".join(name) for name in outline.names]
    return outline.verb, outline.kind, names, ".".join(outline.on)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('create or replace temp view a."B c" as selekt', ("create", "relation", ["a.B c"], "")),
        ("DROP TABLE IF EXISTS a, b.c CASCAD", ("drop", "relation", ["a", "b.c"], "")),
        ("CREATE TABLE [dbo].[Docs] ([id] int)", ("create", "relation", ["dbo.Docs"], "")),
        ("GRANT SELECT, ON a, b TO c", ("grant", "relation", ["a", "b"], "")),
        ("REVOKE ALL ON ALL TABLES IN SCHEMA s FROM", ("revoke", "relation of schema", ["s"], "")),
        ("GRANT a TO b WIT", ("grant", "role", ["a"], "")),
        ("CREATE POLICY p ON t.u FOR INSERT, UPDATE", ("create", "policy", ["p"], "t.u")),
        ("CREATE INDEX ON t USIN (a)", ("create", "index", [], "t")),
        ("DROP FUNCTION f(int, text), g(", ("drop", "function", ["f", "g"], "")),
        (
            "ALTER TABLE {{s}}.docs_${x} X",
            ("alter", "relation", [f"{ANYTHING}.docs_{ANYTHING}"], ""),
        ),
        ("create row access policy p on t", ("create", "", [], "")),
        ("ALTER ROLE", ("alter", "role", [], "")),
    ],
)
def test_kind_and_names_are_recovered(sql: str, expected: tuple[str, str, list[str], str]) -> None:
    assert [told(outline) for outline in outlines(sql)] == [expected]


def test_the_statements_of_a_body_are_told_one_by_one() -> None:
    body = """DECLARE t text; BEGIN IF x THEN ALTER TABLE a FROB; ELSE
        EXECUTE format('GRANT ALL ON %I TO b', t); END IF;
        EXECUTE 'DROP TABLE c_' || t; INSERT INTO d VALUES ('drop table e'); END"""
    assert [told(outline)[:3] for outline in outlines(body)] == [
        ("alter", "relation", ["a"]),
        ("grant", "relation", [ANYTHING]),
        ("drop", "relation", [f"c_{ANYTHING}"]),
    ]


@pytest.mark.parametrize(
    "part", ["/*", "$t", "{{", "{%", "'", "create ", "grant\n", "execute ", "drop table a,", "("]
)
def test_long_nonsense_ends_soon(part: str) -> None:
    started = time.process_time()
    sum(1 for _ in outlines(part * (40_000 // len(part))))
    assert time.process_time() - started < 2
