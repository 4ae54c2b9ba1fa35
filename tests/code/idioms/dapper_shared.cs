using System;
using System.Data;
using System.Threading.Tasks;
using Dapper;
using Npgsql;

namespace Shop.Shared;

public static class TenantSql
{
    // idiom: constant of another file
    public const string SetTenant = "SELECT set_config('app.tenant_id', @tenant, false)";
}

public static class TenantSession
{
    // idiom: wrapper of another file
    public static async Task<T> Run<T>(
        NpgsqlDataSource dataSource,
        string tenant,
        Func<IDbConnection, IDbTransaction, Task<T>> work)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SELECT set_config('app.tenant_id', @tenant, true)", new { tenant }, transaction);
        var result = await work(connection, transaction);
        await transaction.CommitAsync();
        return result;
    }

    // idiom: helper in the transaction of its caller
    public static Task UseTenantAsync(this IDbConnection connection, string tenant, IDbTransaction transaction) =>
        connection.ExecuteAsync("SELECT set_config('app.tenant_id', @tenant, true)", new { tenant }, transaction);
}

public class TenantUnitOfWork(NpgsqlDataSource dataSource)
{
    // idiom: wrapper of an injected service
    public async Task<T> ExecuteAsync<T>(string tenant, Func<IDbConnection, IDbTransaction, Task<T>> work)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        try
        {
            await connection.ExecuteAsync("SELECT set_config('app.tenant_id', @tenant, true)", new { tenant }, transaction);
            var result = await work(connection, transaction);
            await transaction.CommitAsync();
            return result;
        }
        catch
        {
            await transaction.RollbackAsync();
            throw;
        }
    }
}
