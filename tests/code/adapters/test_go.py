"""Go in the form."""

from __future__ import annotations

import pytest

from tests.code.adapters.rendering import form, strings


def inside(statements: str) -> list[str]:
    """Return the form of statements in a function, one by one."""
    made = form(".go", f"package p\nfunc f() {{\n{statements}\n}}")
    return made.splitlines()[-1].removeprefix("fn f() { ").removesuffix(" }").split("; ")


def test_packages_are_known_by_the_names_that_the_file_gives_them() -> None:
    source = """package store
import (
	"database/sql"
	"github.com/jackc/pgx/v5"
	"gopkg.in/yaml.v3"
	db "example.com/shop/internal/database"
	_ "github.com/lib/pq"
	. "fmt"
)
import "github.com/jackc/pgx/v5/pgxpool"
"""
    assert form(".go", source).splitlines()[1:] == [
        "import sql = database/sql",
        "import pgx = github.com/jackc/pgx",
        "import yaml = gopkg.in/yaml.v3",
        "import db = example.com/shop/internal/database",
        "import  = github.com/lib/pq",
        "import * = fmt : *",
        "import pgxpool = github.com/jackc/pgx/v5/pgxpool",
    ]


def test_constants_and_variables_are_given_one_by_one() -> None:
    source = """package p
const set, reset string = "SET a.b = '1'", `RESET
a.b`
var pool, other *pgxpool.Pool
var tx, err = pool.Begin(ctx)
var names = []string{"a"}
"""
    assert form(".go", source).split("\n", 1)[1] == (
        "set: string = \"SET a.b = '1'\"\n"
        'reset: string = "RESET\na.b"\n'
        "pool, other: *pgxpool.Pool\n"
        "tx, err = pool.Begin(ctx)\n"
        'names = ["a"]'
    )


def test_structs_have_fields_and_methods_a_receiver() -> None:
    source = """package p
type Store struct {
	*sql.DB
	pool, replica *pgxpool.Pool `json:"-"`
}
type Querier interface {
	io.Closer
	Exec(ctx context.Context, q string, args ...any) (pgconn.CommandTag, error)
}
type Handle = *sql.DB
type Names []string
func (s *Store) Run(ctx context.Context, id, name string) error { return s.pool.Ping(ctx) }
func (List[T]) Len() int { return 1 }
"""
    assert form(".go", source).splitlines()[1:] == [
        "class Store(DB: sql.DB, pool: *pgxpool.Pool, replica: *pgxpool.Pool) < sql.DB {}",
        "class Querier < io.Closer { fn Exec(ctx: context.Context, q: string, *args: any)"
        " -> pgconn.CommandTag {} }",
        "class Handle < sql.DB {}",
        "?()",
        "extend Store { fn Run(ctx: context.Context, id: string, name: string) -> error"
        " { return s.pool.Ping(ctx) } }",
        "extend List { fn Len() -> int { return 1 } }",
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x := &Store{pool: p, Hook: func() {}}", "x = Store{pool: p, Hook: fn () {}}"),
        ("x := Store{p, 1}", "x = Store(p, 1)"),
        ("x := Store{}", "x = Store{}"),
        ('x := pgx.Identifier{"a", b}', 'x = ["a", b]'),
        ('x := map[string]any{"a": 1, b: f()}', "x = {a: 1, [b]: f()}"),
        ("x := map[string]any{}", "x = {}"),
        ("x := []string{}", "x = []"),
        ('x := [...]string{"a"}', 'x = ["a"]'),
        (
            'x := []*m.Migration{{ID: "1", Do: f}, {ID: "2"}}',
            'x = [Migration{ID: "1", Do: f}, Migration{ID: "2"}]',
        ),
        ('x := map[string]Query{"a": {SQL: s}}', "x = {a: Query{SQL: s}}"),
        ('x := [][]string{{"a"}, {}}', 'x = [["a"], []]'),
    ],
)
def test_literals_of_structs_lists_and_maps(source: str, expected: str) -> None:
    assert inside(source) == [expected]


def test_errors_are_checked_after_the_step_before_the_test() -> None:
    source = (
        "if _, err := tx.Exec(ctx, q); err != nil { return err } else if ok { f() } else { g() }"
    )
    assert inside(source) == [
        "_, err = tx.Exec(ctx, q)",
        "if (err != None) then { return err } else if ok then { f() } else { g() }",
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("for _, t := range tables { f(t) }", "for t in tables.values() { f(t) }"),
        ("for k, v := range tables { f(v) }", "for k, v in tables.entries() { f(v) }"),
        ("for k := range tables { f(k) }", "for k in tables.keys() { f(k) }"),
        ("for i := range 3 { f(i) }", "for i in range(3) { f(i) }"),
        ("for rows.Next() { f() }", "while if rows.Next() { f() }"),
        ("for { f() }", "while { f() }"),
        (
            "switch k { case 1, 2: f(); break; case 3: return; default: g() }",
            "choose k { 1, 2 => { f() }; 3 => { return }; else => { g() } }",
        ),
        ("switch { case a > b: f() }", "choose - { (a > b) => { f() } }"),
        (
            "switch c := v.(type) { case *sql.Tx: c.Commit(); case nil: }",
            "choose v { sql.Tx => { c = (v as *sql.Tx); c.Commit() }; nil => { c = (v as nil) } }",
        ),
        (
            "select { case <-done: f(); case v := <-ch: g(v); default: }",
            "choose - { ?() => { done; f() }; ?() => { v = ch; g(v) }; else => {} }",
        ),
    ],
)
def test_loops_and_choices(source: str, expected: str) -> None:
    assert "; ".join(inside(source)) == expected


def test_a_counted_loop_takes_its_steps_after_its_body() -> None:
    assert inside("for i := 0; i < len(a); i++ { f(i) }") == [
        "i = 0",
        "while if (i < len(a)) { f(i)",
        "i += 1 }",
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("defer func() { tx.Rollback(ctx) }()", "defer fn () { tx.Rollback(ctx) }()"),
        ("go run(ctx)", "run(ctx)"),
        ("panic(err)", "throw err"),
        ("a, b := b, a", "a, b = [b, a]"),
        ('q += " x" + *p', 'q += (" x" + p)'),
        ("f(args...)", "f(*args)"),
        ("rows := pgx.CollectRows[Row](r)", "rows = pgx.CollectRows(r)"),
        ("n := v.(string)", "n = (v as string)"),
        ('b := []byte("x")', 'b = ("x" as []byte)'),
        ("c.AfterRelease = func(c *pgx.Conn) bool { return true }",
         "c.AfterRelease = fn (c: *pgx.Conn) -> bool { return True }"),
    ],
)  # fmt: skip
def test_statements_and_expressions(source: str, expected: str) -> None:
    assert inside(source) == [expected]


def test_pieces_are_where_they_are_written() -> None:
    source = 'package p\nvar é = "ü\\"\\u00e9\\101" + `\\n\r\nä`'
    assert strings(".go", source) == ['ü\\"\\u00e9\\101', "\\n\r\nä"]
    assert form(".go", source).split("\n", 1)[1] == 'é = ("ü"éA" + "\\n\r\nä")'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", ""),
        ("package p\r\nvar a = f()\r\n", "a = f()"),
        ("package p\n<<<<<<< HEAD\nvar a = 1\n=======\nvar a = 2\n>>>>>>> b\nvar b = g()", "g()"),
        ("package p\nfunc f() { if x := ; }\nfunc g() { h(`x`) }", 'h("x")'),
        ("package p\nfunc (", ""),
    ],
)
def test_what_cannot_be_parsed_costs_no_more_than_itself(source: str, expected: str) -> None:
    assert expected in form(".go", source)
