"""What the libraries of C# are known to do."""

from __future__ import annotations

from rlslint.code.sites import Hook
from tests.code.libraries.following import followed, sent


def test_commands_of_npgsql_are_sent_to_connections_that_the_pool_resets() -> None:
    source = """
        using Npgsql;
        class Store(NpgsqlDataSource source) {
          async Task Bare(Guid id) {
            await using var c = await source.OpenConnectionAsync();
            await using var command = new NpgsqlCommand($"SET app.tenant = '{id}'", c);
            await command.ExecuteNonQueryAsync();
          }
          async Task InTransaction(string id) {
            await using var c = await source.OpenConnectionAsync();
            await using var t = await c.BeginTransactionAsync();
            await using var command = c.CreateCommand();
            command.CommandText = "SELECT set_config('app.tenant', @id, true)";
            command.Parameters.AddWithValue("id", id);
            await command.ExecuteNonQueryAsync();
            await t.CommitAsync();
          }
          void WithoutTransaction() {
            using var c = new NpgsqlConnection("Host=x");
            c.Open();
            new NpgsqlCommand("SET LOCAL app.tenant = 'a'", c).ExecuteNonQuery();
          }
        }"""
    assert sent(".cs", source) == [
        "npgsql autocommit (shared, reset): SET app.tenant = '?'",
        "npgsql transaction (shared, reset): SELECT set_config('app.tenant', ?, true)",
        "npgsql autocommit (shared, reset): SET LOCAL app.tenant = 'a'",
    ]


def test_npgsql_can_be_told_to_reset_nothing() -> None:
    source = """
        using Npgsql;
        var source = NpgsqlDataSource.Create("Host=x;No Reset On Close=true");
        source.CreateCommand("SET app.tenant = 'a'").ExecuteNonQuery();
        """
    assert sent(".cs", source) == ["npgsql autocommit (shared): SET app.tenant = 'a'"]


def test_dapper_sends_through_the_connection() -> None:
    source = """
        using Dapper;
        using Npgsql;
        class Store(NpgsqlDataSource source) {
          void Run(string id) {
            using var c = source.OpenConnection();
            using var t = c.BeginTransaction();
            c.Execute("SELECT set_config('app.tenant', @id, true)", new { id }, t);
            t.Commit();
            c.Execute("SET app.tenant = 'a'");
          }
        }"""
    assert sent(".cs", source) == [
        "npgsql transaction (shared, reset): SELECT set_config('app.tenant', ?, true)",
        "npgsql autocommit (shared, reset): SET app.tenant = 'a'",
    ]


def test_entity_framework_sends_to_the_connection_of_its_context() -> None:
    source = """
        using Microsoft.EntityFrameworkCore;
        class Store(Context context) {
          void WithoutTransaction(string id) {
            context.Database.ExecuteSqlRaw($"SET LOCAL app.tenant = '{id}'");
          }
          async Task InTransaction(string id) {
            await using var t = await context.Database.BeginTransactionAsync();
            await context.Database.ExecuteSqlAsync($"SELECT set_config('app.tenant', {id}, true)");
          }
        }"""
    assert sent(".cs", source) == [
        "efcore autocommit (shared, reset): SET LOCAL app.tenant = '?'",
        "efcore transaction (shared, reset): SELECT set_config('app.tenant', ?, true)",
    ]


def test_interceptors_of_entity_framework_run_when_a_connection_is_borrowed() -> None:
    source = """
        using Microsoft.EntityFrameworkCore.Diagnostics;
        class Tenants : DbConnectionInterceptor {
          public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData d) {
            using var command = connection.CreateCommand();
            command.CommandText = "SET app.tenant = 'a'";
            command.ExecuteNonQuery();
          }
        }"""
    told = followed(".cs", source)
    assert len(told.sites) == 1
    assert {event.hook for event in told.events} == {Hook.acquire}
