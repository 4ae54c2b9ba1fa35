"""Rust in the form."""

from __future__ import annotations

from rlslint.code.adapters import language_of
from rlslint.code.adapters.building import parsed
from tests.code.adapters.rendering import form, strings


def within(body: str) -> str:
    """Return the form of the statements of a function."""
    return form(".rs", f"fn f() {{ {body} }}").removeprefix("fn f() => { ").removesuffix(" }")


def test_paths_are_imported() -> None:
    source = (
        "use sqlx::{query, PgPool as P, postgres::{self, PgRow}}; use a::*; pub use b;"
        "mod c; extern crate d as e; mod g { use h::i; }"
    )
    assert form(".rs", source) == (
        "import query = sqlx : query\nimport P = sqlx : PgPool\nimport postgres = sqlx : postgres\n"
        "import PgRow = sqlx::postgres : PgRow\nimport * = a : *\nimport b = b\nimport c = c\n"
        "import e = d\nimport i = h : i"
    )


def test_structures_and_what_is_implemented_for_them() -> None:
    source = """
#[derive(Clone)] pub struct Store<T> { pub pool: PgPool, n: Option<T> }
struct Pair(PgPool, i32);
#[async_trait] impl<'a> a::Load for Store<'a> {
  const K: u8 = 1u8;
  pub async fn run(&self, mut id: Uuid, (a, b): (i32, i32)) -> Result<()> { self.go(id, a) }
}
trait Load: Send { fn run(&self); }"""
    assert form(".rs", source) == (
        "[#[derive(Clone)]] [pub] class Store { pool: PgPool; n: Option<T> }\n"
        "class Pair { 0: PgPool; 1: i32 }\n"
        "[#[async_trait]] extend Store < a::Load { K: u8 = 1; "
        "[pub] [async] fn run(self, id: Uuid, (a, b): (i32, i32)) -> Result<()> => "
        "{ a, b = (a, b); self.go(id, a) } }\n"
        "class Load < Send { fn run(self) => {} }"
    )


def test_strings_of_every_kind() -> None:
    source = 'const é: &str = "a\\n\\u{41}\\"b \\\n    c";\nstatic B: &[u8] = br#"d "e" \\n"#;'
    assert form(".rs", source) == 'é: &str = "a\nA"b c"\nB: &[u8] = "d "e" \\n"'
    assert strings(".rs", source) == ['a\\n\\u{41}\\"b c', 'd "e" \\n']


def test_macros_have_arguments() -> None:
    body = (
        'sqlx::query!("a {}", x.y, &z?, id = f(1, "b")?).go(); vec!["c", "d"]; '
        'format!("e" , g::h + "i", j!("k"), [1, 2], (l), m * 2);'
    )
    assert within(body) == (
        'sqlx.query!("a {}", x.y, z, id=f(1, "b")).go(); ["c", "d"]; '
        'format!("e", (g.h + "i"), j!("k"), [1, 2], l, ?(m, 2))'
    )


def test_calls_leave_references_and_questions_out() -> None:
    body = 'a.b::<T>("c").d(&mut *e).await?; S::new(f)?; <T as U>::g(); h[0] as i64'
    assert within(body) == 'a.b("c").d(e); S.new(f); ?(?(T, U)).g(); (h[0] as i64)'


def test_patterns_take_values_apart() -> None:
    body = (
        "let mut a: i32 = 1; let (b, _) = f(); let S { c, d: e } = g; "
        "let Some(h) = i else { return j; }; k += 1; *l = 2;"
    )
    assert within(body) == (
        "a: i32 = 1; b, ?() = f(); c = g.c; e = g.d; h = i; if ?() then { return j }; k += 1; l = 2"
    )


def test_literals_of_structures_and_lists() -> None:
    assert within("S { a: 1, b, ..c }; [1, 2]; (d, true); Self { e: f() }") == (
        "S{a: 1, b: b, *c}; [1, 2]; [d, True]; Self{e: f()}"
    )


def test_conditions() -> None:
    body = "if a && !b { c } else if let Some(d) = e { d } else { f }"
    assert within(body) == "if (a and (not b)) then { c } else if ?(d = e) then { d } else { f }"


def test_one_of_several_ways() -> None:
    body = (
        'match a { B::C | "d" => e, Some(f) => { return f; } Ok(g) if g > 1 => 1, '
        "T { h } => h, _ => 2 }"
    )
    assert within(body) == (
        'choose a { B.C, "d" => e; ?(Some, f) => { f = a; return f }; '
        "?(Ok, g), (g > 1) => { g = a; 1 }; ?(T, ?(h)) => h; else => 2 }"
    )


def test_loops() -> None:
    body = (
        "for (_, a) in b.iter() { c(a); continue; } while let Some(d) = e { break; } loop { g() }"
    )
    assert within(body) == (
        "for _, a in b.iter() { c(a); break }; while if ?(d = e) { break }; while { g() }"
    )


def test_closures_and_blocks() -> None:
    body = "a.b(|c, d: T| async move { c.e().await }); move || f(); unsafe { g() }"
    assert within(body) == "a.b(fn (c, d: T) => { c.e() }); fn () => f(); g()"


def test_a_fault_in_the_source_costs_itself() -> None:
    source = 'fn a() { b("c"); } fn d( { } fn e() { f("g"); }'
    assert {"c", "g"} <= set(strings(".rs", source))


def test_both_sides_of_a_merge_conflict_are_there() -> None:
    source = 'fn a() {\n<<<<<<< x\nb("c");\n=======\nb("d");\n>>>>>>> y\ne("f");\n}'
    assert {"c", "d", "f"} <= set(strings(".rs", source))


def test_windows_line_ends_are_text() -> None:
    assert strings(".rs", 'const A: &str = "b\r\nc";\r\n') == ["b\r\nc"]


def test_nothing_is_nothing() -> None:
    assert form(".rs", "") == ""


def test_nesting_has_an_end() -> None:
    nested = b"const A: i32 = " + b"(" * 3000 + b"1" + b")" * 3000 + b";"
    assert parsed(language_of(".rs"), nested).is_cut
    tokens = b"fn a() { b!" + b"(" * 3000 + b")" * 3000 + b"; }"
    form(".rs", tokens)
    chain = b"const A: i32 = " + b" + ".join([b"1"] * 3000) + b";"
    assert not parsed(language_of(".rs"), chain).is_cut
