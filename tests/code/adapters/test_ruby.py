"""Ruby in the form."""

from __future__ import annotations

from rlslint.code.adapters import language_of
from rlslint.code.adapters.building import parsed
from tests.code.adapters.rendering import form, strings


def test_files_are_required() -> None:
    assert form(".rb", "require 'pg'\nrequire_relative \"../db\"") == (
        "import * = pg : *\nimport * = ../db : *"
    )


def test_classes_with_what_they_mix_in_and_their_fields() -> None:
    source = """
module A
  class B::C < ActiveRecord::Migration[7.0]
    include D
    attr_reader :conn
    attr_accessor :name
    def initialize(conn, n = 1, *rest, key:, opt: 2, **kw, &blk)
      @conn = conn; @@all ||= {}
    end
    def self.run(a) = conn.exec(a)
    private def f; end
    class << self
      def g; super; end
    end
  end
end"""
    assert form(".rb", source) == (
        "class A { class C < ActiveRecord::Migration, D { include(D); "
        "fn conn() => self.conn; fn name() => self.name; "
        "fn initialize(conn, n = 1, *rest, key, opt = 2, **kw, blk) => "
        "{ self.conn = conn; self.all or= {} }; "
        "[self] fn run(a) => conn.exec(a); [private] fn f() => {}; "
        "fn g() => { super() } } }"
    )


def test_heredocs_stand_behind_their_statement() -> None:
    source = (
        "é.execute(<<~A.squish, <<-'B', 1)\n  SET #{x}\n    \\t y\nA\n  raw #{x}\n  B\nf(\"c\")\n"
    )
    assert form(".rb", source) == (
        'é.execute("SET {x}\n  \t y\n".squish(), "  raw #{x}\n", 1)\nf("c")'
    )
    assert strings(".rb", source) == ["SET {x}\n  \\t y\n", "  raw #{x}\n", "c"]


def test_heredocs_among_arguments() -> None:
    assert form(".rb", "f(<<~A,\n  a #{b}\nA\n  1)\ng(<<~C)\n  c\nC\n") == (
        'f("a {b}\n", 1)\ng("c\n")'
    )


def test_heredocs_without_an_end_take_no_other_body() -> None:
    assert '"b\n"' in form(".rb", "f(<<~B)\n  b\nB\ng(<<~A)\n  a\n")


def test_strings_of_every_kind() -> None:
    source = (
        "f('a\\'b\\n', \"c\\n\\101#{d}\", %q(e\\)), %Q[g#{h}], "
        ':i, :"j#{k}", \'l\' "m", %w[n o], %i[p])'
    )
    assert form(".rb", source) == (
        'f("a\'b\\n", "c\nA{d}", "e)", "g{h}", "i", "j{k}", ("l" + "m"), ["n", "o"], ["p"])'
    )
    assert strings(".rb", source)[:3] == ["a\\'b\\n", "c\\n\\101{d}", "e\\)"]


def test_blocks_are_the_last_argument() -> None:
    source = """
conn.transaction(isolation: :serializable) { |c, (a, b)| c.exec "x" }
with_tenant id do f end
lambda { |a| a }
->(a, b = 1) { a }
list.each(&:run)
f(*a, **b, &c)
"""
    assert form(".rb", source) == (
        'conn.transaction(fn (c, ) => { c.exec("x") }, isolation="serializable")\n'
        "with_tenant(id, fn () => { f })\n"
        "fn (a) => { a }\n"
        "fn (a, b = 1) => { a }\n"
        'list.each("run")\n'
        "f(*a, *b, c)"
    )


def test_calls_with_and_without_arguments() -> None:
    source = (
        "A::B.connection.execute(1)\nx&.y(a: 1, 'b' => 2, c:)\nx.y = z\nx[1] = 2\nf.(3)\nA::g(4)"
    )
    assert form(".rb", source) == (
        "A.B.connection().execute(1)\nx.y(a=1, b=2, c=c)\nx.y = z\nx[1] = 2\nf(3)\nA.g(4)"
    )


def test_hashes_and_assignments() -> None:
    source = "h = {a: 1, 'b' => c, d:}\na, b = 1, 2\ne += 'f'\ng ||= nil\n$h = true"
    assert form(".rb", source) == (
        'h = {a: 1, b: c, d: d}\na, b = [1, 2]\ne += "f"\ng or= None\n$h = True'
    )


def test_text_is_added_to_text() -> None:
    assert form(".rb", "sql << 'a'\nsql << 'b' << c\n'd' << e\n1 << 2") == (
        'sql += "a"\nsql += ("b" + c)\n("d" + e)\n(1 << 2)'
    )


def test_conditions() -> None:
    source = """
if a && !b then c elsif d then e else f end
unless a then b end
g if h
return 1, 2 unless i
raise E, "x" if j == k ? l : m
"""
    assert form(".rb", source) == (
        "if (a and (not b)) then { c } else if d then { e } else { f }\n"
        "if (not a) then { b }\n"
        "if h then g\n"
        "if (not i) then return [1, 2]\n"
        "if if (j == k) then l else m then throw E"
    )


def test_one_of_several_ways() -> None:
    source = """
case a when 1, 2 then b when String then c else d end
case e
in {f: 1} | nil then g
in [h] if i then j
end"""
    assert form(".rb", source) == (
        "choose a { 1, 2 => { b }; String => { c }; else => { d } }\n"
        'choose e { ?(?("f", 1)), None => { g }; ?(h), i => { j } }'
    )


def test_loops() -> None:
    source = (
        "for i in list do f end\nwhile a do b; next end\nc until d\nlist.each { |x| next 1; break }"
    )
    assert form(".rb", source) == (
        "for i in list { f }\nwhile if a { b; break }\nwhile if (not d) c\n"
        "list.each(fn (x) => { return 1; break })"
    )


def test_errors_are_handled_and_endings_run() -> None:
    source = """
def f
  yield 1
rescue A, B => e
  raise
else
  g
ensure
  h
end
begin; a; rescue; b; end
c rescue d
"""
    assert form(".rb", source) == (
        "fn f() => try { yield 1; g } except { throw } finally { h }\n"
        "try { a } except { b }\n"
        "try c except d"
    )


def test_a_fault_in_the_source_costs_itself() -> None:
    source = "class A\n  def f\n    x('a')\n  end\n  def g(\n  end\nend\ny('b')\n"
    assert [text for text in strings(".rb", source) if text in ("a", "b")] == ["a", "b"]


def test_a_merge_conflict_costs_itself() -> None:
    source = "def f\n<<<<<<< a\n  x('a')\n=======\n  x('b')\n>>>>>>> b\n  x('c')\nend\n"
    assert {"b", "c"} <= set(strings(".rb", source))  # `<<<<<<< a` begins a heredoc


def test_windows_line_ends() -> None:
    source = "f(<<~A)\r\n  a\r\n    b\r\nA\r\ng('c')\r\n"
    assert strings(".rb", source) == ["a\r\n  b\r\n", "c"]


def test_nothing_is_nothing() -> None:
    assert form(".rb", "") == ""


def test_nesting_has_an_end() -> None:
    assert parsed(language_of(".rb"), b"a = " + b"[" * 3000 + b"]" * 3000).is_cut
    assert not parsed(language_of(".rb"), b"a = " + b" + ".join([b"b"] * 3000)).is_cut
