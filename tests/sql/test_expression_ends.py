"""The stretch that is reported for an expression reads as that expression again."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlslint.sql.expression_ends import Places, same_as_written
from rlslint.sql.expressions import (
    And,
    Call,
    Column,
    Constant,
    Expr,
    Items,
    Not,
    Other,
    Query,
    SubSelect,
)
from rlslint.sql.nodes import expression
from rlslint.sql.parser import ParsedStatement, parse_expression, parsed_statements
from rlslint.sql.statements import read
from rlslint.text import Span, Text

BEFORE = "SELECT 'é'; CREATE POLICY \"für\" ON app.t USING ("
BEHIND = ") WITH CHECK (true); SELECT 2"

PREDICATES = (
    "a",
    "((a))",
    "a = 1",
    "(a + b) * c = d",
    "((a)) + ((b)) > 0",
    "app.t.a = t.b",
    '"Größe" = "x""y" AND größe > 1',
    "tenant_id = current_setting('app.tenant', true)::uuid",
    "tenant_id = (SELECT current_setting('app.tenant')::uuid)",
    "tenant_id = NULLIF(current_setting('app.tenant', true), '')::pg_catalog.int8",
    "a::numeric(10, 2) > 1 AND b::character varying(3) = 'x'",
    "a::timestamp(3) with time zone > now() AND b::timestamp without time zone < c",
    "a::app.\"Kind\"[][] = ARRAY['x', 'y']::app.\"Kind\"[]",
    "CAST(a AS text) = CAST(b AS int[])::text",
    "a IS NULL OR b IS NOT NULL",
    "(a IS NOT NULL) IS TRUE OR NOT (b = 1) IS NOT FALSE OR (c > 2) IS UNKNOWN",
    "a IS DISTINCT FROM b AND c IS NOT DISTINCT FROM d",
    "NOT a AND NOT NOT b",
    "a IN (1, 2, 3) OR b NOT IN ('x')",
    "a NOT IN (SELECT x FROM y) AND NOT b IN (SELECT x FROM y)",
    "date '2020-01-01' < a AND timestamp with time zone '2020-01-01' < b AND app.kind 'x' = c",
    "a IN (SELECT m.id FROM app.members m WHERE m.user_id = t.user_id)",
    "EXISTS (SELECT 1 FROM members AS m JOIN teams USING (team) WHERE m.x = (t.x) LIMIT 1)",
    "NOT EXISTS (SELECT FROM members WHERE (((a = b))))",
    "a = ANY (ARRAY[1, 2]) AND b <> ALL (c) AND d = ANY ('{x,y}'::text[])",
    "a = ANY (SELECT x FROM y) OR b > ALL (SELECT x FROM z)",
    "a = ANY (ARRAY(SELECT x FROM y))",
    "CASE WHEN a THEN b = 1 WHEN c THEN d ELSE CASE e WHEN 1 THEN f END END",
    "CASE a WHEN 1 THEN 'x' END || 'y' = b",
    "a COLLATE \"C\" = b COLLATE pg_catalog.\"de_DE\"",
    "'x'\n  'y' = a",
    "E'\\'' || U&'d\\0061t\\+000061' || a = U&'!0061' UESCAPE '!'",
    "a /* = 1 */ = -- ( '\n b /* ) */",
    "- a < -1 AND +b > 2 AND @ c = 3 AND !! d",
    "a[1] = b[1:2][3] AND (c).d = (e).f.g AND (h(i)).j[2] = k",
    "data -> 'a' ->> 'b' = c #>> '{d,e}' AND data ? 'x' AND data @> '{\"a\": 1}'",
    "a OPERATOR(pg_catalog.=) b",
    "a LIKE 'x%' AND b NOT ILIKE 'y' AND c SIMILAR TO 'z' AND d ~* 'q' AND e LIKE 'f' ESCAPE '!'",
    "a BETWEEN 1 AND 2 AND b NOT BETWEEN c AND d",
    "(a, b) = (1, 2) AND ROW(c, d) IN (SELECT x, y FROM z) AND (e, f) IN ((1, 2), (3, 4))",
    "COALESCE(a, b, now()) > CURRENT_TIMESTAMP AND CURRENT_USER = SESSION_USER AND c = LOCALTIME",
    "GREATEST(a, 1) = LEAST(b, 2)",
    "count(*) FILTER (WHERE a > 1) OVER (PARTITION BY b) > 0 AND sum(DISTINCT c) = 1",
    "rank() OVER w = 1",
    "interval '1 day' + date '2020-01-01' > interval '1' day AND interval(3) '2' < x",
    "extract(year FROM a) = 1 AND position('x' IN b) = 1 AND a AT TIME ZONE 'UTC' > c",
    "app.f(a, VARIADIC b) AND g(x => 1, y => h())",
    "a = $1 AND b = $2::int",
    "a = (SELECT max(x) FROM y GROUP BY z HAVING count(*) > 1 ORDER BY 1)",
    "a IN (SELECT x FROM y UNION SELECT z FROM w) AND b IN (VALUES (1), (2))",
    "a IN (WITH q AS (SELECT 1 AS x) SELECT x FROM q)",
    "auth.uid() = user_id AND (auth.jwt() ->> 'role') = 'x' AND ((auth.jwt() -> 'a') ->> 'b') = c",
    "true AND false OR NULL OR 1.5 > 2e3 OR 0x1F = 31 OR B'1' = x",
)  # fmt: skip

NO_EXPRESSIONS = (
    "A_Indices", "AggregateFilter", "NamedArgExpr", "SortBy", "VariadicArgument", "WindowDef",
)  # fmt: skip
DESUGARED = ("similar_to_escape", "like_escape")


def spans(predicate: str) -> Iterator[tuple[Expr, Expr | None, str, str]]:
    """Yield each expression of the predicate, its parent, and the SQL found for the two."""
    text = Text("policies.sql", f"{BEFORE}{predicate}{BEHIND}".encode())
    (found,) = [x for x in parsed_statements(text, {"CreatePolicyStmt"}) if x is not None]
    pending: list[tuple[Expr, Expr | None, str]] = [
        (expression(found.node["clauses"].decoded()["qual"]), None, "")
    ]
    while pending:
        expr, parent, around = pending.pop()
        statement = found.statement
        sql = Places(expr).span(text, statement.start, statement.end, found.base).sql
        yield expr, parent, sql, around
        pending += [(child, expr, sql) for child in expr.children()]


def reads_as(sql: str, expr: Expr) -> bool:
    read = expression(parse_expression(f"({sql}\n)"))
    if isinstance(expr, Query):
        return isinstance(read, SubSelect) and same_as_written(read.query, expr)
    return same_as_written(read, expr)


def is_written(expr: Expr, parent: Expr | None) -> bool:
    """Tell whether the grammar has an expression for it: rows of VALUES and the like are none."""
    match expr:
        case Items(kind="list") | Items(location=-1):
            return False
        case Call(name=name) if name[-1] in DESUGARED:
            return False
        case Other(tag=tag) if tag in NO_EXPRESSIONS:
            return False
        case Constant() if isinstance(parent, Call) and parent.name[-1] == "extract":
            return False
        case _:
            return bool(_places(expr))


def _places(expr: Expr) -> list[int]:
    return [node.location for node in expr.walk() if node.location >= 0]


def is_part_of_its_parent(expr: Expr, parent: Expr | None) -> bool:
    """The sides of BETWEEN, and what NOT IN and NOT BETWEEN negate, are not written themselves."""
    return (
        isinstance(parent, And | Not)
        and expr.location == parent.location
        and not isinstance(expr, Query)
    )


def is_side_of(sql: str, expr: Expr) -> bool:
    """Tell whether `sql` is the BETWEEN, or the comparison of rows, that `expr` is a part of."""
    read = expression(parse_expression(f"({sql}\n)"))
    compares = " BETWEEN " in sql or sql.startswith(("(", "ROW"))
    return compares and any(same_as_written(side, expr) for side in read.children())


def wrongly_found(predicate: str) -> list[tuple[str, Expr]]:
    wrong = []
    for expr, parent, sql, around in spans(predicate):
        if is_part_of_its_parent(expr, parent):
            right = sql == around
        else:
            right = not is_written(expr, parent) or reads_as(sql, expr) or is_side_of(sql, expr)
        if not right:
            wrong.append((sql, expr))
    return wrong


@pytest.mark.parametrize("predicate", PREDICATES)
def test_each_expression_is_found_where_it_stands(predicate: str) -> None:
    assert wrongly_found(predicate) == []


leaves = st.sampled_from(
    [
        "a", "t.b", 'app.t."é ""x"', "1", "'é\'\''", "$1", "now()", "current_user", "NULL", "true",
        "-1.5", "f(a, 'b')", "ARRAY[1, a]", "(SELECT max(x) FROM m WHERE m.y = a)", "x[1]", "(c).d",
        "/* ( */ b",
    ]
)  # fmt: skip
types = st.sampled_from(
    ["uuid", "int[]", "numeric(1, 2)", 'app."É"[][]', "timestamp with time zone"]
)
binary = st.sampled_from(
    ["=", "<>", "||", "->>", "+", "*", "AND", "OR", "IS DISTINCT FROM", "LIKE", "NOT LIKE", "@>"]
)
tests = st.sampled_from(["IS NULL", "IS NOT NULL", "IS TRUE", "IS NOT UNKNOWN"])


def larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions one step larger; in parentheses, so that each is accepted in the next."""
    wrapped = smaller.map(lambda sql: f"({sql})")
    operand = leaves | wrapped
    return st.one_of(
        st.builds("{} {} {}".format, operand, binary, operand),
        st.builds("{}::{}".format, operand, types),
        st.builds("CAST({} AS {})".format, smaller, types),
        st.builds("{} {}".format, operand, tests),
        st.builds("NOT {}".format, operand),
        st.builds("{} IN ({}, {})".format, operand, smaller, smaller),
        st.builds("{} NOT IN (SELECT x FROM m WHERE {})".format, operand, smaller),
        st.builds("EXISTS (SELECT 1 FROM m WHERE {} -- it's (\n)".format, smaller),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, smaller, smaller, smaller),
        st.builds("coalesce({}, {})".format, smaller, smaller),
        st.builds("{} = ANY ({})".format, operand, smaller),
        st.builds('{} COLLATE "C"'.format, operand),
        st.builds("{} BETWEEN {} AND {}".format, operand, operand, operand),
    )


@given(st.recursive(leaves, larger, max_leaves=8))
def test_each_generated_expression_is_found_where_it_stands(predicate: str) -> None:
    assert wrongly_found(predicate) == []


def found(statement: str, application: bool = False) -> Span:
    """Return the span of the WHERE clause of the last statement."""
    text = Text("x.sql", statement.encode())
    select = list(read(text, {"SelectStmt"}, application=application))[-1]
    assert isinstance(select, ParsedStatement)
    where = expression(select.node["whereClause"])
    return Places(where).span(text, select.statement.start, select.statement.end, select.base)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("a = 1 ORDER BY a", "a = 1"),
        ("((a = 1)) LIMIT 1", "a = 1"),
        ("a::numeric(10, 2) GROUP BY b", "a::numeric(10, 2)"),
        ("f() = 1 AND b IS NOT NULL -- c", "f() = 1 AND b IS NOT NULL"),
        ("a", "a"),
        ("é.ü IN (1, 2) FOR UPDATE", "é.ü IN (1, 2)"),
    ],
)
def test_what_stands_around_is_left_out(where: str, expected: str) -> None:
    assert found(f"SELECT 'é'; SELECT 1 FROM t WHERE {where}").sql == expected


@pytest.mark.parametrize(
    "value", ["%s", "%(name)s", "?", "@p", ":name", ":'name'", "${n}", "{{n}}"]
)
def test_placeholders_belong_to_the_expression(value: str) -> None:
    where = f"(a + 1) * 2 = {value}"
    assert found(f"SELECT {value} FROM t WHERE {where} LIMIT {value}", True).sql == where


def test_without_a_location_it_is_the_statement() -> None:
    text = Text("x.sql", b"SELECT 1; SELECT 2")
    assert Places(Column(("a",))).span(text, 10, 18, 0).sql == "SELECT 2"


def test_a_query_is_found_without_its_parentheses() -> None:
    text = Text("x.sql", b"SELECT 1 WHERE a IN ((SELECT b FROM c) UNION SELECT (d) FROM e)")
    (select,) = parsed_statements(text, {"SelectStmt"})
    assert select is not None
    where = expression(select.node["whereClause"])
    queries = [expr for expr in where.walk() if isinstance(expr, Query)]
    assert [Places(query).span(text, 0, len(text.data), 0).sql for query in queries] == [
        "(SELECT b FROM c) UNION SELECT (d) FROM e",
        "SELECT b FROM c",
        "SELECT (d) FROM e",
    ]
