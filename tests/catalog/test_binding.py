"""What names in a policy mean, told by which columns they are bound to."""

import pytest

from rlslint.replay.state import Replay
from rlslint.sql.expressions import OWN_ROW, Column, ColumnBinding
from tests.histories import run

TABLES = """
    CREATE TABLE docs (id int, tenant_id int);
    CREATE TABLE members (user_id int, tenant_id int);
"""
STAR = [("members.user_id", "members"), ("members.tenant_id", "members")]


def _bound(condition: str) -> list[tuple[str, str]]:
    replay = Replay()
    run(replay, f"{TABLES} CREATE POLICY p ON docs USING ({condition});")
    clause = replay.catalog.names["public", "docs"].policies["p"].using
    assert clause is not None
    return [
        (".".join(part.names), _source(part))
        for part in clause.expression.walk()
        if isinstance(part, Column)
    ]


def _source(column: Column) -> str:
    match column.binding:
        case ColumnBinding(source, _, _):
            return "own row" if source is OWN_ROW else source.alias
        case _:
            return "nothing"


@pytest.mark.parametrize(
    ("condition", "bindings"),
    [
        ("tenant_id = 1", [("tenant_id", "own row")]),
        (
            "EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = tenant_id)",
            [("m.tenant_id", "m"), ("tenant_id", "m")],
        ),
        (
            "EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = docs.tenant_id)",
            [("m.tenant_id", "m"), ("docs.tenant_id", "own row")],
        ),
        (
            "id IN (WITH members AS (SELECT user_id AS u FROM members) SELECT u FROM members)",
            [("id", "own row"), ("u", "members"), ("user_id", "members")],
        ),
        (
            "id IN (WITH m (a, b) AS (SELECT * FROM members) SELECT a FROM m WHERE b = tenant_id)",
            [("id", "own row"), ("a", "m"), ("b", "m"), ("tenant_id", "own row"), *STAR],
        ),
        (
            "id IN (WITH m (a, b) AS (SELECT * FROM members UNION SELECT * FROM members)"
            " SELECT 1 FROM m WHERE a = tenant_id)",
            [("id", "own row"), ("a", "m"), ("tenant_id", "own row"), *STAR, *STAR],
        ),
        (
            "EXISTS (SELECT 1 FROM members docs WHERE docs.tenant_id = id)",
            [("docs.tenant_id", "docs"), ("id", "own row")],
        ),
    ],
)
def test_a_name_means_the_innermost_source_that_has_it(
    condition: str, bindings: list[tuple[str, str]]
) -> None:
    assert _bound(condition) == bindings


def test_a_column_that_comes_later_captures_nothing() -> None:
    replay = Replay()
    run(
        replay,
        TABLES
        + "CREATE POLICY p ON docs USING (EXISTS (SELECT 1 FROM members WHERE id = user_id));"
        + "ALTER TABLE members ADD COLUMN id int;",
    )
    clause = replay.catalog.names["public", "docs"].policies["p"].using
    assert clause is not None
    named = [part for part in clause.expression.walk() if isinstance(part, Column)]
    assert [_source(column) for column in named] == ["own row", "members"]
