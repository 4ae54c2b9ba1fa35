"""Placeholders become identifiers of equal length; operators that look like them stay."""

import pytest

from rlslint.sql import is_placeholder
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.placeholders import without_placeholders
from rlslint.sql.statements import BrokenStatement, read
from rlslint.text import Text
from tests.sql.every_kind import EveryKind


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT :a, :'b', :\"c\"", "SELECT __, ____, ____"),
        ("SET app.x = :x", "SET app.x = __"),
        ("SELECT a::int, b[1:n], c[:n], f(x := 1)", None),
        ("SELECT ':a', \":a\", E'\\':a', $$ :a $$, $b$ :a $b$ -- :a\n/* :a */", None),
        ("SELECT {{ a.b }}, ${c}", "SELECT _________, ____"),
        ("TABLE {a}.b; TABLE {x.y}, <%= z %>", "TABLE ___.b; TABLE _____, ________"),
        ("SELECT '{a}', \"{b}\", $$ {c} $$, '<%= d %>' -- {e}\n", None),
        ("SELECT a ? 'b', c % d, %s, @e, $1", None),
    ],
)
def test_in_files_of_sql(sql: str, expected: str | None) -> None:
    assert without_placeholders(sql.encode(), application=False).decode() == (expected or sql)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("a = %s AND b = %(name)s", "a = __ AND b = ________"),
        ("a = ? AND b = ?2 AND c IS NOT ?", "a = _ AND b = __ AND c IS NOT _"),
        ("VALUES (?, ?,?)", "VALUES (_, _,_)"),
        ("a ? 'x' AND b ?| c AND (f) ? $1", "a ? 'x' AND b ?| c AND (f) ? __"),
        ("data ? ? AND x LIKE ?", "data ? _ AND x LIKE _"),
        ("d ?& e", None),
        ("LIMIT ? OFFSET ?", "LIMIT _ OFFSET _"),
        ("a = @b AND c <@ d AND e @> f AND g @@ h", "a = __ AND c <@ d AND e @> f AND g @@ h"),
        ("a = :tenant::uuid", "a = _______::uuid"),
        ("a IN %s AND b not in %(x)s", "a =  __ AND b <>     _____"),
        ("a IN (?, ?)", "a IN (_, _)"),
        ("a LIKE '%s' AND b % c", None),
        ("SET app.x = $1", "SET app.x = __"),
        ("a = $name AND b = #{x.y} AND c = :#{#z}", "a = _____ AND b = ______ AND c = ______"),
        ("$1:name($2:csv) = $<a> OR $1^", "_______(______) = ____ OR ___"),
        ("a IN (:...f) AND b = {0}", "a IN (_____) AND b = ___"),
        ("a = $t$ {0} $t$ AND b = '{0}' AND c = %I", "a = $t$ {0} $t$ AND b = '{0}' AND c = __"),
    ],
)  # fmt: skip
def test_in_an_application(sql: str, expected: str | None) -> None:
    replaced = without_placeholders(sql.encode(), application=True).decode()
    assert replaced == (expected or sql)
    assert len(replaced) == len(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM docs WHERE a = ? ? ORDER BY ? ?",
        "SELECT 1 FROM docs %s WHERE a = 1 %s LIMIT 1",
        "INSERT INTO docs (a, b) VALUES ? RETURNING a",
        "UPDATE docs SET :set WHERE a = $1",
        "SELECT 1 FROM docs WHERE a > now() - interval $1",
        "SELECT (SELECT 1 FROM docs WHERE a = @a @b) @c",
        "SELECT 1 FROM ( ${all} ) AS rows JOIN (${more}) AS docs ON true",
    ],
)
def test_a_clause_that_a_program_fills_in_is_left_out(sql: str) -> None:
    (found,) = read(Text("x", sql.encode()), EveryKind(), application=True)
    assert isinstance(found, ParsedStatement)
    assert "docs" in str(found.node)


def test_what_no_clause_explains_stays_refused() -> None:
    for sql in ("SELECT 1 FROM docs WHERE a = ? b c", "SELECT ? FROM WHERE"):
        (found,) = read(Text("x", sql.encode()), EveryKind(), application=True)
        assert isinstance(found, BrokenStatement)


def test_a_name_behind_an_at_sign_is_no_absolute_value() -> None:
    (found,) = read(Text("x", b"SELECT 1 WHERE a = @b"), EveryKind(), application=True)
    assert isinstance(found, ParsedStatement)
    column = found.node["whereClause"]["A_Expr"]["rexpr"]["ColumnRef"]["fields"][0]
    assert is_placeholder(column["String"]["sval"])
    assert not is_placeholder("")
    assert not is_placeholder("_id")
