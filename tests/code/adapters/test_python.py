"""Python in the form."""

from __future__ import annotations

import pytest

from rlslint.code.adapters import language_of
from rlslint.code.adapters.building import parsed
from tests.code.adapters.rendering import form, strings


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("'SELECT 1'", '"SELECT 1"'),
        ("r'SELECT \\d'", '"SELECT \\d"'),
        ("'SELECT \\'a\\' \\x41 \\u00e9 \\N{BULLET} \\101'", "\"SELECT 'a' A é • A\""),
        ("'SELECT ' 'x' \" FROM y\"", '"SELECT x FROM y"'),
        ("('SELECT x '  # why\n 'FROM y')", '"SELECT x FROM y"'),
        ("f'SELECT {{1}} {a.b!s}'", '"SELECT {1} {a.b}"'),
        ("f'SELECT {a:>10} {b:d} {c!r}'", "\"SELECT {a} {(b as int)} '{c}'\""),
        ("f'''SELECT {a[\"x\"]}\n {b}'''", '"SELECT {a["x"]}\n {b}"'),
        ("b'SELECT 1'", '"SELECT 1"'),
        ("'SELECT \\\nx'", '"SELECT x"'),
        ("r'\\\\' '\\1\\s' b'\\u00e9'", '"\\\\\x01\\s\\u00e9"'),
        ("f'{a!r:>{w}} {b=} {c:%Y-%m}'", "\"'{a}' '{b}' {c}\""),
        ("f'{a['b']} {f'{c}'}'", '"{a["b"]} {"{c}"}"'),
        ("0o17, 0b11, 1_000, 0xff, 1.5e3, -2", "[15, 3, 1000, 255, 1500.0, -2]"),
        ("1,", "[1]"),
    ],
)
def test_literals(literal: str, expected: str) -> None:
    assert form(".py", f"x = {literal}") == f"x = {expected}"


def test_each_character_stands_where_it_is_written() -> None:
    source = "é = f(\"SELECT 'é\\n\\x41' AS naïve\" ' FROM docs', f\"{é} b\")\n"
    assert strings(".py", source) == ["SELECT 'é\\n\\x41' AS naïve FROM docs", "{é} b"]


def test_a_byte_order_mark_and_ends_of_lines_of_windows() -> None:
    source = '\ufeffimport psycopg\r\nx = """SELECT\r\n  é"""\r\n'
    assert strings(".py", source) == ["SELECT\r\n  é"]
    assert form(".py", source) == 'import psycopg = psycopg\nx = "SELECT\n  é"'


def test_what_is_no_text_moves_nothing() -> None:
    assert strings(".py", "x = 1") == []
    made = parsed(language_of(".py"), b"# \xe9\nx = 'a'  # \xff\ny = '\xe9b'\n")
    assert made.problem == ""


def test_calls_and_operators() -> None:
    assert form(".py", "a.b(1, *c, d=2, **e)[0]") == "a.b(1, *c, d=2, **=e)[0]"
    assert form(".py", "x = a % b + c + -1 if not d and e is not None else f in g") == (
        "x = if ((not d) and (e != None)) then ((a % b) + c + -1) else (f in g)"
    )
    assert form(".py", "x = [a + 1 for a, b in c if a if b]") == (
        "x = for a, b in c if a if b (a + 1)"
    )


def test_functions_classes_and_what_is_written_on_them() -> None:
    source = """
@decorated("x")
class A(B, c.D[int], metaclass=M):
    conn: Connection
    @staticmethod
    async def f(self, a: Optional[Pool], b: "C" = 1, *rest, d=2, **kw) -> Iterator[E]:
        '''Documentation.'''
        x = await a.b()
        yield x
"""
    assert form(".py", source) == (
        '[@decorated("x")] class A < B, c.D { conn: Connection; '
        "[@staticmethod] fn f(self, a: Pool, b: C = 1, *rest, d = 2, **kw) -> E "
        "{ ?(); x = a.b(); yield x } }"
    )


def test_statements() -> None:
    source = """
if a:
    b()
elif c:
    d()
else:
    e()
for x, y in z:
    continue
with a() as b, c:
    d()
try:
    a()
except E as e:
    raise
else:
    b()
finally:
    c()
match x:
    case "a" | 1:
        b()
    case _:
        c()
a = b = c
a += 1
"""
    assert form(".py", source) == (
        "if a then { b() } else if c then { d() } else { e() }\nfor x, y in z { break }\n"
        "with b = a(),  = c { d() }\ntry { a(); b() } except { throw } finally { c() }\n"
        'choose x { "a", 1 => { b() }; else => { c() } }\na = b = c\na += 1'
    )


def test_modules_are_named_as_they_are_imported() -> None:
    source = "import a.b\nimport c as d\nfrom ..e import f as g, h\nfrom i import *\n"
    made = parsed(language_of(".py"), source.encode())
    assert form(".py", source) == (
        "import a = a\nimport  = a.b\nimport d = c\n"
        "import g = ..e : f\nimport h = ..e : h\nimport * = i : *"
    )
    assert made.modules == ("a.b", "c", "i.*")


def test_modules_are_found_wherever_they_are_imported() -> None:
    source = "def f():\n    if a:\n        import b\n    from c.d import (e,  # why\n        g)\n"
    made = parsed(language_of(".py"), f'"""\n    import documented\n"""\n{source}'.encode())
    assert sorted(made.modules or ()) == ["b", "c.d.e", "c.d.g"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("print 'x', y", '?("x", y)'),
        ("exec 'x' in y", '?("x", y)'),
        ("try:\n  a()\nexcept (B, C), e:\n  d()", "try { a() } except { d() }"),
        ("def f(a, (b, c)): pass", "fn f(a, (b, c)) { ?() }"),
    ],
)
def test_what_is_older(source: str, expected: str) -> None:
    assert form(".py", source) == expected
    assert parsed(language_of(".py"), source.encode()).problem == ""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f[T: int](a: T) -> T: return a", "fn f(a: T) -> T { return a }"),
        ("class A[T](B[T]): pass", "class A < B { ?() }"),
        ("type A = B | C", "A = (B | C)"),
        ("type(a).b = 'x'", 'a.b = "x"'),
        ("try:\n  a()\nexcept* B as e:\n  d()", "try { a() } except { d() }"),
        ("with (a() as b, c() as d.e):\n  f()", "with b = a(), d.e = c() { f() }"),
        ("if (a := b()): c(a)", "if a = b() then { c(a) }"),
        ("x = lambda a, *b, c=1: a", "x = fn (a, *b, c = 1) => a"),
        ("while a:\n  b()\nelse:\n  c()", "while if a { b() }\nc()"),
        ("x = {**a, 'b': 1, c: 2}", "x = {*a, b: 1, [{ c }]: 2}"),
        ("x = {a: b for a, (c, d) in e}", "x = dict(for a, _1 in e if c, d = _1 [a, b])"),
        ("x = a + \\\n  b  # why\n", "x = (a + b)"),
        ("a not in b; a < b < c", "(not (a in b))\n?(a, b, c)"),
    ],
)
def test_what_is_newer_and_rarer(source: str, expected: str) -> None:
    assert form(".py", source) == expected
    assert parsed(language_of(".py"), source.encode()).problem == ""


def test_one_of_several_ways() -> None:
    source = (
        "match a, b:\n  case 'x' | -1: c()\n  case [d, *_]: c()\n  case e.f: c()\n"
        "  case None: c()\n  case g if h: c()\n  case i: c()\n"
    )
    assert form(".py", source) == (
        'choose [a, b] { "x", ?() => { c() }; ?() => { c() }; e.f => { c() }; None => { c() }; '
        "?() => { c() }; else => { c() } }"
    )


def test_tabs_and_form_feeds() -> None:
    source = "def f():\n\tif a:\n\t\tb()\n\f\ndef g():\n\tc()\n"
    assert form(".py", source) == "fn f() { if a then { b() } }\nfn g() { c() }"


@pytest.mark.parametrize(
    "broken", ["def g(:\n    pass\n", "x = = 1\n", "class A:\n  def g(self):\n    h.i('a'\n"]
)
def test_what_is_broken_is_read_around(broken: str) -> None:
    source = f"f('SET x.y = 1')\n{broken}h('SELECT 1')\n"
    made = parsed(language_of(".py"), source.encode())
    assert made.problem.startswith("Python cannot parse this file at line ")
    assert {"SET x.y = 1", "SELECT 1"} <= set(strings(".py", source))


def test_a_merge_that_was_left_unfinished_has_both_sides() -> None:
    source = "<<<<<<< ours\nf('a')\n=======\nf('b')\n>>>>>>> theirs\n"
    assert strings(".py", source) == ["a", "b"]


@pytest.mark.parametrize(
    "source",
    [
        "def f(:\n",
        "x = 'a\0b'\n",
        "x = " + "(" * 500 + ")" * 500,
        "c.execute(" + "[" * 150 + "]" * 150 + ")",
        "x = " + "-" * 20_000 + "1\n",
        "x = " + "-" * 100_000,
        "x = " + " + ".join(["'SELECT 1'"] * 5_000) + "\n",
        "x = " + ".a" * 20_000,
        "x = a" + ".b()" * 3_000,
        "if 1:\n" + "".join(" " * n + "if 1:\n" for n in range(1, 99)) + " " * 99 + "x\n",
        "if a:\n  b\n" + "elif c:\n  d\n" * 5_000,
        "f'{x!r:>{w}} {x=}'\n'\\N{no such}'\n",
        "x = y = x\nx.execute(*x, **y)\n",
        "x = '\\ud800'\n",
        "",
    ],
)
def test_nothing_that_is_written_is_a_fault(source: str) -> None:
    made = parsed(language_of(".py"), source.encode())
    assert made.problem == "" or made.problem.endswith(".")
