"""Elixir in the form."""

from __future__ import annotations

from rlslint.code.adapters import language_of
from rlslint.code.adapters.building import parsed
from tests.code.adapters.rendering import form, strings


def test_modules_with_what_they_use_and_their_functions() -> None:
    source = """
defmodule MyApp.Store do
  @moduledoc "prose"
  use Ecto.Repo, otp_app: :my_app
  import Ecto.Query, only: [from: 2]
  alias MyApp.{Repo, A.B}
  alias MyApp.C, as: D
  require Logger
  @sql "SET a"
  @spec run(any) :: :ok
  def run(conn, opts \\\\ []) when is_map(conn) do
    Repo.query!(@sql, [conn.id])
  end
  defp short(a), do: a
  def none, do: 1
end"""
    assert form(".ex", source) == (
        "class Store < Ecto.Repo { ?(); import * = Ecto.Repo : *; import * = Ecto.Query : *; "
        "import Repo = MyApp.Repo; import B = MyApp.A.B; import D = MyApp.C; "
        'import Logger = Logger; @sql = "SET a"; ?(); '
        "[def] fn run(conn, opts = []) => { Repo.query!(@sql, [conn.id]) }; "
        "[defp] fn short(a) => a; [def] fn none() => 1 }"
    )


def test_clauses_of_one_function_are_one_function() -> None:
    source = """
def run(:all, conn), do: f(conn)
def run(id, _) do
  g(id)
end
def other(%{"a" => b, c: c} = params), do: {b, c, params}
"""
    assert form(".ex", source) == (
        "[def] fn run(id, conn) => choose - { ?() => { :all = id; f(conn) }; ?() => { g(id) } }\n"
        '[def] fn other(params) => { b = params["a"]; c = params.c; [b, c, params] }'
    )


def test_strings_of_every_kind() -> None:
    source = (
        'f("a\\n#{b}\\u0041", ~s(c "#{d}"), ~S|#{e}|, ~w(g h), \'i\', '
        ':j, :"k#{l}", "é" <> m <> "n")'
    )
    assert form(".exs", source) == (
        'f("a\n{b}A", "c "{d}"", "#{e}", ["g", "h"], "i", "j", "k{l}", ("é" + m + "n"))'
    )
    assert strings(".exs", source)[:3] == ["a\\n{b}\\u0041", 'c "{d}"', "#{e}"]


def test_heredocs_lose_the_indentation_of_their_end() -> None:
    source = 'f("""\n  SET #{a}\n    b\n  """, ~S"""\n  c\n  """)'
    assert form(".ex", source) == 'f("SET {a}\n  b\n", "c\n")'
    assert strings(".ex", source.replace("\n", "\r\n")) == ["SET {a}\r\n  b\r\n", "c\r\n"]


def test_pipes_are_calls() -> None:
    source = "a |> f(1) |> Repo.query!() |> g\na |> case do 1 -> 2 end"
    assert form(".ex", source) == "g(Repo.query!(f(a, 1)))\nchoose a { 1 => { 2 } }"


def test_functions_as_values() -> None:
    source = (
        "Repo.transaction(fn -> f() end, timeout: 1)\ng fn repo, _ -> repo.h(1) end\n"
        "map(a, &f(&1, b))\nmap(a, &M.f/1)\nh.(1)\nwith_tenant a do b end\n"
        "fn {:ok, c} -> c; d -> e(d) end"
    )
    assert form(".ex", source) == (
        "Repo.transaction(fn () => { f() }, timeout=1)\n"
        "g(fn (repo, _) => { repo.h(1) })\n"
        "map(a, fn (&1) => f(&1, b))\n"
        "map(a, M.f)\n"
        "h(1)\n"
        "with_tenant(a, fn () => { b })\n"
        "fn (d) => choose - { ?() => { {:ok, c} = d; c = {:ok, c}; c }; ?() => { e(d) } }"
    )


def test_values_are_taken_apart() -> None:
    source = "{:ok, a} = f()\n{b, _} = g()\n%{c: d} = h()\n%{e: i} = j\n:ok = k()\nl = m = 1"
    assert form(".ex", source) == (
        "a = f()\nb, _ = g()\n%{c: d} = h()\nd = %{c: d}.c\ni = j.e\nk()\nl = m = 1"
    )


def test_maps_lists_and_members() -> None:
    source = '%{a | b: 1}\n%Foo.Bar{a: 1}\n%{"a" => 1, b: 2}\n[a: 1]\n[1 | t]\nx.y[:z]\n{1, nil}'
    assert form(".ex", source) == (
        '{a, b: 1}\nBar{a: 1}\n{a: 1, b: 2}\n{a: 1}\n[(1 | t)]\nx.y["z"]\n[1, None]'
    )


def test_conditions() -> None:
    source = (
        "if a && !b, do: c, else: d\nunless a do b else c end\n"
        "cond do\n  a == 1 -> b\n  true -> c\nend"
    )
    assert form(".ex", source) == (
        "if (a and (not b)) then c else d\nif (not a) then { b } else { c }\n"
        "choose - { (a == 1) => { b }; else => { c } }"
    )


def test_one_of_several_ways() -> None:
    source = 'case f() do\n  {:ok, a} when a > 1 -> a\n  "b" -> c\n  _ -> raise D, "e"\nend'
    assert form(".ex", source).partition("\nchoose ")[2].partition(" { ")[2] == (
        '["ok", a], (a > 1) => { a = ' + source + '; a }; "b" => { c }; else => { throw D } }'
    )


def test_steps_that_may_not_match() -> None:
    source = "with {:ok, a} <- f(), b = 1 do g(a) else {:error, e} -> e end"
    assert form(".ex", source) == (
        'try { a = f(); b = 1; g(a) } except choose - { ["error", e] => { ?(), e; e } }'
    )


def test_comprehensions() -> None:
    source = "for a <- b, {c, d} <- a, c > 1, do: f(d)"
    assert form(".ex", source) == ("for a in b for {c, d} in a if (c > 1) { c, d = {c, d}; f(d) }")


def test_errors_are_handled_and_endings_run() -> None:
    source = """
def f do
  g()
rescue
  e in [A] -> h(e)
  _ -> 1
after
  i()
end
try do j() catch :exit, _ -> k() end"""
    assert form(".ex", source) == (
        "[def] fn f() => try { g() } except choose - { (e in [A]) => { h(e) }; else => { 1 } } "
        'finally { i() }\ntry { j() } except choose - { "exit", _ => { k() } }'
    )


def test_a_fault_in_the_source_costs_itself() -> None:
    source = 'defmodule A do\n  def f, do: g("a")\n  def h( do\nend\nb("c")\n'
    assert {"a", "c"} <= set(strings(".ex", source))


def test_both_sides_of_a_merge_conflict_are_there() -> None:
    source = 'f("a")\n<<<<<<< x\ng("b")\n=======\ng("c")\n>>>>>>> y\nh("d")\n'
    assert {"a", "d"} <= set(strings(".ex", source))


def test_nothing_is_nothing() -> None:
    assert form(".ex", "") == ""


def test_nesting_has_an_end() -> None:
    assert parsed(language_of(".ex"), b"a = " + b"[" * 3000 + b"]" * 3000).is_cut
    for sign in (b" <> ", b" + ", b" |> "):
        assert not parsed(language_of(".ex"), b"a = " + sign.join([b"b"] * 3000)).is_cut
