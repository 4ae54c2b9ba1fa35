"""Whatever a file holds, each statement of it is found once, at its place."""

import pytest

from rlslint.sql import CONNECT, parser, statement_ends
from rlslint.sql.statements import BrokenStatement, ParsedStatement, read
from rlslint.text import Text
from tests.sql.every_kind import EveryKind

POLICY = "CREATE POLICY p ON t USING (a = 'x')"


def found(
    sql: str | bytes, application: bool = False
) -> list[ParsedStatement | BrokenStatement | None]:
    data = sql.encode() if isinstance(sql, str) else sql
    return list(read(Text("x.sql", data), EveryKind(), application=application))


def outline(sql: str, application: bool = False) -> list[str]:
    """The SQL of the statements, broken ones behind an exclamation mark."""
    return [
        ("! " if isinstance(entry, BrokenStatement) else "") + entry.statement.sql
        for entry in found(sql, application)
        if entry is not None
    ]


@pytest.mark.parametrize(
    "sql", ["", " \n", ";;;", "-- only this", "/* /* x */ ; */", "/**/", ";-- a\n;"]
)
def test_what_holds_no_statement(sql: str) -> None:
    assert outline(sql) == []


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1; selec bad; SELECT 2", ["SELECT 1", "! selec bad", "SELECT 2"]),
        ("selec bad", ["! selec bad"]),
        ("selec;\r\nSELECT 'é';\r\n", ["! selec", "SELECT 'é'"]),
        ("é é é;SELECT 1;SELECT 2;", ["! é é é", "SELECT 1", "SELECT 2"]),
        ("SELECT 1; -- it's\nselec; SELECT 2 -- it's", ["SELECT 1", "! selec", "SELECT 2"]),
        ("SELECT E'\\';'; selec; SELECT ';'", ["SELECT E'\\';'", "! selec", "SELECT ';'"]),
        ("SELECT E'a'\n 'b\\';'; selec;", ["SELECT E'a'\n 'b\\';'", "! selec"]),
        ("SELECT '\\'; selec; SELECT '\\';", ["SELECT '\\'", "! selec", "SELECT '\\'"]),
        ("SELECT U&';'; selec", ["SELECT U&';'", "! selec"]),
        ("SELECT a$b$c, $1; selec; SELECT 1$b$", ["SELECT a$b$c, $1", "! selec", "! SELECT 1$b$"]),
        ("DO $a$ $b$ ; $b$ ; $a$; selec", ["DO $a$ $b$ ; $b$ ; $a$", "! selec"]),
        ("DO $é$ ; $é$; selec", ["DO $é$ ; $é$", "! selec"]),
        ('SELECT ";" ";"";"; selec', ['SELECT ";" ";"";"', "! selec"]),
        ("SELECT /* ' /* ; */ ; */ 1; selec", ["SELECT /* ' /* ; */ ; */ 1", "! selec"]),
        ("SELECT 1 - 2 / 3 -; SELECT 2", ["! SELECT 1 - 2 / 3 -", "SELECT 2"]),
        ("CREATE TABLE t (a int; SELECT 2", ["! CREATE TABLE t (a int", "SELECT 2"]),
    ],
)
def test_one_broken_statement_costs_one_statement(sql: str, expected: list[str]) -> None:
    assert outline(sql) == expected


@pytest.mark.parametrize("mark", ["--changeset ada:2", "  -- changeset ada:2 runOnChange:true"])
def test_a_changeset_ends_what_stands_before_it(mark: str) -> None:
    sql = f"ALTER TABLE t OWNER TO a\n{mark}\nGRANT SELECT ON t TO b"
    assert outline(sql) == ["ALTER TABLE t OWNER TO a", "GRANT SELECT ON t TO b"]
    assert outline(sql.replace(":2", "")) == ["! " + sql.replace(":2", "")]


def test_a_breakpoint_ends_what_stands_before_it() -> None:
    sql = "CREATE ROLE a--> statement-breakpoint\nselec;\nCREATE ROLE b\n--> statement-breakpoint"
    assert outline(sql) == ["CREATE ROLE a", "! selec", "CREATE ROLE b"]


@pytest.mark.parametrize(
    "compound",
    [
        "CREATE FUNCTION f() RETURNS x BEGIN ATOMIC SELECT 1; SELECT CASE a WHEN b THEN c END; END",
        "CREATE OR REPLACE PROCEDURE f(a int) BEGIN ATOMIC SELECT 1 AS end; SELECT x.case; END",
        "CREATE /* ; */ FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT 1; SELECT 2;'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT (2); NOTIFY x)",
    ],
)
def test_semicolons_inside_of_a_statement_do_not_end_it(compound: str) -> None:
    assert outline(f"selec; {compound}; SELECT 3") == ["! selec", compound, "SELECT 3"]


@pytest.mark.parametrize(
    "compound",
    [
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1",
    ],
)
def test_a_body_without_its_end_does_not_swallow_the_file(compound: str) -> None:
    assert outline(f"{compound};\n{POLICY};") == [f"! {compound}", POLICY]


@pytest.mark.parametrize(
    "broken", ["SELECT 'x;", 'SELECT "x;', "SELECT $a$ x;", "SELECT $$ x;", "SELECT /* x;", "/* x;"]
)
def test_an_unterminated_quote_ends_at_the_next_statement(broken: str) -> None:
    expected = [f"! {broken.rstrip(';')}", "CREATE TABLE t ()", "SELECT 2"]
    assert outline(f"{broken}\nCREATE TABLE t ();\n  SELECT 2;") == expected


def test_an_apostrophe_too_many_costs_one_statement() -> None:
    assert outline(f"SELECT 'it's';\n{POLICY};\nSELECT 2;") == [
        "! SELECT 'it's'",
        POLICY,
        "SELECT 2",
    ]


def test_the_body_of_a_refused_function_is_no_list_of_statements() -> None:
    body = "CREATE FUNCTION f() RETURNS oops oops AS '\nSELECT 1;\nDROP POLICY p ON t;\n'"
    assert outline(f"{body}; SELECT 2") == [f"! {body}", "SELECT 2"]


@pytest.mark.parametrize(
    "expression",
    ["NOT " * 600 + "true", "(" * 12_000 + "1" + ")" * 12_000, "1 + " * 3_000 + "1", "-" * 9],
)
def test_no_depth_is_a_traceback(expression: str) -> None:
    sql = f"SELECT 1; SELECT {expression} {'' if expression[0] != '-' else '*'};\nSELECT 2"
    entries = found(sql)
    texts = [entry.statement.sql for entry in entries if isinstance(entry, ParsedStatement)]
    assert texts[0] == "SELECT 1"
    assert texts[-1] == "SELECT 2" or expression[0] == "-"
    assert sum(isinstance(entry, BrokenStatement) for entry in entries) == 1


def test_a_statement_too_deep_is_reported_where_it_stands() -> None:
    deep = "SELECT " + "NOT " * 600 + "true"
    _, broken, last = found(f"SELECT 'é'; {deep}; -- x\nSELECT 2")
    assert isinstance(broken, BrokenStatement)
    assert broken.statement.sql == deep
    assert broken.message == "the statement is nested too deeply"
    assert last is not None
    assert last.statement.sql == "SELECT 2"


def test_a_broken_statement_says_where_the_grammar_gave_up() -> None:
    sql = "SELECT 'é';\nSELECT é FROM WHERE;"
    _, broken = found(sql)
    assert isinstance(broken, BrokenStatement)
    assert broken.message == 'syntax error at or near "WHERE"'
    assert broken.offset == sql.encode().index(b"WHERE")
    (at_end,) = found("SELECT (1 + ;")
    assert isinstance(at_end, BrokenStatement)
    assert broken.statement.kind == ""


def test_a_message_does_not_quote_the_rest_of_the_file() -> None:
    (broken,) = found("SELECT '" + "x" * 10_000)
    assert isinstance(broken, BrokenStatement)
    assert len(broken.message) < 120


def test_letters_that_are_no_ascii_are_tokens_where_they_stand() -> None:
    data = "SELECT straße, 'Zürich', é.ñ FROM \"Ü\" -- ß".encode()
    found = [(data[token.start : token.end].decode(), token.name) for token in parser.tokens(data)]
    assert [word for word, _ in found] == [
        "SELECT", "straße", ",", "'Zürich'", ",", "é", ".", "ñ", "FROM", '"Ü"',
    ]  # fmt: skip
    assert {name for word, name in found if word in ("straße", "é", "ñ", '"Ü"')} == {"IDENT"}


def test_bytes_that_are_no_text_are_no_traceback() -> None:
    assert [type(entry) for entry in found(b"sel\0ec; SELECT 1")] == [
        BrokenStatement,
        ParsedStatement,
    ]
    assert found(b"SELECT \xff\xfe '\xff; \xc3")


def test_unwanted_statements_are_counted() -> None:
    text = Text("x.sql", f"SELECT 1; selec; {POLICY}; SELECT 2".encode())
    entries = list(read(text, {"CreatePolicyStmt"}))
    assert [entry and entry.statement.kind for entry in entries] == [
        None, "", "CreatePolicyStmt", None,
    ]  # fmt: skip


def test_only_the_ranges_are_read() -> None:
    sql = "SELECT 1; SELECT 2; selec; /* SELECT 3"
    ranges = ((0, sql.index("SELECT 2")), (sql.index("selec"), sql.index("/*")))
    entries = list(read(Text("x.sql", sql.encode()), EveryKind(), ranges))
    assert [entry and entry.statement.sql for entry in entries] == ["SELECT 1", "selec"]


def test_locations_of_nodes_stay_right_behind_a_broken_statement() -> None:
    sql = "sélec;\n\\set x 'it''s'\nSELECT :x, column_here"
    select = found(sql)[-1]
    assert isinstance(select, ParsedStatement)
    location = select.node["targetList"][1]["ResTarget"]["location"]
    assert sql.encode()[select.base + location :] == b"column_here"


def test_psql_commands_are_set_aside() -> None:
    sql = (
        "\\restrict abc\n\\set ON_ERROR_STOP on\n\\echo it's\nSELECT 1 \\gset it's_\n"
        "SELECT :a, :'b', x::int, y[1:2] FROM :\"t\"\n\\echo it's\nWHERE a;\n"
        "\\i 'it.sql'\n\\unrestrict"
    )
    statements = outline(sql)
    assert len(statements) == 3
    assert statements[0] == "SELECT 1"
    assert statements[1].startswith("SELECT :a")
    assert statements[1].endswith("WHERE a")
    assert statements[2] == "\\i 'it.sql'"


@pytest.mark.parametrize(
    ("command", "user"),
    [
        ("\\connect - app_owner", "app_owner"),
        ("\\c db role", "role"),
        ('\\c db "Role" host 5432 \\echo x', "Role"),
        ("\\c db", ""),
        ("\\connect", ""),
        ("\\c - -", ""),
        ("\\c - :owner", None),
        ("\\c db :'owner'", None),
        ('\\c -reuse-previous=on "user=web dbname=x"', "web"),
        ("\\c postgres://web:secret@host/db", "web"),
    ],
)
def test_who_psql_connects_as_is_kept(command: str, user: str | None) -> None:
    entries = found(f"SELECT 1;\n{command}\nSELECT 2;")
    connection = entries[1]
    assert isinstance(connection, ParsedStatement)
    assert (connection.statement.kind, connection.node) == (CONNECT, {"user": user})
    assert connection.statement.sql == command
    assert len(entries) == 3


def test_other_commands_of_psql_are_no_connection() -> None:
    assert len(found("\\cd x\n\\copy t from x\n\\conninfo\nSELECT 1")) == 1


def test_the_data_of_copy_is_no_sql() -> None:
    copy = "COPY public.t (a, b) FROM stdin"
    sql = f"SELECT 1;\n{copy};\n1\tit's;\n\\N\tSELECT\n\\.\n\nSELECT 2;\n{copy};\n\\.\n{POLICY};"
    assert outline(sql) == ["SELECT 1", copy, "SELECT 2", copy, POLICY]


def test_copy_without_data_swallows_nothing() -> None:
    assert outline("selec; COPY t FROM STDIN; SELECT 2", application=True) == [
        "! selec", "COPY t FROM STDIN", "SELECT 2",
    ]  # fmt: skip


class TestLongTexts:
    """Texts of several pieces."""

    @pytest.fixture(autouse=True)
    def short_pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parser, "PIECE", 64)

    statements = (
        "SELECT 1, 'it''s; é'",
        POLICY,
        "DO $$ BEGIN NULL; END; $$",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)",
    ) * 5

    def test_statements_are_whole(self) -> None:
        assert outline(";\n-- it's\n".join(self.statements)) == list(self.statements)

    @pytest.mark.parametrize("place", [0, 1, 7, 12, 24, 25])
    @pytest.mark.parametrize("broken", ["selec bad", "SELECT " + "NOT " * 600 + "true"])
    def test_no_statement_comes_twice(self, place: int, broken: str) -> None:
        statements = [*self.statements[:place], broken, *self.statements[place:]]
        expected = [*self.statements[:place], f"! {broken}", *self.statements[place:]]
        assert outline(";\n".join(statements)) == expected

    def test_a_piece_does_not_begin_in_data(self) -> None:
        dump = "".join(f"COPY t{i} FROM stdin;\n{i}\tit's;\n\\.\nSELECT {i};\n" for i in range(20))
        expected = [part for i in range(20) for part in (f"COPY t{i} FROM stdin", f"SELECT {i}")]
        assert outline(dump) == expected

    @pytest.mark.parametrize("mark", ["-- ", "/* ", "$$", "'"])
    def test_a_semicolon_that_ends_no_statement(self, mark: str) -> None:
        inside = {"-- ": "-- a;\n", "/* ": "/* a;\n*/", "$$": "$$a;\n$$,", "'": "'a;\n',"}[mark]
        statements = [f"SELECT {inside * 9} {number}" for number in range(9)]
        assert outline(";\n".join(statements)) == statements


@pytest.mark.parametrize("unfinished", ["SELECT /* a;\n", "COPY t FROM stdin;\n"])
def test_an_end_that_is_missing_is_looked_for_once(unfinished: str) -> None:
    statement_ends._last.cache_clear()
    assert len(found("SELEC 1;\n" + unfinished * 300)) > 1
    assert statement_ends._last.cache_info().hits >= 299
