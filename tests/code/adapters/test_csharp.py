"""C# in the form."""

from __future__ import annotations

from rlslint.code.adapters import language_of
from rlslint.code.adapters.building import parsed
from tests.code.adapters.rendering import form, strings


def within(body: str) -> str:
    """Return the form of the statements of a method."""
    made = form(".cs", f"class A {{ void F() {{ {body} }} }}")
    return made.removeprefix("class A { fn F() -> void { ").removesuffix(" } }")


def test_namespaces_static_members_and_aliases_are_imported() -> None:
    assert form(".cs", "using Npgsql;\nusing static A.B;\nusing Db = Npgsql.NpgsqlConnection;") == (
        "import * = Npgsql : *\nimport * = A.B : *\nimport Db = Npgsql : NpgsqlConnection"
    )


def test_namespaces_leave_no_trace() -> None:
    assert form(".cs", "namespace A.B { class C { } }") == "class C {}"
    assert form(".cs", "namespace A.B;\nclass C { }").endswith("\nclass C {}")


def test_formats_of_holes_are_no_text() -> None:
    assert within('f($"{a,10:N2} {b}");') == 'f("{a} {b}")'


def test_a_primary_constructor_and_what_a_class_holds() -> None:
    source = """[Table("rows")] public class Store<T>(NpgsqlDataSource db) : Base(db), IStore<T> {
  private const string Sql = "a", Other = "b";
  private readonly Cache cache = new();
  public string Name { get; set; } = "n";
  public string Path => $"{Name}/x";
  public string Full { get { return Name; } set => Name = value; }
  public Store(string c) : this(c, 1) { Name = c; }
  public async Task<int> Run([FromRoute] Guid id, int n = 3) => await db.Go(id);
}"""
    assert form(".cs", source) == (
        '[[Table("rows")]] [public] class Store(db: NpgsqlDataSource) < Base, IStore { '
        'Sql: string = "a"; Other: string = "b"; cache: Cache = Cache(); Name: string = "n"; '
        'Path: string = "{Name}/x"; '
        "[public] [get] fn Full() -> string { return Name }; "
        "[public] [set] fn Full(value: string) => Name = value; "
        "[public] fn Store(c: string) { this(c, 1); Name = c }; "
        "[public] [async] fn Run(id: Guid, n: int = 3) -> Task<int> => db.Go(id) }"
    )


def test_a_partial_class_adds_to_its_other_parts() -> None:
    assert form(".cs", "partial class A { }") == "[partial] extend A {}"


def test_using_declarations_hold_until_the_block_ends() -> None:
    body = "f(); await using var c = await db.Open(); using T d = new(c), e = g(); d.Go(); "
    assert within(body) == "f(); with c = db.Open() { with d = T(c), e = g() { d.Go() } }"


def test_top_level_statements_hold_what_they_use() -> None:
    assert form(".cs", "using var c = db.Open();\nc.Go();") == "with c = db.Open() { c.Go() }"


def test_using_statements() -> None:
    assert within("using (var t = c.Begin()) { t.Go(); } using (c) f();") == (
        "with t = c.Begin() { t.Go() }; with  = c f()"
    )


def test_strings_of_every_kind() -> None:
    source = (
        'var x = "a\\n" + @"b""c" + $"d{{{e}}}" + $@"f""{g}""" + @$"h{i}{{" + "j"u8\n'
        ' + """k "l" """ + $$"""m {n} {{o}}""";'
    )
    assert form(".cs", source) == (
        'x: var = ("a\n" + "b"c" + "d{{e}}" + "f"{g}"" + "h{i}{" + "j" + "k "l" " + "m {n} {o}")'
    )
    assert strings(".cs", source) == [
        "a\\n",
        'b""c',
        "d{{{e}}}",
        'f""{g}""',
        "h{i}{{",
        "j",
        'k "l" ',
        "m {n} {o}",
    ]


def test_doubled_quotes_do_not_break_the_rest_of_the_file() -> None:
    source = '/* $@" */ f("$@", \'"\'); var x = $@"a ""{b}"" c"; g("", "d"); // $@"\nh();'
    assert form(".cs", source) == 'f("$@", """)\nx: var = "a "{b}" c"\ng("", "d")\nh()'


def test_raw_strings_lose_the_indentation_of_their_end() -> None:
    source = 'var é = $"""\n    SELECT {x}\n      FROM t\n    """;\r\nvar b = 1;'
    assert form(".cs", source) == 'é: var = "SELECT {x}\n  FROM t"\nb: var = 1'
    assert strings(".cs", source) == ["SELECT {x}\n  FROM t"]


def test_windows_line_ends_in_raw_strings() -> None:
    source = 'var a = """\r\n  b\r\n    c\r\n  """;'
    assert strings(".cs", source) == ["b\r\n  c"]


def test_calls_with_names_generics_and_optional_chains() -> None:
    body = (
        "c.Add<int>(name: 1, 2); a?.B?.C(out var d)[0] = e!; new N.T(1) { P = 2, Q = { 3 } }.R();"
    )
    assert within(body) == ("c.Add(2, name=1); a.B.C(d)[0] = e; T(1, P=2, Q=[3]).R()")


def test_collections_and_objects() -> None:
    body = (
        "var a = new[] { 1 }; int[] b = { 2 }; var c = new List<int> { 3 }; int[] d = [4, .. a];"
        'var e = new Dictionary<string, int> { ["k"] = 5, ["l"] = 6 };'
        'var f = new Map { { "m", 7 } }; var g = new { H = 8, x.I }; var j = (1, 2);'
        "var k = new string[] { n }; var l = new int[3];"
    )
    assert within(body) == (
        "a: var = [1]; b: int[] = [2]; c: var = [3]; d: int[] = [4, *a]; "
        "e: var = Dictionary{k: 5, l: 6}; f: var = Map{m: 7}; g: var = {H: 8, I: x.I}; "
        "j: var = [1, 2]; k: var = [n]; l: var = []"
    )


def test_targets_are_taken_apart() -> None:
    assert within("(a, b) = f(); var (c, d) = g(); (var e, int i) = h(); j += k; l ??= m;") == (
        "a, b = f(); c, d: var = g(); e, i = h(); j += k; l or= m"
    )


def test_conditions_and_casts() -> None:
    body = (
        'if (a is null || b is not "x") return 1; else if (!c) throw new E("y"); else { } '
        "var d = e ? (int)f : g as T; var h = i ?? j; k(l != m);"
    )
    assert within(body) == (
        'if ((a == None) or (b != "x")) then return 1 '
        'else if (not c) then throw E("y") else {}; '
        "d: var = if e then (f as int) else (g as T); h: var = (i or j); k((l != m))"
    )


def test_switches_take_one_of_several_ways() -> None:
    body = (
        "switch (a) { case 1: case 2: f(); break; case T b when b.C: return 3; "
        "default: g(); break; }"
        'var d = a switch { 1 or 2 => "e", _ => throw h };'
    )
    assert within(body) == (
        "choose a { 1, 2 => { f() }; ?(T, b), ?(b.C) => { return 3 }; else => { g() } }; "
        'd: var = choose a { 1, 2 => "e"; else => throw h }'
    )


def test_loops() -> None:
    body = (
        "foreach (var (a, b) in c) f(a); await foreach (T d in e) { break; } "
        "for (int i = 0; i < 3; i++) { g(i); } while (h) j(); do { k(); } while (l);"
    )
    assert within(body) == (
        "for a, b in c f(a); for d in e { break }; i: int = 0; while if (i < 3) { g(i); i }; "
        "while if h j(); while if l { k() }"
    )


def test_errors_are_handled_and_endings_run() -> None:
    assert within("try { f(); } catch (E e) when (e.A) { g(); } catch { } finally { h(); }") == (
        "try { f() } except { g() } except {} finally { h() }"
    )


def test_functions_within_functions() -> None:
    body = (
        "f(a => a.B(), async (T b, c) => { await d(); }, delegate (int e) { return e; });"
        "int G(int x) => x; yield return 1; yield break;"
    )
    assert within(body) == (
        "f(fn (a) => a.B(), [async] fn (b: T, c) { d() }, fn (e: int) { return e }); "
        "fn G(x: int) -> int => x; yield 1; yield"
    )


def test_what_is_compiled_conditionally_is_there() -> None:
    assert form(".cs", "#if A\nclass B { }\n#else\nclass C { }\n#endif") == "class B {}\nclass C {}"
    assert within("\n#if A\nreturn;\n#else\nf();\n#endif\ng();") == (
        "if A then { return } else { f() }; g()"
    )


def test_a_fault_in_the_source_costs_itself() -> None:
    source = 'class A { void F() { f("a"); } void G( { } }\nclass B { void H() { g("b"); } }'
    made = form(".cs", source)
    assert 'f("a")' in made and 'class B { fn H() -> void { g("b") } }' in made


def test_both_sides_of_a_merge_conflict_are_there() -> None:
    source = 'class A { void F() {\n<<<<<<< a\nf("a");\n=======\nf("b");\n>>>>>>> b\ng("c");\n} }'
    assert strings(".cs", source) == ["a", "b", "c"]


def test_nothing_is_nothing() -> None:
    assert form(".cs", "") == ""


def test_nesting_has_an_end() -> None:
    source = b"class A { int b = " + b"(" * 3000 + b"1" + b")" * 3000 + b"; }"
    assert parsed(language_of(".cs"), source).is_cut
    chained = "var a = " + " + ".join(["b"] * 3000) + ";"
    assert not parsed(language_of(".cs"), chained.encode()).is_cut
