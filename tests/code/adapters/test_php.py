"""PHP in the form."""

from __future__ import annotations

from rlslint.code.adapters import language_of
from rlslint.code.adapters.building import parsed
from tests.code.adapters.rendering import form, strings


def within(body: str) -> str:
    """Return the form of statements."""
    return form(".php", f"<?php {body}")


def test_names_of_namespaces_are_imported_and_files_included() -> None:
    source = (
        "namespace App\\Db; use PDO; use A\\B as C; use D\\{E, F\\G as H}; use function I\\j;"
        "require_once __DIR__ . '/db.php'; include 'k.php';"
    )
    assert within(source) == (
        "import PDO = PDO\nimport C = A : B\nimport E = D : E\nimport H = D\\F : G\n"
        "import j = I : j\nimport * = /db.php : *\nimport * = k.php : *"
    )


def test_classes_with_traits_and_promoted_parameters() -> None:
    source = """
#[Entity] final class A extends \\B\\C implements D {
  use E;
  private const SQL = 'a', OTHER = "b";
  protected static ?string $name = null;
  public function __construct(private readonly PDO $pdo, ?string $x = 'c', int ...$rest) {
    parent::__construct($x);
  }
  public static function run(int|string $id): static { return self::$name; }
}
return new class extends Migration { public function up(): void { f(); } };"""
    assert within(source) == (
        '[#[Entity]] [final] class A < C, D, E { SQL = "a"; OTHER = "b"; name: ?string = None; '
        "pdo: PDO; "
        '[public] fn __construct(pdo: PDO, x: ?string = "c", *rest: int) '
        "{ this.pdo = pdo; parent.__construct(x) }; "
        "[public] [static] fn run(id: int|string) -> static { return self.name } }\n"
        "return class  < Migration { [public] fn up() -> void { f() } }"
    )


def test_strings_of_every_kind() -> None:
    source = r"""f('a\'b\n', "c\n\x41$d {$e->f['g']} $h[0] $i[j] {$k->l(1)} ${m} é\$", "{$n}o");"""
    assert within(source) == (
        'f("a\'b\\n", "c\nA{d} {e.f["g"]} {h[0]} {i["j"]} {k.l(1)} {m} é$", "{n}o")'
    )
    assert strings(".php", "<?php " + source)[:2] == [
        r"a\'b\n",
        r"c\n\x41{$d} {$e->f['g']} {$h[0]} {$i[j]} {$k->l(1)} {m} é\$",
    ]


def test_heredocs_lose_the_indentation_of_their_end() -> None:
    source = (
        "f(<<<SQL\n    SET {$a}\n      b $c\n\n    d\n    SQL, <<<'RAW'\n  e $f\n  g\n  RAW);\nh();"
    )
    assert within(source) == 'f("SET {a}\n  b {c}\n\nd", "e $f\ng")\nh()'
    assert strings(".php", "<?php " + source) == ["SET {$a}\n  b {$c}\n\nd", "e $f\ng"]


def test_windows_line_ends_in_heredocs() -> None:
    assert strings(".php", "<?php f(<<<A\r\n  a {$b}\r\n  c\r\n  A);\r\n") == ["a {$b}\r\nc"]


def test_calls_of_every_kind() -> None:
    source = (
        "$this->pdo?->exec('a', flags: 1); DB::statement('b', [$c]); \\A\\d(...$e); "
        "(new F\\G($h))->i(); new $j; K::L; (function () use ($m) { return 1; })();"
    )
    assert within(source) == (
        'this.pdo.exec("a", flags=1)\nDB.statement("b", [c])\nd(*e)\nG(h).i()\nj()\nK.L\n'
        "fn () { return 1 }()"
    )


def test_closures() -> None:
    source = (
        "DB::transaction(function (A $a) use (&$b): void { $a->c(); }, 3); f(fn ($x) => $x + 1);"
    )
    assert within(source) == (
        "DB.transaction(fn (a: A) -> void { a.c() }, 3)\nf(fn (x) => (x + 1))"
    )


def test_arrays_and_assignments() -> None:
    source = (
        "$a = ['b' => 1, 2, ...$c]; $d = array(3); [$e, $f] = g(); list('h' => $i) = j();"
        "$k .= 'l' . $m . \"n\"; $o ??= 1; $p['q'][] = 2; $r = &$s; static $t = [];"
    )
    assert within(source) == (
        "a = {b: 1, 2, *c}\nd = [3]\ne, f = g()\n?() = j()\n"
        'k += ("l" + m + "n")\no or= 1\np["q"][?()] = 2\nr = s\nt = []'
    )


def test_conditions_and_casts() -> None:
    source = (
        "if ($a === 1) { b(); } elseif ($c <> 2) d(); else if (!$e) { f(); } else { g(); }"
        "if ($a): b(); else: c(); endif; $h = $i ?: ((int) $j ?? ($k ? 1 : 2)); @l();"
    )
    assert within(source) == (
        "if (a == 1) then { b() } else if (c != 2) then d() "
        "else if (not e) then { f() } else { g() }\n"
        "if a then { b() } else { c() }\n"
        "h = (i or ((j as int) or if k then 1 else 2))\nl()"
    )


def test_one_of_several_ways() -> None:
    source = (
        "switch ($a) { case 1: case 'b': c(); break; case 2: return; default: d(); }"
        "$e = match(true) { $f, 3 => 'g', default => throw new H() };"
    )
    assert within(source) == (
        'choose a { 1, "b" => { c() }; 2 => { return }; else => { d() } }\n'
        'e = choose True { f, 3 => "g"; else => throw H() }'
    )


def test_loops() -> None:
    source = (
        "foreach ($a as $k => &$v) { f($v); continue; } foreach ($b as [$c, $d]): g(); endforeach;"
        "for ($i = 0; $i < 3; $i++) h(); while ($j) { break; } do { yield $k; } while ($l);"
    )
    assert within(source) == (
        "for v in a { f(v); break }\nfor c, d in b { g() }\n"
        "i = 0\nwhile if (i < 3) { h(); i }\nwhile if j { break }\nwhile if l { yield k }"
    )


def test_errors_are_handled_and_endings_run() -> None:
    source = "try { f(); } catch (A | B $e) { throw $e; } catch (C) { exit(1); } finally { g(); }"
    assert within(source) == "try { f() } except { throw e } except { throw 1 } finally { g() }"


def test_the_page_around_is_left_out() -> None:
    source = "<html><?php f('a'); ?> é <?= $b ?></html>\n<?php if ($c): ?><p><?php g(); endif;"
    assert form(".php", source) == 'f("a")\nb\nif c then { g() }'


def test_a_fault_in_the_source_costs_itself() -> None:
    source = (
        "class A { function f() { g('a'); } function h( { } }\nclass B { function i() { j('b'); } }"
    )
    assert strings(".php", f"<?php {source}") == ["a", "b"]


def test_both_sides_of_a_merge_conflict_are_there() -> None:
    source = "<?php\nf('a');\n<<<<<<< x\ng('b');\n=======\ng('c');\n>>>>>>> y\nh('d');\n"
    assert {"a", "d"} <= set(strings(".php", source))


def test_nothing_is_nothing() -> None:
    assert form(".php", "") == ""


def test_nesting_has_an_end() -> None:
    assert parsed(language_of(".php"), b"<?php $a = " + b"[" * 3000 + b"]" * 3000 + b";").is_cut
    chain = b"<?php $a = " + b" . ".join([b"$b"] * 3000) + b";"
    assert not parsed(language_of(".php"), chain).is_cut
