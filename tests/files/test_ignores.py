import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlslint.files.ignores import Ignore, covers, ignores_in_host, ignores_in_sql
from rlslint.sql.parser import parsed_statements
from rlslint.text import Piece, Statement, Text


def _statements(text: Text) -> list[Statement]:
    wanted = {"SelectStmt", "CreateStmt", "DoStmt", "CreateFunctionStmt"}
    return [parsed.statement for parsed in parsed_statements(text, wanted) if parsed]


def _covered(sql: str) -> list[int]:
    """Return the numbers, from 1, of the statements that the one ignore comment is about."""
    text = Text("a.sql", sql.encode())
    (ignore,) = ignores_in_sql(text)
    return [at for at, each in enumerate(_statements(text), 1) if covers(ignore, each)]


def _only(sql: str) -> Ignore:
    (ignore,) = ignores_in_sql(Text("a.sql", sql.encode()))
    return ignore


@pytest.mark.parametrize(
    ("sql", "covered"),
    [
        ("SELECT 1;\n-- rlslint: ignore[x]\nSELECT\n 2;\nSELECT 3;", [2]),
        ("SELECT 1;\n-- rlslint: ignore[x] why\n-- more\nSELECT 2;", [2]),
        ("SELECT 1;\n/* rlslint: ignore[x]\n   because */\nSELECT 2;", [2]),
        ("SELECT 1;\n/* a\n rlslint: ignore[x] */\nSELECT 2;", [2]),
        ("SELECT 1;\nSELECT\n 2; -- rlslint: ignore[x]\nSELECT 3;", [2]),
        ("SELECT 1;\r\nSELECT\r\n 2 -- rlslint: ignore[x]\r\n + 4;\r\nSELECT 3;", [2]),
        ("SELECT 1 /* é rlslint: ignore[x] */; SELECT\n 2;\nSELECT 3;", [1, 2]),
        ("-- rlslint: ignore[x]\n\nSELECT 1;", []),
        ("-- rlslint: file-ignore[x]\n\nSELECT 1;\nSELECT 2;", [1, 2]),
        ("SELECT 1;\nDO $$BEGIN\n -- rlslint: ignore[x]\n NULL; END$$;", [2]),
        ("/* a /* nested */ rlslint: ignore[x] */ SELECT 1;\nSELECT 2;", [1]),
    ],
)
def test_which_statements_a_comment_is_about(sql: str, covered: list[int]) -> None:
    assert _covered(sql) == covered


def test_names_and_the_reason_are_read() -> None:
    ignore = _only("-- rlslint: ignore[rls-not-forced, RLS101] the owner alone writes\nSELECT 1;")
    assert ignore.names == ("rls-not-forced", "RLS101")
    assert ignore.reason == "the owner alone writes"
    assert not ignore.file_wide
    assert ignore.span.sql.startswith("-- rlslint")
    assert _only("SELECT 1; /* rlslint: ignore[a] why */").reason == "why"


@pytest.mark.parametrize(
    "comment",
    [
        "-- rlslint: ignore",
        "-- rlslint: ignore[]",
        "-- rlslint:ignore all",
        "-- rlslint: ignore-file[a]",
        "-- rlslint: disable[a]",
        "-- rlslint: noqa",
        "-- rlslint: ignore[a",
    ],
)
def test_a_comment_that_names_no_rule_is_kept_without_names(comment: str) -> None:
    assert _only(f"{comment}\nSELECT 1;").names == ()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT '-- rlslint: ignore[x]';",
        'SELECT 1 AS "/* rlslint: ignore[x] */";',
        "SELECT E'\\' -- rlslint: ignore[x]';",
        "DO $$BEGIN PERFORM '-- rlslint: ignore[x]'; END$$;",
        "-- rlslint is a linter\nSELECT 1;",
    ],
)
def test_what_is_in_a_string_is_no_comment(sql: str) -> None:
    assert ignores_in_sql(Text("a.sql", sql.encode())) == ()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; -- rlslint: ignore[x]\nSELECT 'open",
        "SELECT 'open;\n-- rlslint: ignore[x]\nSELECT 2;",
        "COPY t FROM stdin;\nit's\n\\.\n-- rlslint: ignore[x]\nSELECT 1;",
        "\\restrict abc\n-- rlslint: ignore[x]\nSELECT 1;",
    ],
)
def test_comments_are_found_where_the_sql_is_not_clean(sql: str) -> None:
    assert _only(sql).names == ("x",)


def _hosted(host: str, sql: str, path: str = "app.py") -> Statement:
    text = Text(path, sql.encode(), host=host, pieces=(Piece(0, host.index(sql), True),))
    return Statement(text, 0, len(sql), "SelectStmt")


@pytest.mark.parametrize(
    ("host", "covered"),
    [
        ('cur.execute("SELECT 1")  # rlslint: ignore[x]\n', True),
        ('# rlslint: ignore[x]\ncur.execute("SELECT 1")\n', True),
        ('cur.execute(  # rlslint: ignore[x]\n    "SELECT 1"\n)\n', True),
        ('# rlslint: ignore[x]\ncur.execute(\n    "SELECT 1"\n)\n', True),
        ('cur.execute(\n    "SELECT 1"\n)  # rlslint: ignore[x]\n', True),
        ('other()  # rlslint: ignore[x]\ncur.execute("SELECT 1")\n', False),
        ('cur.execute("SELECT 1")\nother()  # rlslint: ignore[x]\n', False),
        ('cur.execute("SELECT 1")\n\n\n# rlslint: file-ignore[x]\n', True),
    ],
)
def test_comments_of_python(host: str, covered: bool) -> None:
    (ignore,) = ignores_in_host(Text("app.py", host.encode()), "#")
    assert covers(ignore, _hosted(host, "SELECT 1")) is covered
    assert not covers(ignore, _hosted(host, "SELECT 1", "other.py"))


def test_comments_of_languages_with_slashes() -> None:
    host = 'const url = "http://rlslint: ignore[x]";\nrun(`SELECT 1`); // rlslint: ignore[y]\n'
    (ignore,) = ignores_in_host(Text("a.ts", host.encode()), "//")
    assert ignore.names == ("y",)
    assert covers(ignore, _hosted(host, "SELECT 1", "a.ts"))


def test_a_comment_inside_the_sql_of_a_string() -> None:
    host = 'cur.execute("""\n-- rlslint: ignore[x]\nSELECT 1""")\n'
    sql = "\n-- rlslint: ignore[x]\nSELECT 1"
    text = Text("app.py", sql.encode(), host=host, pieces=(Piece(0, host.index(sql), True),))
    (ignore,) = ignores_in_sql(text)
    assert ignore.row == 2
    assert covers(ignore, Statement(text, sql.index("SELECT"), len(sql), "SelectStmt"))


def test_a_statement_that_a_block_ran_is_covered_with_the_block() -> None:
    text = Text("a.sql", b"-- rlslint: ignore[x]\nDO $$BEGIN EXECUTE 'SELECT 1'; END$$;")
    (ignore,) = ignores_in_sql(text)
    (block,) = _statements(text)
    inner = Statement(Text("a.sql", b"SELECT 1"), 0, 8, "SelectStmt", block)
    assert covers(ignore, inner)


PARTS = [
    "-- rlslint: ignore[x]",
    "/*",
    "*/",
    "'",
    '"',
    "$$",
    "$a$",
    "\n",
    "é",
    "\\.",
    "E'",
    "SELECT",
]


@given(st.lists(st.sampled_from(PARTS), max_size=12).map(" ".join))
def test_any_text_can_be_searched(sql: str) -> None:
    text = Text("a.sql", sql.encode())
    for ignore in ignores_in_sql(text):
        assert ignore.names in ((), ("x",))
        assert "rlslint" in ignore.span.sql
