"""What the libraries of Elixir are known to do."""

from __future__ import annotations

from tests.code.libraries.following import sent


def test_ecto_finds_the_connection() -> None:
    source = """
        defmodule Store do
          alias MyApp.Repo
          def bare(id), do: Repo.query!("SET app.tenant = '#{id}'")
          def in_transaction(id) do
            Repo.transaction(fn ->
              Repo.query!("SELECT set_config('app.tenant', $1, true)", [id])
            end)
          end
          def without, do: Ecto.Adapters.SQL.query!(Repo, "SET LOCAL app.tenant = 'a'", [])
        end"""
    assert sent(".ex", source) == [
        "ecto autocommit (shared): SET app.tenant = '?'",
        "ecto transaction (shared): SELECT set_config('app.tenant', ?, true)",
        "ecto autocommit (shared): SET LOCAL app.tenant = 'a'",
    ]


def test_steps_of_a_multi_run_in_its_transaction() -> None:
    source = """
        defmodule Store do
          def run do
            Ecto.Multi.new()
            |> Ecto.Multi.run(:tenant, fn repo, _ ->
              repo.query("SET LOCAL app.tenant = 'a'")
            end)
            |> MyApp.Repo.transaction()
          end
        end"""
    assert sent(".ex", source) == ["ecto transaction (shared): SET LOCAL app.tenant = 'a'"]


def test_postgrex_starts_a_pool() -> None:
    source = """
        defmodule Store do
          def run do
            {:ok, pid} = Postgrex.start_link(hostname: "x")
            Postgrex.query!(pid, "SET app.tenant = 'a'", [])
            Postgrex.transaction(pid, fn conn ->
              Postgrex.query!(conn, "SET LOCAL app.tenant = 'b'", [])
            end)
          end
        end"""
    assert sent(".ex", source) == [
        "postgrex autocommit (shared): SET app.tenant = 'a'",
        "postgrex transaction (shared): SET LOCAL app.tenant = 'b'",
    ]
