"""What follows from the fields that a class of expressions declares."""

from __future__ import annotations

import pytest

from rlslint.sql import expressions
from rlslint.sql.expressions import Constant, Expr, Part, Query, Source, SubSelect
from rlslint.sql.nodes import expression
from rlslint.sql.parser import parse_expression
from rlslint.sql.rebuilding import rebuilt, relocated

EVERYTHING = """(
    WITH RECURSIVE tree AS (SELECT 1 AS id UNION ALL SELECT t.id + 1 FROM tree t)
    SELECT DISTINCT ON (a.x) a.x, ARRAY[1, 2], (SELECT max(i) FROM items i)
    FROM accounts a JOIN LATERAL f(a.x, 3) g ON g.y = 4 LEFT JOIN (VALUES (5, 6)) v USING (x)
    WHERE a.x IN (7, 8) AND NOT a.gone AND (a.y IS NULL OR a.z IS NOT TRUE)
      AND CASE a.kind WHEN 'k' THEN $1 ELSE a.b::int END = ANY (SELECT 9) AND (a.r).field = 10
    GROUP BY a.x, 11 HAVING count(*) > 12 ORDER BY a.x DESC, 13 LIMIT 14 OFFSET 15
)"""


def read(sql: str) -> Expr:
    return expression(parse_expression(sql))


def below(part: Part) -> list[Expr]:
    """Return each expression under a part, found by looking at everything that it holds."""
    found: list[Expr] = []
    waiting: list[object] = [part]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Expr):
            found.append(value)
        if isinstance(value, Part):
            waiting += value.contents()
        elif isinstance(value, tuple):
            waiting += value
    return found


def test_walk_visits_each_expression_once() -> None:
    whole = read(EVERYTHING)
    walked = [id(part) for part in whole.walk()]
    assert len(walked) == len(set(walked))
    assert set(walked) == {id(part) for part in below(whole)}


def test_walk_and_children_agree() -> None:
    def by_children(part: Expr) -> list[Expr]:
        return [part, *(p for child in part.children() for p in by_children(child))]

    whole = read(EVERYTHING)
    assert [id(part) for part in whole.walk()] == [id(part) for part in by_children(whole)]


def test_every_class_is_in_the_example() -> None:
    classes = {
        value
        for value in vars(expressions).values()
        if isinstance(value, type) and issubclass(value, Expr) and value is not Expr
    }
    assert {type(part) for part in read(EVERYTHING).walk()} == classes


def test_rebuilding_without_change_gives_the_same_object() -> None:
    whole = read(EVERYTHING)

    def unchanged(part: Expr) -> Expr:
        return rebuilt(part, unchanged)

    assert unchanged(whole) is whole


def test_rebuilding_keeps_what_is_not_changed() -> None:
    whole = read(EVERYTHING)

    def change(part: Expr) -> Expr:
        return Constant(0, part.location) if isinstance(part, Constant) else rebuilt(part, change)

    changed = change(whole)
    assert {part.value for part in changed.walk() if isinstance(part, Constant)} == {0}
    assert [part.location for part in changed.walk()] == [part.location for part in whole.walk()]
    query = changed.query if isinstance(changed, SubSelect) else None
    assert query is not None
    assert query.having is query.conditions[-1]
    assert (query.limited, query.grouped, len(query.ordering)) == (True, True, 2)
    ((_, tree),) = query.ctes
    assert (query.recursive, tree.set_operation, tree.keeps_duplicates) == (True, "union", True)


def test_a_moved_expression_stands_in_one_place() -> None:
    places = {part.location for part in relocated(read("f(a, 1) AND NOT b"), 7).walk()}
    assert places == {7}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1", "a = true"),
        ("a", "b"),
        ("f(a)", "g(a)"),
        ("(SELECT 1 UNION SELECT 2)", "(SELECT 1 UNION ALL SELECT 2)"),
        ("(SELECT 1 LIMIT 1)", "(SELECT 1 LIMIT 2)"),
        ("(WITH c AS (SELECT 1) SELECT 2)", "(WITH c AS (SELECT 3) SELECT 2)"),
        ("ARRAY[a, b]", "ROW(a, b)"),
        ("a = ANY (SELECT 1)", "a < ANY (SELECT 1)"),
    ],
)
def test_what_is_written_otherwise_is_not_equal(one: str, other: str) -> None:
    assert read(one) == read(one)
    assert hash(read(one)) == hash(read(one))
    assert read(one) != read(other)


def test_entries_of_from_are_told_apart() -> None:
    queries = [part for part in read("(SELECT 1 FROM t)").walk() if isinstance(part, Query)]
    (source,) = queries[0].sources
    assert isinstance(source, Source)
    assert source != source.copied()
