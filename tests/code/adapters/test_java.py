"""Java in the form."""

from __future__ import annotations

import pytest

from tests.code.adapters.rendering import form, strings


def inside(statements: str) -> str:
    """Return the form of statements in a method."""
    made = form(".java", f"class C {{ void f() {{ {statements} }} }}")
    return made.removeprefix("class C { fn f() -> void { ").removesuffix(" } }")


def test_classes_are_imported_from_the_module_that_is_called_like_them() -> None:
    source = """package com.shop;
import java.sql.*;
import com.zaxxer.hikari.HikariDataSource;
import static org.jooq.impl.DSL.using;
"""
    assert form(".java", source).splitlines()[1:] == [
        "import * = java.sql : *",
        "import HikariDataSource = com.zaxxer.hikari.HikariDataSource : HikariDataSource",
        "import using = org.jooq.impl.DSL : using",
    ]


def test_classes_have_fields_constructors_and_methods_with_their_marks() -> None:
    source = """
@Service("a")
public class Store<T> extends Base<T> implements I, J.K<T> {
    private static final String A = "x", B;
    @Autowired DataSource source;
    static { start(); }
    public Store(@Qualifier("x") DataSource source, final String... rest) {
        super(source);
        this.source = source;
    }
    @Override @Transactional(readOnly = true)
    public <R> List<R> run(int id, String[] names) throws SQLException { return null; }
}
"""
    assert form(".java", source) == (
        '[@Service("a")] [public] class Store < Base, I, J.K { A: String = "x"; B: String; '
        "source: DataSource; start(); "
        "[public] fn Store(source: DataSource, *rest: String) "
        "{ super(source); this.source = source }; "
        "[@Override] [@Transactional(readOnly = true)] [public] "
        "fn run(id: int, names: String[]) -> List<R> { return None } }"
    )


def test_records_interfaces_and_enumerations_are_classes() -> None:
    source = """
record Row(String name, int id) implements Named { Row { check(name); } }
interface Named extends A, B { String SET = "x"; String name(); default int f() { return 1; } }
enum Query { ONE("x") { void f() {} }, TWO; final String sql; Query(String s) { sql = s; } }
"""
    assert form(".java", source).splitlines() == [
        "class Row(name: String, id: int) < Named { fn Row() { check(name) } }",
        'class Named < A, B { SET: String = "x"; fn name() -> String {}; '
        "[default] fn f() -> int { return 1 } }",
        'class Query { ONE = Query("x"); TWO = Query(); sql: String; '
        "fn Query(s: String) { sql = s } }",
    ]


def test_resources_are_closed_before_handlers_run() -> None:
    source = """try (Connection c = ds.getConnection(); var s = c.createStatement(); held) {
        s.execute("SET x.y = '" + id + "'");
    } catch (SQLException | IOException e) { throw new RuntimeException(e); } finally { f(); }"""
    assert inside(source) == (
        "try with c = (ds.getConnection() as Connection), s = c.createStatement(),  = held "
        '{ s.execute(("SET x.y = \'" + id + "\'")) } '
        "except { throw RuntimeException(e) } finally { f() }"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('for (String t : List.of("a")) f(t);', 'for t in List.of("a") f(t)'),
        (
            "for (int i = 0; i < 3; i++) { f(i); }",
            "i: int = 0; while if (i < 3) { f(i); i += 1 }",
        ),
        ("while (r.next()) { f(); }", "while if r.next() { f() }"),
        ("if (a) f(); else if (b) { g(); }", "if a then f() else if b then { g() }"),
        (
            "switch (k) { case 1: case 2: f(); break; default: g(); }",
            "choose k { 1, 2 => { f() }; else => { g() } }",
        ),
        (
            'var v = switch (k) { case "a", "b" -> f(); case 1 -> { yield 2; } default -> g(); };',
            'v = choose k { "a", "b" => { f() }; 1 => { 2 }; else => { g() } }',
        ),
        ("synchronized (lock) { f(); }", "f()"),
        ("x = a ? b : c;", "x = if a then b else c"),
        ("x += 1.5d + 0x1F + 10L;", "x += (1.5 + 31 + 10)"),
        ("String t = (String) o;", "t: String = (o as String)"),
        ("String[] b = {\"x\"}; int[] n = new int[] {1};", 'b: String[] = ["x"]; n: int[] = [1]'),
        ("run(() -> f(), x -> x, (a, b) -> { return a; }, (String p) -> p);",
         "run(fn () => f(), fn (x) => x, fn (a, b) { return a }, fn (p: String) => p)"),
        ("run(this::map, Store::new);", "run(this.map, Store)"),
        (
            "run(new Work<>() { public void execute(Connection c) { c.f(); } });",
            "run(class  < Work { [public] fn execute(c: Connection) -> void { c.f() } }())",
        ),
        ("new a.b.Store<>(1).<T>run();", "Store(1).run()"),
    ],
)  # fmt: skip
def test_statements_and_expressions(source: str, expected: str) -> None:
    assert inside(source) == expected


def test_text_blocks_lose_their_indentation_and_keep_their_places() -> None:
    source = (
        'class C { String s = """\n'
        "        SELECT \\\n"
        '          "é" \\"\n'
        "        FROM t\n"
        '        """; }'
    )
    assert form(".java", source) == 'class C { s: String = "SELECT   "é" "\nFROM t\n" }'
    assert strings(".java", source) == ['SELECT   "é" \\"\nFROM t\n']


def test_pieces_are_where_they_are_written() -> None:
    source = 'class C { String é = "ü\\"\\u00e9\\n" + "ä"; }'
    assert strings(".java", source) == ['ü\\"\\u00e9\\n', "ä"]
    assert form(".java", source) == 'class C { é: String = ("ü"é\n" + "ä") }'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", ""),
        ("class C {\r\n  int f() {\r\n return g();\r\n }\r\n}", "return g()"),
        ("class C {\n<<<<<<< a\nint a;\n=======\nint c;\n>>>>>>> b\nint b = g();}", "g()"),
        ('class C { void f() { int x = ; } void g() { h("x"); } }', 'h("x")'),
        ("public class", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_parsed_costs_no_more_than_itself(source: str, expected: str) -> None:
    assert expected in form(".java", source)
