using System;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Shop.Shared;

public static class TenantSql
{
    // idiom: constant of another file
    public const string SetTenant = "SELECT set_config('app.tenant_id', $1, false)";
}

public static class TenantScope
{
    // idiom: wrapper of another file
    public static async Task<T> RunAsync<T>(
        NpgsqlDataSource dataSource,
        string tenant,
        Func<NpgsqlConnection, Task<T>> work,
        CancellationToken ct = default)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var command = new NpgsqlCommand("SELECT set_config('app.tenant_id', $1, true)", connection, transaction))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = tenant });
            await command.ExecuteNonQueryAsync(ct);
        }
        var result = await work(connection);
        await transaction.CommitAsync(ct);
        return result;
    }

    // idiom: helper in the transaction of its caller
    public static async Task SetTenantAsync(this NpgsqlConnection connection, string tenant, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT set_config('app.tenant_id', @tenant, true)";
        command.Parameters.AddWithValue("tenant", tenant);
        await command.ExecuteNonQueryAsync(ct);
    }
}

public sealed class TenantTransactions
{
    private readonly NpgsqlDataSource _dataSource;

    public TenantTransactions(NpgsqlDataSource dataSource) => _dataSource = dataSource;

    // idiom: wrapper of an injected service
    public async Task<T> RunAsync<T>(
        string tenant,
        Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> work,
        CancellationToken ct)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var command = new NpgsqlCommand("SELECT set_config('app.tenant_id', $1, true)", connection, transaction))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = tenant });
            await command.ExecuteNonQueryAsync(ct);
        }
        var result = await work(connection, transaction);
        await transaction.CommitAsync(ct);
        return result;
    }
}
