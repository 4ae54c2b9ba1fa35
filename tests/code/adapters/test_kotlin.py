"""Kotlin in the form."""

from __future__ import annotations

import pytest

from tests.code.adapters.rendering import form, strings


def inside(statements: str) -> str:
    """Return the form of statements in a function."""
    made = form(".kt", f"fun f() {{\n{statements}\n}}")
    return made.removeprefix("fn f() { ").removesuffix(" }")


def test_imports_name_classes_functions_and_what_they_are_called_here() -> None:
    source = """package com.shop
import java.sql.Connection
import org.jetbrains.exposed.sql.transactions.transaction as tx
import org.jooq.impl.*
"""
    assert form(".kt", source).splitlines()[1:] == [
        "import Connection = java.sql.Connection : Connection",
        "import tx = org.jetbrains.exposed.sql.transactions : transaction",
        "import * = org.jooq.impl : *",
    ]


def test_classes_have_primary_constructors_properties_and_companions() -> None:
    source = """
@Service
open class Store<T>(@Qualifier("x") private val ds: DataSource, val url: String = "", vararg n: Int)
    : Base<T>(ds), Named {
    companion object {
        const val SET = "SET a.b = '"
    }
    private val pool: HikariDataSource by lazy { HikariDataSource(config) }
    lateinit var db: Database
    val jdbc get() = JdbcTemplate(ds)
    init { start() }
    constructor(a: Int) : this(b, a) { more() }
    @Transactional(readOnly = true)
    override suspend fun <R> run(id: String, n: Int = 3, vararg rest: Any): R { return f(id) }
    fun short() = db.exec("z")
}
"""
    assert form(".kt", source) == (
        '[@Service] [open] class Store(ds: DataSource, url: String = "", *n: Int) < Base, Named { '
        'SET = "SET a.b = \'"; '
        "pool: HikariDataSource = fn (it) => HikariDataSource(config)(); db: Database; "
        "jdbc = fn () => JdbcTemplate(ds)(); start(); fn constructor(a: Int) { more() }; "
        "[@Transactional(readOnly = true)] [override] [suspend] "
        "fn run(id: String, n: Int = 3, *rest: Any) -> R { return f(id) }; "
        'fn short() => db.exec("z") }'
    )


def test_objects_interfaces_enumerations_and_aliases_are_classes() -> None:
    source = """
object Tenants : Base() { val current = 1 }
interface Named { fun name(a: Int): String; val id: Int }
enum class Query(val sql: String) { ONE("x"), TWO("y") { override fun f() {} }; fun k() {} }
data class Row(val a: String)
typealias Db = Database<X>
"""
    assert form(".kt", source).splitlines() == [
        "class Tenants < Base { current = 1 }",
        "class Named { fn name(a: Int) -> String {}; id: Int }",
        '[enum] class Query(sql: String) { ONE = Query("x"); TWO = Query("y"); fn k() {} }',
        "[data] class Row(a: String) {}",
        "class Db < Database {}",
    ]


@pytest.mark.parametrize("body", ["{ fun g() { h() } }", "{\n  fun g() { h() }\n}"])
def test_a_class_that_delegates_keeps_its_body(body: str) -> None:
    source = f"class A(val b: B) : C(), B by b {body}\nval after = 1"
    assert form(".kt", source) == "class A(b: B) < C, B { fn g() { h() } }\nafter = 1"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("ds.connection.use { c -> c.run(it) }", "ds.connection.use(fn (c) => c.run(it))"),
        ("a.use { it.run() }", "a.use(fn (it) => it.run())"),
        ('transaction(db) { exec("x"); exec("y") }',
         'transaction(db, fn (it) => { exec("x"); exec("y") })'),
        ("jdbi.withHandle<Unit, E> { h -> h.run() }", "jdbi.withHandle(fn (h) => h.run())"),
        ("f(a = 1, *rest, b)", "f(*rest, b, a=1)"),
        ("m.forEach { (k, v) -> f(k) }", "m.forEach(fn ((k, v)) => { k, v = (k, v); f(k) })"),
        ('run(mapOf("a" to 1, b to c))', "run({a: 1, [b]: c})"),
        ("a to b", "[a, b]"),
        ("query bind value", "query.bind(value)"),
        ("val (p, q) = pair", "p, q = pair"),
        ("val c: Connection? = a as? Connection", "c: Connection? = (a as Connection)"),
        ("a?.b!!.c() ?: return null", "(a.b.c() or return None)"),
        ("x += \"z\"", 'x += "z"'),
        ("arr[0] = true", "arr[0] = True"),
        ("i++", "i += 1"),
        ("if (a) { f() } else if (b) g()", "if a then { f() } else if b then g()"),
        ("val r = if (a) b else c", "r = if a then b else c"),
        ("for (t in listOf(\"a\")) { f(t) }", 'for t in listOf("a") { f(t) }'),
        ("for ((k, v) in m) f(k)", "for k, v in m f(k)"),
        ("for (x in y) { if (a) continue; if (b) break }",
         "for x in y { if a then break; if b then break }"),
        ("while (r.next()) { f() }", "while if r.next() { f() }"),
        ("do { f() } while (a)", "while if a { f() }"),
        ("when (k) { 1, 2 -> f(); else -> { g() } }",
         "choose k { 1, 2 => f(); else => { g() } }"),
        ("when { a > b -> f(); else -> g() }", "choose - { (a > b) => f(); else => g() }"),
        ("when (val y = z()) { null -> f() }", "y = z(); choose y { None => f() }"),
        ("try { a() } catch (e: E) { b() } finally { c() }",
         "try { a() } except { b() } finally { c() }"),
        ("val t = try { a() } catch (e: E) { null }", "t = try { a() } except { None }"),
        ("throw E(\"x\")", 'throw E("x")'),
        ("return@use 1", "return 1"),
        ("this@Store.x()", "this.x()"),
        ("if (x in y && z !in y) f()", "if ((x in y) and (not (z in y))) then f()"),
        ("run(object : Work { override fun execute(c: Connection) { c.f() } })",
         "run(class  < Work { [override] fn execute(c: Connection) { c.f() } }())"),
        ("val f = fun(a: Int): Int { return a }", "f = fn (a: Int) -> Int { return a }"),
    ],
)  # fmt: skip
def test_statements_and_expressions(source: str, expected: str) -> None:
    assert inside(source) == expected


def test_names_in_strings_are_found_wherever_they_stand() -> None:
    source = "val s = \"'$id' ${n + 1} \\n$id \\$z $$d $_e.f \\u00e9 5$\""
    assert form(".kt", source) == "s = \"'{id}' {(n + 1)} \n{id} $z ${d} {_e}.f é 5$\""


def test_names_in_raw_strings_are_found_and_backslashes_are_characters() -> None:
    source = 'val s = """\n  SET $id \\n "x" ${"$"}{a}\n""".trimIndent()'
    assert form(".kt", source) == 's = "\n  SET {id} \\n "x" {"$"}{a}\n".trimIndent()'


def test_pieces_are_where_they_are_written() -> None:
    source = 'val é = "ü\\n$b.c \\"ä\\"" + """\r\n$ä x"""'
    assert strings(".kt", source) == ['ü\\n{b}.c \\"ä\\"', "\r\n{ä} x"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", ""),
        ("fun f() {\r\n  g()\r\n}\r\n", "g()"),
        ("val a = 1\n<<<<<<< HEAD\nval b = 1\n=======\nval b = 2\n>>>>>>> b\nval c = g()", "g()"),
        ('fun f() { val x = }\nfun g() { h("x") }', 'h("x")'),
        ("class", ""),
    ],
)
def test_what_cannot_be_parsed_costs_no_more_than_itself(source: str, expected: str) -> None:
    assert expected in form(".kt", source)
